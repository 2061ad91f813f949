"""Orphans are adopted once; calls of workers that live are left alone."""

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
from callcontrol.control.events import CallerHungUp, ChannelsChecked, LegBridged, LegGone, TimerFired
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
    """Where changes of media go: none is expected."""

    def note(self, note: MediaNote) -> None:
        raise AssertionError(note)


class Written:
    """Records that were put; refuses them while it is full."""

    def __init__(self) -> None:
        self.records: list[RatedRecord] = []
        self.full = False
        self.too_large = False
        self.aside: list[tuple[bytes, str]] = []  # calls of which no record could be made, and why
        self.slow: list[Callable[[], None]] | None = None  # what is told when the disk has taken it

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
    """Cannot be asked."""

    def living(self, switch: str, channels: tuple[str, ...], on_answer: Callable[[None], object]) -> None:
        on_answer(None)

    def alone(self, switch: str, channel: str, on_answer: Callable[[None], object]) -> None:
        on_answer(None)

    def gap(self, switch: str) -> Instant | None:
        return None

    def announce(self, switch: str, worker: str, calls: tuple[str, ...], arrived: bool) -> Event:
        """There is nobody to hear it."""
        heard = Event()
        heard.set()
        return heard


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
    """Ours, who has heard from Redis for long enough to judge others."""
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
    """None of the channels is there; their ends may be on their way behind the answer."""

    def living(self, switch: str, channels: tuple[str, ...], on_answer: Callable[[Any], object]) -> None:
        on_answer(frozenset())


def test_an_end_that_is_told_just_after_the_channel_was_found_gone_is_no_estimate(
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
    gevent.sleep(1.2 * FORGED_S)  # the answer counts now, and finds nothing that is open
    pipeline.ask("PING")
    assert [record.call.estimated for record in written.records] == [False]


def test_a_channel_that_is_gone_and_of_which_nothing_is_told_has_an_estimated_end(
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


def test_what_stands_under_a_channel_goes_with_its_call_also_where_an_older_worker_took_it_for_one(
    shared: WorkerContext, adoption: Adoption, pipeline: RedisPipeline, redis_client: Redis
) -> None:
    """A worker of before calls had ids of their own takes over what has no living owner before it reads it."""
    older = dead_worker()
    redis_client.sadd(keys.workers(), older)
    ours = kept_call(shared, US)
    assert redis_client.hget(keys.owners("acme"), ours.caller_channel) == b"-"
    redis_client.hset(keys.owners("acme"), ours.caller_channel, older)
    shared.calls.forget(ours)
    pipeline.ask("PING")
    assert (redis_client.hgetall(keys.calls("acme")), redis_client.hgetall(keys.owners("acme"))) == ({}, {})
    redis_client.hset(keys.calls("acme"), "caller-1", b'{"$":"Call/3"}')  # its call was forgotten by such a worker
    redis_client.hset(keys.owners("acme"), "caller-1", older)
    assert adoption.look() == 0
    assert (redis_client.hgetall(keys.calls("acme")), redis_client.hgetall(keys.owners("acme"))) == ({}, {})
    assert older.encode() not in redis_client.smembers(keys.workers())
    assert REGISTRY.get_sample_value("callcontrol_calls_unreadable") == 0


def test_between_two_sweeps_nobody_looks_for_what_only_a_later_version_can_read(
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


def test_two_who_look_at_once_share_a_dead_workers_calls(
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


def test_whoever_was_taken_for_dead_and_comes_back_leaves_the_call_to_its_new_owner(
    shared: WorkerContext, adoption: Adoption, pipeline: RedisPipeline, redis_client: Redis
) -> None:
    call = saved_call(shared, dead_worker())
    assert adoption.look() == 1
    redis_client.hset(keys.owners("acme"), call.id, "another-host/2/.x")  # somebody took it from us
    driver = shared.drivers[call.id]
    shared.calls.save(driver.call)
    pipeline.ask("PING")
    assert shared.drivers == {}
    driver.deliver(CallerHungUp("NORMAL_CLEARING"))
    assert isinstance(driver.call.state, Ringing), "a lost call is not driven any more"
    shared.calls.forget(driver.call)
    pipeline.ask("PING")
    assert redis_client.hexists(keys.calls("acme"), call.id), "who does not have it cannot forget it"


def test_a_lapsed_lease_holds_everything_until_it_is_known_whose_the_calls_are(
    shared: WorkerContext, adoption: Adoption, workers: Workers, pipeline: RedisPipeline, redis_client: Redis
) -> None:
    lapsed = [True]
    shared.holds = lambda switch: lapsed[0]
    for n in range(2):
        saved_call(shared, dead_worker(), f"call-{n}")
    assert adoption.look() == 2
    assert len(shared.held) == 2, "what they were told waits"
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


def test_a_call_nobody_is_known_to_have_is_adopted(
    shared: WorkerContext, adoption: Adoption, pipeline: RedisPipeline, redis_client: Redis
) -> None:
    saved_call(shared, "another-host/9/.x")
    pipeline.ask("PING")
    redis_client.delete(keys.owners("acme"))
    assert adoption.look() == 1


def test_calls_the_live_state_has_lost_are_told_again(
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


def test_a_record_the_disk_does_not_take_is_in_the_live_state_with_its_whole_trail(
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


def test_who_ends_in_order_is_dead_at_once_and_stays_so(
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
    """Its connection had been accepted just before."""
    adoption = Adoption(shared, workers, random.Random(1), sweep_s=3600)
    begun: list[SimpleNamespace] = []
    leaving = SimpleNamespace(drivers={}, give_away=lambda: [begun.pop()] if begun else [])
    ending = Workers(pipeline, "host/1/.x")
    ending.beat()
    handover = Handover(cast(WorkerContext, leaving), ending, adoption, lambda: None, lambda begun: None)
    handover.leave(0)
    assert adoption.look() == 0, "it has left nothing, and is not looked at again"
    saved_call(shared, "host/1/.x")
    handover.leave_late_ones()
    assert adoption.look() == 0, "there was nothing to tell"
    begun.append(SimpleNamespace(hand_over=lambda: None))
    handover.leave_late_ones()
    assert adoption.look() == 1


def test_leases_that_are_all_gone_at_once_say_nothing_of_who_lives(
    pipeline: RedisPipeline, redis_client: Redis
) -> None:
    """As after a forward step of the clock of Redis's host."""
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
    assert (one.lapsed, one.dead()) == (False, [])  # it has heard from Redis too short a time to judge again
    gevent.sleep(0.4)
    assert one.dead() == ["host/2/.x"]  # that never came back


def test_a_worker_that_may_run_on_is_told_apart_from_one_that_has_ended(
    pipeline: RedisPipeline, workers: Workers, redis_client: Redis
) -> None:
    ended = Workers(pipeline, "host/1/.x")
    ended.beat()
    ended.resign()
    assert not workers.may_run("host/1/.x")
    assert not workers.may_run(dead_worker())
    assert not workers.may_run("")
    assert workers.may_run("host/2/.x")  # nothing is known of it


def test_nothing_is_done_with_a_call_before_a_worker_that_may_run_on_has_been_told(
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
    assert adoption.look() == 1  # its worker cannot do anything any more: nothing is waited for


def test_who_has_only_just_begun_does_not_judge_the_silence_of_others(
    pipeline: RedisPipeline, redis_client: Redis
) -> None:
    redis_client.sadd(keys.workers(), "host/1/.x")
    newcomer = Workers(pipeline, "host/2/.x")
    newcomer.beat()
    pipeline.ask("PING")
    assert newcomer.dead() == []


def test_a_lease_that_ran_out_is_told_and_stays_lapsed_until_confirmed(
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
    workers.beat()  # under way when the first one finds that the lease is gone
    pipeline.ask("PING")
    workers.beat()
    pipeline.ask("PING")
    assert (told, workers.lapsed) == (["held", "lapsed"], True)


def test_a_call_that_cannot_be_taken_over_keeps_no_other_from_it(
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


def test_a_truth_told_after_the_call_was_closed_replaces_the_estimate_once(
    shared: WorkerContext, written: Written
) -> None:
    """With a record made anew; what is told once more, or of a leg that is certain, changes nothing."""
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


def test_a_record_too_large_for_the_spool_is_put_aside_whole_and_not_offered_for_ever(
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
    """It would hold up reconciliation for ever, which waits while Redis remembers it."""
    call = replace(saved_call(shared, dead_worker()), tenant="removed", id="call-2", legs=(caller("call-2"),))
    arrived = call.trail[0]
    assert isinstance(arrived, Arrived)
    call = replace(call, trail=Trail((replace(arrived, tenant="removed", call_id="call-2", channel="call-2"),)))
    shared.calls.save(call)
    shared.calls.tenants(["removed"])  # some worker had it in its configuration
    ordered: list[LegCommand] = []
    monkeypatch.setattr(shared, "legs", SimpleNamespace(carry_out=lambda command, driver: ordered.append(command)))
    assert adoption.look() >= 1
    assert ordered == [do.BringBack(refused=True)]  # the caller hears that it is not possible
    (driver,) = [found for found in shared.drivers.values() if found.call.tenant == "removed"]
    for leg in driver.call.open_legs:
        driver.deliver(LegGone(leg, "NORMAL_CLEARING", Stamps(call.arrived, None, None, clock.now())))
    pipeline.ask("PING")
    assert "removed" in [record.call.tenant for record in written.records]
    assert shared.calls.owners("removed") == {}
