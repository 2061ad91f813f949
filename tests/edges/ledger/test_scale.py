"""The ledger at its full size: what is asked for goes by an index of the months it lies in, and rows can be spread by
tenant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from rich.console import Console

from callcontrol.billing.fold import fold
from callcontrol.billing.record import RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger import reader as ledger_reader
from callcontrol.edges.ledger.partitions import TABLES
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.reader import LedgerReader
from callcontrol.edges.ledger.search import Days
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.wanted import CallType, Wanted
from tests.bench.made_history import Year, fill
from tests.billing.trails import NOON, Story, call_id, forwarded
from tests.edges.ledger.conftest import Rows
from tests.edges.ledger.samples import payload

CALLS = 12_000


def test_every_unique_index_has_the_tenant_so_that_rows_can_be_spread_by_it(writer: LedgerWriter, rows: Rows) -> None:
    """Citus takes a table only if each key of it has the column by which it is distributed."""
    writer.write([payload()])
    keys = rows(
        "SELECT c.relname, array_agg(a.attname), c.relispartition FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
        " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)"
        " WHERE i.indisunique AND (c.relkind = 'p' OR c.relispartition)"
        " GROUP BY i.indexrelid, c.relname, c.relispartition"
    )
    assert {name for name, _, is_partition in keys if not is_partition} == set(TABLES)
    # The record's month, the one before and two after; other tests of this database may have written to more.
    assert all(sum(name.startswith(f"{table}_2") for name, *_ in keys) >= 4 for table in TABLES)
    assert [name for name, columns, _ in keys if "tenant" not in columns] == []


def test_nothing_refers_from_one_table_to_another(writer: LedgerWriter, rows: Rows) -> None:
    """Rows of calls come in any order and leave by months. Statements are written whole, and stay."""
    writer.write([payload()])
    assert rows("SELECT conname FROM pg_constraint WHERE contype = 'f' AND conname NOT LIKE 'statement%'") == []


def test_a_leg_written_by_two_workers_is_one_row(writer: LedgerWriter, rows: Rows) -> None:
    """Its call has one tenant and one day of arrival, whichever process writes it: the key never makes two of one."""
    record = fold(forwarded(0))
    elsewhere = replace(record, worker="other:1")
    writer.write([to_json(RatedRecord(record))])
    writer.write([to_json(RatedRecord(elsewhere)), payload(0)])
    assert rows("SELECT count(*), count(DISTINCT (switch, leg_id)) FROM legs") == [(3, 3)]


@pytest.fixture(scope="module")
def year_database(postgres_dsn: str) -> str:
    """DSN of a ledger with a small year of calls, a month in each partition; the tests of this file only read it."""
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute("CREATE DATABASE year")
    dsn = make_conninfo(postgres_dsn, dbname="year")
    with psycopg.connect(dsn, autocommit=True) as connection:
        fill(connection, Year(CALLS), Console(quiet=True))
    return dsn


@pytest.fixture
def year(year_database: str) -> Iterator[psycopg.Connection]:
    """A connection to it."""
    with psycopg.connect(year_database, autocommit=True) as connection:
        yield connection


def scans(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The table and the index of each scan of a plan that was carried out; a bitmap is an index without a table."""
    if ("Relation Name" in plan or "Index Name" in plan) and plan["Actual Loops"]:
        yield plan.get("Relation Name", ""), plan.get("Index Name", "")
    for below in plan.get("Plans", ()):
        yield from scans(below)


def carried_out(connection: psycopg.Connection, statement: bytes, given: dict[str, object]) -> set[tuple[str, str]]:
    row = connection.execute(b"EXPLAIN (ANALYZE, FORMAT JSON) " + statement, given).fetchone()
    assert row is not None
    return set(scans(row[0][0]["Plan"]))


def one_call(connection: psycopg.Connection) -> tuple[Any, ...]:
    """Tenant, id, caller and number of a call of June, of the tenant that has most."""
    found = (
        "SELECT tenant, call_id, caller_number, dialled FROM calls_2026_06"
        " WHERE tenant = 'tenant0' AND caller_extension = '' ORDER BY call_id LIMIT 1"
    )
    row = connection.execute(found).fetchone()
    assert row is not None
    return row


# Which index serves which filter: deploy/README.md has the same, with how long it takes among ten million calls.
SERVED = (
    (Wanted(), "calls", "started_day_started_at_idx"),
    (Wanted(tenant="SMALL"), "calls", "tenant_started_day_started_at_idx"),
    (Wanted(tenant="T", caller="CALLER"), "calls", "tenant_caller_number_started_day_started_at_idx"),
    (Wanted(tenant="T", caller="+48699*"), "calls", "tenant_caller_number_started_day_started_at_idx"),
    (Wanted(tenant="T", number="CALLER"), "calls", "tenant_caller_number_started_day_started_at_idx"),
    (Wanted(tenant="T", number="DIALLED"), "calls", "tenant_dialled_started_day_started_at_idx"),
    (Wanted(tenant="T", number="999"), "legs", "tenant_address_started_day_idx"),
    (Wanted(tenant="T", called="+48699*"), "legs", "tenant_target_started_day_idx"),
    (Wanted(tenant="T", extension="999"), "calls", "tenant_caller_extension_started_day_started_a_idx"),
    (Wanted(tenant="T", extension="999"), "legs", "tenant_target_started_day_idx"),
    (Wanted(tenant="T", type=CallType.MISSED), "calls", "tenant_call_type_started_day_started_at_idx"),
    (Wanted(tenant="T", outcome="timeout"), "calls", "tenant_outcome_started_day_started_at_idx"),
    (Wanted(tenant="T", refusal="no_price"), "calls", "tenant_refusal_started_day_started_at_idx"),
    (Wanted(tenant="T", survey_from=1, survey_to=2), "calls", "tenant_started_day_started_at_idx1"),
    (Wanted(tenant="T", direction="satellite"), "legs", "tenant_called_direction_started_day_idx"),
    (Wanted(tenant="T", queue="nobody"), "queue_visits", "tenant_queue_started_day_idx"),
    (Wanted(tenant="T", agent="nobody"), "queue_visits", "tenant_agent_started_day_idx"),
    (Wanted(tenant="T", cost_from=Decimal(1000), currency="PLN"), "call_costs", "call_costs_by_amount"),
)


def test_each_filter_goes_by_its_index_in_the_months_it_asks_for(year_database: str, year: psycopg.Connection) -> None:
    """One test for all: a year is dear."""
    tenant, call, caller, dialled = one_call(year)
    known = {"T": tenant, "SMALL": "tenant90", "CALLER": caller, "DIALLED": dialled}
    june = Days(date(2026, 6, 2), date(2026, 6, 20))
    with LedgerReader(year_database) as reader:
        for wanted, table, by in SERVED:
            named = {name: known.get(value, value) for name, value in asdict(wanted).items()}
            # As where its calls are not few; what begins so is named, and looked at one by one where it is frequent.
            search = replace(reader.search(Wanted(**named)), known=None)
            asked = [*search.few(june, 20)] if search.is_broad else [search.page(june, 20)]
            found = {scan for statement, given in asked for scan in carried_out(year, statement, given)}
            index = by if table == "call_costs" else f"{table}_2026_06_{by}"
            assert index in {index for _, index in found}, (wanted, found)
            assert {table for table, _ in found if not table.endswith("_2026_06")} <= {"", "call_costs"}
        (days,) = reader.search(Wanted(call_id=call)).stretches()
        of_the_year = carried_out(year, *reader.search(Wanted(call_id=call)).page(days, 20))
    assert of_the_year == {(f"calls_2026_{month:02}", f"calls_2026_{month:02}_call_id_idx") for month in range(1, 13)}


PAIRS = (
    Wanted(tenant="T", caller="CALLER", called="DIALLED"),
    Wanted(tenant="T", extension="117", type=CallType.MISSED),
    Wanted(tenant="T", queue="queue1", outcome="abandoned"),
    Wanted(tenant="T", queue="queue2", agent="agent117"),
    Wanted(tenant="T", extension="101", direction="international"),
    Wanted(tenant="T", number="+4860*", cost_from=Decimal("0.50")),
    Wanted(tenant="T", refusal="blocked", type=CallType.OUT, extension="103"),
    Wanted(direction="mobile", cost_from=Decimal(3), currency="PLN"),
    Wanted(tenant="T", called="+486*", direction="shared", oldest_first=True),
)


@pytest.mark.parametrize("few", [0, 5])
def test_several_filters_find_the_same_whichever_way(
    few: int, year_database: str, year: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where one of them has few calls each of those is looked at; else all are compared with all."""
    tenant, _, caller, dialled = one_call(year)
    known = {"T": tenant, "CALLER": caller, "DIALLED": dialled}
    named = ({name: known.get(value, value) for name, value in asdict(one).items()} for one in PAIRS)
    wanted = [Wanted(**one | {"limit": None}) for one in named]
    with LedgerReader(year_database) as reader:
        by_few = [[call.call_id for call in reader.calls(one)] for one in wanted]
        sums = [reader.totals(one, within_s=60) for one in wanted]
        monkeypatch.setattr(ledger_reader, "FEW", few)
        monkeypatch.setattr(ledger_reader, "FEW_LATER", few)
        assert [[call.call_id for call in reader.calls(one)] for one in wanted] == by_few
        assert [reader.totals(one, within_s=60) for one in wanted] == sums
    assert sum(map(bool, by_few)) > len(by_few) // 2  # a small year has few refused calls
    assert [total.calls for total in sums if total is not None] == list(map(len, by_few))


def test_calls_that_are_known_are_looked_at_one_by_one(year_database: str, year: psycopg.Connection) -> None:
    """By indexes, all conditions at once; among ten million calls they are the keys (deploy/README.md, History)."""
    tenant, call, caller, _ = one_call(year)
    everything = Wanted(
        tenant=tenant, caller=caller, called="+48*", number="+48*", extension="101", direction="mobile",
        queue="queue1", agent="agent117", cost_from=Decimal(0),
    )  # fmt: skip
    with LedgerReader(year_database) as reader:
        search = reader.search(everything)
        assert search.known is not None
        assert call in {one.call_id for one in search.known}
        (days,) = search.stretches()
        found = carried_out(year, *search.page(days, 20))
    assert {table for table, index in found if table and not index} == set()


def test_what_belongs_to_calls_is_found_by_keys(year: psycopg.Connection) -> None:
    tenant, call, _, _ = one_call(year)
    given: dict[str, object] = {"call_ids": [call], "tenants": [tenant], "switches": ["fs1", "fs2", "fs3"]}
    days: dict[str, object] = {"since_day": "2026-06-01", "until_day": "2026-06-30"}
    assert carried_out(year, query("legs_of"), {**given, **days}) >= {
        ("legs_2026_06", "legs_2026_06_tenant_call_id_started_day_idx"),
        ("charges_2026_06", "charges_2026_06_pkey"),
    }


def two_tenants() -> list[bytes]:
    """The customer calls a tenant, who forwards to the same customer on the same visit; and so does another tenant."""
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
        assert sorted(call.call_id for call in reader.calls(wanted)) == sorted(map(call_id, found))
        limited = replace(wanted, limit=1)
        assert len(reader.calls(limited)) == min(1, len(found))
