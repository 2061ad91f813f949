"""What `callcontrol calls` and `queues --from` ask of a year of calls, how long it takes, and by which plan."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row
from rich.console import Console
from rich.table import Table

from callcontrol.edges import clock
from callcontrol.edges.ledger.reader import LedgerReader
from callcontrol.edges.ledger.statistics import agent_statistics, queue_statistics
from callcontrol.vocabulary.moment import Instant, instant_from, instant_of
from callcontrol.vocabulary.wanted import CallType, Place, Wanted
from tests.bench.figures import spread
from tests.bench.made_history import Sample, Year, ledger, numbers_outside, samples

CALLS = 1_000_000
ASKED = 100  # times each, with other values every time
DAY = timedelta(days=1)
_MONTH = re.compile(r"_\d{4}_\d{2}_?")
IN_TIME_S, SHORT_S = 20, 5

Ask = Callable[[], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, so often as there are samples."""

    name: str
    asks: tuple[Ask, ...]
    wanted: Wanted | None = None  # of the first one, whose plan is shown


def run(console: Console, args: Namespace) -> None:
    """Make the ledger, ask, print."""
    calls = args.calls or CALLS
    console.rule(f"history: {calls:,} calls in a year")
    with (
        ledger(Year(calls, args.largest, months=args.months, kept=args.kept), console) as dsn,
        LedgerReader(dsn) as reader,
    ):
        table = Table("query", "rows", "p50 ms", "p99 ms", "plan")
        for question in questions(reader, dsn):
            table.add_row(question.name, *_measured(question), _plan(dsn, reader, question))
        console.print(table)


def questions(reader: LedgerReader, dsn: str) -> Iterator[Question]:
    """All of them, with values from the ledger itself; each first without a tenant's name where that is possible."""
    found = samples(dsn, ASKED)
    outside = numbers_outside(dsn, found)

    def asked(name: str, wants: Sequence[Wanted]) -> Question:
        return Question(name, tuple(lambda w=w: reader.calls(w) for w in wants), wants[0])  # type: ignore[misc]  # a default binds w

    yield asked("call id", [Wanted(call_id=s.call_id) for s in found])
    yield asked("tenant, call id", [Wanted(tenant=s.tenant, call_id=s.call_id) for s in found])
    yield asked("caller", [Wanted(number=s.caller_number) for s in found])
    yield asked("tenant, caller", [Wanted(tenant=s.tenant, number=s.caller_number) for s in found])
    yield asked("tenant, caller, month", [within(s, 15, number=s.caller_number) for s in found])
    yield asked("tenant, dialled", [Wanted(tenant=s.tenant, number=s.dialled) for s in found])
    yield asked("tenant, extension", [Wanted(tenant=s.tenant, number="101") for s in found])
    yield asked("tenant, forwarded to", [Wanted(tenant=t, number=n) for t, n in outside])
    yield asked("number nobody has", [Wanted(tenant=s.tenant, number="+49301234567") for s in found])
    yield asked("latest", [Wanted()] * ASKED)
    yield asked("tenant, latest", [Wanted(tenant=s.tenant) for s in found])
    yield asked("tenant, day", [within(s, 0.5) for s in found])
    yield asked("tenant, day, 1000", [within(s, 0.5, limit=1_000) for s in found])
    yield asked("tenant, outcome, day", [within(s, 0.5, outcome="abandoned") for s in found])
    yield asked("day", [Wanted(since=at(s, -0.5), until=at(s, 0.5)) for s in found])
    yield from (asked(name, wants) for name, wants in _filters(found))
    yield Question("sums of a day", tuple(lambda s=s: _sums(reader, s, 0.5) for s in found))  # type: ignore[misc]  # a default binds s
    yield Question("sums of a month", tuple(lambda s=s: _sums(reader, s, 15) for s in found[:20]))  # type: ignore[misc]  # a default binds s
    yield Question("queues of a day", tuple(lambda s=s: of_queues(dsn, s, 0.5) for s in found))  # type: ignore[misc]  # a default binds s
    yield Question("queues of a month", tuple(lambda s=s: of_queues(dsn, s, 15) for s in found[:20]))  # type: ignore[misc]  # a default binds s
    yield Question("agents of a day", tuple(lambda s=s: of_agents(dsn, s, 0.5) for s in found))  # type: ignore[misc]  # a default binds s


def _filters(found: Sequence[Sample]) -> Iterator[tuple[str, list[Wanted]]]:
    """Every other filter, in the whole year: with values that are frequent, rare, and that nothing has."""
    filters: tuple[tuple[str, dict[str, Any]], ...] = (
        ("caller begins", {"caller": "+48612*"}),
        ("called begins", {"called": "+4860001*"}),
        ("number begins", {"number": "+486*"}),
        ("number begins, nothing", {"number": "+4999*"}),
        ("extension", {"extension": "117"}),
        *((f"type {kind}", {"type": kind}) for kind in CallType),
        ("outcome busy", {"outcome": "busy"}),
        ("outcome, nothing", {"outcome": "callback"}),
        ("refused", {"refusal": "blocked"}),
        ("refused, nothing", {"refusal": "no_price"}),
        *((f"direction {word}", {"direction": word}) for word in ("mobile", "premium", "satellite")),
        ("queue", {"queue": "queue1"}),
        ("queue, nothing", {"queue": "nobody"}),
        ("agent", {"agent": "agent117"}),
        ("cost from 0.50", {"cost_from": Decimal("0.50"), "currency": "PLN"}),
        ("cost from 15", {"cost_from": Decimal(15)}),
        ("cost from 1000", {"cost_from": Decimal(1000)}),
        ("missed in a queue", {"type": CallType.MISSED, "queue": "queue2"}),
        ("missed, caller begins", {"type": CallType.MISSED, "caller": "+48612*"}),
        ("extension, premium", {"extension": "117", "direction": "premium"}),
        ("behind a place", {"after": Place(instant_from("2026-06-15T12:00:00Z"), "x")}),
        ("earliest", {"oldest_first": True}),
    )
    for name, more in filters:
        yield f"tenant, {name}", [Wanted(tenant=sample.tenant, **more) for sample in found]


def _sums(reader: LedgerReader, sample: Sample, days: float) -> Sequence[Any]:
    return (reader.totals(within(sample, days), within_s=60),)


def at(sample: Sample, days: float) -> Instant:
    """A moment so many days from the call's arrival."""
    return instant_of(sample.started_at + days * DAY)


def within(sample: Sample, days: float, **more: Any) -> Wanted:
    """Calls of the sample's tenant from so many days before to as many after it."""
    return Wanted(tenant=sample.tenant, since=at(sample, -days), until=at(sample, days), **more)


def of_queues(dsn: str, sample: Sample, days: float) -> Sequence[Any]:
    """The statistics of the tenant's queues."""
    return queue_statistics(dsn, sample.tenant, at(sample, -days), at(sample, days), IN_TIME_S, SHORT_S)


def of_agents(dsn: str, sample: Sample, days: float) -> Sequence[Any]:
    """The statistics of the tenant's agents."""
    return agent_statistics(dsn, sample.tenant, at(sample, -days), at(sample, days))


def _measured(question: Question) -> tuple[str, str, str]:
    """Rows on average, and the spread; a first round, uncounted, reads from disk."""
    for ask in question.asks[: len(question.asks) // 4]:
        ask()
    rows, spans_us = 0, []
    for ask in question.asks:
        began = clock.monotonic()
        rows += len(ask())
        spans_us.append(round((clock.monotonic() - began) * 1_000_000))
    found = spread(spans_us)
    return f"{rows / len(question.asks):.0f}", f"{found.p50:.1f}", f"{found.p99:.1f}"


def _plan(dsn: str, reader: LedgerReader, question: Question) -> str:
    """Which indexes the search takes in the last stretch of days it looks in."""
    if question.wanted is None:
        return ""
    search = reader.search(question.wanted)
    *_, days = search.stretches()
    statement, given = search.page(days, question.wanted.limit)
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        (row,) = connection.execute(b"EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) " + statement, given)
    nodes = [node for node in _nodes(row["QUERY PLAN"][0]["Plan"]) if node["Actual Loops"]]
    names = {_MONTH.sub(" ", node.get("Index Name", node.get("Relation Name", ""))) for node in nodes}
    return ", ".join(sorted(names - {""}))


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)
