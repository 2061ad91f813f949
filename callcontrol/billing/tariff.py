"""A price list as a value: versions by date, rows by prefix, what each row costs in each period."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from callcontrol.billing.periods import Calendar
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.money import Rounding

MILLISECOND_US = 1000
MAX_SHORT_DIGITS = 6
SHORT = "short:"
"""Stands before the digits of a short number, so that 112 is never mistaken for +1 12…"""


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
    """One line of a price list; `prefix` is E.164 digits, or `short:` and the digits of a short number."""

    prefix: str
    destination: str
    price: Price


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


@dataclass(frozen=True, slots=True)
class Version:
    """A price list as in force from `valid_from` until the next version."""

    valid_from: Instant
    terms: Terms
    rows: Mapping[str, PriceRow]
    _lengths: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_lengths", tuple(sorted({len(prefix) for prefix in self.rows}, reverse=True)))

    def row_of(self, number: str) -> PriceRow | None:
        """The row with the longest prefix of a number in normal form (`+48…`, or a short number as dialled).

        Digits without + that are too many for a short number have no row: their country is unknown.
        """
        if not number.startswith("+") and len(number) > MAX_SHORT_DIGITS:
            return None
        key = number[1:] if number.startswith("+") else SHORT + number
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

    def covers(self, number: str, at: Instant) -> PriceRow | None:
        """The row that prices a call answered at this instant, None if it has no price and must not be dialled."""
        version = self.version_at(at)
        return version.row_of(number) if version else None

    def is_priced(self, number: str, at: Instant) -> bool:
        """Whether a call to this number has a price at this instant."""
        return self.covers(number, at) is not None
