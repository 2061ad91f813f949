"""Timers fire in order, once, and never when cancelled."""

from __future__ import annotations

import gevent
import pytest
from gevent.event import Event

from callcontrol.daemon import timers as module
from callcontrol.daemon.timers import Timers


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


def test_a_callback_that_fails_stops_no_other() -> None:
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


def test_cancelled_timers_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SWEEP_FROM", 10)
    timers, last = Timers(), Event()
    for _ in range(100):
        timers.after(60, lambda: None).cancel()
    timers.after(0.01, last.set)
    wait(last)
    gevent.sleep(0)
    assert len(timers._heap) == 0
