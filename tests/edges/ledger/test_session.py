"""Postgres as others have set it up: what the ledger relies on is set per session, or refused with what is right."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from callcontrol.billing.record_json import from_json, to_json
from callcontrol.edges.ledger.reader import LedgerReader, NoLedger
from callcontrol.edges.ledger.writer import LedgerAway, LedgerWriter
from callcontrol.vocabulary.wanted import Wanted
from tests.billing.trails import NOON
from tests.edges.ledger.conftest import Rows
from tests.edges.ledger.samples import payload

SETTINGS = (
    "client_encoding = 'LATIN1'",
    "DateStyle = 'German, DMY'",
    "IntervalStyle = 'sql_standard'",
    "TimeZone = 'Asia/Kathmandu'",
    "standard_conforming_strings = off",
    "default_transaction_isolation = 'serializable'",
)


@pytest.fixture
def database(empty_database: str) -> str:
    """These tests change the database as a whole."""
    return empty_database


def of_caller(n: int, name: str) -> bytes:
    """A record whose caller has this name."""
    rated = from_json(payload(n))
    return to_json(replace(rated, call=replace(rated.call, caller=replace(rated.call.caller, name=name))))


def test_sessions_do_not_depend_on_what_the_database_has_set(connection: psycopg.Connection, database: str) -> None:
    for setting in SETTINGS:
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET {setting}".encode())
    writer = LedgerWriter(database, now=lambda: NOON)
    assert writer.write([of_caller(0, "Łukasz \\ Żółć"), of_caller(1, "Ωmega")]) == []
    with LedgerReader(database) as reader:
        calls = reader.calls(Wanted())
    assert {call.caller_name for call in calls} == {"Łukasz \\ Żółć", "Ωmega"}
    expected = from_json(payload(0)).call
    assert min(call.started_at for call in calls).timestamp() == expected.arrived / 1_000_000
    writer.close()


def test_a_database_of_another_encoding_is_refused_with_what_would_be_right(
    connection: psycopg.Connection, database: str
) -> None:
    name = f"{connection.info.dbname}_latin1"
    connection.execute(
        f"CREATE DATABASE {name} ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'".encode()
    )
    other = psycopg.conninfo.make_conninfo(database, dbname=name)
    try:
        right = "has the encoding LATIN1.*createdb --encoding=UTF8 --template=template0"
        with pytest.raises(LedgerAway, match=right):
            LedgerWriter(other, now=lambda: NOON).write([payload()])
        with pytest.raises(NoLedger, match=right):
            LedgerReader(other)
    finally:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_nothing_is_prepared_on_the_server_which_may_be_another_one_in_the_next_transaction(
    writer: LedgerWriter, rows: Rows
) -> None:
    """PgBouncer in transaction mode."""
    for n in range(12):
        assert writer.write([payload(n)]) == []
    assert writer._connection is not None
    assert writer._connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)
    assert rows("SELECT count(*) FROM calls") == [(12,)]


def test_one_records_trouble_never_blocks_the_others(writer: LedgerWriter, rows: Rows) -> None:
    """Whatever it is that Postgres does not take, the others are stored and the bad one comes back with the reason."""
    bad = payload(5).replace(b'"outcome":"answered"', b'"outcome":"No Such"')
    assert bad != payload(5)
    rejected = writer.write([*(payload(n) for n in range(5)), bad, *(payload(n) for n in range(6, 12))])
    assert [(one.payload, one.reason.partition(":")[0]) for one in rejected] == [(bad, "CheckViolation")]
    assert rows("SELECT count(*) FROM calls") == [(11,)]


@pytest.mark.parametrize("password", ["sec/ret", "sec@ret", "12/sec", "sec%ret", "sec#ret"])
def test_an_address_that_libpq_would_quote_in_pieces_is_refused_before_it_sees_it(password: str) -> None:
    address = f"postgresql://user:{password}@127.0.0.1:1/callcontrol"
    for attempt in (lambda: LedgerWriter(address, now=lambda: NOON).write([payload()]), lambda: LedgerReader(address)):
        with pytest.raises((LedgerAway, NoLedger), match="this is no address of a Postgres") as caught:
            attempt()
        assert "sec" not in str(caught.value)
        assert "ret" not in str(caught.value)


def test_a_database_of_a_later_version_is_ledger_away(writer: LedgerWriter, connection: psycopg.Connection) -> None:
    writer.write([])
    connection.execute("INSERT INTO schema_version VALUES (99)")
    writer.close()
    with pytest.raises(LedgerAway, match="SchemaTooNew: the ledger has schema version 99"):
        writer.write([payload()])


def test_months_ahead_are_watched(writer: LedgerWriter) -> None:
    assert writer.months_ahead == -1
    writer.write([])
    assert writer.months_ahead == 3
