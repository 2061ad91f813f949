"""Conference rooms: who is in one, at which switch it is, and what a moderator or an operator has ordered there."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from callcontrol.vocabulary.moment import Instant


class RoomVerdict(StrEnum):
    """What becomes of a caller who is to enter."""

    IN = "in"
    LOCKED = "locked"
    FULL = "full"
    UNKNOWN = "unknown"  # the live state does not answer


class RoomOrder(StrEnum):
    """What a moderator or an operator may order."""

    LOCK = "lock"
    UNLOCK = "unlock"
    MUTE = "mute"  # all but the moderators, or one
    UNMUTE = "unmute"
    KICK = "kick"  # one
    END = "end"


class RoomAction(StrEnum):
    """What a switch tells of a room (`Action` of conference::maintenance)."""

    ENTERED = "add-member"
    LEFT = "del-member"


class RoomFileAction(StrEnum):
    """What a switch tells of the recording of a room, likewise."""

    BEGAN = "start-recording"
    ENDED = "stop-recording"


@dataclass(frozen=True, slots=True)
class RoomMember:
    """A call that is in a room, or about to enter it.

    Attributes:
        call, worker: the call, and the worker that has it.
        channel, switch: its caller's channel, and where that is.
        number, name, extension: the caller's; "" for none.
        since: when the call was let in.
        moderator: whether the caller is one.
        muted: whether no one hears the caller, by an order or by the caller's own key.
        kicked: why the call is to leave: `kick` or `end`; "": it may stay.
        informed: whether the caller has heard, or hears before entering, that the room is recorded.
    """

    call: str
    worker: str
    channel: str
    switch: str
    number: str
    name: str
    extension: str
    since: Instant
    moderator: bool = False
    muted: bool = False
    kicked: str = ""
    informed: bool = False


@dataclass(frozen=True, slots=True)
class RoomRecording:
    """A file of what is said in a room, which one of its members has asked for (`call_of`).

    Attributes:
        media_id, path: of the file, at the switch of the room.
        since: when it was asked for.
    """

    media_id: str
    path: str
    since: Instant


@dataclass(frozen=True, slots=True)
class Room:
    """A room with members.

    Attributes:
        name: as the tenant's file names it.
        switch: whose mixer it is.
        since: when the first one entered.
        opened: whether a moderator has been there since.
        locked: whether only moderators are let in.
        muted: whether those who are no moderators are muted when they enter.
        recording: the file that is being written, or about to be; None: none is.
    """

    name: str
    switch: str
    since: Instant
    opened: bool = False
    locked: bool = False
    muted: bool = False
    members: tuple[RoomMember, ...] = ()
    recording: RoomRecording | None = None

    def member(self, call: str) -> RoomMember | None:
        """The member with this call, None if there is none."""
        return next((one for one in self.members if one.call == call), None)


@dataclass(frozen=True, slots=True)
class MixerMember:
    """A member as the switch knows it: its number in the mixer, by which it is muted or sent out."""

    channel: str
    number: str
    moderator: bool = False


# Of a member that is at another switch: what its leg dials at the switch of the room (dialplan/peers.xml).
_THERE: Final = "callcontrol-room-"


def there(leg: str) -> str:
    """What this leg dials, so that it is known by it."""
    return f"{_THERE}{leg}"


# What the file of a name begins with that was said at entering: it is no recording, and has no row.
SPOKEN_NAME: Final = "name-"


def spoken_name(folder: str, media_id: str) -> str:
    """Where such a name is kept at a switch."""
    return f"{folder}/{SPOKEN_NAME}{media_id}.wav"


def mixer_name(tenant: str, room: str) -> str:
    """The room's name at a switch: rooms of two tenants may have the same name. No name holds a slash."""
    return f"{tenant}/{room}"


def role_of(
    pressed: str, pin: str | None, moderator_pin: str | None, is_same: Callable[[str, str], bool] = hmac.compare_digest
) -> bool | None:
    """Whether who has pressed this is a moderator; None: it is no PIN of the room. Where members have none, pressing
    nothing is theirs.

    Args:
        is_same: whether what was pressed is the PIN of which this is kept.
    """
    if moderator_pin is not None and is_same(pressed, moderator_pin):
        return True
    is_members = not pressed if pin is None else is_same(pressed, pin)
    return False if is_members else None
