"""Restrictions of payers: set once, known to all workers, restored from the ledger, and told to running calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import gevent
import psycopg
import pytest
from gevent.event import AsyncResult
from prometheus_client import REGISTRY
from redis import Redis

from callcontrol.control.call import Call, new_call
from callcontrol.control.events import Event
from callcontrol.control.restriction_events import PayersRestricted
from callcontrol.daemon.restriction_keeper import RestrictionKeeper
from callcontrol.daemon.restrictions import PayerRestrictions
from callcontrol.edges import clock
from callcontrol.edges.ledger.media import MediaLedger
from callcontrol.edges.ledger.restrictions import note_restrictions, restrictions_in_force, restrictions_of
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import StoreAway
from callcontrol.edges.live_state.inbox import Inbox
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.restrictions import OnRestricted, RestrictionStore
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.leg import Leg, Role
from callcontrol.vocabulary.media_notes import to_json
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.restriction import BY_HAND, Level, Restriction, RestrictPayer

TENANT = "guarded"
PAYER = "extension:101"
HOUR_US = 3600 * SECOND_US


def in_s(seconds: float) -> Instant:
    return Instant(clock.now() + int(seconds * SECOND_US))


def restriction(level: Level = Level.BLOCK_CLASS, limit: str = "money_per_day/all", **changed: object) -> Restriction:
    until = in_s(3600)
    made = Restriction(TENANT, PAYER, limit, level, ("premium",), in_s(-1), until, "limit", "50 PLN a day")
    return replace(made, **changed)  # type: ignore[arg-type]  # fields of a test


@dataclass
class Driver:
    """A stand-in for a driver that keeps the events."""

    call: Call
    events: list[Event] = field(default_factory=list)

    def deliver(self, event: Event) -> None:
        self.events.append(event)


def driver(payer: str = PAYER, tenant: str = TENANT, target: str = "number:+48900100100", trunk: str = "a") -> Driver:
    made = new_call(
        id_="c", channel="ch", switch="fs1", worker="w", tenant=tenant, caller=Caller(""), dialled="", now=in_s(0)
    )
    return Driver(replace(made, legs=(*made.legs, Leg("leg", "fs1", Role.CALLEE, target, in_s(0), trunk, payer))))


class Worker:
    """A worker's restrictions, its notes for the ledger, its calls."""

    def __init__(self, redis_url: str, name: str) -> None:
        self.pipeline = RedisPipeline(connect(redis_url, 1))
        self.noted: list[Restriction] = []
        self.drivers: list[Driver] = []
        store = RestrictionStore(self.pipeline)
        self.restrictions = PayerRestrictions(store, self.noted.append, lambda: self.drivers)  # type: ignore[arg-type, return-value]
        self.inbox = Inbox(
            redis_url,
            name,
            *(lambda *what: None,) * 3,
            on_restricted=self.restrictions.heard,
        )

    def known(self) -> list[Restriction]:
        return list(self.restrictions.of(TENANT).get(PAYER, ()))

    def settled(self) -> Worker:
        """Wait until Redis has carried out what was sent without waiting."""
        for _ in range(3):
            self.pipeline.ask("EXISTS", keys.restrictions())
        return self

    def stop(self) -> None:
        self.pipeline.stop(1)


@pytest.fixture
def two(redis_url: str, redis_client: Redis) -> Iterator[tuple[Worker, Worker]]:
    redis_client.ping()
    one, other = Worker(redis_url, "w1"), Worker(redis_url, "w2")
    yield one, other
    one.stop()
    other.stop()


def by_hand(worker: Worker, said: Restriction) -> None:
    answer: AsyncResult = AsyncResult()
    store = RestrictionStore(worker.pipeline)
    store.restrict(said, lambda counts, trouble: answer.set((counts, trouble)), by_hand=True)
    assert answer.get(timeout=5) == (True, None)


def test_a_restriction_set_by_one_worker_is_known_to_all_and_noted_once(two: tuple[Worker, Worker]) -> None:
    one, other = two
    first = restriction()
    one.restrictions.restrict(first)
    one.settled()
    other.restrictions.restrict(
        replace(first, why="51 PLN seen by another worker")
    )  # the other worker has not read the first one yet
    other.settled()
    other.restrictions.read()
    one.restrictions.restrict(replace(first, why="again"))
    one.settled()
    assert one.noted == [first]
    assert other.noted == []
    assert one.known() == other.known() == [first]


def test_a_stricter_restriction_replaces_a_milder_one_but_not_the_reverse(two: tuple[Worker, Worker]) -> None:
    one, other = two
    for level in (Level.WARN, Level.BLOCK_OUTGOING, Level.ASK_PIN):
        one.restrictions.restrict(restriction(level))
        one.settled()
        other.restrictions.restrict(restriction(Level.ASK_PIN))
        other.settled()
    assert [noted.level for noted in one.noted] == [Level.WARN, Level.BLOCK_OUTGOING]
    assert [noted.level for noted in other.noted] == [Level.ASK_PIN]
    assert [known.level for known in one.known()] == [Level.BLOCK_OUTGOING]


def test_an_expired_restriction_makes_room_for_the_next(two: tuple[Worker, Worker]) -> None:
    one, _ = two
    one.restrictions.restrict(restriction(Level.BLOCK_OUTGOING, until=in_s(-0.5)))
    one.restrictions.restrict(next_one := restriction(Level.WARN))
    assert one.settled().known() == [next_one]


def test_a_release_by_a_person_keeps_the_limit_from_acting_at_every_worker(two: tuple[Worker, Worker]) -> None:
    one, other = two
    one.restrictions.restrict(restriction())
    released = restriction(Level.RELEASED, by="anna (command)", why="it was a fax")
    by_hand(one.settled(), released)
    one.restrictions.read()
    for worker in two:  # one worker has read the release, the other has not
        worker.restrictions.restrict(restriction(Level.BLOCK_OUTGOING))
        worker.settled()
        worker.restrictions.read()
        assert worker.known() == [released]
    assert other.noted == []
    by_hand(one, mine := restriction(Level.BLOCK_CLASS, by="jan (command)"))  # a restriction by a person always counts
    one.restrictions.read()
    assert one.known() == [mine]


def test_running_calls_of_the_payer_are_told_at_all_workers_within_a_second(two: tuple[Worker, Worker]) -> None:
    one, other = two
    for worker in two:
        worker.inbox.start()
        worker.drivers = [
            driver(),
            driver("extension:102"),
            driver(tenant="other"),
            driver(target="emergency:112"),
            driver(trunk=""),
        ]
    gevent.sleep(0.2)  # until both workers have subscribed
    one.restrictions.carry_out(
        RestrictPayer(PAYER, "money_per_day/all", Level.BLOCK_CLASS, ("premium",), None, "50 PLN"), TENANT
    )
    with gevent.Timeout(1):
        while not all(worker.drivers[0].events for worker in two):
            gevent.sleep(0.01)
    for worker in two:
        assert [bool(one.events) for one in worker.drivers] == [True, False, False, False, False]
        assert worker.drivers[0].events[0] == PayersRestricted()
        worker.inbox.stop()
    (set_,) = one.noted
    assert (set_.by, set_.tenant, set_.until, other.noted) == ("limit", TENANT, None, [])


def test_the_tenant_as_a_whole_is_every_payer_and_a_warning_ends_no_call(two: tuple[Worker, Worker]) -> None:
    one, _ = two
    one.drivers = [driver(), driver("extension:102")]
    one.restrictions.restrict(restriction(Level.WARN, payer="tenant"))
    assert [one.events for one in one.settled().drivers] == [[], []]
    one.restrictions.restrict(restriction(Level.BLOCK_OUTGOING, payer="tenant"))
    assert all(one.events for one in one.settled().drivers)


class Away(RestrictionStore):
    """A store whose Redis does not answer."""

    def __init__(self) -> None:
        pass

    def restrict(self, restriction: Restriction, on_restricted: OnRestricted, *, by_hand: bool = False) -> None:
        on_restricted(False, StoreAway("Redis is away"))

    def read(self) -> tuple[bool, tuple[Restriction, ...]]:
        raise StoreAway("Redis is away")


def test_without_redis_the_worker_restricts_alone_and_the_ledger_hears_of_it() -> None:
    noted: list[Restriction] = []
    running = driver()
    alone = PayerRestrictions(Away(), noted.append, lambda: [running])  # type: ignore[list-item]
    alone.restrict(one := restriction())
    alone.read()
    assert list(alone.of(TENANT)[PAYER]) == noted == [one]
    assert running.events


@pytest.fixture
def keeper(two: tuple[Worker, Worker], ledger_database: str) -> RestrictionKeeper:
    return RestrictionKeeper(ledger_database, two[0].pipeline, "w1")


@pytest.fixture
def connection(ledger_database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(ledger_database, autocommit=True) as opened:
        yield opened


def test_restrictions_that_redis_lost_are_restored_from_the_ledger_and_count_meanwhile(
    two: tuple[Worker, Worker], keeper: RestrictionKeeper, connection: psycopg.Connection, redis_client: Redis
) -> None:
    one, other = two
    keeper.look_if_ours()
    kept, released = restriction(), restriction(Level.RELEASED, "by-baseline")
    over = restriction(limit="over", until=in_s(-60))
    note_restrictions(connection, [kept, replace(released, level=Level.WARN, at=in_s(-9)), released, over])
    one.restrictions.restrict(kept)
    one.settled()
    redis_client.flushall()
    one.restrictions.read()
    assert one.known() == [kept]
    keeper.look_if_ours()
    other.restrictions.read()
    assert sorted(other.known(), key=lambda found: found.limit) == [released, kept]


def test_restrictions_that_expired_long_ago_are_removed(
    two: tuple[Worker, Worker], keeper: RestrictionKeeper, redis_client: Redis
) -> None:
    one, _ = two
    by_hand(one, restriction(until=Instant(clock.now() - 25 * HOUR_US)))
    by_hand(one, recent := restriction(limit="recent", until=in_s(-60)))
    keeper.look_if_ours()
    one.restrictions.read()
    assert one.known() == [recent]
    assert redis_client.hlen(keys.restrictions()) == 2  # the restriction, and the mark that none is missing


def test_old_sums_of_spending_are_removed(keeper: RestrictionKeeper, connection: psycopg.Connection) -> None:
    def left() -> list[tuple[int]]:
        return connection.execute("SELECT amount FROM spending WHERE tenant = %s ORDER BY 1", (TENANT,)).fetchall()

    for days, amount in ((80, 1), (60, 2), (0, 3)):
        connection.execute(
            "INSERT INTO spending VALUES (%s, 'tenant', now() - make_interval(days => %s), 'mobile', 'PLN', %s)",
            (TENANT, days, amount),
        )
    keeper.look_if_ours()
    assert left() == [(2,), (3,)]
    connection.execute("DELETE FROM spending WHERE tenant = %s", (TENANT,))


def test_the_ledger_keeps_a_restriction_once_however_often_it_is_written(
    connection: psycopg.Connection, ledger_database: str
) -> None:
    first = restriction(at=in_s(-9))
    said = [
        first,
        restriction(Level.RELEASED, by="anna (command)", why="a\0fax", until=None),
        restriction(limit=BY_HAND),
    ]
    ledger = MediaLedger(LedgerWriter(ledger_database))
    assert ledger.write([to_json(one) for one in [*said, *said]]) == []
    assert ledger.write([to_json(one) for one in reversed(said)]) == []
    ledger.close()
    kept = [replace(one, why=one.why.replace("\0", "\ufffd")) for one in said]
    found = restrictions_of(connection, TENANT, PAYER, 10)
    assert sorted(found, key=lambda one: one.at) == sorted(kept, key=lambda one: one.at)
    assert found[-1] == first
    assert restrictions_of(connection, TENANT, "tenant", 10) == []
    in_force = [one for one in restrictions_in_force(connection, clock.now()) if one.tenant == TENANT]
    assert {(one.limit, one.level) for one in in_force} == {
        ("money_per_day/all", Level.RELEASED),
        (BY_HAND, Level.BLOCK_CLASS),
    }


def test_the_number_of_restricted_payers_is_a_metric(two: tuple[Worker, Worker]) -> None:
    one, _ = two

    def shown(level: str) -> float | None:
        return REGISTRY.get_sample_value("callcontrol_restricted_payers", {"tenant": TENANT, "level": level})

    one.restrictions.restrict(restriction(Level.WARN))
    one.restrictions.restrict(restriction(Level.BLOCK_CLASS, "other"))
    one.settled()
    assert (shown("warn") or 0, shown("block_class")) == (0, 1)
    for limit in ("money_per_day/all", "other"):
        by_hand(one, restriction(Level.RELEASED, limit))
    one.restrictions.read()
    assert shown("block_class") == 0
