"""A database of before there were queues is brought on in place: what is in it stays, and it can what a new one can."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import gevent
import orjson
import psycopg
import pytest

from callcontrol.edges.ledger import schema
from callcontrol.edges.ledger.partitions import TABLES, ForeignTable, make_missing, months_ahead_of, months_of
from callcontrol.edges.ledger.queries import SCHEMA_STEPS
from callcontrol.edges.ledger.reader import LedgerReader, NoLedger
from callcontrol.edges.ledger.schema import VERSION, apply_schema
from callcontrol.edges.ledger.statistics import queue_statistics
from callcontrol.edges.ledger.writer import LedgerAway, LedgerWriter
from callcontrol.vocabulary.moment import instant_from
from callcontrol.vocabulary.wanted import Wanted
from tests.billing.trails import NOON, call_id
from tests.edges.ledger.conftest import Rows
from tests.edges.ledger.samples import payload, queue_payload

OLD_TABLES = ("calls", "legs", "charges")
MONTHS = (("2026_10", "2026-10-01", "2026-11-01"), ("2026_11", "2026-11-01", "2026-12-01"))
OLD_ROWS = (
    "SELECT to_jsonb(c) - 'reconciled' - 'led_leg' - 'language' - 'demand' - 'priority' - 'label' - 'menus' - 'talks'"
    " - 'refusal' - 'written_in' - 'surveys' - 'survey_score' - 'interruptions'"
    " AS row"
    " FROM calls c"
    " UNION ALL SELECT to_jsonb(l) - 'reconciled' - 'estimate' - 'called_direction' - 'bundled' - 'written_in'"
    " - 'moved_from' - 'moved_to' - 'role' FROM legs l"
    " UNION ALL SELECT to_jsonb(h) - 'estimate' - 'direction' - 'account' - 'net' - 'gross' - 'cost' - 'cost_currency'"
    " - 'cost_formula' - 'margin' - 'allowances' - 'written_in' FROM charges h ORDER BY row"
)
OWN_TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
"""
CATALOG = (
    "SELECT c.relname, c.relkind, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
    " col_description(c.oid, a.attnum), obj_description(c.oid),"
    " (SELECT array_agg(pg_get_constraintdef(k.oid) ORDER BY k.conname) FROM pg_constraint k WHERE conrelid = c.oid),"
    " (SELECT array_agg(indexdef ORDER BY indexname) FROM pg_indexes WHERE tablename = c.relname)"
    " FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid"
    " WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND relkind IN ('r', 'p', 'v') ORDER BY 1, a.attnum"
)


@pytest.fixture
def database(empty_database: str) -> str:
    """These tests are about how the tables come to be."""
    return empty_database


@pytest.fixture
def old(database: str, connection: psycopg.Connection) -> str:
    """A database as version 1 left it: two months of partitions, an answered call in each."""
    connection.execute(SCHEMA_STEPS[0])
    connection.execute("INSERT INTO schema_version (version) VALUES (1)")
    for name, first, end in MONTHS:
        for table in OLD_TABLES:
            connection.execute(
                f"CREATE TABLE {table}_{name} PARTITION OF {table} FOR VALUES FROM ('{first}') TO ('{end}')".encode()
            )
    for day in ("2026-10-31", "2026-11-16"):
        connection.execute(OLD_CALL.replace("DAY", day).encode())
    return database


OLD_CALL = """
INSERT INTO calls (
    tenant, switch, call_id, started_day, started_at, answered_at, bridged_at, ended_at, worker, caller_number,
    caller_name, caller_anonymous, caller_extension, dialled, outcome, answered_leg, answered_by, path, recordings,
    notes, estimated
) VALUES (
    'acme', 'fs1', 'call-DAY', 'DAY', 'DAY 12:00Z', 'DAY 12:00:05Z', 'DAY 12:00:05Z', 'DAY 12:01Z', 'worker-1',
    '+48221234567', 'Jan', false, '', '+48225550000', 'answered', 'leg-DAY', 'extension:101', '[]', '[]', '[]', false
);
INSERT INTO legs (
    tenant, switch, leg_id, started_day, call_id, position, direction, target, address, trunk, shown, payer,
    dialled_at, created_at, ringing_at, answered_at, bridged_at, ended_at, cause, outcome, hung_up_by, estimated
) VALUES (
    'acme', 'fs1', 'leg-DAY', 'DAY', 'call-DAY', 1, 'b', 'number:+48600700800', '48600700800', 'carrier', '', 'tenant',
    'DAY 12:00Z', 'DAY 12:00Z', 'DAY 12:00:01Z', 'DAY 12:00:05Z', 'DAY 12:00:05Z', 'DAY 12:01Z', 'NORMAL_CLEARING',
    'answered', 'callee', false
);
INSERT INTO charges (
    tenant, switch, leg_id, started_day, revision, call_id, status, payer, number, reason, amount, currency, tariff,
    prefix, destination, counted_s, free_s, billed_s, step, parts, formula
) VALUES (
    'acme', 'fs1', 'leg-DAY', 'DAY', 1, 'call-DAY', 'rated', 'tenant', '+48600700800', '', 0.63, 'PLN', 'standard',
    '486', 'Poland mobile', 55, 0, 60, '60/60', '[]', ''
);
"""


def test_what_is_there_stays_as_it_is_and_queues_come_to_it(
    old: str, connection: psycopg.Connection, rows: Rows
) -> None:
    before = rows(OLD_ROWS)
    assert len(before) == 6
    apply_schema(connection)
    assert rows(OLD_ROWS) == before
    assert rows("SELECT version FROM schema_version ORDER BY 1") == [(1,), (VERSION,)]
    assert {month.strftime("%Y_%m") for month in months_of(connection)} == {"2026_10", "2026_11"}
    apply_schema(connection)
    assert rows("SELECT version FROM schema_version ORDER BY 1") == [(1,), (VERSION,)]
    with LedgerReader(old) as reader:
        calls = reader.calls(Wanted())
    assert [(call.call_id, call.visits, len(call.legs)) for call in calls] == [
        ("call-2026-11-16", (), 1),
        ("call-2026-10-31", (), 1),
    ]
    assert [call.type for call in calls] == ["in", "in"]
    assert rows("SELECT call_id, currency, amount FROM call_costs ORDER BY 1") == [
        ("call-2026-10-31", "PLN", Decimal("0.63")),
        ("call-2026-11-16", "PLN", Decimal("0.63")),
    ]


def test_what_was_written_before_reconciliation_is_not_reconciled(
    old: str, connection: psycopg.Connection, rows: Rows
) -> None:
    connection.execute(SCHEMA_STEPS[1])
    connection.execute("INSERT INTO schema_version (version) VALUES (2)")
    with LedgerReader(old) as reader, pytest.raises(NoLedger, match="an older version: `callcontrol serve` makes it"):
        reader.calls(Wanted())
    apply_schema(connection)
    found = "SELECT reconciled FROM calls UNION ALL SELECT reconciled FROM legs"
    assert rows(found) == [(False,)] * 4
    assert rows("SELECT version FROM schema_version ORDER BY 1") == [(1,), (2,), (VERSION,)]


def test_the_leg_in_the_callers_place_is_read_off_the_conversations(
    old: str, connection: psycopg.Connection, rows: Rows
) -> None:
    for step in SCHEMA_STEPS[1:7]:
        connection.execute(step)
    make_missing(connection)
    connection.execute("INSERT INTO schema_version (version) VALUES (7)")
    connection.execute("UPDATE legs SET direction = 'a'")
    connection.execute(
        "INSERT INTO segments (tenant, switch, call_id, started_day, segment, leg_id, other_leg, party, began_at,"
        " ended_at, estimated) SELECT tenant, switch, call_id, started_day, n,"
        " CASE WHEN n = 2 AND started_day = '2026-11-16' THEN 'moved' ELSE leg_id END, 'other', '', now(), now(), false"
        " FROM legs, generate_series(1, 2) n"
    )
    apply_schema(connection)
    led = "SELECT started_day::text, led_leg FROM calls ORDER BY 1"
    assert rows(led) == [("2026-10-31", ""), ("2026-11-16", "moved")]


def test_a_leg_of_before_has_no_role_and_one_that_comes_after_has_its_own(
    old: str, connection: psycopg.Connection, writer: LedgerWriter, rows: Rows
) -> None:
    for step in SCHEMA_STEPS[1:51]:
        connection.execute(step)
    make_missing(connection)
    connection.execute("INSERT INTO schema_version (version) VALUES (51)")
    spooled = orjson.loads(payload(1))  # as version 51 wrote it
    for leg in spooled["legs"]:
        del leg["role"]
    assert writer.write([payload(0), orjson.dumps(spooled)]) == []
    roles = "SELECT array_agg(role ORDER BY position) FROM legs WHERE call_id LIKE %s"
    found = [rows(roles, call) for call in ("call-%", call_id(0), call_id(1))]
    assert found == [[(["", ""],)], [(["caller", "callee", "callee"],)], [(["", "", ""],)]]
    with LedgerReader(old) as reader:
        assert [[leg.role for leg in call.legs] for call in reader.calls(Wanted())][-1] == [""]


def test_a_writer_brings_it_on_by_itself_and_goes_on(old: str, writer: LedgerWriter, rows: Rows) -> None:
    late = queue_payload(2, instant_from("2026-10-31T23:59:59Z"))
    assert writer.write([payload(0), queue_payload(1), late]) == []
    assert rows("SELECT count(*) FROM calls") == [(5,)]
    assert rows("SELECT (SELECT count(*) FROM offers_2026_10), (SELECT count(*) FROM queue_visits_2026_11)") == [(2, 1)]
    assert writer.months_ahead == 3
    found = queue_statistics(old, "acme", instant_from("2026-10-01T00:00:00Z"), NOON, 20, 5)
    assert [(one.queue, one.entered, one.answered) for one in found] == [("support", 1, 1)]


def test_a_migrated_database_is_like_a_new_one(old: str, connection: psycopg.Connection, rows: Rows) -> None:
    apply_schema(connection)
    migrated = rows(CATALOG)
    for (table,) in rows(OWN_TABLES):
        connection.execute(f"DROP TABLE {table} CASCADE".encode())
    apply_schema(connection)
    partitions = [f"{table}_{name}" for table in TABLES for name, _, _ in MONTHS]
    assert rows(CATALOG) == [row for row in migrated if row[0] not in partitions]
    assert months_ahead_of(connection, NOON) == -1


def test_many_daemons_at_once_bring_it_on_once(old: str, rows: Rows) -> None:
    def start() -> None:
        with psycopg.connect(old, autocommit=True) as mine:
            apply_schema(mine)

    gevent.joinall([gevent.spawn(start) for _ in range(5)], timeout=30, raise_error=True)
    assert rows("SELECT version FROM schema_version ORDER BY 1") == [(1,), (VERSION,)]


def test_it_is_all_or_nothing(old: str, connection: psycopg.Connection, writer: LedgerWriter, rows: Rows) -> None:
    connection.execute("CREATE TABLE offers_2026_10 (n integer)")
    with pytest.raises(ForeignTable, match="offers_2026_10 exists but is no partition of offers"):
        apply_schema(connection)
    assert rows("SELECT to_regclass('queue_visits'), max(version) FROM schema_version") == [(None, 1)]
    with pytest.raises(LedgerAway, match="ForeignTable"):
        writer.write([payload()])
    connection.execute("DROP TABLE offers_2026_10")
    assert writer.write([payload()]) == []


def test_reading_an_old_one_says_what_to_do(old: str) -> None:
    with LedgerReader(old) as reader, pytest.raises(NoLedger, match="an older version: `callcontrol serve` makes it"):
        reader.calls(Wanted())


def test_each_version_has_its_file() -> None:
    folder = Path(schema.__file__).parent
    later = {f"schema_{version}.sql" for version in range(2, VERSION + 1)}
    assert {path.name for path in folder.glob("schema*.sql")} == {"schema.sql", *later}
    assert len(SCHEMA_STEPS) == VERSION == 53
