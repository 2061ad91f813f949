"""Credit: what a reservation costs in Redis by how many legs share the account, round trips of a call with and without
it, and how long a Redis that lost its data takes to have 100,000 balances again.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

import psycopg
from redis import Redis
from rich.console import Console
from rich.table import Table

from callcontrol.daemon.credit_books import CreditBooks
from callcontrol.edges import clock
from callcontrol.edges.embedded import EmbeddedPostgres, EmbeddedRedis
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.credit import CreditStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.vocabulary.credit import UNITS, Balance, CreditAccount, Rung, SpanRequest
from callcontrol.vocabulary.moment import Instant
from tests.bench.machine import folder

LEGS = (1, 10, 100, 1_000)
RESERVATIONS = 4_000
ACCOUNTS = 100_000
CALLS = 500
SAVES = 6  # of a call, at least
TENANT = "bench"
PER_SECOND = UNITS // 100
RUNGS = tuple(Rung(s, (s + 1) * PER_SECOND) for s in (10, 20, 30))


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a reservation (microseconds), in Redis by its own statistics; and how many a second through a pipeline."""

    legs: int
    plenty: float
    scarce: float
    a_second: float


def run(console: Console, args: Namespace) -> None:
    """Measure and print."""
    with folder() as made, EmbeddedRedis(made / "redis") as url, Redis.from_url(url) as redis:
        with _pipeline(url) as pipeline:
            _show(console, [_measured(redis, pipeline, legs) for legs in LEGS])
            console.print(_round_trips(pipeline))
        with EmbeddedPostgres(made / "postgres", durable=False) as dsn, _pipeline(url) as pipeline:
            console.print(_rebuilt(redis, pipeline, dsn, args.accounts))


def _measured(redis: Redis, pipeline: RedisPipeline, legs: int) -> Cost:
    redis.flushall()
    store = CreditStore(pipeline, lambda account, on_balance: on_balance(None))
    plenty, a_second = _renewed(redis, pipeline, store, "plenty", legs, 10**15)
    cost_of_a_minute = legs * 90 * PER_SECOND
    scarce, _ = _renewed(redis, pipeline, store, "scarce", legs, cost_of_a_minute)
    return Cost(legs, plenty, scarce, a_second)


def _renewed(
    redis: Any, pipeline: RedisPipeline, store: CreditStore, name: str, legs: int, units: int
) -> tuple[float, float]:
    """So many legs talk, and ask again: microseconds in Redis for each, and how many a second through the pipeline."""
    account, now = CreditAccount(TENANT, name, "PLN"), clock.now()
    store.book(Balance(account, 1, units))
    for leg in range(legs):
        _ask(store, account, leg, now)
    pipeline.ask("PING", timeout_s=60)
    redis.config_resetstat()
    began = monotonic()
    for n in range(RESERVATIONS):
        _ask(store, account, n % legs, now)
        if n % 100 == 99:
            pipeline.ask("PING", timeout_s=60)
    a_second = RESERVATIONS / (monotonic() - began)
    spent = redis.info("commandstats")["cmdstat_evalsha"]
    return spent["usec"] / spent["calls"], a_second


def _ask(store: CreditStore, account: CreditAccount, leg: int, answered: Instant) -> None:
    request = SpanRequest(account, f"{account.name}-{leg}", RUNGS, PER_SECOND, answered, 0, 90_000_000, 700)
    store.reserve(request, lambda reply, trouble: None)


def _round_trips(pipeline: RedisPipeline) -> str:
    """Of calls that are saved so often, one after the other; with credit each has three reservations and an end."""
    store = CreditStore(pipeline, lambda account, on_balance: on_balance(None))
    account = CreditAccount(TENANT, "trips", "PLN")
    store.book(Balance(account, 1, 10**15))
    pipeline.ask("PING")
    counts = []
    for has_credit in (False, True):
        before = pipeline.round_trips
        for call in range(CALLS):
            for save in range(SAVES):
                if has_credit and save in (1, 2, 3):
                    _ask(store, account, call, clock.now())
                if has_credit and save == SAVES - 1:
                    store.end(account, f"trips-{call}", RUNGS[0].units)
                pipeline.ask("HSET", keys.calls(TENANT), f"call-{call}", "x" * 1_500)
        counts.append((pipeline.round_trips - before) / CALLS)
    return f"round trips of a call that is saved {SAVES} times: {counts[0]:.2f}, with credit {counts[1]:.2f}"


def _rebuilt(redis: Redis, pipeline: RedisPipeline, dsn: str, accounts: int) -> str:
    writer = LedgerWriter(dsn)
    writer.write([])
    writer.close()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO accounts (tenant, account, currency, entries, balance)"
            " SELECT 'tenant-' || n / 100, 'extension:' || n %% 100, 'PLN', 1, 10 FROM generate_series(1, %s) AS n",
            (accounts,),
        )
        connection.execute("ANALYZE accounts")
    redis.flushall()
    before: Any = redis.info("memory")
    books = CreditBooks(dsn, pipeline, "bench", list)
    took = []
    for _ in range(2):
        began = monotonic()
        assert books.compare() == 0
        took.append(monotonic() - began)
    after: Any = redis.info("memory")
    size = (after["used_memory"] - before["used_memory"]) / accounts
    return (
        f"{accounts:,} accounts: an empty Redis has all balances after {took[0]:.1f} s, a whole one is compared in"
        f" {took[1]:.1f} s; {size:.0f} bytes an account in Redis"
    )


@contextmanager
def _pipeline(url: str) -> Iterator[RedisPipeline]:
    pipeline = RedisPipeline(connect(url, 60.0))
    yield pipeline
    pipeline.stop(1)


def _show(console: Console, costs: list[Cost]) -> None:
    table = Table(title="a reservation, by how many legs of its account talk")
    for column in ("legs", "in Redis", "where little is left", "a second, through one worker's pipeline"):
        table.add_column(column, justify="right")
    for cost in costs:
        table.add_row(f"{cost.legs:,}", f"{cost.plenty:.0f} µs", f"{cost.scarce:.0f} µs", f"{cost.a_second:,.0f}")
    console.print(table)
