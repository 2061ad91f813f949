"""Closes months: the statement of each currency, and notes of what has changed of months that were closed before.

A month is closed in one transaction: all its documents or none. Whatever is written of it later is found by the notes
of the next closing (or `callcontrol statement correct`), which name the statement they correct.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from callcontrol.billing.statements.bundles import bundles_told
from callcontrol.billing.statements.document import Document, DocumentKind, Line, Rules, Section, total_of
from callcontrol.billing.statements.drawing_up import decimals_of, drawn_up, whole_calls, whole_fees
from callcontrol.billing.statements.fees import fee_currencies, fee_lines
from callcontrol.billing.statements.months import before, month_at, months_until, period_of
from callcontrol.billing.tariff import PricesAre
from callcontrol.config.credit_accounts import TENANT_ACCOUNT
from callcontrol.config.settings import Settings, Tenant
from callcontrol.edges.ledger.accounts import EntryKind, NewEntry, enter
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.ledger.statements import (
    Closed,
    MonthOfCalls,
    accounts_moved,
    add_document,
    bundles_used,
    changed_calls,
    closed_months,
    closed_of,
    closed_zones,
    closing,
    noted_of,
    numbered,
    unrated_legs,
    watermark,
)
from callcontrol.vocabulary.credit import CreditAccount
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.period import Period
from callcontrol.vocabulary.sentence import says

# Months before the one that is closed whose calls are looked at again: detail is kept for a year.
MONTHS_BACK: Final = 13


class StatementRefused(ValueError):
    """The month cannot be closed or corrected; the message says why, and what would be right."""


@dataclass(frozen=True, slots=True)
class Book:
    """A tenant's months: what they come to, and what is closed of them.

    Attributes:
        name: the tenant's.
        issuer: who states it, line by line.
    """

    name: str
    tenant: Tenant
    issuer: tuple[str, ...]

    @property
    def zone(self) -> ZoneInfo:
        """On whose clocks months begin."""
        return ZoneInfo(self.tenant.zone)

    def calls_of(self, connection: DictConnection, month: str) -> MonthOfCalls:
        """Which calls a month has: from the end of the month before to its own end, each by the clocks of the zone it
        was closed in. So a tenant that gets another zone has no call in two months or in none.
        """
        closed = closed_zones(connection, self.name, (before(month), month))
        own = closed.get(month, self.tenant.zone)
        first = period_of(month, ZoneInfo(closed.get(before(month), own))).start
        return MonthOfCalls(self.name, month, Period(first, period_of(month, ZoneInfo(own)).end, month))


def book_of(settings: Settings, tenant: str) -> Book:
    """The book of a tenant that is configured."""
    return Book(tenant, settings.tenants[tenant], settings.statements.issuer)


def preview(connection: DictConnection, book: Book, month: str) -> list[Document]:
    """The statements as they would be if the month were closed now; nothing is written.

    Raises:
        StatementRefused: it is not known in which currency.
        psycopg.Error: Postgres did not answer.
    """
    return list(_statements(connection, book, month, watermark(connection)))


def close(connection: DictConnection, book: Book, month: str, now: Instant, closed_by: str) -> list[Closed]:
    """Close a month: its statements, then notes of what has changed of months before.

    Raises:
        StatementRefused: it is not over, is closed already, or one before it is not.
        EntryRefused: its fees cannot be taken from the account.
        psycopg.Error: Postgres did not take it.
    """
    _check_over(book, month, now)
    with closing(connection, book.name) as to_in:
        _check_next(connection, book, month)
        made = [*_statements(connection, book, month, to_in)]
        first = max(book.tenant.statements.since or month, _back(month, MONTHS_BACK))
        for earlier in closed_months(connection, book.name, first):
            if earlier != month:
                made += _corrections(connection, book, earlier, to_in)
        return [_added(connection, book, one, to_in, closed_by) for one in made]


def correct(
    connection: DictConnection, book: Book, month: str, closed_by: str, *, with_fees: bool = False
) -> list[Closed]:
    """Notes of what has changed of a closed month since; none if nothing has.

    Args:
        with_fees: also fees, as the configuration has them now; else those that were stated stay.

    Raises:
        StatementRefused: the month is not closed.
        EntryRefused: its fees cannot be taken from the account.
        psycopg.Error: Postgres did not take it.
    """
    with closing(connection, book.name) as to_in:
        if not closed_of(connection, book.name, month):
            raise StatementRefused(
                says(
                    "%(month)s of %(tenant)s is not closed, so there is nothing to correct: `callcontrol statement"
                    " close %(tenant)s %(month)s` closes it",
                    month=month,
                    tenant=book.name,
                )
            )
        made = [*_corrections(connection, book, month, to_in, with_fees=with_fees)]
        return [_added(connection, book, one, to_in, closed_by) for one in made]


def open_months(connection: DictConnection, book: Book, now: Instant) -> list[str]:
    """Months that are over and have no statement, the oldest first; none where statements are not begun with."""
    first = book.tenant.statements.since
    if first is None:
        return []
    closed = closed_months(connection, book.name, first)
    return [month for month in months_until(first, before(month_at(now, book.zone))) if month not in closed]


def _check_over(book: Book, month: str, now: Instant) -> None:
    first = book.tenant.statements.since
    if first is None or book.tenant.statements.currency is None:
        raise StatementRefused(
            says(
                "%(tenant)s has no statements: write `statements: {since: 2026-11, currency: PLN}` in its file: the"
                " first month, and the currency",
                tenant=book.name,
            )
        )
    if month < first:
        begin = says(
            "statements of %(tenant)s begin with %(first)s: %(month)s is before it",
            tenant=book.name,
            first=first,
            month=month,
        )
        raise StatementRefused(begin)
    if now < period_of(month, book.zone).end:
        zone = book.tenant.zone
        raise StatementRefused(
            says(
                "%(month)s is not over on the clocks of %(zone)s: `show` tells it as it is now", month=month, zone=zone
            )
        )


def _check_next(connection: DictConnection, book: Book, month: str) -> None:
    closed = closed_months(connection, book.name, book.tenant.statements.since or month)
    if month in closed:
        raise StatementRefused(
            says(
                "%(month)s of %(tenant)s is closed already: `callcontrol statement correct %(tenant)s %(month)s` states"
                " what has changed since",
                month=month,
                tenant=book.name,
            )
        )
    missing = [one for one in months_until(book.tenant.statements.since or month, before(month)) if one not in closed]
    if missing:
        raise StatementRefused(
            says(
                "%(first)s of %(tenant)s comes before %(month)s and is not closed: close %(first)s first, or write the"
                " first month in `statements: {since: …}`",
                first=missing[0],
                tenant=book.name,
                month=month,
            )
        )


def _statements(connection: DictConnection, book: Book, month: str, to_in: int) -> Iterator[Document]:
    """One for each currency of the month's fees and calls."""
    calls = book.calls_of(connection, month)
    noted, unrated = noted_of(connection, book.name, month), unrated_legs(connection, calls, to_in)
    found = changed_calls(connection, calls, partial(_rules, book.tenant), 0, to_in)
    currencies = dict.fromkeys([*fee_currencies(book.tenant), *found])
    if not currencies:
        raise StatementRefused(
            says(
                "%(tenant)s had no calls in %(month)s, and no `statements: {currency: …}` is written",
                tenant=book.name,
                month=month,
            )
        )
    for number, currency in enumerate(currencies):
        rules = _rules(book.tenant, currency)
        fees = fee_lines(book.tenant, month, noted, rules, currency)
        if not number or fees or currency in found:
            form = _form(book, month, currency, rules)
            form = _with_more(connection, book, form, calls, unrated if not number else 0)
            yield drawn_up(form, [*fees, *whole_calls([], found.get(currency, []))], [])


def _with_more(connection: DictConnection, book: Book, form: Document, calls: MonthOfCalls, unrated: int) -> Document:
    """The document with what it tells besides its lines; what has no currency stands in the first one."""
    used = bundles_used(connection, book.name, form.month) if form.currency == book.tenant.statements.currency else []
    return replace(
        form,
        unrated=unrated,
        bundles=bundles_told(book.tenant, used),
        accounts=accounts_moved(connection, calls, form.currency),
    )


def _corrections(
    connection: DictConnection, book: Book, month: str, to_in: int, *, with_fees: bool = False
) -> Iterator[Document]:
    """A note for each currency of which something has changed; a statement, where there was none in a currency."""
    closed = closed_of(connection, book.name, month)
    noted = noted_of(connection, book.name, month) if with_fees else {}
    by_currency = _by_currency(closed)
    changed = _changed(connection, book, month, by_currency, to_in)
    currencies = [*by_currency, *changed, *(fee_currencies(book.tenant) if with_fees else ())]
    for currency in dict.fromkeys(currencies):
        issued = [one.document for one in by_currency.get(currency, ())]
        rules = issued[0].rules if issued else _rules(book.tenant, currency)
        fees = fee_lines(book.tenant, month, noted, rules, currency) if with_fees else whole_fees(issued)
        whole = [*fees, *whole_calls(issued, changed.get(currency, []))]
        note = drawn_up(_form(book, month, currency, rules, issued), whole, issued)
        if note.lines or note.vat:
            yield note


def _by_currency(closed: Sequence[Closed]) -> dict[str, list[Closed]]:
    found: dict[str, list[Closed]] = {}
    for one in closed:
        found.setdefault(one.document.currency, []).append(one)
    return found


def _changed(
    connection: DictConnection, book: Book, month: str, closed: Mapping[str, Sequence[Closed]], to_in: int
) -> dict[str, list[Line]]:
    """What has changed of the calls of each currency since its last document.

    Calls in a currency that has none were all written since the first document of the month.
    """
    known = {currency: max(one.to_in for one in its) for currency, its in closed.items()}
    rules = {currency: its[0].document.rules for currency, its in closed.items()}
    first = min(one.to_in for its in closed.values() for one in its)

    def rules_of(currency: str) -> Rules:
        return rules.get(currency) or _rules(book.tenant, currency)

    found: dict[str, list[Line]] = {}
    for from_in in {first, *known.values()}:
        lines = changed_calls(connection, book.calls_of(connection, month), rules_of, from_in, to_in)
        found |= {currency: its for currency, its in lines.items() if known.get(currency, first) == from_in}
    return found


def _form(book: Book, month: str, currency: str, rules: Rules, issued: Sequence[Document] = ()) -> Document:
    """A document without lines."""
    return Document(
        tenant=book.name,
        number=0,
        kind=DocumentKind.NOTE if issued else DocumentKind.STATEMENT,
        month=month,
        currency=currency,
        corrects=issued[0].number if issued else None,
        zone=book.tenant.zone,
        language=book.tenant.statements.language or book.tenant.language,
        issuer=book.issuer,
        customer=book.tenant.statements.customer,
        rules=rules,
        lines=(),
        sums=(),
        net=Decimal(0),
        vat=Decimal(0),
        gross=Decimal(0),
    )


def _rules(tenant: Tenant, currency: str) -> Rules:
    own = tenant.statements
    return Rules(
        decimals=decimals_of(currency),
        vat_rounding=own.vat_rounding,
        prices=PricesAre(own.prices),
        vat_percent=own.vat_percent,
    )


def _added(connection: DictConnection, book: Book, document: Document, to_in: int, closed_by: str) -> Closed:
    """The document in the books; what its fees come to is taken from the tenant's account, if it is set so."""
    closed = add_document(connection, numbered(connection, document), to_in, closed_by)
    fees = total_of(line.amount for line in document.lines if line.section is Section.FEES)
    if book.tenant.statements.fees_from_account and fees:
        number = closed.document.number
        account = CreditAccount(book.name, TENANT_ACCOUNT, document.currency)
        reason = f"fees of {document.month}, statement {number}"
        enter(connection, NewEntry(account, EntryKind.FEE, -fees, reason, closed_by, f"statement {number}"))
    return closed


def _back(month: str, months: int) -> str:
    for _ in range(months):
        month = before(month)
    return month
