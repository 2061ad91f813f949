"""Until when each switch was heard without a gap. A leg whose end was not reported ends at the last moment at which it
is known to have lived: while everything a switch says is heard, every leg without a reported end lives.

A gap begins with the last word before a connection was lost. It is over when the switch was asked which channels live.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from callcontrol.edges import clock
from callcontrol.vocabulary.moment import SECOND_US, Instant

# The switch says something every 20 s at least (HEARTBEAT); of a silence of more its last word is believed.
QUIET_US = 25 * SECOND_US


class EventGaps:
    """What one worker has heard of all switches, by name.

    Args:
        now: the wall clock.
    """

    def __init__(self, now: Callable[[], Instant] = clock.now) -> None:
        self._now = now
        self._last: dict[str, Instant] = {}
        self._whole: set[str] = set()

    def heard(self, switch: str) -> None:
        """It said something. After a gap that counts when it was asked what was missed."""
        if switch in self._whole:
            self._last[switch] = self._now()

    def lost(self, switch: str, *, closed: bool) -> None:
        """Its connection is gone; `closed`: the switch itself ended it, so everything before was heard."""
        if closed:
            self.heard(switch)
        self._whole.discard(switch)

    def whole(self, switch: str) -> None:
        """It was asked which channels live: whatever was missed is known."""
        self._whole.add(switch)
        self.heard(switch)

    def gap(self, switch: str) -> Instant | None:
        """Since when something may have been missed; None: nothing was, or nothing was ever heard."""
        return None if switch in self._whole else self._last.get(switch)

    def until(self) -> Mapping[str, Instant]:
        """Until when everything each switch said was heard."""
        now = self._now()
        return {switch: self._until(switch, last, now) for switch, last in self._last.items()}

    def _until(self, switch: str, last: Instant, now: Instant) -> Instant:
        return now if switch in self._whole and now - last <= QUIET_US else last
