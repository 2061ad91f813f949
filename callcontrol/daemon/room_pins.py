"""PINs of conference rooms that are kept as hashes: compared in threads, a few at a time, while all calls go on."""

from __future__ import annotations

import hmac
from typing import Final

import gevent
from gevent.lock import BoundedSemaphore

from callcontrol.control.room_commands import CheckRoomPin
from callcontrol.control.room_events import RoomPinChecked
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.edges import meters, pin_hash
from callcontrol.edges.containment import note_fault
from callcontrol.edges.threads import aside
from callcontrol.vocabulary.room import role_of

# So many are hashed at once (16 MiB each); so many in all may be on their way.
HASHED_AT_ONCE: Final = 2
MAX_PINS: Final = 100


class RoomPins:
    """Compares what callers press."""

    def __init__(self) -> None:
        self._turns = BoundedSemaphore(HASHED_AT_ONCE)
        self._underway = 0

    def check(self, command: CheckRoomPin, driver: DrivenCall) -> None:
        """Compare it; the answer is delivered to the driver."""
        if self._underway >= MAX_PINS:
            meters.limits_reached_total.labels("MAX_PINS").inc()
            driver.deliver(RoomPinChecked(None, "too many PINs wait to be checked"))
            return
        self._underway += 1
        gevent.spawn(self._in_turn, command, driver)

    def _in_turn(self, command: CheckRoomPin, driver: DrivenCall) -> None:
        try:
            with self._turns:
                moderator = aside(role_of, command.pressed, command.pin, command.moderator_pin, is_same)
        except Exception as error:
            note_fault("call", "a PIN of a conference room could not be compared", error, call=driver.call.id)
            driver.deliver(RoomPinChecked(None, f"{type(error).__name__}: {error}"))
        else:
            driver.deliver(RoomPinChecked(moderator))
        finally:
            self._underway -= 1


def is_same(pressed: str, kept: str) -> bool:
    """Whether this is the PIN of which that is kept: the digits themselves, or their hash.

    Raises:
        NoHash: it is neither.
    """
    if kept.isdigit():
        return hmac.compare_digest(pressed, kept)
    return pin_hash.is_right(pressed, kept)
