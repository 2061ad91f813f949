"""The simulated switch's clock: real time, or real time run faster.

With `speed` 10 a phone that rings for 20 s is done in 2 s, and every stamp the switch writes still says 20 s.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import gevent
from gevent.event import Event

from callcontrol.edges import clock

_log = logging.getLogger(__name__)


class Timer:
    """One thing due later. Cancelling twice, or after it ran, is harmless."""

    __slots__ = ("_callback", "_watcher")

    def __init__(self, watcher: Any, callback: Callable[[], None]) -> None:
        self._watcher = watcher
        self._callback: Callable[[], None] | None = callback
        watcher.start(self._fire)

    def cancel(self) -> None:
        """Forget it; the callback will not run any more."""
        if self._callback is not None:
            self._callback = None
            self._watcher.stop()
            self._watcher.close()

    def _fire(self) -> None:
        callback = self._callback
        self.cancel()
        if callback is not None:
            guarded(callback)


class Timeline:
    """Says what time it is and calls back later. Seconds in, microseconds since the epoch (UTC) out."""

    def __init__(self, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError(f"speed is {speed}: it must be above 0 (1 is real time, 10 runs ten times faster)")
        self.speed = speed
        self._origin_us = int(clock.now())
        self._origin_s = clock.monotonic()

    def now_us(self) -> int:
        """Microseconds since the epoch, as this switch sees them."""
        return self._origin_us + int((clock.monotonic() - self._origin_s) * self.speed * 1_000_000)

    def epoch_s(self) -> int:
        """Whole seconds since the epoch: what FreeSWITCH's own timeouts count in."""
        return self.now_us() // 1_000_000

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Run `callback` after `delay_s` of the switch's seconds, in the hub: it must not block."""
        wait_s = max(delay_s, 0.0) / self.speed
        return Timer(gevent.get_hub().loop.timer(wait_s), callback)

    def call_soon(self, callback: Callable[[], None]) -> None:
        """Run `callback` in the next turn of the hub; it must not block."""
        gevent.get_hub().loop.run_callback(guarded, callback)

    def wait(self, event: Event, limit_s: float | None) -> bool:
        """Wait for `event`; False when `limit_s` of the switch's seconds went by first."""
        return bool(event.wait(None if limit_s is None else max(limit_s, 0.0) / self.speed))

    def sleep(self, seconds: float) -> None:
        """Let others run for this many of the switch's seconds."""
        gevent.sleep(max(seconds, 0.0) / self.speed)


def guarded(callback: Callable[[], None]) -> None:
    """A fault in one call's timer is logged; it never stops the hub nor the other calls."""
    try:
        callback()
    except Exception:
        _log.exception("a timer of the simulated switch failed")


def local_stamp(moment_us: int) -> str:
    """`2026-11-22 04:01:43`, UTC: the captures' switch runs in UTC too."""
    return _cached_stamps(moment_us // 1_000_000)[0]


def gmt_stamp(moment_us: int) -> str:
    """`Sun, 22 Nov 2026 04:01:43 GMT`."""
    return _cached_stamps(moment_us // 1_000_000)[1]


_stamps: dict[int, tuple[str, str]] = {}
_STAMPS_KEPT = 512


def _cached_stamps(second: int) -> tuple[str, str]:
    found = _stamps.get(second)
    if found is None:
        if len(_stamps) >= _STAMPS_KEPT:
            _stamps.clear()
        found = _stamps[second] = _stamps_of(second)
    return found


def _stamps_of(second: int) -> tuple[str, str]:
    when = datetime.fromtimestamp(second, UTC)
    return when.strftime("%Y-%m-%d %H:%M:%S"), when.strftime("%a, %d %b %Y %H:%M:%S GMT")
