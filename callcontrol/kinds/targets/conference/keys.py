"""Keys in a conference room: a star, then one more. What else is pressed means nothing there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.room import Room, RoomOrder

STAR: Final = "*"
# The second key comes within so long (microseconds).
STAR_US: Final = 5 * SECOND_US


@dataclass(frozen=True, slots=True)
class RoomKey:
    """What a key does.

    Attributes:
        order: from the room and the call: what is ordered; None: a number is invited.
        is_own: it is about the caller alone.
        moderators_only: others press it in vain.
    """

    meaning: str
    order: Callable[[Room, str], RoomOrder] | None
    is_own: bool = False
    moderators_only: bool = True


def _own_mute(room: Room, call: str) -> RoomOrder:
    own = room.member(call)
    return RoomOrder.UNMUTE if own is not None and own.muted else RoomOrder.MUTE


def _mute_all(room: Room, _call: str) -> RoomOrder:
    return RoomOrder.UNMUTE if room.muted else RoomOrder.MUTE


def _lock(room: Room, _call: str) -> RoomOrder:
    return RoomOrder.UNLOCK if room.locked else RoomOrder.LOCK


KEYS: Final[Mapping[str, RoomKey]] = {
    "6": RoomKey("mute me, or unmute me", _own_mute, is_own=True, moderators_only=False),
    "4": RoomKey("mute all but the moderators, or unmute them", _mute_all),
    "5": RoomKey("lock the room, or open it", _lock),
    "2": RoomKey("invite a number: it, then `#`; `*` takes it back", None),
    "9": RoomKey("end the conference for all", lambda _room, _call: RoomOrder.END),
}


def described(*, moderator: bool) -> str:
    """What may be pressed, for `explain`: `*6, *2, …`."""
    return ", ".join(f"{STAR}{key}" for key, what in KEYS.items() if moderator or not what.moderators_only)
