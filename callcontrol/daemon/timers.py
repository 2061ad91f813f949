"""Timers of all calls: one greenlet and a heap, for a timer costs a call next to nothing and mostly never fires."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count

import gevent
from gevent.event import Event

from callcontrol.edges import clock
from callcontrol.edges.containment import contained

# Cancelled timers stay in the heap until they are due or outnumber the living by this factor.
SWEEP_FACTOR = 2
SWEEP_FROM = 1_000


class Living:
    """How many timers will fire: counted as they come and go, for a look over the heap takes milliseconds."""

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


class Timers:
    """All timers of a worker. Callbacks run in the timers' own greenlet and must not block."""

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self._living = Living()
        self._numbers = count()
        self._earlier = Event()
        self._next_due_s = float("inf")
        gevent.spawn(self._run)

    def after(self, seconds: float, then: Callable[[], None]) -> Timer:
        """Call `then` after so many seconds."""
        timer = Timer(clock.monotonic() + seconds, next(self._numbers), then, self._living)
        heapq.heappush(self._heap, timer)
        if timer.due_s < self._next_due_s:
            self._earlier.set()
        return timer

    @property
    def waiting(self) -> int:
        """Timers that will fire."""
        return self._living.count

    def _run(self) -> None:
        while True:
            self._earlier.clear()
            self._next_due_s = self._heap[0].due_s if self._heap else float("inf")
            wait_s = None if not self._heap else max(0.0, self._next_due_s - clock.monotonic())
            self._earlier.wait(wait_s)
            self._fire_due()
            self._sweep()

    def _fire_due(self) -> None:
        now = clock.monotonic()
        while self._heap and self._heap[0].due_s <= now:
            then = heapq.heappop(self._heap).take()
            if then is not None:
                self._call(then)

    def _sweep(self) -> None:
        """Let go of cancelled timers, which hold on to nothing: rarely enough that it costs each next to nothing."""
        if len(self._heap) > SWEEP_FROM and len(self._heap) > SWEEP_FACTOR * self.waiting:
            self._heap = [timer for timer in self._heap if timer.then is not None]
            heapq.heapify(self._heap)

    @staticmethod
    def _call(then: Callable[[], None]) -> None:
        with contained("timer", "a timer's callback failed"):  # one call's mistake must not stop all others' timers
            then()
