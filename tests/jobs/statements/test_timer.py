"""Months are closed by their timers, by one host; what is there that fees are counted by is noted day by day."""

from __future__ import annotations

from datetime import date

import pytest

from callcontrol.config.statement_settings import Per
from callcontrol.edges import statement_meters as meters
from callcontrol.edges.ledger.statements import closed_of, noted_of
from callcontrol.jobs.statements.timer import BY_TIMER, StatementTimer, due_at
from callcontrol.vocabulary.moment import Instant, instant_from
from tests.jobs.statements.conftest import SAYS, Ledger, book, settings_with

QUEUES = """\
agents:
  anna: {extension: 101}
queues:
  sales: {agents: [{agent: anna}]}
"""
BY_QUEUE = "fees: {q: {name: Queue service, amount: 30.00, per: queue}}"


class Host:
    """A host's job, whose clock the test sets."""

    def __init__(self, dsn: str, says: str = f"{SAYS}, close_on: 3", more: str = "", name: str = "host 1") -> None:
        self.says, self.more, self.now = says, more, Instant(0)
        self._timer = StatementTimer(dsn, name, lambda: settings_with(self.says, self.more), lambda: self.now)

    def look(self, at: str) -> None:
        self.now = instant_from(at)
        assert self._timer.step() is False


def numbers(ledger: Ledger) -> list[tuple[int, str]]:
    return [(one.document.number, one.document.month) for one in closed_of(ledger.connection, "acme")]


def overdue() -> tuple[float, float]:
    return meters.overdue._value.get(), meters.overdue_seconds._value.get()


def test_a_month_is_closed_on_its_day_by_the_tenants_clocks(ledger: Ledger) -> None:
    host = Host(ledger.dsn)
    host.look("2026-11-02T22:59:59Z")
    assert (numbers(ledger), overdue()) == ([], (0, 0))
    host.look("2026-11-02T23:00:00Z")  # the third has begun in Warsaw
    (one,) = closed_of(ledger.connection, "acme")
    assert (one.document.month, one.closed_by, overdue()) == ("2026-10", BY_TIMER, (0, 0))
    host.look("2026-11-20T12:00:00Z")
    assert numbers(ledger) == [(1, "2026-10")]


def test_months_that_were_due_while_no_job_ran_are_closed_one_after_the_other(ledger: Ledger) -> None:
    Host(ledger.dsn).look("2027-01-15T12:00Z")
    assert numbers(ledger) == [(1, "2026-10"), (2, "2026-11"), (3, "2026-12")]


def test_of_two_hosts_one_closes(ledger: Ledger) -> None:
    Host(ledger.dsn).look("2026-11-01T12:00Z")
    other = Host(ledger.dsn, name="host 2")
    other.look("2026-11-10T12:00Z")
    assert numbers(ledger) == []
    ledger.connection.execute("UPDATE job_leases SET leased_until = 'epoch'")
    other.look("2026-11-10T12:00Z")
    assert numbers(ledger) == [(1, "2026-10")]


def test_a_month_that_cannot_be_closed_is_overdue_and_said_so(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.connection.execute("DROP TRIGGER IF EXISTS trouble ON statements")
    ledger.connection.execute(
        "CREATE OR REPLACE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    ledger.connection.execute("CREATE TRIGGER trouble BEFORE INSERT ON statements EXECUTE FUNCTION trouble()")
    failed = meters.closed_total.labels("failed")._value.get()
    try:
        Host(ledger.dsn).look("2026-11-03T11:00Z")
    finally:
        ledger.connection.execute("DROP TRIGGER trouble ON statements")
    assert (numbers(ledger), overdue()) == ([], (1, 12 * 3600))
    assert meters.closed_total.labels("failed")._value.get() == failed + 1
    Host(ledger.dsn).look("2026-11-03T12:00Z")
    assert (numbers(ledger), overdue()) == ([(1, "2026-10")], (0, 0))


def test_without_a_day_months_are_closed_by_hand(ledger: Ledger) -> None:
    assert due_at(book(), "2026-10") is None
    Host(ledger.dsn, SAYS).look("2027-01-15T12:00Z")
    assert (numbers(ledger), overdue()) == ([], (0, 0))


def test_what_was_there_for_a_moment_of_a_day_is_noted_for_it(ledger: Ledger) -> None:
    host = Host(ledger.dsn, f"since: 2026-10, currency: PLN, {BY_QUEUE}", QUEUES)
    host.look("2026-10-10T12:00Z")
    host.more = QUEUES + "  support: {agents: [{agent: anna}]}\n"
    host.look("2026-10-10T21:59Z")
    host.look("2026-10-10T22:00Z")
    host.more = QUEUES
    host.look("2026-10-11T12:00Z")
    host.look("2026-10-12T12:00Z")
    assert noted_of(ledger.connection, "acme", "2026-10") == {
        Per.QUEUE: {
            date(2026, 10, 10): ("sales", "support"),
            date(2026, 10, 11): ("sales", "support"),
            date(2026, 10, 12): ("sales",),
        }
    }
    # of a later month the last day before it counts, of an earlier one the first day after it
    assert noted_of(ledger.connection, "acme", "2026-12") == {Per.QUEUE: {date(2026, 10, 12): ("sales",)}}
    assert noted_of(ledger.connection, "acme", "2026-09") == {Per.QUEUE: {date(2026, 10, 10): ("sales", "support")}}
