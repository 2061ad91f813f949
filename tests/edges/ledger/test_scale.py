"""The ledger at its full size: what is asked for goes by an index of the months it lies in, and rows can be spread by
tenant.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from callcontrol.billing.fold import fold
from callcontrol.billing.record import RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.partitions import TABLES
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.reader import LedgerReader, Wanted
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import instant_from
from tests.billing.trails import NOON, Story, call_id, forwarded
from tests.edges.ledger.conftest import Rows
from tests.edges.ledger.samples import payload, queue_payload

CUSTOMER = "+48221234567"


def test_every_unique_index_has_the_tenant_so_that_rows_can_be_spread_by_it(writer: LedgerWriter, rows: Rows) -> None:
    """Citus takes a table only if each key of it has the column by which it is distributed."""
    writer.write([payload()])
    keys = rows(
        "SELECT c.relname, array_agg(a.attname) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
        " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)"
        " WHERE i.indisunique AND (c.relkind = 'p' OR c.relispartition) GROUP BY i.indexrelid, c.relname"
    )
    assert len(keys) == len(TABLES) * 5  # of each table, and of its partitions of four months
    assert [name for name, columns in keys if "tenant" not in columns] == []


def test_nothing_refers_from_one_table_to_another(writer: LedgerWriter, rows: Rows) -> None:
    writer.write([payload()])
    assert rows("SELECT conname FROM pg_constraint WHERE contype = 'f'") == []


def test_a_leg_written_by_two_workers_is_one_row(writer: LedgerWriter, rows: Rows) -> None:
    """Its call has one tenant and one day of arrival, whoever writes it: the key never makes two of one."""
    record = fold(forwarded(0))
    elsewhere = replace(record, worker="other:1")
    writer.write([to_json(RatedRecord(record))])
    writer.write([to_json(RatedRecord(elsewhere)), payload(0)])
    assert rows("SELECT count(*), count(DISTINCT (switch, leg_id)) FROM legs") == [(3, 3)]


@pytest.fixture
def plans(database: str, writer: LedgerWriter) -> Iterator[psycopg.Connection]:
    """A ledger of two months, in which an index is always better than reading a table."""
    old = instant_from("2026-10-10T10:00:00Z")
    assert writer.write([payload(0), payload(1, old), queue_payload(2)]) == []
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET enable_seqscan = off")
        connection.execute("SET enable_bitmapscan = off")
        yield connection


def scans(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The table and the index of each scan of a plan."""
    if "Relation Name" in plan:
        yield plan["Relation Name"], plan.get("Index Name", "")
    for below in plan.get("Plans", ()):
        yield from scans(below)


def planned(connection: psycopg.Connection, statement: bytes, given: dict[str, object]) -> set[tuple[str, str]]:
    row = connection.execute(b"EXPLAIN (FORMAT JSON) " + statement, given).fetchone()
    assert row is not None
    found = row[0] if isinstance(row[0], list) else json.loads(row[0])
    return set(scans(found[0]["Plan"]))


NOVEMBER = {"since": instant_from("2026-11-01T00:00:00Z"), "until": instant_from("2026-11-20T00:00:00Z")}


@pytest.mark.parametrize(
    ("wanted", "columns"),
    [
        (Wanted(tenant="acme", **NOVEMBER), {"calls": {"tenant_started_day_started_at"}}),
        (Wanted(call_id="call-1", **NOVEMBER), {"calls": {"call_id"}}),
        (Wanted(**NOVEMBER), {"calls": {"started_day_started_at"}}),
        (
            Wanted(tenant="acme", number=CUSTOMER, **NOVEMBER),
            {
                "calls": {"tenant_caller_number_started_day_started_at", "tenant_dialled_started_day_started_at", "p"},
                "legs": {"tenant_address_started_day", "tenant_target_started_day"},
            },
        ),
    ],
    ids=["tenant and days", "call", "days", "number"],
)
def test_a_search_goes_by_its_index_in_the_months_it_asks_for(
    database: str, plans: psycopg.Connection, wanted: Wanted, columns: dict[str, set[str]]
) -> None:
    with LedgerReader(database) as reader:
        found = planned(plans, *reader.search(wanted))
    assert {table for table, _ in found if table[:6] != "latest"} == {f"{name}_2026_11" for name in columns}
    for table, indexes in columns.items():
        month = f"{table}_2026_11"
        assert {index for name, index in found if name == month} == {
            f"{month}_pkey" if of == "p" else f"{month}_{of}_idx" for of in indexes
        }


def test_the_charges_of_some_legs_are_found_by_their_key(database: str, plans: psycopg.Connection) -> None:
    given: dict[str, object] = {"call_ids": [call_id(0)], "tenants": ["acme"], "switches": ["fs1"]}
    days: dict[str, object] = {"since_day": "2026-11-17", "until_day": "2026-11-17"}
    for name, expected in (("legs_of", "charges"), ("visits_of", "queue_visits"), ("offers_of", "offers")):
        found = planned(plans, query(name), {**given, **days})
        assert (f"{expected}_2026_11", f"{expected}_2026_11_pkey") in found
        assert not any(index == "" for _, index in found)


def two_tenants() -> list[bytes]:
    """The customer calls a tenant, who forwards to him on the same visit; and another tenant forwards to him."""
    both = replace(fold(forwarded(0)), caller=Caller("+48600700800", "", False))
    other = replace(fold(Story(1, NOON, "globex").rings(0, 0).ended(4, by="caller")), dialled="+48600700800")
    return [to_json(RatedRecord(both)), to_json(RatedRecord(other)), payload(2), payload(3, talk_s=3)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(number="+48600700800"), [0, 1, 2, 3]),
        (Wanted(number="+48600700800", tenant="globex"), [1]),
        (Wanted(number="+48600700800", outcome="abandoned"), [1]),
        (Wanted(number="+48600700800", call_id=call_id(2)), [2]),
        (Wanted(number="+48600700800", tenant="acme", outcome="answered"), [0, 2, 3]),
        (Wanted(number="+48600700801"), []),
        (Wanted(number="+48600700800", until=NOON), []),
    ],
)
def test_a_call_is_found_once_by_whatever_ways_a_number_is_in_it(
    database: str, writer: LedgerWriter, wanted: Wanted, found: list[int]
) -> None:
    assert writer.write(two_tenants()) == []
    with LedgerReader(database) as reader:
        assert sorted(call.call_id for call in reader.calls(wanted)) == [call_id(n) for n in found]
        limited = replace(wanted, limit=1)
        assert len(reader.calls(limited)) == min(1, len(found))
