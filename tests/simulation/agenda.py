"""The agenda: everything that is going to happen in a simulated run, in virtual time, on a heap.

The seed decides the order of events due at the same moment, so the same seed gives the same order.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from callcontrol.daemon.timers import Timer
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.simulation.host import Host

_TIES = 2**31


class Agenda:
    """Virtual time.

    Attributes:
        now_s: seconds since the beginning; never goes back.
        steps: the number of events so far.
        host: the host on which the present event happens, None: none.
    """

    def __init__(self, start: Instant, chance: random.Random) -> None:
        self.now_s = 0.0
        self.steps = 0
        self.host: Host | None = None
        self._start = start
        self._chance = chance
        self._heap: list[Timer] = []

    def after(self, seconds: float, then: Callable[[], None]) -> Timer:
        """Call `then` after this many seconds."""
        timer = Timer(self.now_s + max(seconds, 0.0), self._chance.randrange(_TIES), then)
        heapq.heappush(self._heap, timer)
        return timer

    @contextmanager
    def at(self, host: Host | None) -> Iterator[None]:
        """Events within the block happen on this host."""
        before, self.host = self.host, host
        try:
            yield
        finally:
            self.host = before

    def wall(self) -> Instant:
        """The true time, in microseconds since the epoch."""
        return Instant(self._start + round(self.now_s * SECOND_US))

    def step(self, until_s: float) -> bool:
        """Let the next event happen that is due by `until_s`; False if there is none."""
        while self._heap and self._heap[0].then is None:
            heapq.heappop(self._heap)
        if not self._heap or self._heap[0].due_s > until_s:
            self.now_s = max(self.now_s, until_s)
            return False
        timer = heapq.heappop(self._heap)
        then, timer.then = timer.then, None
        self.now_s = timer.due_s
        self.steps += 1
        assert then is not None
        then()
        return True


class Stream:
    """A connection: messages arrive in the order in which they were sent, each after its own delay.

    Args:
        delay: returns the delay of the next message in seconds.
    """

    def __init__(self, agenda: Agenda, delay: Callable[[], float]) -> None:
        self._agenda = agenda
        self._delay = delay
        self._last_s = 0.0

    def send(self, then: Callable[[], None]) -> None:
        """Send a message, which arrives after all earlier ones."""
        self._last_s = max(self._agenda.now_s + self._delay(), self._last_s + 1e-6)
        self._agenda.after(self._last_s - self._agenda.now_s, then)
