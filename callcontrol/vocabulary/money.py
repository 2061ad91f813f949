"""Money: a Decimal with its currency, built from text, rounded once by a named rule.

Sums are exact or refused: the context has room for every product of a price (20 digits) and a time (10 digits), and
traps the rounding that a wider number would need. Only a division by 60 (price per minute, time in seconds) may go on
for ever; it is done last, together with the one rounding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import (
    ROUND_05UP,
    ROUND_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from enum import StrEnum

EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow, DivisionByZero])
# ROUND_05UP leaves a last digit from which any coarser rounding comes out as from the true quotient.
_QUOTIENT = Context(prec=60, rounding=ROUND_05UP, traps=[InvalidOperation, Overflow, DivisionByZero])

_QUANTA = {decimals: Decimal(1).scaleb(-decimals) for decimals in range(-9, 21)}
_AMOUNT = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


class BadMoney(ValueError):
    """The text is no amount, or the currencies differ; the message says what would be right."""


class Rounding(StrEnum):
    """How an amount is brought to its decimals."""

    HALF_UP = "half_up"  # to the nearest, a half away from zero
    HALF_EVEN = "half_even"  # to the nearest, a half to the even digit
    UP = "up"  # away from zero
    DOWN = "down"  # towards zero


_MODE = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.UP: ROUND_UP,
    Rounding.DOWN: ROUND_DOWN,
}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217 letters). Two currencies are never added or compared."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        amount: object = self.amount  # a float is refused also where no type checker looked
        if not isinstance(amount, Decimal) or not amount.is_finite():
            raise BadMoney(f"{self.amount!r} is no amount: build it from text, such as money_from('12.50', 'PLN')")
        if not _CURRENCY.fullmatch(self.currency):
            raise BadMoney(f"{self.currency!r} is no currency: write three capital letters, such as PLN")

    def __add__(self, other: Money) -> Money:
        return Money(EXACT.add(self.amount, self._same(other)), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(EXACT.subtract(self.amount, self._same(other)), self.currency)

    def __neg__(self) -> Money:
        return Money(self.amount.copy_negate(), self.currency)

    def __mul__(self, factor: int | Decimal) -> Money:
        if not isinstance(factor, int | Decimal):
            raise BadMoney(f"money is multiplied by a whole number or a Decimal, not by {factor!r}")
        return Money(EXACT.multiply(self.amount, factor), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def rounded(self, rule: Rounding, decimals: int) -> Money:
        """The amount with that many decimals."""
        return Money(rounded_quotient(self.amount, 1, rule, decimals), self.currency)

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise BadMoney(f"{self} and {other} are in two currencies: convert one of them first")
        return other.amount


def decimal_from(text: str) -> Decimal:
    """Read a plain decimal number: a dot, no thousands sign, no exponent.

    Raises:
        BadMoney: anything else; never a guess.
    """
    if not _AMOUNT.fullmatch(text):
        raise BadMoney(f"{text!r} is no amount: write digits with a dot, such as 1234.50")
    return Decimal(text)


def money_from(text: str, currency: str) -> Money:
    """Read an amount such as `1234.50`.

    Raises:
        BadMoney: the text is no plain decimal number, or the currency no three capital letters.
    """
    return Money(decimal_from(text), currency)


def rounded_quotient(numerator: Decimal, denominator: int, rule: Rounding, decimals: int) -> Decimal:
    """numerator / denominator, rounded once, exactly as if the quotient had been written out without end.

    Args:
        decimals: 0 to 20, or -1 to -9 for tens, hundreds and so on.
    """
    quotient = _QUOTIENT.divide(numerator, denominator)
    rounded = quotient.quantize(_QUANTA[decimals], rounding=_MODE[rule], context=_QUOTIENT)
    return rounded if decimals >= 0 else rounded.quantize(_QUANTA[0], context=_QUOTIENT)


def plain(number: Decimal) -> str:
    """A decimal without exponent and without idle zeros behind the dot, for formulas: `0.29`, `120`."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
