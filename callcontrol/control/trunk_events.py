"""What is told to a call of the trunks its legs go out through."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LegNotSent:
    """A leg of the call was not sent out: it never was a channel.

    Attributes:
        cause: TRUNK_FULL, or what the call had done with it by then.
        why: in words, "" where there is nothing to say.
    """

    leg_id: str
    cause: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class GivesWay:
    """This leg's channel of a trunk is wanted for an emergency call: it ends."""

    leg_id: str


@dataclass(frozen=True, slots=True)
class RoomMade:
    """Whether an ordinary leg gives way to this emergency call at the trunk that has refused it."""

    trunk: str
    found: bool


TrunkEvent = LegNotSent | GivesWay | RoomMade
