"""What goes row by row: accounts keep their running totals, cases stay what their contacts come to, exports say it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from callcontrol.edges.ledger.accounts import faults_of
from callcontrol.edges.ledger.ageing import Cutoffs, Held, aged_tables, delete_aged, forget_contacts, forget_entries
from callcontrol.edges.ledger.export_books import Scope
from callcontrol.edges.ledger.missed_cases import fold_again
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.register.places import Period
from callcontrol.jobs.exports.checking import checked
from callcontrol.jobs.missed_callers import differing
from callcontrol.jobs.retention.periods import first_kept, is_over, overdue_days
from callcontrol.vocabulary.export import What

KEPT = Cutoffs(date(2026, 1, 1), {"globex": date(2025, 1, 1)})
NOTHING = Held((), ())


@pytest.fixture
def database(ledger_database: str) -> str:
    return ledger_database


@pytest.mark.parametrize(
    ("today", "days", "first"),
    [
        (date(2026, 11, 30), 365, date(2025, 11, 1)),
        (date(2026, 12, 1), 365, date(2025, 12, 1)),
        (date(2028, 2, 29), 365, date(2027, 3, 1)),
        (date(2028, 3, 1), 366, date(2027, 3, 1)),
    ],
)
def test_a_row_stays_for_its_days_and_to_the_end_of_its_month(today: date, days: int, first: date) -> None:
    assert first_kept(today, days) == first
    kept = Cutoffs(first, {})
    assert not is_over(first, ["acme"], kept)
    assert is_over(first.replace(year=first.year - 1), ["acme"], kept)
    assert overdue_days(first, today, days) == 0


def test_the_first_entries_of_an_account_go_and_the_rest_adds_up(ledger: DictConnection) -> None:
    balance = Decimal(0)
    ledger.execute("INSERT INTO accounts (tenant, account, currency, entries) VALUES ('acme', 'tenant', 'PLN', 3)")
    for number, (day, amount) in enumerate((("2024-03-01", 5), ("2025-03-01", 7), ("2025-06-01", -1)), 1):
        balance += amount
        ledger.execute(
            "INSERT INTO account_entries (tenant, account, currency, number, kind, amount, balance, on_hold, reason,"
            " entered_by, key, entered_at)"
            " VALUES ('acme', 'tenant', 'PLN', %s, 'correction', %s, %s, false, 'x', 'x', %s, %s)",
            (number, amount, balance, f"key {number}", day),
        )
    ledger.execute("UPDATE accounts SET balance = %s", (balance,))
    assert forget_entries(ledger, KEPT, NOTHING) == 2  # the last one always stays
    assert ledger.execute("SELECT number, balance FROM account_entries").fetchall() == [{"number": 3, "balance": 11}]
    assert faults_of(ledger, "acme") == []
    assert forget_entries(ledger, KEPT, NOTHING) == 0
    ledger.execute("UPDATE accounts SET retired_balance = 4")
    assert [fault.number for fault in faults_of(ledger, "acme")] == [3]
    assert checked(ledger, Scope("books", What.ACCOUNT_ENTRIES)).retired == 0


def test_cases_are_what_is_left_of_their_contacts(ledger: DictConnection, database: str) -> None:
    for tenant, call, number, day in (
        ("acme", "a", "+48600100200", "2025-12-30"),
        ("acme", "b", "+48600100200", "2026-01-20"),
        ("acme", "f", "+48600100200", "2026-02-02"),
        ("acme", "g", "+48600100201", "2025-12-30"),
        ("acme", "h", "+48600100201", "2026-01-03"),
        ("acme", "c", "", "2025-11-01"),
        ("globex", "d", "+48600100200", "2025-11-01"),
        ("acme", "e", "+48600100299", "2025-11-01"),
    ):
        ledger.execute(
            "INSERT INTO missed_contacts (tenant, switch, call_id, number, target, kind, reason, began_at, ended_at,"
            " started_day, due_at, expires_at) SELECT %(tenant)s, 'fs1', %(call)s, %(number)s, 'queue:support',"
            " 'missed', 'closed', at, at, at::date, at, at + interval '14 days'"
            " FROM (SELECT %(day)s::timestamptz AS at) AS d",
            {"tenant": tenant, "call": call, "number": number, "day": day},
        )
    held = Held((), (("acme", "+48600100299"),))
    with transaction(ledger):
        fold_again(ledger, [("acme", "+48600100200"), ("acme", "+48600100201")])
    assert forget_contacts(ledger, KEPT, held) == 1
    left = ledger.execute("SELECT call_id FROM missed_contacts ORDER BY 1").fetchall()
    assert [row["call_id"] for row in left] == ["b", "d", "e", "f", "g", "h"]
    cases = ledger.execute("SELECT opened_by, missed FROM missed_cases ORDER BY 1").fetchall()
    assert cases == [{"opened_by": "b", "missed": 2}, {"opened_by": "g", "missed": 2}]  # one that goes on stays whole
    kept = ledger.execute("SELECT opened_by, is_void FROM missed_revisions ORDER BY 1").fetchall()
    assert kept == [{"opened_by": "b", "is_void": False}, {"opened_by": "g", "is_void": False}]
    assert differing(ledger, "acme")[1] == [f"acme {number}: its cases differ" for number in ("+48600100299",)]


def test_rows_of_each_table_go_by_their_own_column(ledger: DictConnection, database: str) -> None:
    ledger.execute(
        "INSERT INTO spending SELECT tenant, 'tenant', at, '', 'PLN', 1"
        " FROM (VALUES ('acme', '2025-12-31 23:45Z'::timestamptz), ('acme', '2026-01-01 00:00Z'),"
        " ('globex', '2025-12-31 23:45Z')) AS v (tenant, at)"
    )
    ledger.execute(
        "INSERT INTO call_costs SELECT 'acme', 'fs1', call, day, 'PLN', 1 FROM (VALUES ('a', '2025-11-02'::date),"
        " ('b', '2025-11-02'), ('c', '2025-10-02')) AS v (call, day)"
    )
    ledger.execute("INSERT INTO retired_months VALUES ('*', 'calls', '2025-11-01', 1, 1, '{}')")
    ledger.execute(
        "INSERT INTO listenings SELECT 'acme', call, 'extension:102', 'extension:117', call, 'fs1', '', '', at, at,"
        " 'failed', '[]', 1 FROM (VALUES ('a', '2025-12-31 23:45Z'::timestamptz), ('b', '2025-12-31 23:45Z'),"
        " ('c', '2026-01-01 00:00Z')) AS v (call, at)"
    )
    tables = {table.name: table for table in aged_tables()}
    assert {table.period for table in tables.values()} <= {
        Period.CALLS,
        Period.MAILS,
        Period.MEDIA,
        Period.LISTENINGS,
        Period.AUDIT,
    }
    held = Held((("acme", "b"),), ())
    assert {name: delete_aged(ledger, table, KEPT, held) for name, table in tables.items()} == {
        name: {"spending": 1, "call_costs": 1, "listenings": 1}.get(name, 0) for name in tables
    }
    assert ledger.execute("SELECT call_id FROM call_costs ORDER BY 1").fetchall() == [
        {"call_id": "b"},
        {"call_id": "c"},
    ]
    with connect(database) as other:
        assert other.execute("SELECT count(*) AS n FROM spending").fetchall() == [{"n": 2}]
