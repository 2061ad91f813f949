"""The books of statements: documents that are closed, and what the ledger knows of a month.

A document is closed in one transaction, of each tenant one at a time. It knows what transactions have written that had
ended by then (`ledger_watermark()`): a charge that is written later, also one of a transaction that was under way, is
found when its month is looked at next. Triggers see to it that no document changes and no number is left out.

Import only after gevent has patched: psycopg decides on import whether its waits let others run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import msgspec

from callcontrol.billing.statements.document import (
    AccountMoved,
    Document,
    Line,
    Rules,
    Section,
    document_from,
    faults_of,
    sha256_of,
    text_of,
)
from callcontrol.billing.statements.fees import Noted
from callcontrol.billing.statements.months import days_of, first_day
from callcontrol.billing.tariff import PricesAre
from callcontrol.config.statement_settings import Per
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.vocabulary.moment import datetime_of
from callcontrol.vocabulary.money import EXACT
from callcontrol.vocabulary.period import Period

# A month of millions of calls takes seconds to add up.
STATEMENT_TIMEOUT_S: Final = 300


@dataclass(frozen=True, slots=True)
class Closed:
    """A document in the books.

    Attributes:
        text: the document as it is kept.
        to_in: it knows what transactions with lower numbers have written.
    """

    document: Document
    text: str
    sha256: str
    to_in: int
    closed_by: str
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class MonthOfCalls:
    """Which calls of a tenant a month has."""

    tenant: str
    month: str
    period: Period

    def params(self) -> dict[str, object]:
        """As parameters of a query."""
        start, end = datetime_of(self.period.start), datetime_of(self.period.end)
        days = {"first_day": start.date(), "last_day": (end - timedelta(microseconds=1)).date()}
        return {"tenant": self.tenant, "month": self.month, "start": start, "end": end, **days}


@contextmanager
def closing(connection: DictConnection, tenant: str) -> Iterator[int]:
    """A transaction in which this process alone closes statements of the tenant; it is given the watermark.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    with transaction(connection, statement_timeout=STATEMENT_TIMEOUT_S * 1000, jit="off"):
        connection.execute(query("lock_statements"), {"tenant": tenant})
        yield watermark(connection)


def watermark(connection: DictConnection) -> int:
    """Every transaction with a lower number has ended."""
    found: int = _row(connection, "watermark", {})["watermark"]
    return found


def closed_of(connection: DictConnection, tenant: str, month: str | None = None) -> list[Closed]:
    """Documents of a tenant, in order: of a month, or all.

    Raises:
        psycopg.Error: Postgres did not answer.
        NewerDocument: a later version of callcontrol has written one.
    """
    rows = connection.execute(query("statements_of"), {"tenant": tenant, "month": month}).fetchall()
    return [Closed(document_from(row["document"]), row.pop("document"), **_rest(row)) for row in rows]


def _rest(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("sha256", "to_in", "closed_by", "closed_at")}


def closed_months(connection: DictConnection, tenant: str, since: str) -> list[str]:
    """Months since one that have a statement, in order."""
    rows = connection.execute(query("closed_months"), {"tenant": tenant, "since": since}).fetchall()
    return [row["month"] for row in rows]


def closed_zones(connection: DictConnection, tenant: str, months: Sequence[str]) -> dict[str, str]:
    """On the clocks of which zone these months were closed, those that are."""
    rows = connection.execute(query("closed_zones"), {"tenant": tenant, "months": list(months)}).fetchall()
    return {row["month"]: row["zone"] for row in rows}


def tenants_with_statements(connection: DictConnection) -> list[str]:
    """Tenants that have documents, also those that are configured no more."""
    return [row["tenant"] for row in connection.execute(query("statement_tenants"))]


def changed_calls(
    connection: DictConnection, month: MonthOfCalls, rules_of: Callable[[str], Rules], from_in: int, to_in: int
) -> dict[str, list[Line]]:
    """What has changed of the month's calls between two watermarks, by currency; from 0 on: all of them.

    Args:
        rules_of: the rules of a currency.

    Raises:
        psycopg.Error: Postgres did not answer.
    """
    found: dict[str, list[Line]] = {}
    params = {**month.params(), "from_in": from_in, "to_in": to_in}
    for row in connection.execute(query("statement_calls"), params):
        lines = found.setdefault(row["currency"], [])
        lines.append(_line(row, rules_of(row["currency"])))
    return found


def _line(row: Mapping[str, Any], rules: Rules) -> Line:
    percent: Decimal | None = row["vat_percent"]
    return Line(
        section=Section.CALLS,
        name=row["direction"],
        vat_percent=rules.vat_percent if percent is None else _short(percent),
        prices=PricesAre(row["prices"]) if row["prices"] else rules.prices,
        quantity=row["quantity"],
        talk_s=row["talk_s"],
        billed_s=row["billed_s"],
        exact=_short(row["exact"]),
    )


def _short(number: Decimal) -> Decimal:
    """Without idle zeros: 23.000 and 23 are the same rate, written the same way."""
    return Decimal(format(number.normalize(EXACT), "f"))


def unrated_legs(connection: DictConnection, month: MonthOfCalls, to_in: int) -> int:
    """How many legs of the month have no price."""
    found: int = _row(connection, "statement_unrated", {**month.params(), "to_in": to_in})["legs"]
    return found


def bundles_used(connection: DictConnection, tenant: str, month: str) -> list[tuple[str, str, Decimal]]:
    """What is used of bundles and discounts of the month: (name, holder, seconds, calls or money)."""
    rows = connection.execute(query("statement_bundles"), {"tenant": tenant, "month": month}).fetchall()
    return [(row["name"], row["holder"], _short(row["used"])) for row in rows]


def accounts_moved(connection: DictConnection, month: MonthOfCalls, currency: str) -> tuple[AccountMoved, ...]:
    """What became of the tenant's credit accounts in the month."""
    by_account: dict[str, dict[str, Decimal]] = {}
    for row in connection.execute(query("statement_accounts"), {**month.params(), "currency": currency}):
        by_account.setdefault(row["account"], {})[row["kind"]] = _short(row["amount"])
    return tuple(_moved(account, amounts) for account, amounts in by_account.items())


def _moved(account: str, amounts: dict[str, Decimal]) -> AccountMoved:
    before = amounts.pop("", Decimal(0))
    after = before
    for amount in amounts.values():
        after = EXACT.add(after, amount)
    moved = {kind: amount for kind, amount in amounts.items() if amount}
    return AccountMoved(account=account, before=before, moved=moved, after=after)


def numbered(connection: DictConnection, document: Document) -> Document:
    """The document with the next number and the time, within `closing`."""
    row = _row(connection, "next_statement", {"tenant": document.tenant})
    at = row["now"].replace(microsecond=0)
    return msgspec.structs.replace(document, number=row["number"], closed_at=f"{at:%Y-%m-%dT%H:%M:%SZ}")


def add_document(connection: DictConnection, document: Document, to_in: int, closed_by: str) -> Closed:
    """Write a numbered document into the books, within `closing`: with the end of the transaction it is closed."""
    text = text_of(document)
    names = ("tenant", "number", "month", "currency", "corrects", "net", "vat", "gross", "shape", "closed_at")
    row = {name: getattr(document, name) for name in names}
    row |= {"kind": document.kind.value, "to_in": to_in, "document": text, "sha256": sha256_of(text)}
    connection.execute(query("add_statement"), {**row, "closed_by": closed_by})
    with connection.cursor() as cursor:
        rows = [_row_of(document, number, line) for number, line in enumerate(document.lines, 1)]
        cursor.executemany(query("add_statement_line"), rows)
    return Closed(document, text, row["sha256"], to_in, closed_by, datetime.fromisoformat(document.closed_at))


def _row_of(document: Document, number: int, line: Line) -> dict[str, object]:
    names = ("name", "vat_percent", "quantity", "talk_s", "billed_s", "unit", "span", "exact", "amount", "vat")
    row = {name: getattr(line, name) for name in names}
    place = {"tenant": document.tenant, "number": document.number, "line": number}
    return {**row, **place, "section": line.section.value, "label": line.text, "prices": line.prices.value}


def altered(connection: DictConnection, tenant: str, closed: Sequence[Closed]) -> Iterator[str]:
    """What is wrong with the documents themselves: altered, missing, not adding up, other lines in the table."""
    for number, one in enumerate(closed, 1):
        if one.document.number != number:
            yield f"statement {number} of {tenant} is missing"
            return
        if sha256_of(one.text) != one.sha256:
            yield f"statement {number} of {tenant} is not what was closed"
        yield from (f"statement {number} of {tenant}: {fault}" for fault in faults_of(one.document))
    for row in connection.execute(query("statement_line_faults"), {"tenant": tenant}):
        yield f"statement {row['number']} of {tenant}: its lines in the table differ"


def note_fee_day(connection: DictConnection, tenant: str, day: date, there: Mapping[Per, Iterable[str]]) -> None:
    """Note what is there on a day, besides what was noted before.

    Raises:
        psycopg.Error: Postgres did not take it.
    """
    for per, names in there.items():
        params = {"tenant": tenant, "per": per.value, "day": day, "names": sorted(names)}
        connection.execute(query("note_fee_day"), params)


def noted_of(connection: DictConnection, tenant: str, month: str) -> Noted:
    """What is noted of a month, with the day before it that counts where nothing is noted; else the first day noted."""
    first = first_day(month)
    span = {"tenant": tenant, "first_day": first, "last_day": first + timedelta(days=days_of(month) - 1)}
    rows = connection.execute(query("fee_days"), span).fetchall()
    known = {row["per"] for row in rows}
    rows += [row for row in connection.execute(query("first_fee_days"), span) if row["per"] not in known]
    noted: dict[Per, dict[date, tuple[str, ...]]] = {}
    for row in rows:
        noted.setdefault(Per(row["per"]), {})[row["day"]] = tuple(row["names"])
    return noted


def _row(connection: DictConnection, name: str, params: Mapping[str, object]) -> dict[str, Any]:
    return connection.execute(query(name), params).fetchone() or {}
