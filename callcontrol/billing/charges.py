"""Charges: what a leg cost and everything a person needs to redo it by hand; or why it has no price."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Context, Decimal
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from callcontrol.billing.tariff import Price, Terms
from callcontrol.vocabulary.moment import SECOND_US, Instant, text_of
from callcontrol.vocabulary.money import EXACT, Money, plain

SHOWN_DECIMALS = 8  # of an amount that is not rounded yet

# Long enough that a quotient without end has more decimals than are shown, whatever stands before its dot.
_LONG = Context(prec=40, rounding=ROUND_DOWN)


@dataclass(frozen=True, slots=True)
class Part:
    """Steps that follow one another in one period.

    Attributes:
        start: when the first of them starts.
        seconds: of all steps together (the first block is a step as well).
    """

    period: str
    start: Instant
    steps: int
    seconds: int
    price_per_minute: Decimal

    @property
    def sixtieths(self) -> Decimal:
        """Sixty times the amount: exact, where the amount itself may have no end."""
        return EXACT.multiply(self.price_per_minute, self.seconds)

    @property
    def amount_text(self) -> str:
        """The amount, unrounded: exact, or its first eight decimals and `…`."""
        return unrounded_text(self.sixtieths)


@dataclass(frozen=True, slots=True)
class Charge:
    """What a leg costs.

    Attributes:
        tariff, version: the price list and the `valid_from` of the version in force at answer; `zone` is the list's.
        prefix, destination, price: the row that matched; `terms` the version's.
        answered, talk_us: when the leg was answered and how long it lasted (microseconds).
        counted_s: talk time as whole seconds, by the list's rule.
        free_s: of these, seconds that cost nothing.
        billed_s: seconds of all started steps.
        fee: connection fee, from the period in force at answer.
        parts: in order of time.
        amount: rounded once.
    """

    tariff: str
    version: Instant
    zone: ZoneInfo
    prefix: str
    destination: str
    price: Price
    terms: Terms
    answered: Instant
    talk_us: int
    counted_s: int
    free_s: int
    billed_s: int
    fee: Decimal
    parts: tuple[Part, ...]
    amount: Money

    @property
    def formula(self) -> str:
        """The way from talk time to amount.

        `61.5 s, up: 62 s; 60/60: 120 s; 0.05 + 120 * 0.29 / 60 = 0.63; half_up to 4 decimals: 0.6300 PLN`
        """
        price, terms = self.price, self.terms
        sums = [plain(self.fee), *[f"{part.seconds} * {plain(part.price_per_minute)} / 60" for part in self.parts]]
        said = [
            f"{_seconds_text(self.talk_us)} s, {terms.round_seconds}: {self.counted_s} s",
            f"first {price.free_s} s free" if price.free_s else "",
            f"at least {price.minimum_s} s" if price.minimum_s else "",
            f"{price.first_block_s}/{price.step_s}: {self.billed_s} s",
            f"{' + '.join(sums)} = {unrounded_text(sixtieths_of(self.fee, self.parts))}",
            f"at least {plain(price.minimum_amount)}" if price.minimum_amount else "",
            f"{terms.round_amount} to {terms.decimals} decimals: {self.amount}",
        ]
        return "; ".join(filter(None, said))

    def as_json(self) -> dict[str, object]:
        """Plain values for JSON: amounts are text, times ISO text with offset, durations whole seconds."""
        return {
            "amount": format(self.amount.amount, "f"),
            "currency": self.amount.currency,
            "billed_s": self.billed_s,
            "counted_s": self.counted_s,
            "free_s": self.free_s,
            "tariff": self.tariff,
            "version": _version_text(self.version, self.zone),
            "prefix": self.prefix,
            "destination": self.destination,
            "step": f"{self.price.first_block_s}/{self.price.step_s}",
            "connection_fee": format(self.fee, "f"),
            "vat_percent": None if self.terms.vat_percent is None else format(self.terms.vat_percent, "f"),
            "parts": [self._part_as_json(part) for part in self.parts],
            "formula": self.formula,
        }

    def _part_as_json(self, part: Part) -> dict[str, object]:
        return {
            "period": part.period,
            "start": text_of(part.start, self.zone),
            "steps": part.steps,
            "seconds": part.seconds,
            "price_per_minute": format(part.price_per_minute, "f"),
            "amount_unrounded": part.amount_text,
        }


class UnratedReason(StrEnum):
    """Why a leg has no charge."""

    NO_VERSION = "no_version"  # the price list begins later
    NO_PRICE = "no_price"  # no prefix matches
    IMPLAUSIBLE = "implausible"  # the times cannot be those of a call


@dataclass(frozen=True, slots=True)
class Unrated:
    """A leg without a price: never free of charge, but a case for a person. `detail` says what would mend it."""

    reason: UnratedReason
    detail: str

    def as_json(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {"unrated": str(self.reason), "detail": self.detail}


@lru_cache(maxsize=256)
def _version_text(version: Instant, zone: ZoneInfo) -> str:
    """The same few for all charges."""
    return text_of(version, zone)


def sixtieths_of(fee: Decimal, parts: tuple[Part, ...]) -> Decimal:
    """Sixty times the sum of fee and parts, exact."""
    total = EXACT.multiply(fee, 60)
    for part in parts:
        total = EXACT.add(total, part.sixtieths)
    return total


def unrounded_text(sixtieths: Decimal) -> str:
    """A sixtieth of the number: exact, or cut off behind its first decimals and followed by `…`."""
    whole, _, decimals = format(_LONG.divide(sixtieths, 60), "f").partition(".")
    if len(decimals) > SHOWN_DECIMALS:
        return f"{whole}.{decimals[:SHOWN_DECIMALS]}…"
    decimals = decimals.rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole


def _seconds_text(microseconds: int) -> str:
    seconds, fraction = divmod(microseconds, SECOND_US)
    return f"{seconds}.{fraction:06d}".rstrip("0").removesuffix(".")
