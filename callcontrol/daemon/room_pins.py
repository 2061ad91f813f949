"""PINs of conference rooms that are kept as hashes: compared in threads, a few at a time, while all calls go on."""

from __future__ import annotations

import hmac
from functools import partial

from callcontrol.control.room_commands import CheckRoomPin
from callcontrol.control.room_events import RoomPinChecked
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.pin_turns import TOO_MANY, PinTurns
from callcontrol.edges import pin_hash
from callcontrol.edges.threads import aside
from callcontrol.vocabulary.room import role_of


class RoomPins:
    """Compares what callers press."""

    def __init__(self) -> None:
        self._turns = PinTurns()

    def check(self, command: CheckRoomPin, driver: DrivenCall) -> None:
        """Compare it; the answer is delivered to the driver."""
        if self._turns.is_full():
            driver.deliver(RoomPinChecked(None, TOO_MANY))
        else:
            self._turns.take(partial(_compare, command, driver), partial(_failed, driver), driver.call.id)


def _compare(command: CheckRoomPin, driver: DrivenCall) -> None:
    moderator = aside(role_of, command.pressed, command.pin, command.moderator_pin, is_same)
    driver.deliver(RoomPinChecked(moderator))


def _failed(driver: DrivenCall, why: str) -> None:
    driver.deliver(RoomPinChecked(None, why))


def is_same(pressed: str, kept: str) -> bool:
    """Whether this is the PIN of which that is kept: the digits themselves, or their hash.

    Raises:
        NoHash: it is neither.
    """
    if kept.isdigit():
        return hmac.compare_digest(pressed, kept)
    return pin_hash.is_right(pressed, kept)
