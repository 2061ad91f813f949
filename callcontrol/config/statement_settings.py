"""Settings of statements: which months get one, how VAT is rounded, and the fees in it. Cross-checks:
`checks/statements.py`; how a fee is worked out: `billing/statements/fees.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, PlainValidator

from callcontrol.config.bundle_settings import Month
from callcontrol.config.export_settings import Day
from callcontrol.config.fields import DisplayName, Flag, Identifier, Whole, described, matching, refusal, text_in
from callcontrol.config.frozen import Frozen
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.money import BadMoney, decimal_from

MAX_FEES: Final = 64
MAX_LINES: Final = 8  # of an address
_CURRENCY: Final = "[A-Z]{3}"
_LARGEST: Final = Decimal(10**7)
_FEE_DECIMALS, _VAT_DECIMALS = 8, 3


class Per(StrEnum):
    """What a fee is counted by."""

    TENANT = "tenant"
    EXTENSION = "extension"
    QUEUE = "queue"
    AGENT = "agent"
    NUMBER = "number"
    BUNDLE = "bundle"


class VatRounding(StrEnum):
    """Where VAT is rounded."""

    TOTAL = "total"  # once for each rate, of the sum of its lines
    LINE = "line"  # for each line; the sum is that of the lines


def _read_decimal(value: object, lowest: Decimal, largest: Decimal, decimals: int, right: str) -> Decimal:
    try:
        amount = value if isinstance(value, Decimal) else decimal_from(text_in(value, right))
    except BadMoney:
        raise refusal(f"{value!r} is no number", right) from None
    exponent = amount.as_tuple().exponent
    if not lowest <= amount <= largest or not isinstance(exponent, int) or exponent < -decimals:
        raise refusal(f"{value!r} is out of range", f"write {lowest} to {largest}, with {decimals} decimals at most")
    return amount


def _read_fee(value: object) -> Decimal:
    return _read_decimal(value, -_LARGEST, _LARGEST, _FEE_DECIMALS, "write an amount such as 49.00")


def _read_vat(value: object) -> Decimal:
    return _read_decimal(value, Decimal(0), Decimal(100), _VAT_DECIMALS, "write a percentage such as 23")


FeeAmount = Annotated[
    Decimal, PlainValidator(_read_fee), described("an amount of money", r"^-?[0-9]{1,8}(\.[0-9]{1,8})?$", "number")
]
VatPercent = Annotated[
    Decimal, PlainValidator(_read_vat), described("a percentage", r"^[0-9]{1,3}(\.[0-9]{1,3})?$", "number")
]
Currency = Annotated[
    str,
    BeforeValidator(matching(_CURRENCY, "{} is no currency", "write three capital letters, such as PLN")),
    described("a currency, ISO 4217", f"^{_CURRENCY}$"),
]
Address = Annotated[tuple[DisplayName, ...], Field(max_length=MAX_LINES)]


class Fee(Frozen):
    """What is paid for a month, or once."""

    name: DisplayName = Field(min_length=1, max_length=80, description="as the statement calls it")
    amount: FeeAmount = Field(description="for a whole month, or once; below 0: a credit")
    currency: Currency | None = Field(default=None, description="default: that of the statements")
    per: Per = Field(default=Per.TENANT, description="once for the tenant, or for each of these that there is")
    of: tuple[Identifier, ...] = Field(default=(), description="only for these, by name; default: all")
    from_: Day | None = Field(default=None, alias="from", description="its first day")
    until: Day | None = Field(default=None, description="its last day; a fee that ends is not deleted, or it is lost")
    once: Day | None = Field(default=None, description="not every month: once, in the month of this day")
    prorated: Literal["daily", "no"] = Field(
        default="daily",
        description="of a month that is not whole: daily: the share of its days; no: all of it for any day",
    )
    vat_percent: VatPercent | None = Field(default=None, description="its VAT; default: that of the statements")
    prices: Literal["net", "gross"] | None = Field(
        default=None, description="whether VAT comes on top or is within; default: as the statements say"
    )


class Statements(Frozen):
    """What a tenant is told at the end of each month: calls, fees, VAT, one total."""

    since: Month | None = Field(
        default=None, description="first month that gets a statement; not written: there are none"
    )
    close_on: Annotated[int, Field(ge=1, le=28), Whole] | None = Field(
        default=None,
        description="day of the following month on which a month is closed, as soon as it has begun; not written: by "
        "hand",
    )
    currency: Currency | None = Field(default=None, description="of fees; there is a statement in it for each month")
    vat_percent: VatPercent | None = Field(default=None, description="of fees, and of price lists that do not say it")
    prices: Literal["net", "gross"] = Field(
        default="net", description="whether VAT comes on top or is within, of fees and of price lists that do not say"
    )
    vat_rounding: VatRounding = Field(
        default=VatRounding.TOTAL,
        description="where VAT is rounded: total: once for each rate; line: for each line",
    )
    fees_from_account: Flag = Field(
        default=False,
        description="whether what fees come to is taken from the tenant's credit account when a month is closed",
    )
    language: Language | None = Field(default=None, description="of its pages; default: the tenant's")
    customer: Address = Field(default=(), description="the recipient, line by line: name, address, tax number")
    fees: Mapping[Identifier, Fee] = Field(
        default_factory=dict, max_length=MAX_FEES, description="what is paid besides calls"
    )


class Issuer(Frozen):
    """What all statements of the installation share."""

    issuer: Address = Field(default=(), description="the issuer, line by line: name, address, tax number")
