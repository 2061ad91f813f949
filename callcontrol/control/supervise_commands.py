"""What a supervisor's call asks for."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.vocabulary.parked import Taker
from callcontrol.vocabulary.supervision import ListeningRecord, Mode


@dataclass(frozen=True, slots=True)
class FindTalk:
    """Ask whichever worker has it how a conversation stands; answered by TalkFound, or not at all where there is none.

    Attributes:
        extension: whose; "": that of the call `call`, whose other party is at `customer`.
    """

    extension: str = ""
    call: str = ""
    customer: str = ""


@dataclass(frozen=True, slots=True)
class FindReason:
    """Look up the reason that a command has given; answered by ReasonFound.

    Attributes:
        token: what it is kept by.
    """

    token: str


@dataclass(frozen=True, slots=True)
class OrderListening:
    """Have all workers know that what listens at this leg next is ours."""

    leg: str


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Have the conversation of this call taken over from this leg; answered by ParkedJoined."""

    call: str
    leg: str
    taker: Taker


@dataclass(frozen=True, slots=True)
class AnswerMode:
    """Answer a person who has asked for another mode (ModeAsked).

    Attributes:
        refusal: why it is not changed, "" where it is.
    """

    request: str
    refusal: str


@dataclass(frozen=True, slots=True)
class RingAtSwitch:
    """Once this phone is hung up, ring it from another switch, where it then calls the same code."""

    switch: str
    extension: str
    dialled: str


@dataclass(frozen=True, slots=True)
class BindKeys:
    """Have the switch tell of the keys of all modes while an app runs that takes none (`on` False: no more)."""

    on: bool = True


@dataclass(frozen=True, slots=True)
class Eavesdrop:
    """Listen at a leg in this mode, until it ends; answered by AppEnded."""

    app_id: str
    leg: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class ChangeMode:
    """Go on listening in this mode."""

    mode: Mode


@dataclass(frozen=True, slots=True)
class StopListening:
    """End the listening; AppEnded follows."""


@dataclass(frozen=True, slots=True)
class NoteListening:
    """Let the ledger know of a listening as it is now."""

    listening: ListeningRecord


# Of the caller's own connection are BindKeys, Eavesdrop, ChangeMode and StopListening.
SuperviseCommand = FindTalk | FindReason | OrderListening | TakeOver | AnswerMode | RingAtSwitch
ListeningCommand = BindKeys | Eavesdrop | ChangeMode | StopListening
