"""A dead worker's calls are taken over once; calls of live workers are left alone."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gevent
import pytest
from gevent.event import Event
from prometheus_client import REGISTRY
from redis import Redis

from callcontrol.billing.record import RatedRecord
from callcontrol.control import commands as do
from callcontrol.control.call import Call, Closed, Ending, Ringing
from callcontrol.control.events import AloneChecked, CallerHungUp, ChannelsChecked, LegBridged, LegGone, TimerFired
from callcontrol.control.uncontrolled import ALONE_TIMER
from callcontrol.daemon import worker_context as desk_module
from callcontrol.daemon.adoption import Adoption
from callcontrol.daemon.box_line import BoxLine
from callcontrol.daemon.call_driver import FORGED_S
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.credit_line import CreditLine
from callcontrol.daemon.handover import Handover
from callcontrol.daemon.leg_line import LegCommand, LegLine
from callcontrol.daemon.queue_line import QueueLine
from callcontrol.daemon.registrations import Registrations
from callcontrol.daemon.room_line import RoomLine
from callcontrol.daemon.timers import Timers
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock
from callcontrol.edges.freeswitch.worker_events import WorkerEvent
from callcontrol.edges.ledger.rejected import RejectedFull
from callcontrol.edges.live_state import codec, keys
from callcontrol.edges.live_state.brought_sounds import BroughtSounds
from callcontrol.edges.live_state.calls import CallStore
from callcontrol.edges.live_state.credit import CreditStore
from callcontrol.edges.live_state.languages import LanguageStore
from callcontrol.edges.live_state.mailboxes import BoxStore
from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.edges.live_state.parked import ParkedStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.queues import QueueStore
from callcontrol.edges.live_state.rules import RuleStore
from callcontrol.edges.live_state.workers import Workers, worker_name
from callcontrol.edges.spool import EntryRefused, SpoolFull
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.media_notes import MediaNote
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import Occasion
from callcontrol.vocabulary.trail import Arrived, Trail
from tests.control.story import Story, caller
from tests.daemon.no_ledger import no_balance
from tests.routing.world import facts

US = worker_name("us")
EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"


class NoMedia:
    """A media writer that expects no changes."""

    def note(self, note: MediaNote) -> None:
        raise AssertionError(note)


class Written:
    """A record writer that keeps the records; refuses them while `full` is set."""

    def __init__(self) -> None:
        self.records: list[RatedRecord] = []
        self.full = False
        self.too_large = False
        self.aside: list[tuple[bytes, str]] = []  # calls that could not be turned into a record, each with the reason
        self.slow: list[Callable[[], None]] | None = None  # callbacks to call once the record is on disk

    def put(self, record: RatedRecord, on_durable: Callable[[], None]) -> None:
        if self.full:
            raise SpoolFull("no room")
        if self.too_large:
            raise EntryRefused("larger than any")
        self.records.append(record)
        on_durable() if self.slow is None else self.slow.append(on_durable)

    def put_aside(self, call: bytes, reason: str) -> None:
        if self.full:
            raise RejectedFull("no room")
        self.aside.append((call, reason))


class NoSwitch:
    """A switch that cannot be asked."""

    def living(self, switch: str, channels: tuple[str, ...], on_answer: Callable[[None], object]) -> None:
        on_answer(None)

    def alone(self, switch: str, channel: str, on_answer: Callable[[AloneChecked], object]) -> None:
        on_answer(AloneChecked(None))

    def gap(self, switch: str) -> Instant | None:
        return None

    def announce(self, switch: str, worker: str, calls: tuple[str, ...], arrived: bool) -> Event:
        """No worker hears the announcement."""
        heard = Event()
        heard.set()
        return heard

    def say(self, switch: str, said: WorkerEvent) -> bool:
        """No worker can be told anything."""
        return False


@pytest.fixture
def pipeline(redis_url: str, redis_client: Redis) -> Iterator[RedisPipeline]:
    made = RedisPipeline(connect(redis_url, 1.0))
    yield made
    made.stop(1)


@pytest.fixture
def written() -> Written:
    return Written()


def _occasion(tenant: str) -> Occasion:
    return Occasion(clock.now(), US, 1, {"day": "d", "week": "w", "month": "m"})


@pytest.fixture
def shared(pipeline: RedisPipeline, written: Written) -> WorkerContext:
    current = Current(EXAMPLE)
    made = WorkerContext(
        worker=US,
        current=current,
        rules=RuleStore(pipeline),
        languages=LanguageStore(pipeline),
        overrides=OverrideStore(pipeline),
        parked=ParkedStore(pipeline),
        rooms=RoomLine(pipeline, lambda switch: None),
        boxes=BoxLine(BoxStore(pipeline), BroughtSounds(pipeline), NoMedia().note),
        credit=CreditLine(CreditStore(pipeline, no_balance), current),
        calls=CallStore(pipeline, lambda tenant, call: made.lose(tenant, call)),
        registrations=Registrations(),
        records=written,
        media=NoMedia(),
        switches=NoSwitch(),
        legs=LegLine(lambda name: None, lambda name: "internal"),
        queue_store=(store := QueueStore(pipeline, _occasion, lambda tenant, told: None)),
        queues=QueueLine(store),
        timers=Timers(),
    )
    return made


@pytest.fixture
def workers(pipeline: RedisPipeline) -> Workers:
    """Our worker, which has heard from Redis long enough to judge others."""
    made = Workers(pipeline, US, steady_s=0)
    made.beat()
    pipeline.ask("PING")
    return made


@pytest.fixture
def adoption(shared: WorkerContext, workers: Workers) -> Adoption:
    return Adoption(shared, workers, random.Random(1), sweep_s=0)


def dead_worker() -> str:
    """The name of a worker of this host that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return US.replace(f"/{os.getpid()}/", f"/{process.pid}/")


def kept_call(shared: WorkerContext, worker: str, id_: str = "call-1") -> Call:
    """A saved call that Redis has."""
    call = saved_call(shared, worker, id_)
    with gevent.Timeout(5):
        while id_ not in shared.calls.owners("acme"):
            gevent.sleep(0.01)
    return call


def saved_call(shared: WorkerContext, worker: str, id_: str = "call-1") -> Call:
    call = replace(Story(facts()).begin().call, worker=worker, id=id_)
    shared.calls.save(call)
    return call


def test_a_dead_workers_call_is_adopted_once_and_stays_where_it_stood(
    shared: WorkerContext, adoption: Adoption, redis_client: Redis
) -> None:
    saved_call(shared, dead_worker())
    assert adoption.look() == 1
    assert isinstance(shared.drivers["call-1"].call.state, Ringing)
    assert shared.drivers["call-1"].call.worker == US
    assert adoption.look() == 0
    assert shared.calls.owners("acme") == {"call-1": US}


class NoneLives(NoSwitch):
    """The switch has none of the channels; the events of their ends may arrive after this answer."""

    def living(self, switch: str, channels: tuple[str, ...], on_answer: Callable[[Any], object]) -> None:
        on_answer(frozenset())


def test_an_end_reported_just_after_the_channel_was_found_gone_is_no_estimate(
    shared: WorkerContext, adoption: Adoption, pipeline: RedisPipeline, written: Written
) -> None:
    shared.switches = NoneLives()
    saved_call(shared, dead_worker())
    assert adoption.look() == 1
    driver = shared.drivers["call-1"]
    driver.deliver(TimerFired(ALONE_TIMER))
    for leg in driver.call.open_legs:
        ended = Stamps(driver.call.arrived, None, None, clock.now())
        driver.deliver(LegGone(leg, "ORIGINATOR_CANCEL", ended))
    gevent.sleep(1.2 * FORGED_S)  # by now the answer counts, and no leg is open any more
    pipeline.ask("PING")
    assert [record.call.estimated for record in written.records] == [False]


def test_a_channel_that_is_gone_without_a_reported_end_has_an_estimated_end(
    shared: WorkerContext, adoption: Adoption
) -> None:
    shared.switches = NoneLives()
    saved_call(shared, dead_worker())
    assert adoption.look() == 1
    driver = shared.drivers["call-1"]
    driver.deliver(TimerFired(ALONE_TIMER))
    with gevent.Timeout(10):
        while driver.call.is_open(driver.call.led):
            gevent.sleep(0.01)


def test_a_call_that_a_later_version_saved_is_left_to_that_version(
    shared: WorkerContext, adoption: Adoption, redis_client: Redis
) -> None:
    dead = dead_worker()
    redis_client.sadd(keys.workers(), dead)
    later, ours = kept_call(shared, dead, "call-1"), kept_call(shared, dead, "call-2")
    value = codec.encode(later).replace(b'"Call/3"', b'"Call/99"')
    redis_client.hset(keys.calls("acme"), "call-1", value)
    assert adoption.look() == 1
    assert adoption.look() == 0
    assert set(shared.drivers) == {ours.id}
    assert shared.calls.owners("acme") == {"call-1": dead, "call-2": US}
    assert redis_client.hget(keys.calls("acme"), "call-1") == value
    assert dead.encode() in redis_client.smembers(keys.workers())
    assert REGISTRY.get_sample_value("callcontrol_calls_unreadable") == 1
    redis_client.hset(keys.calls("acme"), "call-1", codec.encode(later))  # as if we were of that version
    assert adoption.look() == 1
    assert REGISTRY.get_sample_value("callcontrol_calls_unreadable") == 0
    assert dead.encode() not in redis_client.smembers(keys.workers())


def test_the_key_of_a_channel_is_removed_with_its_call_even_if_an_older_worker_took_it_for_a_call(
    shared: WorkerContext, adoption: Adoption, pipeline: RedisPipeline, redis_client: Redis
) -> None:
    """A worker from before calls had ids of their own takes over every field without a live owner before reading it."""
    older = dead_worker()
    redis_client.sadd(keys.workers(), older)
    ours = kept_call(shared, US)
    assert redis_client.hget(keys.owners("acme"), ours.caller_channel) == b"-"
    redis_client.hset(keys.owners("acme"), ours.caller_channel, older)
    shared.calls.forget(ours)
    pipeline.ask("PING")
    assert (redis_client.hgetall(keys.calls("acme")), redis_client.hgetall(keys.owners("acme"))) == ({}, {})
    redis_client.hset(keys.calls("acme"), "caller-1", b'{"$":"Call/3"}')  # such a worker has deleted the call itself
    redis_client.hset(keys.owners("acme"), "caller-1", older)
    assert adoption.look() == 0
    assert (redis_client.hgetall(keys.calls("acme")), redis_client.hgetall(keys.owners("acme"))) == ({}, {})
    assert older.encode() not in redis_client.smembers(keys.workers())
    assert REGISTRY.get_sample_value("callcontrol_calls_unreadable") == 0


def test_between_two_sweeps_calls_of_a_later_version_are_not_read_again(
    shared: WorkerContext, workers: Workers, redis_client: Redis
) -> None:
    dead = dead_worker()
    redis_client.sadd(keys.workers(), dead)
    kept_call(shared, dead)
    redis_client.hset(keys.calls("acme"), "call-1", b'{"$":"Call/99"}')
    adoption = Adoption(shared, workers, random.Random(1), sweep_s=60)
    assert adoption.look() == 0
    redis_client.hset(keys.calls("acme"), "call-1", codec.encode(replace(Story(facts()).begin().call, worker=dead)))
    assert (adoption.look(), set(shared.drivers)) == (0, set())


def test_two_workers_that_look_at_once_share_a_dead_workers_calls(
    shared: WorkerContext, adoption: Adoption, pipeline: RedisPipeline
) -> None:
    dead = dead_worker()
    for n in range(120):
        saved_call(shared, dead, f"call-{n}")
    other = replace(shared, worker="another-host/2/.x", drivers={}, closing=set())
    theirs = Adoption(other, Workers(pipeline, other.worker, steady_s=0), random.Random(2), sweep_s=0)
    looking = [gevent.spawn(one.look) for one in (adoption, theirs)]
    assert sum(one.get(timeout=10) for one in looking) == 120
    assert len({*shared.drivers, *other.drivers}) == len(shared.drivers) + len(other.drivers) == 120


def test_a_worker_taken_for_dead_that_comes_back_leaves_the_call_to_its_new_owner(
    shared: WorkerContext, adoption: Adoption, pipeline: RedisPipeline, redis_client: Redis
) -> None:
    call = saved_call(shared, dead_worker())
    assert adoption.look() == 1
    redis_client.hset(keys.owners("acme"), call.id, "another-host/2/.x")  # another worker took the call over
    driver = shared.drivers[call.id]
    shared.calls.save(driver.call)
    pipeline.ask("PING")
    assert shared.drivers == {}
    driver.deliver(CallerHungUp("NORMAL_CLEARING"))
    assert isinstance(driver.call.state, Ringing), "a lost call is not driven any more"
    shared.calls.forget(driver.call)
    pipeline.ask("PING")
    assert redis_client.hexists(keys.calls("acme"), call.id), "a worker that does not own the call cannot delete it"


def test_a_lapsed_lease_holds_all_events_until_the_owners_of_the_calls_are_known(
    shared: WorkerContext, adoption: Adoption, workers: Workers, pipeline: RedisPipeline, redis_client: Redis
) -> None:
    lapsed = [True]
    shared.holds = lambda switch: lapsed[0]
    for n in range(2):
        saved_call(shared, dead_worker(), f"call-{n}")
    assert adoption.look() == 2
    assert len(shared.held) == 2, "their events are held"
    drivers = dict(shared.drivers)
    for driver in drivers.values():
        driver.deliver(CallerHungUp("NORMAL_CLEARING"))
    redis_client.hset(keys.owners("acme"), "call-1", "another-host/2/.x")
    adoption.verify()
    lapsed[0] = False
    shared.resume()
    assert [isinstance(drivers[f"call-{n}"].call.state, Ending) for n in range(2)] == [True, False]
    assert set(shared.drivers) == {"call-0"}


def test_a_living_workers_calls_are_left_alone_until_it_dies(
    shared: WorkerContext, adoption: Adoption, redis_client: Redis
) -> None:
    elsewhere = "another-host/1"
    redis_client.set(keys.worker(elsewhere), 1)
    saved_call(shared, elsewhere)
    assert adoption.look() == 0
    assert adoption.look() == 0
    redis_client.delete(keys.worker(elsewhere))
    assert adoption.look() == 1


def test_a_silent_process_of_this_host_that_still_runs_is_not_dead_by_its_pid_alone(
    shared: WorkerContext, adoption: Adoption, redis_client: Redis
) -> None:
    parent = US.replace(f"/{os.getpid()}/", f"/{os.getppid()}/")
    redis_client.set(keys.worker(parent), 1)
    saved_call(shared, parent)
    assert adoption.look() == 0


def test_a_call_without_a_known_owner_is_adopted(
    shared: WorkerContext, adoption: Adoption, pipeline: RedisPipeline, redis_client: Redis
) -> None:
    saved_call(shared, "another-host/9/.x")
    pipeline.ask("PING")
    redis_client.delete(keys.owners("acme"))
    assert adoption.look() == 1


def test_calls_that_redis_has_lost_are_written_again(
    shared: WorkerContext, adoption: Adoption, pipeline: RedisPipeline, redis_client: Redis
) -> None:
    saved_call(shared, dead_worker())
    adoption.look()
    redis_client.delete(keys.calls("acme"), keys.owners("acme"))
    adoption.look()
    pipeline.ask("PING")
    assert shared.calls.owners("acme") == {"call-1": US}
    assert redis_client.hexists(keys.calls("acme"), "call-1")


def test_a_closed_book_that_was_never_written_is_written(
    shared: WorkerContext, adoption: Adoption, written: Written
) -> None:
    shared.calls.save(replace(saved_call(shared, dead_worker()), state=Closed()))
    assert adoption.look() == 1
    assert [r.call.call_id for r in written.records] == ["call-1"]
    assert shared.drivers == {}
    assert shared.calls.owners("acme") == {}


def test_a_record_that_found_no_room_is_offered_again(
    shared: WorkerContext, adoption: Adoption, written: Written
) -> None:
    written.full = True
    shared.release(replace(saved_call(shared, shared.worker), state=Closed()))
    assert adoption.look() == 1
    assert written.records == []
    written.full = False
    assert adoption.look() == 1
    assert len(written.records) == 1
    assert adoption.look() == 0


def test_a_record_that_cannot_be_written_to_disk_stays_in_redis_with_its_whole_trail(
    shared: WorkerContext,
    pipeline: RedisPipeline,
    written: Written,
    redis_client: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(desk_module, "DURABLE_S", 0.05)
    written.slow = []
    call = replace(saved_call(shared, shared.worker), state=Closed())
    shared.release(call)
    gevent.sleep(0.2)
    pipeline.ask("PING")
    saved = redis_client.hget(keys.calls("acme"), "call-1")
    assert saved is not None
    assert isinstance(codec.decode(saved).state, Closed)
    (taken,) = written.slow
    taken()
    pipeline.ask("PING")
    assert not redis_client.hexists(keys.calls("acme"), "call-1")


def test_the_lease_of_a_living_worker_is_in_redis(pipeline: RedisPipeline, redis_client: Redis) -> None:
    workers = Workers(pipeline, "host/1/.x", steady_s=0)
    workers.beat()
    pipeline.ask("PING")
    assert 0 < redis_client.pttl(keys.worker("host/1/.x")) <= 3000
    assert workers.is_alive("host/1/.x")
    assert not workers.is_alive("host/2/.x")
    assert workers.others() == []


def test_a_worker_that_resigns_is_dead_at_once_and_stays_so(
    pipeline: RedisPipeline, workers: Workers, redis_client: Redis
) -> None:
    ending = Workers(pipeline, "host/1/.x")
    ending.beat()
    assert workers.others() == ["host/1/.x"]
    ending.resign()
    ending.beat()
    pipeline.ask("PING")
    assert workers.dead() == ["host/1/.x"]
    workers.bury("host/1/.x")
    assert workers.dead() == []


def test_a_call_that_begins_after_its_worker_has_left_is_found_at_the_next_look(
    shared: WorkerContext, workers: Workers, pipeline: RedisPipeline
) -> None:
    """The call's connection was accepted just before its worker left."""
    adoption = Adoption(shared, workers, random.Random(1), sweep_s=3600)
    begun: list[SimpleNamespace] = []
    leaving = SimpleNamespace(drivers={}, give_away=lambda: [begun.pop()] if begun else [])
    ending = Workers(pipeline, "host/1/.x")
    ending.beat()
    handover = Handover(cast(WorkerContext, leaving), ending, adoption, lambda: None, lambda begun: None)
    handover.leave(0)
    assert adoption.look() == 0, "the worker has left no calls, and is not looked at again"
    saved_call(shared, "host/1/.x")
    handover.leave_late_ones()
    assert adoption.look() == 0, "no late call has been announced"
    begun.append(SimpleNamespace(hand_over=lambda: None))
    handover.leave_late_ones()
    assert adoption.look() == 1


def test_leases_that_all_vanish_at_once_do_not_prove_any_worker_dead(
    pipeline: RedisPipeline, redis_client: Redis
) -> None:
    """This happens when the clock of Redis's host steps forward."""
    one, other = (Workers(pipeline, f"host/{n}/.x", steady_s=0.3) for n in (1, 2))
    for worker in (one, other):
        worker.beat()
    pipeline.ask("PING")
    gevent.sleep(0.4)
    redis_client.delete(keys.worker("host/1/.x"), keys.worker("host/2/.x"))
    assert (one.dead(), other.dead()) == ([], [])
    one.beat()
    pipeline.ask("PING")
    assert one.lapsed
    one.confirmed()
    pipeline.ask("PING")
    assert (one.lapsed, one.dead()) == (False, [])  # it has not heard from Redis long enough to judge again
    gevent.sleep(0.4)
    assert one.dead() == ["host/2/.x"]  # the worker that did not come back


def test_a_worker_that_may_run_on_is_told_apart_from_one_that_has_ended(
    pipeline: RedisPipeline, workers: Workers, redis_client: Redis
) -> None:
    ended = Workers(pipeline, "host/1/.x")
    ended.beat()
    ended.resign()
    assert not workers.may_run("host/1/.x")
    assert not workers.may_run(dead_worker())
    assert not workers.may_run("")
    assert workers.may_run("host/2/.x")  # a worker of which nothing is known


def test_a_call_is_not_touched_before_a_worker_that_may_still_run_has_been_told(
    shared: WorkerContext, adoption: Adoption
) -> None:
    announced, heard = Event(), Event()

    class Switch(NoSwitch):
        def announce(self, switch: str, worker: str, calls: tuple[str, ...], arrived: bool) -> Event:
            announced.set()
            return heard

    shared.switches = Switch()
    saved_call(shared, "elsewhere/1/.x")
    looking = gevent.spawn(adoption.look)
    assert announced.wait(5)
    assert not shared.drivers
    heard.set()
    assert looking.get(timeout=5) == 1
    assert [*shared.drivers] == ["call-1"]
    announced.clear()
    heard.clear()
    saved_call(shared, dead_worker(), "call-2")
    assert adoption.look() == 1  # its worker has ended for certain, so there is no wait


def test_a_worker_that_has_just_started_does_not_judge_others_dead(
    pipeline: RedisPipeline, redis_client: Redis
) -> None:
    redis_client.sadd(keys.workers(), "host/1/.x")
    newcomer = Workers(pipeline, "host/2/.x")
    newcomer.beat()
    pipeline.ask("PING")
    assert newcomer.dead() == []


def test_an_expired_lease_is_reported_and_stays_lapsed_until_confirmed(
    pipeline: RedisPipeline, redis_client: Redis
) -> None:
    told: list[str] = []
    workers = Workers(pipeline, "host/1/.x", lambda: told.append("lapsed"), lambda: told.append("held"))
    workers.beat()
    pipeline.ask("PING")
    redis_client.delete(keys.worker("host/1/.x"))
    workers.beat()
    pipeline.ask("PING")
    assert told == ["held", "lapsed"]
    lapsed = [workers.lapsed]
    workers.confirmed()
    pipeline.ask("PING")
    assert [*lapsed, workers.lapsed] == [True, False]
    assert redis_client.exists(keys.worker("host/1/.x"))


def test_a_lease_that_lapsed_stays_so_while_redis_is_away(pipeline: RedisPipeline, redis_client: Redis) -> None:
    told: list[str] = []
    workers = Workers(pipeline, "host/1/.x", lambda: told.append("lapsed"), lambda: told.append("held"))
    workers.beat()
    pipeline.ask("PING")
    redis_client.delete(keys.worker("host/1/.x"))
    workers.beat()
    workers.beat()  # in flight when the first heartbeat finds the lease gone
    pipeline.ask("PING")
    workers.beat()
    pipeline.ask("PING")
    assert (told, workers.lapsed) == (["held", "lapsed"], True)


def test_a_call_that_cannot_be_taken_over_does_not_block_others(
    shared: WorkerContext, adoption: Adoption, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = dead_worker()
    shared.calls.save(replace(saved_call(shared, dead, "call-0"), state=Closed()))
    saved_call(shared, dead, "call-1")

    def fails(record: RatedRecord, on_durable: Callable[[], None]) -> None:
        raise RuntimeError("a mistake of one call")

    monkeypatch.setattr(written, "put", fails)
    adoption.look()
    assert set(shared.drivers) == {"call-1"}


def test_an_end_reported_after_the_call_was_closed_replaces_the_estimate_once(
    shared: WorkerContext, written: Written
) -> None:
    """The record is made again; a second report, or one of a settled leg, changes nothing."""
    story = Story(facts()).begin()
    leg = story.command(do.Bridge).legs[0][0]
    story.then(LegBridged(leg, Instant(story.facts.now + 1_000_000)))
    story.gone("caller-1", answered_s=1, by="caller").then(ChannelsChecked(frozenset()))
    assert isinstance(story.call.state, Closed)
    shared.release(story.call)
    ended = Instant(story.facts.now + 5_000_000)
    true = LegGone(leg, "NORMAL_CLEARING", Stamps(story.call.arrived, None, story.facts.now, ended), "callee")
    for _ in range(2):
        shared.late_leg_end("call-1", true)
    first, second = (record.call for record in written.records)
    assert (first.estimated, second.estimated) == (True, False)
    assert [found.ended for found in second.legs if found.leg_id == leg] == [ended]
    assert shared.estimated == {}


def test_a_record_too_large_for_the_spool_is_put_aside_whole_and_not_retried_for_ever(
    shared: WorkerContext, adoption: Adoption, written: Written
) -> None:
    written.too_large = True
    call = replace(saved_call(shared, shared.worker), state=Closed())
    shared.release(call)
    gevent.sleep(0.1)
    ((trail, reason),) = written.aside
    assert codec.decode(trail) == call
    assert reason == "larger than any"
    assert adoption.look() == 0
    assert shared.calls.owners("acme") == {}


def test_a_call_of_a_tenant_that_was_removed_is_closed_and_recorded(
    shared: WorkerContext,
    adoption: Adoption,
    written: Written,
    pipeline: RedisPipeline,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise reconciliation, which waits while the call is in Redis, would wait for ever."""
    call = replace(saved_call(shared, dead_worker()), tenant="removed", id="call-2", legs=(caller("call-2"),))
    arrived = call.trail[0]
    assert isinstance(arrived, Arrived)
    call = replace(call, trail=Trail((replace(arrived, tenant="removed", call_id="call-2", channel="call-2"),)))
    shared.calls.save(call)
    shared.calls.tenants(["removed"])  # another worker had the tenant in its configuration
    ordered: list[LegCommand] = []
    monkeypatch.setattr(shared, "legs", SimpleNamespace(carry_out=lambda command, driver: ordered.append(command)))
    assert adoption.look() >= 1
    assert ordered == [do.BringBack(refused=True)]  # the caller hears that the call is not possible
    (driver,) = [found for found in shared.drivers.values() if found.call.tenant == "removed"]
    for leg in driver.call.open_legs:
        driver.deliver(LegGone(leg, "NORMAL_CLEARING", Stamps(call.arrived, None, None, clock.now())))
    pipeline.ask("PING")
    assert "removed" in [record.call.tenant for record in written.records]
    assert shared.calls.owners("removed") == {}
