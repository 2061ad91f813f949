"""A statement as it is printed: every text ready, so that the page's layout decides nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from callcontrol.billing.statements.document import (
    AccountMoved,
    BundleUsed,
    Document,
    DocumentKind,
    Line,
    Section,
    VatSum,
)
from callcontrol.billing.statements.words import WORDS, number_in
from callcontrol.billing.tariff import PricesAre
from callcontrol.config.bundle_settings import Measure
from callcontrol.vocabulary.language import DEFAULT_LANGUAGE
from callcontrol.vocabulary.money import plain

Table = dict[str, object]
"""title, heads, rows, and how many columns at the left are words: `words`; the last row may be a total: `total`."""


class Page:
    """What stands on the pages of a document.

    Args:
        sha256: of the text that the ledger has of it; "" of a draft.
    """

    def __init__(self, document: Document, sha256: str = "") -> None:
        self._document = document
        self._sha256 = sha256
        self._language = document.language if document.language in WORDS else DEFAULT_LANGUAGE
        self._words = WORDS[self._language]

    def content(self) -> Mapping[str, Any]:
        """Everything, as plain values for JSON."""
        document, words = self._document, self._words
        is_draft = not document.number
        title = f"{words[document.kind.value]} {'' if is_draft else document.reference}".strip()
        return {
            "language": self._language,
            "title": title,
            "draft": words["draft"] if is_draft else "",
            "facts": [list(fact) for fact in self._facts()],
            "parties": [list(party) for party in self._parties()],
            "tables": list(self._tables()),
            "remarks": list(self._remarks()),
            "total": [f"{words['total']} ({document.currency})", self._amount(document.gross)],
            "page": words["page"],
            "sha256": self._sha256,
        }

    def _facts(self) -> Iterator[tuple[str, str]]:
        document, words = self._document, self._words
        if document.number:
            yield words["number"], document.reference
        yield words["month"], document.month
        if document.corrects is not None:
            yield words["corrects"], f"{document.tenant}/{document.month}/{document.corrects}"
        if document.closed_at:
            yield words["closed"], document.closed_at[:10]

    def _parties(self) -> Iterator[tuple[str, list[str]]]:
        document, words = self._document, self._words
        yield words["issuer"], list(document.issuer)
        yield words["customer"], list(document.customer) or [document.tenant]

    def _tables(self) -> Iterator[Table]:
        document = self._document
        fees = [line for line in document.lines if line.section is Section.FEES]
        calls = [line for line in document.lines if line.section is Section.CALLS]
        if fees:
            heads = ("description", "days", "quantity", "unit", "vat", "amount")
            yield self._table("fees", heads, map(self._fee, fees), 2)
        if calls:
            of_calls = ("of_numbers", "count", "talk", "billed", "vat", "amount")
            yield self._table("calls", of_calls, map(self._calls, calls), 1)
        yield self._vat_table(document.sums)
        if document.bundles:
            of_bundles = ("description", "holder", "used", "size")
            yield self._table("bundles", of_bundles, map(self._bundle, document.bundles), 2)
        if document.accounts:
            yield self._accounts(document.accounts)

    def _table(self, name: str, heads: Iterable[str], rows: Iterable[list[str]], words: int) -> Table:
        titles = [self._words[head] for head in heads]
        return {"title": self._words[name], "heads": titles, "rows": list(rows), "words": words, "total": False}

    def _fee(self, line: Line) -> list[str]:
        unit = "" if line.unit is None else self._number(_at_least(line.unit, self._document.rules.decimals))
        span = line.span or self._words["whole_month"]
        return [
            line.text,
            span,
            self._number(Decimal(line.quantity)),
            unit,
            self._rate(line),
            self._amount(line.amount),
        ]

    def _calls(self, line: Line) -> list[str]:
        name = self._words.get(line.name, line.name)
        times = [time_text(line.talk_s), time_text(line.billed_s)]
        return [name, self._number(Decimal(line.quantity)), *times, self._rate(line), self._amount(line.amount)]

    def _vat_table(self, sums: Iterable[VatSum]) -> Table:
        document = self._document
        rows = [[self._rate(one), *map(self._amount, (one.net, one.vat, one.gross))] for one in sums]
        total = map(self._amount, (document.net, document.vat, document.gross))
        rows.append([f"{self._words['total']} ({document.currency})", *total])
        return {**self._table("vat_table", ("rate", "net", "vat", "gross"), rows, 1), "total": True}

    def _bundle(self, used: BundleUsed) -> list[str]:
        size = "" if used.size is None else self._measured(used.measure, used.size)
        return [used.name, self._holder(used.holder), self._measured(used.measure, used.used), size]

    def _measured(self, measure: str, amount: Decimal) -> str:
        if measure == Measure.MINUTES:
            return time_text(int(amount))
        return self._number(amount)

    def _holder(self, holder: str) -> str:
        kind, _, name = holder.rpartition(":")
        return f"{self._words['extension']} {name}" if kind else self._words["tenant_account"]

    def _accounts(self, accounts: Iterable[AccountMoved]) -> Table:
        rows = []
        for one in accounts:
            rows.append([self._holder(one.account), self._words["before"], self._number(_at_least(one.before, 2))])
            rows += [
                ["", self._words.get(kind, kind), self._number(_at_least(moved, 2))]
                for kind, moved in one.moved.items()
            ]
            rows.append(["", self._words["after"], self._number(_at_least(one.after, 2))])
        return self._table("accounts", ("account", "description", "amount"), rows, 2)

    def _remarks(self) -> Iterator[str]:
        document, words = self._document, self._words
        if document.kind is DocumentKind.NOTE:
            yield words["differences"]
        if document.unrated:
            yield f"{words['unrated']} {self._number(Decimal(document.unrated))}"
        yield words["no_invoice"]

    def _rate(self, one: Line | VatSum) -> str:
        if one.vat_percent is None:
            return self._words["no_rate"]
        percent = f"{self._number(Decimal(plain(one.vat_percent)))}\u00a0%"
        return f"{percent} {self._words['included']}" if one.prices is PricesAre.GROSS else percent

    def _amount(self, amount: Decimal) -> str:
        return self._number(_at_least(amount, self._document.rules.decimals))

    def _number(self, number: Decimal) -> str:
        return number_in(self._language, format(number, "f"))


def time_text(seconds: int) -> str:
    """`12:03:04`: hours, minutes, seconds."""
    sign, seconds = ("\u2212", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


def _at_least(number: Decimal, decimals: int) -> Decimal:
    """With at least so many decimals: 49 is 49.00."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent < decimals:
        return number.quantize(Decimal(1).scaleb(-decimals))
    return number
