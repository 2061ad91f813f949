"""Ends of legs that no call here knew when they were reported: the switch tells every worker, and one that takes a
call over a moment later still finds the ends of its legs that fell in between.
"""

from __future__ import annotations

from collections import deque

from callcontrol.control.events import LegGone
from callcontrol.edges import clock, meters
from callcontrol.edges.freeswitch.translate import leg_gone
from callcontrol.edges.freeswitch.wire import Frame, read_event
from callcontrol.edges.live_state.workers import LEASE_S

# A worker that died is noticed, and its calls are taken over, within so many seconds.
KEPT_S = LEASE_S + 4.0
# More are not kept, the oldest go first (10 KB each).
MAX_MISSED = 4_000


class MissedEnds:
    """Kept unparsed: hardly any is ever read."""

    def __init__(self) -> None:
        self._order: deque[tuple[float, str]] = deque()
        self._ends: dict[str, list[bytes]] = {}

    def keep(self, call_id: str, text: bytes) -> None:
        """Keep this JSON event: a leg of this call has ended."""
        now = clock.monotonic()
        self._order.append((now, call_id))
        self._ends.setdefault(call_id, []).append(text)
        while self._order[0][0] < now - KEPT_S:
            self._forget_oldest()
        if len(self._order) > MAX_MISSED:
            meters.limits_reached_total.labels("MAX_MISSED").inc()
            self._forget_oldest()

    def of(self, call_id: str) -> list[LegGone]:
        """The ends of this call's legs, in their order."""
        texts = self._ends.get(call_id, ())
        return [leg_gone(read_event(Frame("text/event-json", b"", text)), call_id) for text in texts]

    def _forget_oldest(self) -> None:
        _, call_id = self._order.popleft()
        ends = self._ends[call_id]
        del ends[0]
        if not ends:
            del self._ends[call_id]
