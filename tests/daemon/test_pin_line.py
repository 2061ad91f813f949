"""PINs: attempts are counted over all calls before they are compared, hashed in threads, and locked after too many."""

from __future__ import annotations

import time
from types import SimpleNamespace

import gevent
import pytest
from gevent.event import Event as Signal

from callcontrol.control import box_commands as in_box
from callcontrol.control.box_events import PinChecked
from callcontrol.control.events import Event, Stored
from callcontrol.daemon import pin_line, pin_turns
from callcontrol.daemon.pin_line import PinLine
from callcontrol.edges import box_meters, pin_hash
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.pin_hash import Cost
from callcontrol.vocabulary.box_fact import BoxFact
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.pin import PinVerdict
from tests.daemon.test_adoption import pipeline

__all__ = ["pipeline"]
PIN = "5927"
RIGHT, WRONG, LOCKED = PinVerdict.RIGHT, PinVerdict.WRONG, PinVerdict.LOCKED


class Driver:
    """The part of a driver that the line needs."""

    def __init__(self) -> None:
        self.call = SimpleNamespace(tenant="acme", id="call-1", led_party=Caller("+48600100200"))
        self.events: list[Event] = []
        self._came = Signal()

    def deliver(self, event: Event) -> None:
        self.events.append(event)
        self._came.set()

    def when_confirmed(self, store: object, *, over: bool = False) -> None:
        assert callable(store)
        store()

    def answer(self) -> Event:
        assert self._came.wait(10)
        self._came.clear()
        return self.events[-1]


class Desk:
    """A line, and calls that ask it."""

    def __init__(self, pipeline: RedisPipeline) -> None:
        self.noted: list[BoxFact] = []
        self.line = PinLine(BoxStore(pipeline), self.noted.append)

    def sets(self, pin: str) -> Event:
        return self._asks(in_box.SetPin("101", pin))

    def tries(self, pin: str, failures: int = 3, locked_s: int = 600) -> PinVerdict:
        answer = self._asks(in_box.CheckPin("101", pin, failures, locked_s))
        assert isinstance(answer, PinChecked)
        return answer.verdict

    def _asks(self, command: pin_line.PinCommand) -> Event:
        driver = Driver()
        self.line.carry_out(command, driver)  # type: ignore[arg-type]  # as much of one as it needs
        return driver.answer()


@pytest.fixture
def desk(pipeline: RedisPipeline, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(pin_hash.hashed, "__defaults__", (Cost(4, 8, 1),))
    return Desk(pipeline)


def test_the_right_pin_opens_and_a_wrong_one_does_not(desk: Desk) -> None:
    assert desk.sets(PIN) == Stored()
    assert [desk.tries("1111"), desk.tries(PIN)] == [WRONG, RIGHT]


def test_a_box_without_a_pin_takes_none(desk: Desk) -> None:
    assert [desk.tries(""), desk.tries("0000")] == [WRONG, WRONG]


def test_too_many_wrong_pins_over_all_calls_lock_the_mailbox_even_for_the_right_pin(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    locked = box_meters.mailboxes_locked_total._value.get()
    desk.sets(PIN)
    assert [desk.tries("1111") for _ in range(3)] == [WRONG] * 3
    assert [desk.tries(PIN), desk.tries(PIN)] == [LOCKED, LOCKED]
    assert box_meters.mailboxes_locked_total._value.get() == locked + 1
    assert [(one.what, one.value) for one in desk.noted][1:] == [("locked", "+48600100200")]
    assert (
        "voicemail box 101 of tenant acme is locked after 3 wrong PINs, the last one from +48600100200" in caplog.text
    )
    assert PIN not in caplog.text


def test_the_right_pin_in_time_resets_the_count_of_wrong_ones(desk: Desk) -> None:
    desk.sets(PIN)
    assert [desk.tries(one) for one in ("1111", "1111", PIN, "1111", "1111", PIN)] == [WRONG, WRONG, RIGHT] * 2


def test_a_locked_mailbox_opens_again_after_its_time(desk: Desk) -> None:
    desk.sets(PIN)
    assert [desk.tries("1111", failures=1, locked_s=0), desk.tries(PIN)] == [WRONG, RIGHT]


def test_a_new_pin_unlocks_the_mailbox(desk: Desk) -> None:
    desk.tries("1111", failures=1)
    assert desk.tries("1111", failures=1) is LOCKED
    desk.sets("8164")
    assert desk.tries("8164") is RIGHT


def test_the_hub_goes_on_while_pins_are_compared(pipeline: RedisPipeline) -> None:
    """At the real cost of a hash, in threads: the gaps between turns of the hub are far shorter than one hash takes."""
    desk, gaps = Desk(pipeline), [0.0]

    def watch() -> None:
        last = time.monotonic()
        while True:
            gevent.sleep(0.001)
            gaps.append(time.monotonic() - last)
            last = time.monotonic()

    began = time.monotonic()
    watcher = gevent.spawn(watch)
    desk.sets(PIN)
    assert desk.tries(PIN) is RIGHT
    took = time.monotonic() - began
    watcher.kill()
    assert sorted(gaps)[len(gaps) // 2] < 0.03
    assert len(gaps) > took / 0.05, "the hub stood still"


def test_too_many_pins_at_the_same_time_are_refused_immediately(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pin_turns, "MAX_PINS", 0)
    assert desk.tries(PIN) is PinVerdict.UNKNOWN
    assert desk.sets(PIN) == Stored("too many PINs wait to be checked")
