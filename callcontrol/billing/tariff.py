"""A price list as a value: versions by date, rows by prefix, what each row costs in each period."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from callcontrol.billing.periods import Calendar
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.money import EXACT, Rounding, plain

MILLISECOND_US = 1000
MAX_SHORT_DIGITS = 6
SHORT = "short:"
"""Stands before the digits of a short number, so that 112 is never mistaken for +1 12…"""
INBOUND = "inbound:"
"""Stands before a number of our own, in what prices calls to it from outside: the number's owner pays for them."""


class SecondsRounding(StrEnum):
    """How talk time in whole milliseconds becomes seconds."""

    UP = "up"  # every started second
    NEAREST = "nearest"  # half a second counts
    DOWN = "down"  # full seconds only

    def seconds(self, talk_us: int) -> int:
        """Whole seconds of a talk time; what is below a millisecond is not counted."""
        milliseconds = talk_us // MILLISECOND_US
        match self:
            case SecondsRounding.UP:
                return -(-milliseconds // 1000)
            case SecondsRounding.NEAREST:
                return (milliseconds + 500) // 1000
            case SecondsRounding.DOWN:
                return milliseconds // 1000


class PricesAre(StrEnum):
    """What the prices of a list mean where VAT is owed."""

    NET = "net"  # VAT comes on top
    GROSS = "gross"  # VAT is within


# Rates, prices and rows are made a hundred thousand at a time: named tuples take a third of the time of dataclasses.


class LaterRate(NamedTuple):
    """What steps cost that start in or behind this second of the call, counted from its answer."""

    from_s: int
    price_per_minute: Decimal
    step_s: int | None = None  # None: steps stay as they are


class Rate(NamedTuple):
    """What one period costs.

    Attributes:
        step: the period's own first block and step; None: the row's.
        later: other prices as a call goes on, in order of time.
    """

    connection_fee: Decimal
    price_per_minute: Decimal
    step: tuple[int, int] | None = None
    later: tuple[LaterRate, ...] = ()


class Price(NamedTuple):
    """What calls to some prefixes cost.

    Attributes:
        rates: by period; every period of the version's calendar is there.
        first_block_s, step_s: time is billed in one first block and then in whole steps.
        minimum_s: fewer seconds (after the free ones) count as so many.
        minimum_amount: the least amount of a call of which anything is left after the free seconds.
        free_s: the first seconds of the call cost nothing.
        maximum_amount: the most that a call costs, fee and all; None: as much as it comes to.
        grace_s: a call of fewer seconds costs nothing at all.
    """

    rates: Mapping[str, Rate]
    first_block_s: int
    step_s: int
    minimum_s: int = 0
    minimum_amount: Decimal = Decimal(0)
    free_s: int = 0
    maximum_amount: Decimal | None = None
    grace_s: int = 0


class PriceRow(NamedTuple):
    """One line of a price list.

    Attributes:
        prefix: E.164 digits, perhaps behind `inbound:`, or `short:` and a short number.
        direction: the list's own word for the class of these numbers (vocabulary/direction.py); "": it has none.
    """

    prefix: str
    destination: str
    price: Price
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all rows of a version.

    Attributes:
        decimals: of an amount; below nothing: -1 is tens.
        vat_percent: told; by itself it changes no amount.
        prices: whether amounts are without VAT or with it; None: the list does not say.
    """

    calendar: Calendar
    round_seconds: SecondsRounding = SecondsRounding.UP
    round_amount: Rounding = Rounding.HALF_UP
    decimals: int = 4
    vat_percent: Decimal | None = None
    prices: PricesAre | None = None


class Listed(NamedTuple):
    """A row that prices a number, and the terms that hold for it; `markup`: how it was made, "" if it was written."""

    row: PriceRow
    terms: Terms
    markup: str = ""


@dataclass(frozen=True, slots=True)
class Markup:
    """Prices are those of another list, such as a carrier's, and so much more, where this list has no row of its own.

    Attributes:
        on: name of the other list's file, and the line in which it is named.
        base: that list, once it is read.
    """

    on: str
    percent: Decimal
    base: Tariff | None = None
    line: int = field(default=1, compare=False)

    def listed(self, number: str, at: Instant, terms: Terms) -> Listed | None:
        """The base's row, marked up; time and periods are the base's, roundings and VAT are these terms'."""
        version = self.base.version_at(at) if self.base else None
        row = version.row_of(number) if version else None
        if version is None or row is None:
            return None
        price = _times(row.price, EXACT.divide(EXACT.add(self.percent, 100), 100))
        told = f"{self.on} + {plain(self.percent)} %"
        return Listed(row._replace(price=price), replace(terms, calendar=version.terms.calendar), told)


def _times(price: Price, factor: Decimal) -> Price:
    rates = {
        period: rate._replace(
            connection_fee=EXACT.multiply(rate.connection_fee, factor),
            price_per_minute=EXACT.multiply(rate.price_per_minute, factor),
            later=tuple(
                later._replace(price_per_minute=EXACT.multiply(later.price_per_minute, factor)) for later in rate.later
            ),
        )
        for period, rate in price.rates.items()
    }
    most = None if price.maximum_amount is None else EXACT.multiply(price.maximum_amount, factor)
    return price._replace(rates=rates, minimum_amount=EXACT.multiply(price.minimum_amount, factor), maximum_amount=most)


@dataclass(frozen=True, slots=True)
class Version:
    """A price list as in force from `valid_from` until the next version."""

    valid_from: Instant
    terms: Terms
    rows: Mapping[str, PriceRow]
    markup: Markup | None = None
    _lengths: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _has_inbound: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_lengths", tuple(sorted({len(prefix) for prefix in self.rows}, reverse=True)))
        # a row without a prefix prices every number, also ours
        has_inbound = any(prefix.startswith(INBOUND) or not prefix for prefix in self.rows)
        object.__setattr__(self, "_has_inbound", has_inbound)

    @property
    def prices_inbound(self) -> bool:
        """Whether any number of our own has a price, by a row written here or by one that is marked up."""
        base = self.markup.base if self.markup else None
        return self._has_inbound or (base is not None and base.prices_inbound)

    def listed(self, number: str, at: Instant) -> Listed | None:
        """What prices a number at this instant: the longest prefix among the rows written here and those marked up."""
        own = self.row_of(number)
        other = self.markup.listed(number, at, self.terms) if self.markup else None
        if own is not None and (other is None or len(own.prefix) >= len(other.row.prefix)):
            return Listed(own, self.terms)
        return other

    def row_of(self, number: str) -> PriceRow | None:
        """The row written here with the longest prefix of a number in normal form (`+48…`, or a short number as
        dialled); behind `inbound:`, of a number of our own.

        Digits without + that are too many for a short number have no row: their country is unknown.
        """
        side = INBOUND if number.startswith(INBOUND) else ""
        digits = number[len(side) :]
        is_whole = digits.startswith("+")
        if not is_whole and (side or len(digits) > MAX_SHORT_DIGITS):
            return None
        key = side + digits[1:] if is_whole else SHORT + digits
        for length in self._lengths:
            row = self.rows.get(key[:length])
            if row is not None:
                return row
        return None


@dataclass(frozen=True, slots=True)
class Tariff:
    """A price list: its versions in order of `valid_from`, which stand in the tenant's zone."""

    name: str
    currency: str
    zone: ZoneInfo
    versions: tuple[Version, ...]

    def version_at(self, at: Instant) -> Version | None:
        """The version in force, None before the first."""
        index = bisect_right(self.versions, at, key=lambda version: version.valid_from)
        return self.versions[index - 1] if index else None

    @property
    def prices_inbound(self) -> bool:
        """Whether any number of our own has a price, in some version."""
        return any(version.prices_inbound for version in self.versions)

    def covers(self, number: str, at: Instant) -> PriceRow | None:
        """The row that prices a call answered at this instant, None if it has no price and must not be dialled."""
        version = self.version_at(at)
        found = version.listed(number, at) if version else None
        return found.row if found else None

    def is_priced(self, number: str, at: Instant) -> bool:
        """Whether a call to this number has a price at this instant."""
        return self.covers(number, at) is not None

    def ever_prices(self, number: str) -> bool:
        """Whether some version has, or had, or will have a price for this number."""
        bases = [version.markup.base for version in self.versions if version.markup and version.markup.base]
        versions = [*self.versions, *(version for base in bases for version in base.versions)]
        return any(version.row_of(number) for version in versions)
