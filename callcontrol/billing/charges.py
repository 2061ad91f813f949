"""Charges: what a leg cost and everything a person needs to redo it by hand; or why it has no price."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Context, Decimal
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from callcontrol.billing.tariff import Price, Rate, Terms
from callcontrol.billing.vat import Vat, VatTerms, vat_of
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
        from_s: the second of the call from which on this price holds; 0: from its beginning.
    """

    period: str
    start: Instant
    steps: int
    seconds: int
    price_per_minute: Decimal
    from_s: int = 0

    @property
    def sixtieths(self) -> Decimal:
        """Sixty times the amount: exact, where the amount itself may have no end."""
        return EXACT.multiply(self.price_per_minute, self.seconds)

    @property
    def sum_text(self) -> str:
        """The amount as it is worked out: `60 * 0.1 / 60`, and since when the price holds if it changed."""
        later = f" (from {self.from_s} s)" if self.from_s else ""
        return f"{self.seconds} * {plain(self.price_per_minute)} / 60{later}"

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
        markup: of what list these prices are, and how much more: `telco + 20 %`; "": they are the list's own.
        direction: the list's own word for the class of the number, "": it has none.
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
    markup: str = ""
    direction: str = ""

    @property
    def formula(self) -> str:
        """The way from talk time to amount.

        `61.5 s, up: 62 s; 60/60: 120 s; 0.05 + 120 * 0.29 / 60 = 0.63; half_up to 4 decimals: 0.6300 PLN`
        """
        price, terms, vat = self.price, self.terms, self.vat
        counted = f"{_seconds_text(self.talk_us)} s, {terms.round_seconds}: {self.counted_s} s"
        if self.counted_s < price.grace_s:
            return f"{counted}; under {price.grace_s} s nothing: {self.amount}"
        sums = [plain(self.fee), *[part.sum_text for part in self.parts]]
        said = [
            counted,
            f"not under {price.grace_s} s" if price.grace_s else "",
            f"first {price.free_s} s free" if price.free_s else "",
            f"at least {price.minimum_s} s" if price.minimum_s else "",
            f"{_steps_text(price)}: {self.billed_s} s",
            f"prices of {self.markup}" if self.markup else "",
            f"{' + '.join(sums)} = {unrounded_text(sixtieths_of(self.fee, self.parts))}",
            f"at least {plain(price.minimum_amount)}" if price.minimum_amount else "",
            "" if price.maximum_amount is None else f"at most {plain(price.maximum_amount)}",
            f"{terms.round_amount} to {_decimals_text(terms.decimals)}: {self.amount}",
            vat.formula if vat else "",
        ]
        return "; ".join(filter(None, said))

    @property
    def vat(self) -> Vat | None:
        """The amount without and with VAT; None: the list does not say what its prices are."""
        terms = self.terms
        return vat_of(self.amount, VatTerms(terms.prices, terms.vat_percent, terms.round_amount, terms.decimals))

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
            **({"direction": self.direction} if self.direction else {}),
            "step": self.step,
            "connection_fee": format(self.fee, "f"),
            "vat_percent": None if self.terms.vat_percent is None else format(self.terms.vat_percent, "f"),
            **({"net": format(vat.net, "f"), "gross": format(vat.gross, "f")} if (vat := self.vat) else {}),
            "parts": [self._part_as_json(part) for part in self.parts],
            "formula": self.formula,
        }

    @property
    def step(self) -> str:
        """First block and step of the period in which what is paid for begins: `60/1`."""
        own = self.price.rates[self.parts[0].period].step if self.parts else None
        return _pair(own or (self.price.first_block_s, self.price.step_s))

    def _part_as_json(self, part: Part) -> dict[str, object]:
        later = {"from_s": part.from_s} if part.from_s else {}
        return later | {
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


def _steps_text(price: Price) -> str:
    """First block and step, of each period if they differ, and what they become: `60/60, from 300 s 10`."""
    row = (price.first_block_s, price.step_s)
    texts = {period: _rate_steps(rate, row) for period, rate in price.rates.items()}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return ", ".join(f"{period} {text}" for period, text in texts.items())


def _rate_steps(rate: Rate, row: tuple[int, int]) -> str:
    changes, before = [], None
    for later in rate.later:
        if later.step_s != before:
            changes.append(f"from {later.from_s} s {later.step_s}")
        before = later.step_s
    return ", ".join([_pair(rate.step or row), *changes])


def _pair(step: tuple[int, int]) -> str:
    return f"{step[0]}/{step[1]}"


_BELOW_NOTHING = {-1: "tens", -2: "hundreds", -3: "thousands"}


def _decimals_text(decimals: int) -> str:
    return _BELOW_NOTHING.get(decimals, f"{decimals} decimals")


def _seconds_text(microseconds: int) -> str:
    seconds, fraction = divmod(microseconds, SECOND_US)
    return f"{seconds}.{fraction:06d}".rstrip("0").removesuffix(".")
