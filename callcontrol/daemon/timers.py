"""Timers of all calls: one greenlet and a heap, for a timer costs a call next to nothing and mostly never fires."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from operator import itemgetter

import gevent
from gevent.event import Event

from callcontrol.edges import clock
from callcontrol.edges.containment import contained

# Cancelled timers stay in the heap until they are due or outnumber the living by this factor. Then they are let go,
# LOOKS at a time whenever a timer is set: a walk over all would take many milliseconds.
SWEEP_FACTOR = 2
SWEEP_FROM = 1_000
LOOKS = 4


class Living:
    """How many timers will fire: counted as they are set and cancelled, for counting the heap takes milliseconds."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


class Timer:
    """One thing due later. Cancelling twice, or after it fired, is harmless."""

    __slots__ = ("_living", "due_s", "number", "then")

    def __init__(self, due_s: float, number: int, then: Callable[[], None], living: Living | None = None) -> None:
        self.due_s = due_s
        self.number = number
        self.then: Callable[[], None] | None = then
        self._living = living
        if living is not None:
            living.count += 1

    def __lt__(self, other: Timer) -> bool:
        return (self.due_s, self.number) < (other.due_s, other.number)

    def cancel(self) -> None:
        """Forget it."""
        self.take()

    def take(self) -> Callable[[], None] | None:
        """What is to be done, once; None if it was cancelled."""
        then, self.then = self.then, None
        if then is not None and self._living is not None:
            self._living.count -= 1
        return then


Entry = tuple[float, int, Timer]


class Timers:
    """All timers of a worker. Callbacks run in the timers' own greenlet and must not block."""

    def __init__(self) -> None:
        # plain tuples, told apart by their second part: they are compared without code of ours
        self._heap: list[Entry] = []
        self._old: list[Entry] = []  # a heap as well: what is left of one that held too many cancelled timers
        self._living = Living()
        self._numbers = count()
        self._earlier = Event()
        self._next_due_s = float("inf")
        gevent.spawn(self._run)

    def after(self, seconds: float, then: Callable[[], None]) -> Timer:
        """Call `then` after so many seconds."""
        timer = Timer(clock.monotonic() + seconds, next(self._numbers), then, self._living)
        heapq.heappush(self._heap, (timer.due_s, timer.number, timer))
        if timer.due_s < self._next_due_s:
            self._earlier.set()
        self._let_go()
        return timer

    @property
    def waiting(self) -> int:
        """Timers that will fire."""
        return self._living.count

    def _run(self) -> None:
        while True:
            self._earlier.clear()
            first = self._first()
            self._next_due_s = first[0][0] if first else float("inf")
            self._earlier.wait(max(0.0, self._next_due_s - clock.monotonic()) if first else None)
            self._fire_due()

    def _first(self) -> list[Entry]:
        """The heap on which the next one stands that will fire; an empty one if there is none.

        Most timers are cancelled: to wake for each of them would cost a call more than to set it.
        """
        for heap in (self._heap, self._old):
            while heap and heap[0][2].then is None:
                heapq.heappop(heap)
        if self._heap and self._old:
            return min(self._heap, self._old, key=itemgetter(0))
        return self._heap or self._old

    def _fire_due(self) -> None:
        now = clock.monotonic()
        while (first := self._first()) and first[0][0] <= now:
            then = heapq.heappop(first)[2].take()
            if then is not None:
                self._call(then)

    def _let_go(self) -> None:
        """Look at a few timers of the old heap, from its end, which leaves it a heap: the living go to the new one."""
        if not self._old and len(self._heap) > max(SWEEP_FROM, SWEEP_FACTOR * self.waiting):
            self._heap, self._old = self._old, self._heap
        for _ in range(min(LOOKS, len(self._old))):
            entry = self._old.pop()
            if entry[2].then is not None:
                heapq.heappush(self._heap, entry)

    @staticmethod
    def _call(then: Callable[[], None]) -> None:
        with contained("timer", "a timer's callback failed"):  # one call's mistake must not stop all others' timers
            then()
