"""What can happen about callers who are parked. Past tense, as `events.py`."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.parked import ParkedCaller, RingingCall, Taker


@dataclass(frozen=True, slots=True)
class PlaceClaimed:
    """The call has this place; "": it has none, for all are taken, or (`trouble`) the live state does not answer.

    Attributes:
        was_held: it was held for this caller: who parks the caller knows it.
    """

    place: str
    trouble: str = ""
    was_held: bool = False


@dataclass(frozen=True, slots=True)
class PlaceKept:
    """Whether the call still has its place, and who is just taking the caller.

    Attributes:
        kept: False: another call has it; None: the live state does not answer.
    """

    kept: bool | None
    taker: Taker | None = None


@dataclass(frozen=True, slots=True)
class PlaceLeft:
    """The caller has given the place up, or (`left` False) is just being taken there."""

    left: bool


@dataclass(frozen=True, slots=True)
class ParkedTaken:
    """A phone takes the caller: both are to be joined."""

    taker: Taker


@dataclass(frozen=True, slots=True)
class ParkedFound:
    """The parked caller who is this call's to take; None: there is none, or another phone was faster."""

    caller: ParkedCaller | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class ParkedJoined:
    """The phone and the caller whom it takes talk, since then.

    Attributes:
        channel, party: whom it talks with; "": the one that was found before.
    """

    at: Instant
    channel: str = ""
    party: str = ""


@dataclass(frozen=True, slots=True)
class PickedUp:
    """A phone of the pick-up group takes the call that rings."""

    taker: Taker


@dataclass(frozen=True, slots=True)
class RingingAsked:
    """So many workers are asked for calls that ring; 0: it is not known how many. Or (`trouble`) none could be."""

    workers: int
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class RingingFound:
    """The calls of one worker that ring there."""

    calls: tuple[RingingCall, ...]


@dataclass(frozen=True, slots=True)
class NotPickedUp:
    """This call does not ring there any more, or another phone picks it up.

    Attributes:
        is_another: another call is given to this phone: it is about to be joined.
    """

    call: str
    is_another: bool = False


RingingEvent = PickedUp | RingingAsked | RingingFound | NotPickedUp
ParkedEvent = PlaceClaimed | PlaceKept | PlaceLeft | ParkedTaken | ParkedFound | ParkedJoined | RingingEvent
