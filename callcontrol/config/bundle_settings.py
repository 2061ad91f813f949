"""Settings of bundles, what is in a monthly fee, and of discounts by volume. Cross-checks: `checks/bundles.py`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from callcontrol.config.credit_settings import Amount
from callcontrol.config.fields import Flag, Identifier, Prefix, Whole, described, matching
from callcontrol.config.frozen import Frozen
from callcontrol.vocabulary.direction import Direction

MAX_BUNDLES = 32
_MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"

Month = Annotated[
    str,
    BeforeValidator(matching(_MONTH, "{} is no month", "write one such as 2026-11")),
    described("a month", f"^{_MONTH}$"),
]


class Measure(StrEnum):
    """What of calls is counted."""

    MINUTES = "minutes"
    CALLS = "calls"
    MONEY = "money"


class Counted(Frozen):
    """Which calls count, and for whom."""

    shared: Flag = Field(default=False, description="whether its payers share it; no: each payer has its own")
    extensions: tuple[Identifier, ...] = Field(
        default=(), description="payers that have it; default: each extension that pays for calls, and the tenant"
    )
    directions: tuple[Direction, ...] = Field(default=(), description="classes of numbers it is for; default: all")
    prefixes: tuple[Prefix, ...] = Field(default=(), description="numbers it is for, by first digits; default: all")


class Bundle(Counted):
    """Minutes, calls or money of a month that cost nothing; beyond, calls cost what the price list says."""

    minutes: Annotated[int, Field(ge=1, le=10_000_000), Whole] | None = Field(
        default=None, description="minutes of billed time in a month"
    )
    calls: Annotated[int, Field(ge=1, le=10_000_000), Whole] | None = Field(
        default=None, description="calls in a month"
    )
    money: Amount | None = Field(default=None, description="what calls cost in a month, in the price list's currency")
    beyond: Amount | None = Field(
        default=None,
        description="what a minute costs that the bundle does not cover, of calls a call; default: what the price list "
        "says",
    )
    carry_over: Annotated[int, Field(ge=0, le=12), Whole] = Field(
        default=0, description="months for which what is left of one may be used further, the oldest first"
    )
    since: Month | None = Field(default=None, description="its first month; needed where something is carried over")


class Discount(Frozen):
    """From so much in the month on, calls cost so many percent less."""

    from_: Annotated[int, Field(ge=1, le=1_000_000_000), Whole] = Field(
        alias="from", description="minutes, calls or money of the month so far"
    )
    percent: Annotated[int, Field(ge=1, le=100), Whole] = Field(description="how much less a call costs")


class Volume(Counted):
    """Calls cost less as the month's total grows: what it was before a call decides for that call."""

    by: Measure = Field(description="what is added up: minutes, calls or money")
    discounts: tuple[Discount, ...] = Field(min_length=1, max_length=20)
