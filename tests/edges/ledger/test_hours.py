"""Counts by hour are what the rows come to, whatever was written, corrected or taken away, whenever it was counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from callcontrol.billing.record_json import to_json
from callcontrol.billing.surveys import SurveyRecord
from callcontrol.edges.ledger.hours import HourCounter, call_hours, queue_hours
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.moment import SECOND_US, Instant, instant_of
from tests.billing.trails import NOON, Story, answered_in_queue, called_back, forwarded
from tests.edges.ledger.samples import rated

TENANT = "hours"
HOUR_US = 3600 * SECOND_US
DAY = (Instant(NOON - 12 * HOUR_US), Instant(NOON + 12 * HOUR_US))


def _of_tenant(trail: tuple[Any, ...]) -> bytes:
    return to_json(rated(trail)).replace(b'"tenant":"acme"', b'"tenant":"hours"')


def _at(minutes: int) -> Instant:
    return Instant(NOON + minutes * 60 * SECOND_US)


def _story(n: int, minutes: int) -> tuple[Any, ...]:
    return tuple(Story(n, _at(minutes)).rings(0, 0).ended(4, by="caller"))


# By a number, what is written: of some calls first an estimate, then what is true.
WRITES: tuple[Callable[[], bytes], ...] = (
    lambda: _of_tenant(forwarded(0, _at(10), 61.5, True)),
    lambda: _of_tenant(forwarded(0, _at(10), 30, False)),
    lambda: _of_tenant(answered_in_queue(1, _at(50), 60, True)),
    lambda: _of_tenant(answered_in_queue(1, _at(50), 20, False)),
    lambda: _of_tenant(answered_in_queue(2, _at(59), 60, False)),
    lambda: _of_tenant(_story(3, 61)),
    lambda: _of_tenant(called_back(4)),
)


@pytest.fixture(scope="module")
def tables(ledger_tables: str) -> Iterator[tuple[str, psycopg.Connection[dict[str, Any]], LedgerWriter]]:
    """The ledger, a connection to it, and a writer."""
    writer = LedgerWriter(ledger_tables, now=lambda: NOON)
    writer.write([])
    with psycopg.connect(ledger_tables, autocommit=True, row_factory=dict_row) as connection:
        yield ledger_tables, connection, writer
    writer.close()


def test_a_survey_is_no_conversation(tables: tuple[str, psycopg.Connection[dict[str, Any]], LedgerWriter]) -> None:
    """The caller's channel lives on while the question is asked: the average talk is that of agent and caller."""
    _, connection, writer = tables
    plain, asked = (rated(answered_in_queue(n, _at(-300 + 60 * n), 20, False)) for n in (0, 1))
    ended = Instant(asked.call.ended + 15 * SECOND_US)
    survey = SurveyRecord("csat", ended, "answered", 5, "support", "anna")
    longer = replace(asked, call=replace(asked.call, ended=ended, surveys=(survey,), survey_score=5))
    made = [to_json(one).replace(b'"tenant":"acme"', b'"tenant":"asked"') for one in (plain, longer)]
    assert writer.write(made) == []
    while HourCounter(tables[0]).step():
        pass
    found = connection.execute("SELECT talk_ms FROM call_hours WHERE tenant = 'asked'").fetchall()
    first, second = (row["talk_ms"] for row in found)
    assert abs(first - second) < 100  # the agent's channel ends a moment before the caller's


def _type(call: dict[str, Any]) -> str:
    """As the README says it; nothing is dialled from a phone of the tenant's here."""
    if call["dialled"].startswith("queue:"):
        return "out"
    if call["answered_by"].startswith("number:"):
        return "forwarded"
    return "in" if call["answered_by"] or call["outcome"] == "answered" else "missed"


def _ms(later: datetime | None, earlier: datetime | None) -> float:
    return (later - earlier).total_seconds() * 1000 if later and earlier else 0


def _check(dsn: str, connection: psycopg.Connection[dict[str, Any]], start: Instant, end: Instant) -> None:
    calls = connection.execute("SELECT * FROM calls WHERE tenant = 'hours'").fetchall()
    counts: Counter[str] = Counter()
    talk = 0.0
    for call in calls:
        if start <= instant_of(call["started_at"]) < end:
            counts[f"{call['started_at']:%H} {_type(call)} {call['outcome']}"] += 1
            talk += _ms(call["ended_at"], call["bridged_at"])
    found = call_hours(dsn, TENANT, start, end)
    assert {f"{one.hour:%H} {one.type} {one.outcome}": one.calls for one in found} == dict(counts)
    assert sum(one.talk_ms for one in found) == pytest.approx(talk, abs=len(found) + 1)
    visits = connection.execute("SELECT * FROM queue_visits WHERE tenant = 'hours' AND NOT called_back").fetchall()
    entered = Counter(
        f"{visit['entered_at']:%H} {visit['queue']} {visit['how']}"
        for visit in visits
        if start <= instant_of(visit["entered_at"]) < end
    )
    stays = queue_hours(dsn, TENANT, start, end)
    assert {f"{one.hour:%H} {one.queue} {one.how}": one.visits for one in stays} == dict(entered)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.sampled_from([*range(len(WRITES)), "count", "take", "move"]), min_size=4, max_size=10))
def test_counts_are_those_of_the_rows_after_anything(
    tables: tuple[str, psycopg.Connection[dict[str, Any]], LedgerWriter], steps: list[int | str]
) -> None:
    dsn, connection, writer = tables
    counter = HourCounter(dsn)
    for table in ("calls", "legs", "charges", "queue_visits", "offers", "segments"):
        connection.execute(f"DELETE FROM {table} WHERE tenant = 'hours'".encode())
    for step in steps:
        match step:
            case "count":
                while counter.step():
                    pass
            case "take":
                connection.execute(
                    "DELETE FROM calls WHERE tenant = 'hours' AND call_id IN"
                    " (SELECT min(call_id) FROM calls WHERE tenant = 'hours')"
                )
            case "move":
                connection.execute("UPDATE queue_visits SET how = 'failed', agent = '' WHERE tenant = 'hours'")
            case n:
                assert writer.write([WRITES[int(n)]()]) == []
        _check(dsn, connection, *DAY)
    _check(dsn, connection, _at(30), _at(60))  # pieces of hours
    while counter.step():
        pass
    marks = connection.execute("SELECT count(*) AS n FROM hours_to_count WHERE tenant = 'hours'").fetchone()
    assert marks == {"n": 0}
    _check(dsn, connection, *DAY)
    _check(dsn, connection, _at(15), _at(61))


def test_a_row_that_commits_after_its_hour_was_counted_is_counted_later(
    tables: tuple[str, psycopg.Connection[dict[str, Any]], LedgerWriter],
) -> None:
    dsn, connection, writer = tables
    assert writer.write([_of_tenant(forwarded(20, _at(10)))]) == []
    with psycopg.connect(dsn) as late:
        late.execute("DELETE FROM calls WHERE tenant = 'hours'")  # and nothing is committed yet
        while HourCounter(dsn).step():
            pass
        _check(dsn, connection, *DAY)
        late.commit()
        _check(dsn, connection, *DAY)
    while HourCounter(dsn).step():
        pass
    _check(dsn, connection, *DAY)


def test_one_process_counts_at_a_time(
    tables: tuple[str, psycopg.Connection[dict[str, Any]], LedgerWriter],
) -> None:
    dsn, connection, writer = tables
    assert writer.write([_of_tenant(forwarded(21, _at(10)))]) == []
    marks = "SELECT count(*) AS n FROM hours_to_count WHERE tenant = 'hours'"
    with psycopg.connect(dsn) as other:
        other.execute("SELECT pg_advisory_xact_lock(1667329902)")
        before = connection.execute(marks).fetchone()
        assert HourCounter(dsn).step() is False
        assert connection.execute(marks).fetchone() == before != {"n": 0}
