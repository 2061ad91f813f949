"""What can happen to a call. Past tense; the driver makes these from the switch's events, timers and answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callcontrol.control.box_events import BoxEvent
from callcontrol.control.credit_events import CreditEvent
from callcontrol.control.limit_events import LimitsReached
from callcontrol.control.parked_events import ParkedEvent
from callcontrol.control.restriction_events import PayersRestricted
from callcontrol.control.reunion_events import Reunited
from callcontrol.control.room_events import RoomEvent
from callcontrol.control.supervise_events import SuperviseEvent
from callcontrol.control.talk_events import TalkEvent
from callcontrol.control.transfer_events import TransferEvent
from callcontrol.control.trunk_events import TrunkEvent
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.fast_init import fast_init
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import Entered, Kept, Notice, Offer, Refusal


@dataclass(frozen=True, slots=True)
class FactsFound:
    """Everything the first decision needs is known (or is as known as it will get)."""


@dataclass(frozen=True, slots=True)
class AppEnded:
    """An application we started on the caller's channel is over (CHANNEL_EXECUTE_COMPLETE).

    Attributes:
        app_id: the Application-UUID we sent with it.
        disposition: `originate_disposition` for a bridge, "" otherwise.
        causes: hangup cause by leg id, for legs of a bridge that were really sent out.
        recorded_ms: length of what a `record` wrote, 0 if it wrote nothing.
        moved_to: the user part to which a phone of the bridge has sent the caller (302), "" if none has.
        missing: of a playback: the switch does not have the file.
        at: when, by the switch's clock; None: it does not say, or it is no bridge.
    """

    app_id: str
    disposition: str = ""
    causes: Mapping[str, str] = field(default_factory=dict)
    recorded_ms: int = 0
    moved_to: str = ""
    missing: bool = False
    at: Instant | None = None


@dataclass(frozen=True, slots=True)
class LegBridged:
    """Caller and this leg hear each other (CHANNEL_BRIDGE), since this moment of the switch's clock.

    `account` is what the leg was dialled as: `user%domain` for a phone of ours, else a number. `answered`: when it was.
    """

    leg_id: str
    at: Instant
    account: str = ""
    answered: Instant | None = None


@dataclass(frozen=True, slots=True)
class CallerHungUp:
    """The caller's channel is going (CHANNEL_HANGUP); its end with all stamps follows as LegGone."""

    cause: str


@fast_init
@dataclass(frozen=True, slots=True)
class Sent:
    """What a channel tells of how it was sent out.

    Attributes:
        address: account@domain, digits or URI.
        gateway, shown: the one it went out through, "" for none; the number it showed.
        payer, direction: our marks on it, "" for a leg that costs nothing, None where no number was dialled.
    """

    address: str
    gateway: str
    shown: str
    payer: str
    direction: Direction | None = None


@fast_init
@dataclass(frozen=True, slots=True)
class LegGone:
    """A channel of this call, the caller's or a leg's, has ended (CHANNEL_HANGUP_COMPLETE).

    Attributes:
        sent_on_to: the user part to which its phone has sent the caller (302), "" if it has not.
        sent: of a channel that bears our mark as a leg of this call; None for the caller's.
        joined_with: the channel that its party has joined with the other one in its place (attended transfer), or "".
    """

    leg_id: str
    cause: str
    stamps: Stamps
    hung_up_by: str = ""
    estimated: bool = False
    why: str = ""  # of an estimate: what the times are taken from
    recorded_ms: int = 0  # what a `record` had written on this channel when it ended
    sent_on_to: str = ""
    sent: Sent | None = None
    joined_with: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """Redis answered a Store…, SetGreeting, SetPin or ActOnAgent; `trouble` is "" if it is in force."""

    trouble: str = ""


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The caller pressed a key (DTMF).

    Attributes:
        at: when, by the switch's clock; 0: it does not say.
        source: how it came: `RTP` (RFC 2833/4733), `ENDPOINT` (SIP INFO), …; "": not known.
    """

    key: str
    at: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class LegAnswered:
    """A leg we originated has answered (and, where that was asked for, accepted); it is parked now."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class OriginateFailed:
    """None of these legs, rung together, answered.

    Attributes:
        sent: False: the switch could not even be asked.
        told: False: the connection was lost before it told what came of them; they may live, and are ended.
    """

    legs: tuple[str, ...]
    cause: str
    sent: bool = True
    told: bool = True


@dataclass(frozen=True, slots=True)
class LegHeard:
    """A parked leg has heard what we played to it."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class Joined:
    """The switch is joining two channels; of a caller's own channel LegBridged follows."""

    first: str
    second: str


@dataclass(frozen=True, slots=True)
class JoinFailed:
    """The switch could not join two channels: one of them is gone."""

    first: str
    second: str
    reason: str


@dataclass(frozen=True, slots=True)
class QueueEntered:
    """The caller has a place in the queue."""

    ticket: str
    entered: Entered


@dataclass(frozen=True, slots=True)
class QueueRefused:
    """The caller was not let into the queue."""

    ticket: str
    why: Refusal


@dataclass(frozen=True, slots=True)
class PlaceKnown:
    """Where the ticket stands; None: the live state does not know it (any more)."""

    ticket: str
    found: Entered | None


@dataclass(frozen=True, slots=True)
class CallbackAnswered:
    """What became of the caller's wish to be called back."""

    ticket: str
    kept: Kept


@dataclass(frozen=True, slots=True)
class OfferMade:
    """The caller is offered to these agents: ring them."""

    offer: Offer


@dataclass(frozen=True, slots=True)
class OfferAccepted:
    """The agent has the caller, and no other agent can get that caller."""

    offer: str
    agent: str


@dataclass(frozen=True, slots=True)
class OfferVoid:
    """The offer did not stand any more when it was taken up (agent: ""), or when the agent answered."""

    offer: str
    agent: str


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something happened to the caller's ticket from outside."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A deadline this call set has come."""

    name: str


@dataclass(frozen=True, slots=True)
class CallConnectionLost:
    """The caller's connection is gone without a hang-up: we cannot direct this call any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class ChannelsChecked:
    """The switch was asked which of the open legs still live.

    Attributes:
        alive: None if it could not be asked.
        heard_until: where the connection to the switch was lost meanwhile, when that was: ends since then are missed.
    """

    alive: frozenset[str] | None
    heard_until: Instant | None = None


@dataclass(frozen=True, slots=True)
class Rearrived:
    """A channel of the call came through the dialplan to us again: it was transferred to this number, or what it was
    doing when no worker directed it any more is over.

    Attributes:
        transfer: it came by a phone's REFER, in the context of its own. (A caller who is joined with a phone that rings
            in vain goes on in the transferor's own dialplan instead, with the number dialled first.)
        by_leg: the channel it was joined with last: the transferor's.
        channel: which one it is; "": the one that the call leads.
        brought_back: it came by our own command or variable, in the context that nothing else leads into.
        at: when, by the switch's clock; None: it does not say.
        left_on_hold: the phone it was joined with hung up while it held this channel.
        kept_leg: the transferor's, if the switch keeps it until it is told what becomes of the transfer.
        keys_follow: keys that were pressed in between are told next.
        disposition, causes, recorded_ms, moved_to: what the channel tells of its last bridge and `record`, as in
            AppEnded.
    """

    dialled: str
    disposition: str = ""
    causes: Mapping[str, str] = field(default_factory=dict)
    recorded_ms: int = 0
    transfer: bool = False
    by_leg: str = ""
    moved_to: str = ""
    brought_back: bool = False
    channel: str = ""
    at: Instant | None = None
    keys_follow: bool = False
    left_on_hold: bool = False
    kept_leg: str = ""


@dataclass(frozen=True, slots=True)
class LegKey:
    """A key was pressed at a leg of the call; at the caller's it is told as KeyPressed too, over its own connection."""

    leg_id: str
    key: str


@dataclass(frozen=True, slots=True)
class LegHolds:
    """The phone at a leg holds the other party (`is_on`), or has taken it back, since then by the switch's clock."""

    leg_id: str
    is_on: bool
    at: Instant


@dataclass(frozen=True, slots=True)
class HoursOver:
    """The hours under which the call stands (`State.under_hours`) are over; said again as long as they are, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class AloneChecked:
    """The switch was asked whether a channel lives and is bridged to none; None if it could not be asked.

    Attributes:
        partner: what it is joined with since then, where the switch tells; "": nothing, or it does not live.
    """

    alone: bool | None
    partner: str = ""
    since: Instant | None = None


@dataclass(frozen=True, slots=True)
class SwitchGone:
    """The switch was restarted: none of its channels lives. Until `heard_until` it told of every end."""

    reason: str
    heard_until: Instant | None = None


@dataclass(frozen=True, slots=True)
class CommandFailed:
    """The switch answered a command with an error."""

    command: str
    reply: str


Event = (
    FactsFound
    | AppEnded
    | LegBridged
    | CallerHungUp
    | LegGone
    | Stored
    | KeyPressed
    | LegAnswered
    | OriginateFailed
    | LegHeard
    | LegKey
    | LegHolds
    | Joined
    | JoinFailed
    | QueueEntered
    | QueueRefused
    | PlaceKnown
    | CallbackAnswered
    | OfferMade
    | OfferAccepted
    | OfferVoid
    | Noticed
    | TimerFired
    | CallConnectionLost
    | ChannelsChecked
    | Rearrived
    | Reunited
    | HoursOver
    | AloneChecked
    | BoxEvent
    | ParkedEvent
    | SuperviseEvent
    | RoomEvent
    | TalkEvent
    | TransferEvent
    | TrunkEvent
    | CreditEvent
    | PayersRestricted
    | LimitsReached
    | SwitchGone
    | CommandFailed
)
