"""A statement as a value, and as the text it is kept as, which is written once and never changed; its SHA-256 says so.

`shape` is the version of its form. A later form reads all earlier ones: fields are added with a default, and nothing is
given another meaning.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from callcontrol.billing.tariff import PricesAre
from callcontrol.config.statement_settings import VatRounding
from callcontrol.vocabulary.money import EXACT

SHAPE: Final = 1
_ZERO: Final = Decimal(0)


class NewerDocument(ValueError):
    """A later version of callcontrol wrote this document."""


class DocumentKind(StrEnum):
    """What a document is."""

    STATEMENT = "statement"
    NOTE = "note"  # a correction of a statement: what has changed since


class Section(StrEnum):
    """What a line is about."""

    CALLS = "calls"
    FEES = "fees"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line; of a note the difference to what stood there before, so anything may be below 0.

    Attributes:
        name: of calls the class of their numbers (vocabulary/direction.py, "" where it is not known), of a fee its name
            in the configuration.
        text: of a fee what the statement calls it.
        vat_percent: None: no rate is known, and no VAT is worked out.
        prices: whether amounts are without VAT or with it.
        quantity: calls (legs that have a price), or how many times the fee.
        talk_s, billed_s: of calls, seconds: talked, and of all started steps.
        unit: of a fee what one of them costs in this span.
        span: of a fee the days of the month it is for, as text; "": all.
        exact: the sum before it is rounded.
        amount: the sum, to the smallest unit of the currency.
        vat: where VAT is rounded by line, that of this one.
    """

    section: Section
    name: str
    text: str = ""
    vat_percent: Decimal | None
    prices: PricesAre
    quantity: int = 0
    talk_s: int = 0
    billed_s: int = 0
    unit: Decimal | None = None
    span: str = ""
    exact: Decimal = _ZERO
    amount: Decimal = _ZERO
    vat: Decimal | None = None

    @property
    def key(self) -> LineKey:
        """Lines of one key are the same line in several documents."""
        return (self.section, self.name, self.vat_percent, self.prices, self.unit, self.span)

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.quantity or self.talk_s or self.billed_s or self.exact or self.amount or self.vat)


LineKey = tuple[Section, str, Decimal | None, PricesAre, Decimal | None, str]


class VatSum(msgspec.Struct, frozen=True, kw_only=True):
    """All lines of one rate, of prices in the same terms: net + vat = gross."""

    vat_percent: Decimal | None
    prices: PricesAre
    net: Decimal
    vat: Decimal
    gross: Decimal

    @property
    def base(self) -> Decimal:
        """The sum of the lines' amounts."""
        return self.net if self.prices is PricesAre.NET else self.gross


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """By what a month is worked out, as it was set when it was closed: its notes go by the same.

    Attributes:
        decimals: of the currency's smallest unit.
        prices, vat_percent: of price lists that do not say.
    """

    decimals: int
    vat_rounding: VatRounding
    prices: PricesAre
    vat_percent: Decimal | None


class BundleUsed(msgspec.Struct, frozen=True, kw_only=True):
    """What was used of a bundle in the month, of its size: seconds, calls or money, as `measure` says.

    Attributes:
        holder: whose it is: `extension:101`, or `tenant`.
        size: of the month, None: the bundle is configured no more.
    """

    name: str
    holder: str
    measure: str
    used: Decimal
    size: Decimal | None = None


class AccountMoved(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a credit account in the month: balance before + moved = balance after.

    Attributes:
        moved: by kind of entry: top_up, charge, correction …
    """

    account: str
    before: Decimal
    moved: dict[str, Decimal]
    after: Decimal


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A statement, or a note of correction.

    Attributes:
        number: 1, 2, 3 … in each tenant, without a gap; 0: it is not closed.
        month: whose calls and fees it is about, such as `2026-11`, on the clocks of `zone`.
        corrects: of a note the number of the statement.
        closed_at: ISO time, UTC; "": it is not closed.
        unrated: legs without a price, which come as a correction once they have one.
    """

    shape: int = SHAPE
    tenant: str
    number: int
    kind: DocumentKind
    month: str
    currency: str
    corrects: int | None = None
    closed_at: str = ""
    zone: str
    language: str
    issuer: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()
    rules: Rules
    lines: tuple[Line, ...]
    sums: tuple[VatSum, ...]
    net: Decimal
    vat: Decimal
    gross: Decimal
    unrated: int = 0
    bundles: tuple[BundleUsed, ...] = ()
    accounts: tuple[AccountMoved, ...] = ()

    @property
    def reference(self) -> str:
        """How people name it: `acme/2026-11/12`."""
        return f"{self.tenant}/{self.month}/{self.number}"


_ENCODER: Final = msgspec.json.Encoder(decimal_format="string")
_DECODER: Final = msgspec.json.Decoder(Document)


class _Shape(msgspec.Struct):
    shape: int


def text_of(document: Document) -> str:
    """The document as it is kept: one line of JSON, amounts as text; the same document is the same text."""
    return _ENCODER.encode(document).decode()


def document_from(text: str) -> Document:
    """Back from `text_of`.

    Raises:
        NewerDocument: its form is not known here.
    """
    shape = msgspec.json.decode(text, type=_Shape).shape
    if shape > SHAPE:
        raise NewerDocument(f"this statement has the form {shape}, this program knows {SHAPE}: run a later version")
    return _DECODER.decode(text)


def sha256_of(text: str) -> str:
    """In hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def faults_of(document: Document) -> Iterator[str]:
    """What does not add up in it; nothing ever, unless it was altered."""
    for one in document.sums:
        if EXACT.add(one.net, one.vat) != one.gross:
            yield f"{one.net} and VAT {one.vat} are not {one.gross}"
        rate = (one.vat_percent, one.prices)
        base = total_of(line.amount for line in document.lines if (line.vat_percent, line.prices) == rate)
        if base != one.base:
            yield f"lines of VAT {one.vat_percent} add up to {base}, not to {one.base}"
    for name in ("net", "vat", "gross"):
        total = total_of(getattr(one, name) for one in document.sums)
        if total != getattr(document, name):
            yield f"{name} adds up to {total}, not to {getattr(document, name)}"


def total_of(amounts: Iterable[Decimal]) -> Decimal:
    """Their sum, exact."""
    total = _ZERO
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total
