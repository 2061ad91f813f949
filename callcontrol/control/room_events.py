"""What can happen to a call in a conference room. Past tense, as `events.py`."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.room import MixerMember, Room, RoomAction, RoomFileAction, RoomVerdict


@dataclass(frozen=True, slots=True)
class RoomEntered:
    """Whether the live state has let the caller in.

    Attributes:
        room: as it is with the caller in it; None: the live state does not answer (`trouble`).
    """

    verdict: RoomVerdict
    room: Room | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """Who is in the room by now, and what was ordered there."""

    room: Room


@dataclass(frozen=True, slots=True)
class RoomTold:
    """The switch tells that a member has entered the room, or left it.

    Attributes:
        channel, number: whose, and its number in the mixer.
        at: when, by the switch's clock.
        size: how many are in it now.
        moderator: whether that was one.
        dialled: what the channel had dialled: one that another switch has brought there is known by it (`there`).
    """

    action: RoomAction
    channel: str
    number: str
    at: Instant
    size: int
    moderator: bool = False
    dialled: str = ""


@dataclass(frozen=True, slots=True)
class RoomPinChecked:
    """What was pressed is the PIN of a member, or (`moderator`) of a moderator; None: of neither.

    Attributes:
        trouble: why it could not be compared, "" if it was.
    """

    moderator: bool | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class GuestAsked:
    """The caller, a moderator, wants this number to be invited into the room, as a command or the panel says."""

    number: str


@dataclass(frozen=True, slots=True)
class RoomFileTold:
    """The switch tells that it writes what is said in the room to a file, or has closed it.

    Attributes:
        at: when, by the switch's clock.
        length_ms: what it wrote; 0: nothing.
        trouble: why it could not begin, "" if it could.
    """

    action: RoomFileAction
    path: str
    at: Instant
    length_ms: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class MixerSeen:
    """Who is in the room, as the switch says now. None: it cannot be asked.

    Attributes:
        waits: for a moderator: none is mixed yet.
        records: whether it writes what is said to a file.
    """

    members: tuple[MixerMember, ...] | None
    waits: bool = False
    records: bool = False


RoomEvent = RoomPinChecked | GuestAsked | RoomEntered | RoomChanged | RoomTold | RoomFileTold | MixerSeen
