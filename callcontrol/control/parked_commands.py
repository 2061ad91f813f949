"""What a call can ask for about callers who are parked at a numbered place."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.parked import ParkedCaller, RingingCall, Taker


@dataclass(frozen=True, slots=True)
class ClaimPlace:
    """Take the first of these places that is free, or that is held for who parks the caller; answered by PlaceClaimed.

    A call that has a place keeps it; `caller.place` is the one it wants again, "" for any.
    """

    places: tuple[str, ...]
    caller: ParkedCaller


@dataclass(frozen=True, slots=True)
class KeepPlace:
    """The caller is still there; answered by PlaceKept."""

    caller: ParkedCaller


@dataclass(frozen=True, slots=True)
class LeavePlace:
    """The caller goes elsewhere, unless a phone is just taking the caller; answered by PlaceLeft."""

    place: str


@dataclass(frozen=True, slots=True)
class FreePlace:
    """The caller is not there any more."""

    place: str


@dataclass(frozen=True, slots=True)
class TakeParked:
    """Take the caller at this place ("": who waits longest, first of those this extension has parked); answered by
    ParkedFound. Asked for again it changes nothing.
    """

    place: str
    taker: Taker


@dataclass(frozen=True, slots=True)
class LetParkedBe:
    """The phone that was to take the caller does not: another one may."""

    place: str
    taker: str


@dataclass(frozen=True, slots=True)
class TellTaker:
    """Tell the taker's call since when both are joined: the switch tells that to the other call alone.

    Attributes:
        channel, party: whom the taker talks with, where its call does not know it. A party without a channel is at
            another switch, from which the taker's phone is rung.
    """

    taker: Taker
    at: Instant
    channel: str = ""
    party: str = ""


@dataclass(frozen=True, slots=True)
class FindRinging:
    """Ask every worker for the calls that ring at one of these extensions; answered by RingingAsked, and by each worker
    with RingingFound.
    """

    extensions: tuple[str, ...]
    taker: Taker


@dataclass(frozen=True, slots=True)
class TakeRinging:
    """Have this call picked up by the taker (PickedUp), if it still rings there, and no other was given to the taker;
    else answered by NotPickedUp.
    """

    ringing: RingingCall
    extensions: tuple[str, ...]
    taker: Taker


@dataclass(frozen=True, slots=True)
class RefuseTaker:
    """Tell the taker's call that this one is not picked up (NotPickedUp): the taker may pick up another one."""

    taker: Taker


@dataclass(frozen=True, slots=True)
class TellPlace:
    """Ring the extension that has parked a caller, and tell it the place. That is a call of its own."""

    place: str
    extension: str


@dataclass(frozen=True, slots=True)
class RemindHolder:
    """Ring the extension shortly that has held this party for long. That is a call of its own.

    Attributes:
        party: who is held, as the phone shows it.
    """

    extension: str
    party: str


ParkedCommand = (
    ClaimPlace
    | KeepPlace
    | LeavePlace
    | FreePlace
    | TakeParked
    | LetParkedBe
    | TellTaker
    | TellPlace
    | FindRinging
    | TakeRinging
    | RefuseTaker
    | RemindHolder
)
