"""The tables: made once, documented to the last column, and refusing what cannot be."""

from __future__ import annotations

import gevent
import psycopg
import pytest

from callcontrol.billing.columns import Kind
from callcontrol.billing.record import TABLES as TABLES_DECLARED
from callcontrol.edges.ledger import partitions
from callcontrol.edges.ledger.queries import QUERIES, BadQueries, queries_from
from callcontrol.edges.ledger.schema import VERSION, SchemaTooNew, apply_schema
from callcontrol.edges.ledger.writer import LedgerWriter
from tests.edges.ledger.conftest import Rows
from tests.edges.ledger.samples import payload, queue_payload

EXPORTS = ("exports", "export_batches", "withdrawn_rows", "ledger_clusters", "missed_revisions")
TABLES = (*partitions.TABLES, "accounts", "account_entries", "schema_version", *EXPORTS)


@pytest.fixture
def database(empty_database: str) -> str:
    """These tests are about how the tables come to be."""
    return empty_database


def test_applying_it_again_changes_nothing(connection: psycopg.Connection, rows: Rows) -> None:
    apply_schema(connection)
    apply_schema(connection)
    assert rows("SELECT version FROM schema_version") == [(VERSION,)]


def test_many_daemons_starting_at_once_make_it_once(database: str, rows: Rows) -> None:
    def start() -> None:
        with psycopg.connect(database, autocommit=True) as mine:
            apply_schema(mine)

    gevent.joinall([gevent.spawn(start) for _ in range(6)], timeout=30, raise_error=True)
    assert rows("SELECT version FROM schema_version") == [(VERSION,)]


def test_a_database_of_a_later_version_is_left_alone(connection: psycopg.Connection) -> None:
    apply_schema(connection)
    connection.execute("INSERT INTO schema_version VALUES (%s)", (VERSION + 1,))
    with pytest.raises(SchemaTooNew, match=f"version {VERSION + 1}, this program knows {VERSION}"):
        apply_schema(connection)


def test_every_column_is_documented(connection: psycopg.Connection, rows: Rows) -> None:
    apply_schema(connection)
    undocumented = rows(
        "SELECT relname, attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid"
        " WHERE relname = ANY (%s) AND attnum > 0 AND col_description(attrelid, attnum) IS NULL",
        list(TABLES),
    )
    assert undocumented == []
    assert len(rows("SELECT obj_description(oid) FROM pg_class WHERE relname = ANY (%s)", list(TABLES))) == len(TABLES)


# What no record holds: where a row belongs, and what the statements and the database add.
ADDED = {
    "calls": {"started_day", "written_at", "written_in", "total_ms"},
    "legs": {
        *("tenant", "switch", "started_day", "call_id", "position", "written_at", "written_in"),
        *("ring_ms", "talk_ms", "total_ms"),
    },
    "charges": {"tenant", "switch", "started_day", "call_id", "revision", "status", "written_at", "written_in"},
    "queue_visits": {"tenant", "switch", "started_day", "call_id", "visit", "written_at", "called_back"},
    "offers": {
        *("tenant", "switch", "started_day", "call_id", "visit", "queue", "written_at"),
        *("offer_ms", "talk_ms", "wrap_up_ms"),
    },
    "segments": {"tenant", "switch", "started_day", "call_id", "segment", "written_at", "talk_ms"},
}
STORED_AS = {
    Kind.TEXT: {"text"},
    Kind.BOOLEAN: {"bool"},
    Kind.INTEGER: {"int2", "int4", "int8"},
    Kind.TIME: {"timestamptz"},
    Kind.NUMBER: {"numeric"},
    Kind.TEXTS: {"_text"},
    Kind.DOCUMENT: {"jsonb"},
}


@pytest.mark.parametrize("name", TABLES_DECLARED)
def test_every_column_is_declared_with_its_kind(name: str, connection: psycopg.Connection, rows: Rows) -> None:
    apply_schema(connection)
    there = rows(
        "SELECT attname, typname FROM pg_attribute JOIN pg_type t ON t.oid = atttypid"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        name,
    )
    kinds = {column.name: STORED_AS[column.kind] for column in TABLES_DECLARED[name].columns}
    assert {column for column, _ in there} == {*kinds, *ADDED[name]}
    assert [(column, kind) for column, kind in there if kind not in kinds.get(str(column), {kind})] == []


def test_there_is_no_default_partition(writer: LedgerWriter, rows: Rows) -> None:
    writer.write([payload()])
    assert rows("SELECT count(*) FROM pg_partitioned_table WHERE partdefid <> 0") == [(0,)]
    assert rows("SELECT count(*) FROM pg_partitioned_table") == [(6,)]


def test_the_key_of_every_partition_begins_with_the_tenant(writer: LedgerWriter, rows: Rows) -> None:
    writer.write([payload()])
    assert partitions.TABLES == ("calls", "legs", "charges", "queue_visits", "offers", "segments")
    keys = rows("SELECT indexdef FROM pg_indexes WHERE indexname LIKE %s", "%_pkey")
    assert [key for (key,) in keys if "schema_version" not in key and "(tenant, switch" not in key] == []
    assert len(keys) > 20


IMPOSSIBLE = (
    ("calls", "answered_at = NULL, ended_at = started_at - interval '1 s'", "calls_ends"),
    ("calls", "answered_at = ended_at + interval '1 s'", "calls_answer"),
    ("calls", "outcome = 'Answered!'", "calls_outcome"),
    ("calls", "path = '{}'", "calls_documents"),
    ("calls", "started_at = started_at - interval '1 day'", "calls_day"),
    ("legs", "ended_at = answered_at - interval '1 s'", "legs_answer"),
    ("legs", "direction = 'c'", "legs_direction"),
    ("legs", "hung_up_by = 'nobody'", "legs_ender"),
    ("legs", "created_at = NULL, ringing_at = NULL, answered_at = NULL", "legs_channel"),
    ("charges", "amount = -1", "charges_amount"),
    ("charges", "amount = NULL", "charges_amount"),
    ("charges", "billed_s = -1", "charges_seconds"),
    ("charges", "status = 'free', amount = NULL, reason = 'x'", "charges_status"),
    ("charges", "currency = 'zloty'", "charges_currency"),
    ("queue_visits", "joined_at = entered_at + interval '1 s'", "queue_visits_joined"),
    ("queue_visits", "left_at = entered_at - interval '1 s'", "queue_visits_left"),
    ("queue_visits", "wait_ms = -1", "queue_visits_wait"),
    ("queue_visits", "first_position = -1", "queue_visits_position"),
    ("queue_visits", "took_up = 'somebody'", "queue_visits_took_up"),
    ("queue_visits", "how = '', agent = ''", "queue_visits_how"),
    ("queue_visits", "how = 'abandoned'", "queue_visits_agent"),
    ("queue_visits", "keys = '{}'", "queue_visits_keys"),
    ("queue_visits", "visit = 0", "queue_visits_visit"),
    ("offers", "ended_at = offered_at - interval '1 s'", "offers_ends"),
    ("offers", "how = 'Accepted!', bridged_at = NULL, parted_at = NULL", "offers_how"),
    ("offers", "parted_at = NULL", "offers_talk"),
    ("offers", "how = 'no_answer'", "offers_joined"),
    ("offers", "wrap_up_until = NULL", "offers_wrap_up"),
)


def test_what_cannot_be_is_refused(writer: LedgerWriter, connection: psycopg.Connection) -> None:
    """One test for all: they differ in a word, and a database is dear."""
    writer.write([payload(), queue_payload(1)])
    refused: list[str | None] = []
    for table, change, _ in IMPOSSIBLE:
        where = {"legs": "WHERE answered_at IS NOT NULL", "offers": "WHERE bridged_at IS NOT NULL"}.get(table, "")
        try:
            connection.execute(f"UPDATE {table} SET {change} {where}".encode())
            refused.append(None)
        except psycopg.errors.CheckViolation as error:
            refused.append(error.diag.constraint_name)
    assert refused == [constraint for _, _, constraint in IMPOSSIBLE]


def test_every_statement_has_a_name_and_a_line_about_it() -> None:
    assert {"write_records", "search", "months"} <= set(QUERIES)
    assert all(query.about[0].isupper() and query.text for query in QUERIES.values())
    assert all(b";" not in query.text for query in QUERIES.values() if b"--" not in query.text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("-- a: One\nSELECT 1;\n-- a: Two\nSELECT 2;", "a occurs twice"),
        ("-- a: One\n-- b: Two\nSELECT 2;", "no statement below `-- a:`"),
        ("-- a: One\nSELECT {lags: NAME} FROM legs;", "no table lags is declared; these are: calls, legs,"),
    ],
)
def test_a_file_of_statements_with_mistakes_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadQueries, match=why):
        queries_from(text)
