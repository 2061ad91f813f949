"""The agenda: everything that is going to happen in a simulated run, in virtual time, on a heap.

The seed decides the order of events due at the same moment, so the same seed gives the same order.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable

from callcontrol.daemon.timers import Timer
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.simulation.host import Host

_TIES = 2**31
# As randrange draws, which takes longer than all else that is to be done for an event: stored seeds are the same runs.
_TIE_BITS = 32


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
        self._bits = chance.getrandbits
        # Plain tuples: they are compared without code of ours.
        self._heap: list[tuple[float, int, Timer]] = []

    def after(self, seconds: float, then: Callable[[], None]) -> Timer:
        """Call `then` after this many seconds."""
        due_s, number = self.now_s + max(seconds, 0.0), self._bits(_TIE_BITS)
        while number >= _TIES:
            number = self._bits(_TIE_BITS)
        timer = Timer(due_s, number, then)
        heapq.heappush(self._heap, (due_s, number, timer))
        return timer

    def wall(self) -> Instant:
        """The true time, in microseconds since the epoch."""
        return Instant(self._start + round(self.now_s * SECOND_US))

    def step(self, until_s: float) -> bool:
        """Let the next event happen that is due by `until_s`; False if there is none."""
        heap = self._heap
        while heap and heap[0][2].then is None:
            heapq.heappop(heap)
        if not heap or heap[0][0] > until_s:
            self.now_s = max(self.now_s, until_s)
            return False
        self.now_s, _, timer = heapq.heappop(heap)
        then, timer.then = timer.then, None
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
