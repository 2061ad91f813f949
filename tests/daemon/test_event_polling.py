"""Switches are asked for events while there are calls of queues, and only then."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import gevent
import pytest

from callcontrol.config.settings import Switch
from callcontrol.control.call import Call, new_call
from callcontrol.daemon import event_polling
from callcontrol.daemon.event_polling import EventPolling, is_of_queue
from callcontrol.kinds.targets.queue.callback import new_callback
from callcontrol.kinds.targets.queue.serving import Serving
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import Offer

NOW = Instant(1_800_000_000_000_000)
MANY = 5


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_polling, "LOOK_S", 0.01)


def switch(poll_events_ms: int) -> Switch:
    return Switch(password="secret", poll_events_ms=poll_events_ms)


def of_queue() -> Call:
    offer = Offer("t:1", "t", "line", 1, ("anna",), NOW, NOW, "w1", True, 1, "+48600100200")
    return new_callback(id_="q", switch="s1", worker="w1", tenant="acme", offer=offer, now=NOW)


def forwarded() -> Call:
    return new_call(
        id_="f", channel="f-a", switch="s1", worker="w1", tenant="acme", caller=Caller("1"), dialled="2", now=NOW
    )


def test_a_call_counts_as_a_queue_call_while_an_agent_may_ring_or_talks() -> None:
    assert not is_of_queue(forwarded())
    assert is_of_queue(of_queue())
    assert is_of_queue(
        replace(forwarded(), serving=Serving(agent="anna", ticket="t", queue="line", offer="t:1", leg="leg"))
    )


def until(done: object) -> None:
    with gevent.Timeout(5.0):
        while not done():  # type: ignore[operator]
            gevent.sleep(0.005)


def test_each_switch_is_asked_as_its_settings_say_while_a_call_is_of_a_queue() -> None:
    asked, calls = Counter[str](), set[str]()
    polling = EventPolling({"s1": switch(1), "s2": switch(0)}, calls, lambda name: asked.update([name]))
    polling.start()
    gevent.sleep(0.05)
    assert not asked
    calls.add("q")
    until(lambda: asked["s1"] > MANY)
    calls.remove("q")
    gevent.sleep(0.05)
    before = asked["s1"]
    gevent.sleep(0.05)
    assert asked == {"s1": before}
    polling.stop()


def test_polling_goes_on_after_a_failure() -> None:
    asked = Counter[str]()

    def poll(name: str) -> None:
        asked.update([name])
        raise OSError(name)

    polling = EventPolling({"s1": switch(1)}, {"q"}, poll)
    polling.start()
    until(lambda: asked["s1"] > MANY)
    assert set(asked) == {"s1"}
    polling.stop()
    before = asked["s1"]
    gevent.sleep(0.05)
    assert asked["s1"] == before
