"""Spending of payers, from the ledger and from running calls of two workers: an exceeded cap restricts the payer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import SimpleNamespace

import orjson
import psycopg
import pytest
from redis import Redis

from callcontrol.billing.price_book import PriceBook
from callcontrol.control.call import Call, new_call
from callcontrol.daemon.spending_watch import SpendingWatch
from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.running_costs import COUNTS_S, RunningCostStore
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.leg import Leg, Role
from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of
from callcontrol.vocabulary.restriction import Level, RestrictPayer
from tests.billing.test_bundles import LIST, tenant_with

TENANT = "spender"
# A call to a mobile costs 0.10 and 0.30 a minute, so ten minutes cost 3.10.
CAPS = "limits: {extension: {caps: {all: {money_per_hour: 5, money_per_day: unlimited, money_per_month: unlimited}}}}"
BLOCKED = ("extension:101", "money_per_hour/all", Level.BLOCK_OUTGOING)
WARNED = ("extension:101", "money_per_hour/all", Level.WARN)


def ago_s(seconds: float) -> Instant:
    return Instant(clock.now() - int(seconds * SECOND_US))


@dataclass
class Worker:
    """A spending watch, its calls, and the restrictions it has asked for."""

    dsn: str
    pipeline: RedisPipeline
    name: str
    calls: list[SimpleNamespace] = field(default_factory=list)
    asked: list[RestrictPayer] = field(default_factory=list)

    def __post_init__(self) -> None:
        tenant = tenant_with(CAPS)
        configuration = SimpleNamespace(
            settings=SimpleNamespace(tenants={TENANT: tenant}), price_books={TENANT: PriceBook(LIST)}
        )
        current = SimpleNamespace(configuration=configuration)
        store = RunningCostStore(self.pipeline, self.name)
        self.watch = SpendingWatch(
            self.dsn,
            current,  # type: ignore[arg-type]  # what of it is read
            lambda: self.calls,
            lambda one, tenant: self.asked.append(one),
            store,
        )

    def talks(self, leg: str, for_s: float, payer: str = "extension:101", trunk: str = "a") -> None:
        known = call(leg, for_s, payer, trunk)
        self.watch.learn(known, [(None, known.legs[1])])
        self.calls.append(SimpleNamespace(call=known))

    def seen(self) -> list[tuple[str, str, Level]]:
        """The restrictions that one look results in: payer, limit, level."""
        self.asked.clear()
        self.watch.look()
        return [(one.payer, one.limit, one.level) for one in self.asked]


def call(leg: str, for_s: float, payer: str, trunk: str) -> Call:
    made = new_call(
        id_=f"call-{leg}",
        channel=f"ch-{leg}",
        switch="fs1",
        worker="w",
        tenant=TENANT,
        caller=Caller("101"),
        dialled="",
        now=ago_s(for_s + 1),
    )
    at = ago_s(for_s)
    outside = Leg(leg, "fs1", Role.CALLEE, "number:+48600700800", at, trunk, payer, answered=at, bridged=at)
    return replace(made, legs=(*made.legs, outside))


@pytest.fixture
def worker(redis_url: str, redis_client: Redis, ledger_database: str) -> Iterator[Callable[[str], Worker]]:
    redis_client.ping()
    pipeline = RedisPipeline(connect(redis_url, 1))
    made: list[Worker] = []

    def make(name: str) -> Worker:
        made.append(Worker(ledger_database, pipeline, name))
        return made[-1]

    yield make
    for one in made:
        one.watch.close()
    pipeline.stop(1)


@pytest.fixture
def charge(ledger_database: str) -> Iterator[Callable[..., None]]:
    """Adds a charge to the payer's sum in the ledger, with the leg's row."""
    with psycopg.connect(ledger_database, autocommit=True) as connection:

        def made(payer: str, amount: str, at: Instant | None = None) -> None:
            since = datetime_of(Instant((at or clock.now()) // (900 * SECOND_US) * 900 * SECOND_US))
            for name in (payer, "*"):
                connection.execute(
                    "INSERT INTO spending VALUES (%s, %s, %s, 'mobile', 'PLN', %s) ON CONFLICT (tenant, payer, since,"
                    " direction, currency) DO UPDATE SET amount = spending.amount + EXCLUDED.amount",
                    (TENANT, name, since, Decimal(amount)),
                )

        yield made
        connection.execute("DELETE FROM spending WHERE tenant = %s", (TENANT,))


def test_charges_in_the_ledger_warn_and_then_block(
    worker: Callable[[str], Worker], charge: Callable[[str, str], None]
) -> None:
    one = worker("w1")
    known = call("leg", 1, "extension:101", "a")
    one.watch.learn(known, [(None, known.legs[1])])
    charge("extension:101", "3.99")
    assert one.seen() == []
    charge("extension:101", "0.01")
    assert one.seen() == [WARNED]
    charge("extension:101", "1")
    assert one.seen() == [BLOCKED]
    assert one.asked[0].why == "5 PLN of 5 spent this hour on all numbers"


def test_running_calls_of_all_workers_add_up_before_any_is_charged(worker: Callable[[str], Worker]) -> None:
    one, other = worker("w1"), worker("w2")
    one.talks("leg-1", 595)  # 3.10
    assert one.seen() == []
    other.talks("leg-2", 355)  # 1.90
    assert other.seen() == [BLOCKED]
    assert one.seen() == [BLOCKED]


def test_a_dead_workers_report_counts_until_its_calls_are_taken_over(
    worker: Callable[[str], Worker], redis_client: Redis
) -> None:
    one = worker("w1")
    key = keys.running_costs(TENANT)
    told = {"$": "RunningCosts", "costs": [["extension:101", "mobile", "PLN", "4.9"]]}
    one.talks("leg-1", 1)
    redis_client.hset(key, "w2", orjson.dumps(told | {"at": ago_s(COUNTS_S - 5)}))
    assert one.seen() == [BLOCKED]
    for text in (
        told | {"at": ago_s(COUNTS_S + 5)},
        {"$": "RunningCosts/2"},
        {"$": "RunningCosts", "costs": 3, "at": 1},
    ):
        redis_client.hset(key, "w2", orjson.dumps(text))
        assert one.seen() == []


def test_a_call_that_ended_counts_until_the_ledger_has_it_and_then_once(
    worker: Callable[[str], Worker], charge: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = worker("w1")
    one.talks("leg-1", 895)  # 4.60
    assert one.seen() == [WARNED]
    one.calls.clear()
    assert one.seen() == [WARNED]
    monkeypatch.setattr("callcontrol.daemon.spending_watch.booked_legs", lambda _c, _t, legs, _s: legs)
    charge("extension:101", "4.6")
    one.seen()  # this look learns that the ledger has the charge
    assert one.seen() == [WARNED]


def test_while_the_ledger_is_away_running_calls_count(worker: Callable[[str], Worker]) -> None:
    one = worker("w1")
    one.dsn = "host=127.0.0.1 port=1"
    one.__post_init__()
    one.talks("leg-1", 1195)  # 6.10
    assert one.seen() == [BLOCKED]


def test_legs_free_of_charge_are_not_rated(worker: Callable[[str], Worker], monkeypatch: pytest.MonkeyPatch) -> None:
    one = worker("w1")

    def never(*_: object) -> None:
        pytest.fail("the ledger was asked")

    monkeypatch.setattr("callcontrol.daemon.spending_watch.connect", never)
    assert one.seen() == []
    one.talks("leg-1", 6000, trunk="on-net", payer="")  # as routing marks calls that are free
    one.talks("leg-2", 6000, trunk="")
    one.talks("leg-3", 6000, payer="")
    assert one.seen() == []


def test_spending_above_the_usual_of_this_hour_of_the_week_warns(
    worker: Callable[[str], Worker], charge: Callable[..., None]
) -> None:
    payer, one = "extension:102", worker("w1")
    known = call("leg", 1, payer, "a")
    one.watch.learn(known, [(None, known.legs[1])])
    charge(payer, "30")
    assert (payer, "unusual_hour/all", Level.WARN) not in one.seen()  # there is no history of some weeks yet
    week_us = 7 * 86_400 * SECOND_US
    for back in range(1, 9):
        charge(payer, "30", Instant(clock.now() - back * week_us))
    charge(payer, "29")
    again = worker("w2")
    again.watch.learn(known, [(None, known.legs[1])])
    assert (payer, "unusual_hour/all", Level.WARN) not in again.seen()  # up to twice the 30 of other weeks is usual
    charge(payer, "2")
    assert (payer, "unusual_hour/all", Level.WARN) in again.seen()
    why = next(asked.why for asked in again.asked if asked.limit.startswith("unusual"))
    assert why == "61 PLN spent this hour, 60 is the most that is usual in this hour of the week"
