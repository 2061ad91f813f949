"""A worker that cannot reach Redis notices it, and never drives a call that another worker has."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import orjson
import pytest
from gevent.event import Event
from redis import Redis

from callcontrol.control.call import Ending, Ringing
from callcontrol.control.events import CallerHungUp
from callcontrol.daemon.adoption import Adoption
from callcontrol.daemon.call_driver import CallDriver
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges.freeswitch.worker_events import Taken, WorkerEvent
from callcontrol.edges.live_state import inbox as inbox_module
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.calls import CallStore
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.inbox import Inbox
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.workers import Workers
from callcontrol.vocabulary.moment import Instant
from tests.control.story import Story, caller
from tests.daemon.black_hole import BlackHole
from tests.daemon.queue_parts import until
from tests.daemon.test_adoption import pipeline, shared, written
from tests.daemon.test_offer_dispatcher import Ears
from tests.routing.world import facts

__all__ = ["pipeline", "shared", "written"]
OTHER = "another-host/2/.x"
HUNG_UP = CallerHungUp("NORMAL_CLEARING")


@pytest.fixture
def hole(redis_url: str, redis_client: Redis) -> Iterator[BlackHole]:
    with BlackHole(redis_url) as made:
        yield made


class Switch:
    """The only switch: connected workers hear what is announced at it."""

    def __init__(self) -> None:
        self.listening: list[WorkerContext] = []
        self.since = 0.0

    def living(self, switch: str, channels: tuple[str, ...], on_answer: object) -> None: ...

    def alone(self, switch: str, channel: str, on_answer: object) -> None: ...

    def gap(self, switch: str) -> Instant | None:
        return None

    def announce(self, switch: str, worker: str, calls: tuple[str, ...], arrived: bool) -> Event:
        for one in self.listening:
            for call in calls:
                one.taken_elsewhere(call, arrived)
        heard = Event()
        heard.set()
        return heard

    def say(self, switch: str, said: WorkerEvent) -> bool:
        return False


class Alone:
    """A worker behind the black hole, which drives one call."""

    def __init__(self, shared: WorkerContext, hole: BlackHole) -> None:
        self.pipeline = RedisPipeline(connect(hole.url, 0.2))
        self.workers = Workers(self.pipeline, shared.worker, steady_s=0)
        self.switch = Switch()
        self.shared = shared
        shared.calls = CallStore(self.pipeline, lambda tenant, call: shared.lose(tenant, call))
        shared.switches = self.switch
        shared.holds = self.holds
        shared.cut_off = lambda: self.workers.cut_off_since is not None
        self.switch.listening.append(shared)
        self.workers.start()
        until(lambda: self.pipeline.ask("EXISTS", keys.worker(shared.worker)))
        self.ears = Ears()
        call = replace(Story(facts()).begin().call, worker=shared.worker, id="call-1", legs=(caller("call-1"),))
        self.driver = CallDriver(call, facts(), shared, self.ears)
        shared.take(self.driver)
        shared.calls.save(call)
        until(lambda: self.pipeline.ask("HEXISTS", keys.owners("acme"), "call-1"))

    def holds(self, switch: str) -> bool:
        since = self.workers.cut_off_since
        return self.workers.lapsed or (since is not None and self.switch.since > since)


@pytest.fixture
def alone(shared: WorkerContext, hole: BlackHole) -> Iterator[Alone]:
    made = Alone(shared, hole)
    yield made
    with suppress(LiveStateError):  # resigning stops the greenlets that would go on asking a Redis that is gone
        made.workers.resign()
    made.pipeline.stop(0)


def others(shared: WorkerContext, pipeline: RedisPipeline, switch: Switch) -> tuple[WorkerContext, Adoption]:
    """Another worker, which reaches Redis."""
    calls = CallStore(pipeline)
    other = replace(shared, worker=OTHER, drivers={}, closing=set(), held={}, lost={}, calls=calls)
    other.holds, other.cut_off, other.switches = (lambda name: False), (lambda: False), switch
    workers = Workers(pipeline, OTHER, steady_s=0)
    workers.beat()
    return other, Adoption(other, workers, random.Random(1), sweep_s=0)


def test_an_inbox_whose_connection_is_dead_makes_another(
    hole: BlackHole, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_module, "PING_S", 0.2)
    monkeypatch.setattr(inbox_module, "PONG_S", 0.2)
    monkeypatch.setattr(inbox_module, "RETRY_S", 0.1)
    taken: list[object] = []
    inbox = Inbox(hole.url, "host/1", lambda *_: None, lambda *_: None, lambda *call: taken.append(call))
    inbox.start()
    until(lambda: redis_client.pubsub_numsub(keys.inbox("host/1"))[0][1])
    hole.swallows, before = True, hole.accepted
    until(lambda: hole.accepted > before)
    hole.swallows = False
    told = orjson.dumps({"kind": "taken", "from": keys.calls("acme"), "fields": ["call-1", "fetched"]})
    until(lambda: redis_client.publish(keys.inbox("host/1"), told) and taken)
    inbox.stop()
    assert taken[0] == ("acme", "call-1", False)


def test_the_longest_time_without_messages_is_a_named_limit() -> None:
    assert inbox_module.PING_S + inbox_module.PONG_S + inbox_module.RETRY_S < 5


def test_a_worker_cut_off_alone_gives_up_a_call_that_another_worker_has(
    alone: Alone, hole: BlackHole, pipeline: RedisPipeline
) -> None:
    hole.swallows = True
    until(alone.shared.cut_off)
    other, adoption = others(alone.shared, pipeline, alone.switch)
    until(lambda: adoption.look())
    assert set(other.drivers) == {"call-1"}
    assert alone.shared.drivers == {}
    before = list(alone.ears.commands)
    alone.driver.deliver(HUNG_UP)
    assert isinstance(alone.driver.call.state, Ringing)
    assert alone.ears.commands == before


def test_if_redis_is_away_for_all_workers_calls_go_on(alone: Alone, hole: BlackHole) -> None:
    hole.swallows = True
    until(alone.shared.cut_off)
    alone.driver.deliver(HUNG_UP)
    assert isinstance(alone.driver.call.state, Ending)


def test_a_worker_without_redis_and_switch_holds_its_calls_until_redis_tells_their_owners(
    alone: Alone, hole: BlackHole, redis_client: Redis
) -> None:
    hole.swallows = True
    until(alone.shared.cut_off)
    alone.switch.since = float("inf")  # the link has broken
    alone.driver.deliver(HUNG_UP)
    assert isinstance(alone.driver.call.state, Ringing)
    redis_client.hset(keys.owners("acme"), "call-1", OTHER)
    hole.swallows = False
    until(lambda: alone.workers.lapsed)
    until(lambda: not alone.pipeline.away_because)
    Adoption(alone.shared, alone.workers, random.Random(1)).verify()
    alone.shared.resume()
    assert isinstance(alone.driver.call.state, Ringing)
    assert alone.shared.drivers == {}


def test_a_takeover_announced_by_the_switch_changes_nothing_for_a_worker_that_hears_redis(alone: Alone) -> None:
    alone.switch.announce("fs1", OTHER, ("call-1",), arrived=False)
    assert set(alone.shared.drivers) == {"call-1"}


def test_a_takeover_is_announced_at_the_switch_in_one_event() -> None:
    assert Taken(OTHER, ("a-1", "b-2")).wire().split(b"\n") == [
        b"sendevent CUSTOM",
        b"Event-Subclass: callcontrol::taken",
        b"Callcontrol-Worker: another-host/2/.x",
        b"Callcontrol-Calls: a-1,b-2",
        b"Callcontrol-How: fetched",
        b"",
        b"",
    ]
