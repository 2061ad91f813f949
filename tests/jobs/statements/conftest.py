"""Ledgers with calls whose prices the test knows, and the books of their tenants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

import psycopg
import pytest

from callcontrol.config.settings import Settings
from callcontrol.edges.ledger.partitions import later, make_months, month_of
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.jobs.statements.closing import Book, book_of
from callcontrol.vocabulary.moment import Instant, datetime_of, instant_from
from tests.config.folder import MAIN, TENANT, loaded

FIRST = instant_from("2026-10-01T00:00Z")
LATER = instant_from("2027-03-15T12:00Z")
SAYS = "since: 2026-10, currency: PLN, vat_percent: 23, fees: {pbx: {name: PBX, amount: 30.00, from: 2026-10-16}}"

CALL = """
    INSERT INTO calls (
        tenant, switch, call_id, started_day, started_at, ended_at, worker, caller_number, caller_name,
        caller_anonymous, caller_extension, dialled, outcome, answered_leg, answered_by, path, recordings, notes,
        estimated
    ) VALUES (
        %(tenant)s, 'fs1', %(leg)s, (%(at)s AT TIME ZONE 'UTC')::date, %(at)s, %(at)s, 'w', '+48600100200', '', false,
        '', '+48221234567', 'answered', %(leg)s, '', '[]', '[]', '[]', false
    ) ON CONFLICT DO NOTHING
"""
CHARGE = """
    INSERT INTO charges (
        tenant, switch, leg_id, started_day, revision, call_id, status, payer, number, reason, amount, currency,
        tariff, prefix, destination, counted_s, free_s, billed_s, step, vat_percent, net, gross, parts, formula,
        direction
    ) SELECT
        %(tenant)s, 'fs1', %(leg)s, (%(at)s AT TIME ZONE 'UTC')::date, 1 + coalesce(max(revision), 0), %(leg)s,
        %(status)s, 'tenant', '+48600700800', CASE %(status)s WHEN 'rated' THEN '' ELSE 'why' END, %(amount)s,
        %(currency)s, 't', '48', 'Poland',
        60, 0, 60, '60/60', %(vat_percent)s, NULL, NULL, '[]', '', %(direction)s
    FROM charges WHERE tenant = %(tenant)s AND leg_id = %(leg)s
"""


@dataclass
class Ledger:
    """The charges of one tenant, and what they come to.

    Attributes:
        truth: by leg when its call arrived, the currency and the amount that holds; None: nothing is owed.
    """

    connection: DictConnection
    dsn: str
    book: Book
    truth: dict[str, tuple[Instant, str, Decimal | None]] = field(default_factory=dict)

    def write(
        self,
        leg: str,
        at: str | Instant,
        amount: str | Decimal | None,
        currency: str = "PLN",
        *,
        status: str = "",
        direction: str = "mobile",
        vat_percent: Decimal | None = None,
        by: psycopg.Connection[object] | None = None,
    ) -> None:
        """A charge, or a further revision of it; without an amount it is withdrawn, or has no price yet."""
        moment = instant_from(at) if isinstance(at, str) else at
        due = None if amount is None else Decimal(amount)
        params = {
            "tenant": self.book.name,
            "leg": leg,
            "at": datetime_of(moment),
            "amount": due,
            "currency": currency if due is not None else "",
            "status": status or ("rated" if due is not None else "void"),
            "direction": direction,
            "vat_percent": vat_percent,
        }
        for statement in (CALL, CHARGE):
            (by or self.connection).execute(statement, params)
        self.truth[leg] = (moment, currency, due)

    def owed(self, month: str, currency: str) -> Decimal:
        """What the calls of a month cost, by what was written."""
        period = self.book.calls_of(self.connection, month).period
        own = (
            due for at, its, due in self.truth.values() if its == currency and due and period.start <= at < period.end
        )
        return sum(own, Decimal(0))


@cache
def settings_with(says: str | None, more: str) -> Settings:
    """The settings of acme, by what its statements say."""
    own = "" if says is None else f"statements: {{{says}}}\n"
    return loaded(f"{TENANT}{more}{own}", f"{MAIN}statements: {{issuer: [Telefonia]}}\n")


def book(says: str | None = SAYS, more: str = "", name: str = "acme") -> Book:
    """The book of a tenant of this name that is as acme."""
    made = book_of(settings_with(says, more), "acme")
    return Book(name, made.tenant, made.issuer)


@pytest.fixture
def database(ledger_database: str) -> str:
    return ledger_database


@pytest.fixture
def ledger(database: str) -> Iterator[Ledger]:
    """The ledger of acme, empty, with the months of the tests."""
    with psycopg.connect(database, autocommit=True) as connection:
        make_months(connection, [later(month_of(FIRST), n) for n in range(-1, 7)])
    with connect(database) as opened:
        yield Ledger(opened, database, book())
