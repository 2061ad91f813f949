"""Orphans are adopted once; calls of workers that live are left alone."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis

from callcontrol.billing.record import RatedRecord
from callcontrol.control.call import Call, Closed, Ending
from callcontrol.daemon.adoption import Adoption
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.desk import Desk
from callcontrol.daemon.leg_line import LegLine
from callcontrol.daemon.queue_line import QueueLine
from callcontrol.daemon.registrations import Registrations
from callcontrol.daemon.timers import Timers
from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.calls import CallStore
from callcontrol.edges.live_state.pipe import Pipe, connect
from callcontrol.edges.live_state.queues import QueueStore
from callcontrol.edges.live_state.rules import RuleStore
from callcontrol.edges.live_state.workers import Workers, worker_name
from callcontrol.edges.spool import SpoolFull
from callcontrol.routing.distribution.occasion import Occasion
from tests.control.story import Story
from tests.routing.world import facts

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"


class Written:
    """Records that were put; refuses them while it is full."""

    def __init__(self) -> None:
        self.records: list[RatedRecord] = []
        self.full = False

    def put(self, record: RatedRecord, on_durable: Callable[[], None]) -> None:
        if self.full:
            raise SpoolFull("no room")
        self.records.append(record)
        on_durable()


class NoSwitch:
    """Cannot be asked."""

    def living(self, switch: str, channels: tuple[str, ...]) -> frozenset[str] | None:
        return None


@pytest.fixture
def pipe(redis_url: str, redis_client: Redis) -> Iterator[Pipe]:
    made = Pipe(connect(redis_url, 1.0))
    yield made
    made.stop(1)


@pytest.fixture
def written() -> Written:
    return Written()


def _occasion(tenant: str) -> Occasion:
    return Occasion(clock.now(), worker_name(), 1, {"day": "d", "week": "w", "month": "m"})


@pytest.fixture
def desk(pipe: Pipe, written: Written) -> Desk:
    return Desk(
        worker=worker_name(),
        current=Current(EXAMPLE),
        rules=RuleStore(pipe),
        calls=CallStore(pipe),
        registrations=Registrations(),
        records=written,
        switches=NoSwitch(),
        legs=LegLine(lambda name: None, lambda name: "internal"),
        queue_store=(store := QueueStore(pipe, _occasion, lambda tenant, told: None)),
        queues=QueueLine(store),
        timers=Timers(),
    )


@pytest.fixture
def adoption(desk: Desk, pipe: Pipe) -> Adoption:
    return Adoption(desk, Workers(pipe, worker_name()))


def dead_worker() -> str:
    """The name of a worker of this host that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return f"{platform.node()}/{process.pid}"


def saved_call(desk: Desk, worker: str, id_: str = "call-1") -> Call:
    call = replace(Story(facts()).begin().call, worker=worker, id=id_)
    desk.calls.save(call)
    return call


def test_a_dead_workers_call_is_watched_and_adopted_once(desk: Desk, adoption: Adoption) -> None:
    saved_call(desk, dead_worker())
    assert adoption.look() == 1
    assert isinstance(desk.drivers["call-1"].call.state, Ending)
    assert adoption.look() == 0


def test_a_living_workers_calls_are_left_alone_until_it_dies(
    desk: Desk, adoption: Adoption, redis_client: Redis
) -> None:
    elsewhere = "another-host/1"
    redis_client.set(keys.worker(elsewhere), 1)
    saved_call(desk, elsewhere)
    assert adoption.look() == 0
    assert adoption.look() == 0
    redis_client.delete(keys.worker(elsewhere))
    assert adoption.look() == 1


def test_a_silent_process_of_this_host_that_still_runs_is_not_dead_by_its_pid_alone(
    desk: Desk, adoption: Adoption, redis_client: Redis
) -> None:
    parent = f"{platform.node()}/{os.getppid()}"
    redis_client.set(keys.worker(parent), 1)
    saved_call(desk, parent)
    assert adoption.look() == 0


def test_a_closed_book_that_was_never_written_is_written(desk: Desk, adoption: Adoption, written: Written) -> None:
    desk.calls.save(replace(saved_call(desk, dead_worker()), state=Closed()))
    assert adoption.look() == 1
    assert [r.call.call_id for r in written.records] == ["call-1"]
    assert desk.drivers == {}
    assert desk.calls.ids("acme") == []


def test_a_record_that_found_no_room_is_offered_again(desk: Desk, adoption: Adoption, written: Written) -> None:
    written.full = True
    desk.release(replace(saved_call(desk, desk.worker), state=Closed()))
    assert adoption.look() == 1
    assert written.records == []
    written.full = False
    assert adoption.look() == 1
    assert len(written.records) == 1
    assert adoption.look() == 0


def test_the_lease_of_a_living_worker_is_in_redis(pipe: Pipe, redis_client: Redis) -> None:
    workers = Workers(pipe, "host/1")
    workers.start()
    pipe.ask("PING")
    pipe.ask("PING")
    assert 0 < redis_client.ttl(keys.worker("host/1")) <= 6
    assert workers.is_alive("host/1")
    assert not workers.is_alive("host/2")
