"""PINs are hashed and compared in turn, so that one caller who presses many does not take the others' processor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import gevent
from gevent.lock import BoundedSemaphore

from callcontrol.edges import meters
from callcontrol.edges.containment import note_fault

# So many PINs are hashed at once (16 MiB each); so many in all may be on their way.
HASHED_AT_ONCE: Final = 2
MAX_PINS: Final = 100
TOO_MANY: Final = "too many PINs wait to be checked"


class PinTurns:
    """Work on PINs, each in a greenlet of its own, a few at a time."""

    def __init__(self) -> None:
        self._room = BoundedSemaphore(HASHED_AT_ONCE)
        self._underway = 0

    def is_full(self) -> bool:
        """Whether no more are taken now, which is counted."""
        if self._underway < MAX_PINS:
            return False
        meters.limits_reached_total.labels("MAX_PINS").inc()
        return True

    def take(self, work: Callable[[], None], failed: Callable[[str], object], call: str) -> None:
        """Do it when there is room.

        Args:
            failed: is told why where the work raises.
            call: whose PIN it is, for the log.
        """
        self._underway += 1
        gevent.spawn(self._in_turn, work, failed, call)

    def _in_turn(self, work: Callable[[], None], failed: Callable[[str], object], call: str) -> None:
        try:
            with self._room:
                work()
        except Exception as error:
            note_fault("call", "a PIN could not be handled", error, call=call)
            failed(f"{type(error).__name__}: {error}")
        finally:
            self._underway -= 1
