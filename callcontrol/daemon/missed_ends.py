"""Ends of legs that no call here knew when they were reported: the switch tells every worker, and one that takes a
call over later still finds the ends of its legs that fell in between.

How much later depends on how fast the workers and Redis are. An end is forgotten only when this worker has looked for
orphans since: a dead worker's calls then have a new owner, and what this worker took over has its ends.
"""

from __future__ import annotations

from collections import deque
from itertools import chain

from callcontrol.control.call import Call
from callcontrol.control.events import LegGone
from callcontrol.edges import clock, meters
from callcontrol.edges.freeswitch.translate import leg_gone
from callcontrol.edges.freeswitch.wire import Frame, read_event
from callcontrol.edges.live_state.workers import LEASE_S

# A look for orphans finds the calls of each worker that fell silent so many seconds before it: its lease has run out.
KEPT_S = LEASE_S + 4.0
# More are not kept, the oldest go first (10 KB each).
MAX_MISSED = 4_000


class MissedEnds:
    """Kept unparsed: hardly any is ever read."""

    def __init__(self) -> None:
        self._order: deque[tuple[float, tuple[str, ...]]] = deque()
        self._ends: dict[str, list[tuple[int, bytes]]] = {}  # by name; each with its number
        self._count = 0

    def keep(self, names: tuple[str, ...], text: bytes) -> None:
        """Keep this JSON event: a leg has ended, of a call that may be known by these names."""
        self._count += 1
        self._order.append((clock.monotonic(), names))
        for name in names:
            self._ends.setdefault(name, []).append((self._count, text))
        if len(self._order) > MAX_MISSED:
            meters.limits_reached_total.labels("MAX_MISSED").inc()
            self._forget_oldest()

    def looked(self, begun: float) -> None:
        """All orphans were looked for and found, in a look that began at that moment (monotonic seconds)."""
        while self._order and self._order[0][0] < begun - KEPT_S:
            self._forget_oldest()

    def of(self, call: Call) -> list[LegGone]:
        """The ends of this call's legs, in their order."""
        if not self._ends:  # every call asks
            return []
        names = (call.id, *(leg.id for leg in call.legs))
        found = sorted(set(chain.from_iterable(self._ends.get(name, ()) for name in names)))
        return [leg_gone(read_event(Frame("text/event-json", b"", text)), call) for _, text in found]

    def _forget_oldest(self) -> None:
        _, names = self._order.popleft()
        for name in names:
            ends = self._ends[name]
            del ends[0]
            if not ends:
                del self._ends[name]
