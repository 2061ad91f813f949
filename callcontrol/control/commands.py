"""What a call can ask for. Imperative; the driver carries these out and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callcontrol.control.box_commands import BoxCommand
from callcontrol.control.credit_commands import CreditCommand, CreditOrder
from callcontrol.control.dial_commands import Bridge as Bridge
from callcontrol.control.dial_commands import Originate as Originate
from callcontrol.control.emergency_commands import EmergencyCommand
from callcontrol.control.parked_commands import ParkedCommand
from callcontrol.control.room_commands import Mix, MixThere, RoomCommand
from callcontrol.control.supervise_commands import ListeningCommand, NoteListening, SuperviseCommand
from callcontrol.control.talk_commands import TalkCommand
from callcontrol.control.transfer_commands import TransferAnswer, TransferCommand
from callcontrol.routing.facts import SentOn
from callcontrol.vocabulary.agent import AgentAction, OfferEnd
from callcontrol.vocabulary.hearing import Hearing
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.media import MediaChange
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.override import SetByHand
from callcontrol.vocabulary.queue import NO_CONTEXT, CallerContext, Leaving, TalkEnd, Ticket
from callcontrol.vocabulary.restriction import RestrictPayer as RestrictPayer
from callcontrol.vocabulary.rule import Rule, RuleKind
from callcontrol.vocabulary.target import Target


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer the caller."""


@dataclass(frozen=True, slots=True)
class OpenEarlyMedia:
    """Let the caller hear us without answering (pre_answer)."""


@dataclass(frozen=True, slots=True)
class HoldKeysBack:
    """Who is joined with the caller later hears none of the keys that were pressed before that."""


@dataclass(frozen=True, slots=True)
class Play:
    """Play a file or tone to the caller."""

    app_id: str
    file: str


@dataclass(frozen=True, slots=True)
class Record:
    """Record the caller into a file."""

    app_id: str
    path: str
    max_s: int
    silence_s: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the caller's channel with this cause."""

    cause: str


@dataclass(frozen=True, slots=True)
class StoreRule:
    """Set (or, with None, remove) forwarding rules of an extension, all or none; answered by Stored."""

    extension: str
    rules: Mapping[RuleKind, Rule | None]


@dataclass(frozen=True, slots=True)
class RememberLanguage:
    """For so many days the next calls from this number (E.164) are led in this language."""

    number: str
    language: Language
    days: int


@dataclass(frozen=True, slots=True)
class StoreOverride:
    """Set by hand what this schedule or duty (`hours:office`) says, or (None) take that back; answered by Stored."""

    of: str
    override: SetByHand | None


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Deliver TimerFired(name) after this many seconds; a timer of the same name is replaced."""

    name: str
    after_s: float


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Forget a timer."""

    name: str


@dataclass(frozen=True, slots=True)
class CheckChannels:
    """Ask the switch which of these channels live (`uuid_exists`); answered by ChannelsChecked."""

    legs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckAlone:
    """Ask the switch whether a channel is bridged to none; answered by AloneChecked.

    Attributes:
        leg: the channel; "": the led one.
    """

    leg: str = ""


@dataclass(frozen=True, slots=True)
class FindFacts:
    """Look up what a decision about this number needs; answered by FactsFound."""

    dialled: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """Look up what a decision about this target needs; answered by FactsFound.

    `anew`: also what is known; else only what is not, and the call goes on from where it stands.
    """

    target: Target
    anew: bool = True


@dataclass(frozen=True, slots=True)
class NoteSentOn:
    """For the rest of this call it is a fact where the phones of these extensions have sent it (302)."""

    moved: Mapping[str, SentOn]


@dataclass(frozen=True, slots=True)
class StopPlaying:
    """End what is being played to the caller; the next thing in line begins, or (`all`) nothing is left in line."""

    all: bool = False


@dataclass(frozen=True, slots=True)
class BringBack:
    """Send the caller's channel, which no worker directs, through the dialplan to us again; it comes as Rearrived.

    `refused`: to the dialplan's own last resort instead, which says that the call is not possible, and ends it.
    """

    refused: bool = False


@dataclass(frozen=True, slots=True)
class Whisper:
    """Play this to a parked leg; answered by LegHeard, or (`hang_up`) the leg ends after it."""

    leg_id: str
    file: str
    hang_up: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """Join two channels that are joined to no others; answered by Joined or JoinFailed.

    `comes_back`: when the second one has left, the first comes back to us, however long they have talked.
    """

    first: str
    second: str
    comes_back: bool = False


@dataclass(frozen=True, slots=True)
class KillLeg:
    """End a leg of this call, whether it rings or is parked."""

    leg_id: str
    cause: str


@dataclass(frozen=True, slots=True)
class JoinQueue:
    """Let the caller into a queue; answered by QueueEntered or QueueRefused."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class LeaveQueue:
    """The caller is not in the queue any more."""

    ticket: str
    how: Leaving


@dataclass(frozen=True, slots=True)
class AskPlace:
    """Ask where the caller stands; answered by PlaceKnown."""

    ticket: str


@dataclass(frozen=True, slots=True)
class TakeUpOffer:
    """The offer's agents are being rung; it is to last for so many seconds."""

    offer: str
    for_s: float


@dataclass(frozen=True, slots=True)
class AcceptOffer:
    """An agent has answered; answered by OfferAccepted or OfferVoid."""

    offer: str
    agent: str


@dataclass(frozen=True, slots=True)
class PassOffer:
    """The offer came to nothing for this agent."""

    offer: str
    agent: str
    how: OfferEnd


@dataclass(frozen=True, slots=True)
class EndTalk:
    """The agent who had the caller is done with the call; talk_us 0: they were never joined."""

    agent: str
    ticket: str
    talk_us: int
    how: TalkEnd


@dataclass(frozen=True, slots=True)
class KeepCallback:
    """The ticket keeps its place, its number is called in its turn, not while `closed`; `context`: how it was led."""

    ticket: str
    number: str
    not_before: Instant
    expires: Instant
    closed: tuple[tuple[Instant, Instant], ...] = ()
    context: CallerContext = NO_CONTEXT


@dataclass(frozen=True, slots=True)
class CallbackTried:
    """An attempt at a callback is over; not_before 0: there is no further one."""

    ticket: str
    reached: bool
    not_before: Instant


@dataclass(frozen=True, slots=True)
class ActOnAgent:
    """Carry out what an agent asked for; answered by Stored."""

    agent: str
    action: AgentAction
    detail: str


@dataclass(frozen=True, slots=True)
class NoteMedia:
    """Let the ledger know that a medium has come into a state.

    Attributes:
        unwritable: it is lost, for the switch could not write it: its disk is full, or the folder not its own.
    """

    change: MediaChange
    unwritable: bool = False


@dataclass(frozen=True, slots=True)
class NoteHearing:
    """Let the ledger know that a sound file is played to a person."""

    hearing: Hearing


@dataclass(frozen=True, slots=True)
class CloseBook:
    """The trail is complete: write the record, then forget the call."""


Command = (
    Bridge
    | Answer
    | OpenEarlyMedia
    | HoldKeysBack
    | Play
    | Record
    | HangUp
    | StoreRule
    | RememberLanguage
    | StoreOverride
    | StartTimer
    | StopTimer
    | CheckChannels
    | CheckAlone
    | FindFacts
    | LookUp
    | NoteSentOn
    | StopPlaying
    | BringBack
    | Originate
    | Whisper
    | Join
    | KillLeg
    | JoinQueue
    | LeaveQueue
    | AskPlace
    | TakeUpOffer
    | AcceptOffer
    | PassOffer
    | EndTalk
    | KeepCallback
    | CallbackTried
    | ActOnAgent
    | BoxCommand
    | ParkedCommand
    | SuperviseCommand
    | ListeningCommand
    | TransferAnswer
    | NoteListening
    | RoomCommand
    | Mix
    | MixThere
    | TalkCommand
    | TransferCommand
    | EmergencyCommand
    | CreditCommand
    | CreditOrder
    | RestrictPayer
    | NoteMedia
    | NoteHearing
    | CloseBook
)
