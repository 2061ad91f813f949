"""Timers fire in order, once, and never when cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import SupportsIndex

import gevent
import pytest
from gevent.event import Event

from callcontrol.daemon import timers as module
from callcontrol.daemon.timers import Entry, Timers


def wait(event: Event) -> None:
    assert event.wait(5)


def test_they_fire_in_order_of_their_dues_whatever_the_order_they_were_set_in() -> None:
    timers, fired, last = Timers(), [], Event()
    timers.after(0.06, last.set)
    timers.after(0.04, lambda: fired.append("second"))
    timers.after(0.02, lambda: fired.append("first"))
    wait(last)
    assert fired == ["first", "second"]
    assert timers.waiting == 0


def test_an_earlier_timer_set_later_does_not_wait_for_the_one_before() -> None:
    timers, soon = Timers(), Event()
    timers.after(60, lambda: None)
    gevent.sleep(0)
    timers.after(0.01, soon.set)
    wait(soon)
    assert timers.waiting == 1


def test_a_cancelled_timer_does_nothing() -> None:
    timers, fired, last = Timers(), [], Event()
    timer = timers.after(0.01, lambda: fired.append("never"))
    timer.cancel()
    timer.cancel()
    timers.after(0.03, last.set)
    wait(last)
    assert fired == []


def test_a_callback_that_fails_does_not_stop_others() -> None:
    def fail() -> None:
        raise RuntimeError("a mistake")

    timers, last = Timers(), Event()
    timers.after(0.01, fail)
    timers.after(0.02, last.set)
    assert last.wait(5)


def test_a_callback_may_set_and_cancel_timers() -> None:
    timers, last = Timers(), Event()
    other = timers.after(0.02, lambda: pytest.fail("cancelled"))

    def go_on() -> None:
        other.cancel()
        timers.after(0.02, last.set)

    timers.after(0.01, go_on)
    assert last.wait(5)


def test_cancelled_timers_are_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SWEEP_FROM", 10)
    timers, last = Timers(), Event()
    for _ in range(100):
        timers.after(60, lambda: None).cancel()
    timers.after(0.01, last.set)
    wait(last)
    assert len(timers._heap) + len(timers._old) <= 12


class Watched(list[Entry]):
    """A heap that counts how many of its entries are visited by iteration, or taken from its end."""

    def __init__(self) -> None:
        super().__init__()
        self.looked_at = 0

    def __iter__(self) -> Iterator[Entry]:
        self.looked_at += len(self)
        return super().__iter__()

    def pop(self, index: SupportsIndex = -1) -> Entry:
        self.looked_at += 1
        return super().pop(index)


def test_a_wake_up_looks_only_at_timers_that_are_due() -> None:
    timers, heap = Timers(), Watched()
    timers._heap = heap
    for _ in range(5 * module.SWEEP_FROM):
        timers.after(60, lambda: None)
    for _ in range(10):
        last = Event()
        timers.after(0, last.set)
        wait(last)
        gevent.sleep(0)
    assert timers.waiting == 5 * module.SWEEP_FROM
    assert heap.looked_at == 0


def test_cancelled_timers_are_freed_a_few_at_a_time_and_the_others_fire() -> None:
    timers, heap, fired = Timers(), Watched(), list[int]()
    timers._heap = heap
    living = [0.2 + n % 7 / 100 for n in range(500)]
    for n, seconds in enumerate(living):
        timers.after(seconds, lambda n=n: fired.append(n))  # type: ignore[misc]
        for _ in range(10):
            before = heap.looked_at
            timers.after(60, lambda: None).cancel()
            assert heap.looked_at - before <= module.LOOKS
    assert heap.looked_at > 0
    assert len(timers._heap) + len(timers._old) < 3 * module.SWEEP_FROM
    last = Event()
    timers.after(max(living), last.set)
    wait(last)
    assert sorted(fired) == list(range(500))
    assert timers.waiting == 0
