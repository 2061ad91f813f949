"""Months are made ahead, once, however many ask, and on demand for late records."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import psycopg
import pytest

from callcontrol.edges.ledger.partitions import (
    TABLES,
    ForeignTable,
    ensure_partitions,
    later,
    make_months,
    month_of,
    months_ahead_of,
    months_of,
)
from callcontrol.edges.ledger.schema import apply_schema
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.moment import instant_from
from tests.billing.trails import NOON
from tests.edges.ledger.conftest import Rows
from tests.edges.ledger.samples import payload, queue_payload


@pytest.fixture
def database(empty_database: str) -> str:
    """These tests are about how the tables come to be."""
    return empty_database


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        ("2026-11-30T23:59:59.999999Z", date(2026, 11, 1)),
        ("2026-12-01T00:00:00Z", date(2026, 12, 1)),
        ("2026-12-01T00:30:00+01:00", date(2026, 11, 1)),  # the UTC month counts
        ("2028-02-29T12:00:00Z", date(2028, 2, 1)),
    ],
)
def test_the_month_of_a_moment(moment: str, month: date) -> None:
    assert month_of(instant_from(moment)) == month


@pytest.mark.parametrize(
    ("months", "expected"),
    [(0, date(2026, 11, 1)), (1, date(2026, 12, 1)), (2, date(2027, 1, 1)), (14, date(2028, 1, 1))],
)
def test_later_months(months: int, expected: date) -> None:
    assert later(date(2026, 11, 1), months) == expected


def test_months_are_made_ahead_and_counted_without_gaps(connection: psycopg.Connection) -> None:
    apply_schema(connection)
    assert months_ahead_of(connection, NOON) == -1
    assert ensure_partitions(connection, NOON) == 3
    assert ensure_partitions(connection, NOON) == 3
    make_months(connection, [date(2027, 6, 1)])  # behind a gap: does not count
    assert months_ahead_of(connection, NOON) == 3
    assert months_of(connection) == {
        date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1), date(2027, 6, 1)
    }  # fmt: skip
    assert months_ahead_of(connection, instant_from("2027-02-10T00:00:00Z")) == 0


def test_partitions_have_what_their_table_has(connection: psycopg.Connection, rows: Rows) -> None:
    apply_schema(connection)
    ensure_partitions(connection, NOON, months_ahead=0)
    for table in TABLES:
        for what in (
            "pg_indexes WHERE tablename",
            "pg_constraint c JOIN pg_class t ON conrelid = t.oid WHERE contype IN ('c', 'p') AND relname",
        ):
            counts = rows(
                f"SELECT (SELECT count(*) FROM {what} = %s), (SELECT count(*) FROM {what} = %s)",
                table,
                f"{table}_2026_11",
            )
            assert counts[0][0] == counts[0][1] > 0
    assert rows("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == [(0,)]


def test_two_processes_making_the_same_months_at_once(database: str, connection: psycopg.Connection) -> None:
    code = (
        "import sys, psycopg\n"
        "from callcontrol.edges.ledger.schema import apply_schema\n"
        "from callcontrol.edges.ledger.partitions import ensure_partitions\n"
        "with psycopg.connect(sys.argv[1], autocommit=True) as connection:\n"
        "    apply_schema(connection)\n"
        "    print('ready', flush=True)\n"
        "    sys.stdin.readline()\n"
        "    print(ensure_partitions(connection, int(sys.argv[2]), months_ahead=12))\n"
    )
    command = [sys.executable, "-c", code, database, str(NOON)]
    racers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    said = [racer.communicate("go\n", timeout=30) for racer in racers]
    assert said == [("12\n", "")] * 3
    assert len(months_of(connection)) == 13


def test_a_table_in_the_way_is_named(connection: psycopg.Connection) -> None:
    apply_schema(connection)
    connection.execute("CREATE TABLE legs_2026_11 (n integer)")
    with pytest.raises(ForeignTable, match="legs_2026_11 exists but is no partition of legs"):
        ensure_partitions(connection, NOON)
    assert months_of(connection) == set()


@pytest.mark.parametrize(
    "arrival",
    ["2026-10-31T23:59:59.999999Z", "2026-11-01T00:00:00Z", "2026-11-30T23:59:59.999999Z", "2025-02-28T12:00:00Z"],
)
def test_a_call_is_filed_under_the_month_of_its_arrival(writer: LedgerWriter, rows: Rows, arrival: str) -> None:
    """A call over the end of the month stays with its beginning; a month that is missing is made."""
    start = instant_from(arrival)
    assert writer.write([queue_payload(start=start)]) == []
    month = arrival[:7].replace("-", "_")
    for table, count in (("calls", 1), ("legs", 3), ("charges", 1), ("queue_visits", 1), ("offers", 2)):
        assert rows(f"SELECT count(*) FROM {table}_{month}") == [(count,)]
    assert rows("SELECT started_at = %s FROM calls", arrival) == [(True,)]


@pytest.mark.parametrize("arrival", ["1970-01-01T00:00:00Z", "2023-01-01T00:00:00Z", "2026-12-24T00:00:00Z"])
def test_an_implausible_day_makes_no_month(writer: LedgerWriter, rows: Rows, arrival: str) -> None:
    writer.write([])
    before = rows("SELECT count(*) FROM pg_inherits")
    start = instant_from(arrival)
    if arrival.startswith("2026-12"):  # its month is there: nothing speaks against it
        assert writer.write([payload(start=start)]) == []
    else:
        (rejection,) = writer.write([payload(start=start)])
        assert rejection.reason == "the day of arrival is implausible: no month is kept for it"
    assert rows("SELECT count(*) FROM pg_inherits") == before


def test_trouble_with_a_month_to_come_keeps_no_record_waiting(
    writer: LedgerWriter, connection: psycopg.Connection, rows: Rows
) -> None:
    apply_schema(connection)
    make_months(connection, [month_of(NOON)])
    connection.execute("CREATE TABLE calls_2027_01 (n integer)")
    assert writer.write([payload()]) == []
    assert rows("SELECT count(*) FROM calls") == [(1,)]
    assert writer.months_ahead == 0
    connection.execute("DROP TABLE calls_2027_01")
    writer.write([])
    assert writer.months_ahead == 3


def test_a_month_dropped_under_a_running_writer_is_made_again(
    writer: LedgerWriter, connection: psycopg.Connection, rows: Rows
) -> None:
    writer.write([queue_payload(0)])
    for table in TABLES:
        connection.execute(f"DROP TABLE {table}_2026_11".encode())
    assert writer.write([queue_payload(1)]) == []
    assert rows("SELECT (SELECT count(*) FROM calls), (SELECT count(*) FROM offers)") == [(1, 2)]
