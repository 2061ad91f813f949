"""Limits of all calls outside that one payer has together: an extension, or the tenant as a whole. Those of a single
call stand in `outgoing_limits.py`; checks in `checks/payer_limits.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Final, Literal, get_args

from pydantic import BeforeValidator, Field, PlainValidator

from callcontrol.config.call_classes import BlockedClass
from callcontrol.config.credit_settings import Amount, read_amount
from callcontrol.config.fields import described, matching, refusal, text_in
from callcontrol.config.frozen import Frozen

# Caps as their fields are called; what is absent in all entries, the defaults included, has no cap.
UNLIMITED: Final = 0
_LARGEST: Final = 1_000_000
_LARGEST_SHARE: Final = 1_000
UNLIMITED_MONEY: Final = Decimal(0)
# Classes of caps besides those of numbers: every call, and every call to a dear number.
ALL: Final = "all"
DEAR: Final = "dear"
# Of these classes every number is dear, whatever it costs.
DEAR_CLASSES: Final = frozenset({"international", "premium", "satellite"})

_CLASSES: Final = (ALL, DEAR, *(one for part in get_args(BlockedClass) for one in get_args(part) or (part,)))


def _read_count(value: object) -> int:
    right = "write a whole number from 1 to 1000000, or unlimited"
    if isinstance(value, int) and UNLIMITED <= value <= _LARGEST:
        return value
    text = text_in(value, right)
    if text == "unlimited":
        return UNLIMITED
    if not re.fullmatch("[1-9][0-9]{0,6}", text) or int(text) > _LARGEST:
        raise refusal(f"{text!r} is no number of calls", right)
    return int(text)


MostCalls = Annotated[
    int,
    PlainValidator(_read_count),
    described("a number of calls, or unlimited", r"^(unlimited|[1-9][0-9]{0,6})$", "integer"),
]


def _read_money(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if value == "unlimited":
        return UNLIMITED_MONEY
    amount = read_amount(value)
    if not amount:
        raise refusal(
            "0 is no cap of money", "write an amount above 0, or unlimited; `blocks:` keep a class from being called"
        )
    return amount


def _read_share(value: object) -> int:
    right = "write the share of the cap in percent, a whole number from 1 to 1000"
    text = str(value) if isinstance(value, int) else text_in(value, right)
    if not re.fullmatch("[1-9][0-9]{0,3}", text) or int(text) > _LARGEST_SHARE:
        raise refusal(f"{text!r} is no share", right)
    return int(text)


MostMoney = Annotated[
    Decimal,
    PlainValidator(_read_money),
    described("an amount of money, or unlimited", r"^(unlimited|[0-9]{1,10}(\.[0-9]{1,8})?)$", "number"),
]
Share = Annotated[int, PlainValidator(_read_share), described("percent of the cap", "^[1-9][0-9]{0,3}$", "integer")]
Action = Literal["warn", "ask_pin", "block_class", "block_outgoing"]
CapClass = Annotated[
    str,
    BeforeValidator(matching("|".join(_CLASSES), "{} is no class of calls", f"write one of {', '.join(_CLASSES)}")),
    described(f"one of {', '.join(_CLASSES)}", f"^({'|'.join(_CLASSES)})$"),
]


WhenReached = Literal["nothing", "warn", "ask_pin", "block_class", "block_outgoing"]


class Caps(Frozen):
    """The most that the calls of one payer to numbers of one class may be together. A call outside counts in its own
    class, in `all`, and in `dear` if its number is. What is not written here holds as `limits.extension` of the tenant
    says, for an extension, else as the defaults do.
    """

    calls_at_once: MostCalls | None = Field(
        default=None,
        description="calls that ring or talk at the same time, or unlimited; default: all 20, dear 5, premium and "
        "satellite 2; of the tenant as a whole: all 200, dear 30, premium and satellite 10",
    )
    calls_per_minute: MostCalls | None = Field(
        default=None,
        description="calls that begin within any 60 seconds, or unlimited; default: all 60, dear 10, premium and "
        "satellite 4; of the tenant as a whole: all 600, dear 60, premium and satellite 10",
    )
    calls_per_hour: MostCalls | None = Field(
        default=None,
        description="calls that begin within any 60 minutes, or unlimited; default: all 600, dear 90, premium and "
        "satellite 20; of the tenant as a whole: all 10000, dear 600, premium and satellite 60",
    )
    numbers_per_hour: MostCalls | None = Field(
        default=None,
        description="different numbers called within any 60 minutes, or unlimited; default: dear 30, premium and "
        "satellite 10; of the tenant as a whole: dear 200, premium and satellite 30",
    )
    when_reached: WhenReached | None = Field(
        default=None,
        description="what follows for an hour when a cap of calls or numbers is reached, besides that the call is "
        "refused: nothing, warn (people are told), ask_pin (calls need the extension's PIN), block_class, "
        "block_outgoing; running calls that are blocked end; default: warn",
    )
    money_per_hour: MostMoney | None = Field(
        default=None,
        description="what the calls that arrive within an hour of the clock may cost, or unlimited; in the price "
        "list's currency, without VAT; default: about 50 euros, dear 30, premium and satellite 20; of the tenant as a "
        "whole: 500, dear 200, premium and satellite 60",
    )
    money_per_day: MostMoney | None = Field(
        default=None,
        description="the same within a day of the tenant's zone; default: about 150 euros, dear 75, premium and "
        "satellite 40; of the tenant as a whole: 2000, dear 500, premium and satellite 150",
    )
    money_per_month: MostMoney | None = Field(
        default=None,
        description="the same within a month; default: about 1000 euros, dear 400, premium and satellite 150; of the "
        "tenant as a whole: 20000, dear 4000, premium and satellite 500",
    )
    actions: Mapping[Share, Action] | None = Field(
        default=None,
        description="what happens when so many percent of a cap of money are spent, until its hour, day or month is "
        "over, or a person ends it: warn, ask_pin (calls need the extension's PIN), block_class, block_outgoing; "
        "running calls that are blocked end; default: 80 warn, 100 block_class, for `all` block_outgoing",
    )


class PayerLimits(Frozen):
    """Limits of the calls that one payer has together, by class."""

    caps: Mapping[CapClass, Caps] = Field(
        default_factory=dict,
        description="by class of numbers; `all`: every call outside, `dear`: international, premium and satellite "
        "numbers, and those whose minute costs more than `dear_above` of the tenant",
    )


class TenantLimits(Frozen):
    """Limits of the calls of a tenant and its extensions together. Emergency calls have none."""

    dear_above: Amount | None = Field(
        default=None,
        description="numbers whose minute costs more are dear; in the price list's currency; default: about 1 euro",
    )
    tenant: PayerLimits = Field(
        default=PayerLimits(), description="of the tenant as a whole: what it and all its extensions pay for"
    )
    extension: PayerLimits = Field(
        default=PayerLimits(), description="of each extension, where its own `limits:` say nothing"
    )
    unusual: Action | Literal["off"] = Field(
        default="warn",
        description="what happens when an extension, or the tenant as a whole, spends more in an hour than is usual "
        "for it in this hour of the week: warn, ask_pin, block_class (of all classes), block_outgoing, or off",
    )
    unusual_above: Amount | None = Field(
        default=None,
        description="an hour that costs less is never unusual; in the price list's currency; default: about 10 euros",
    )

    @cached_property
    def smallest_money(self) -> dict[tuple[str, str, str], Decimal | None]:
        """What was worked out of these settings: by payer, class and currency the smallest cap of money that blocks."""
        return {}


# About a euro a minute, brought to the list's currency by `vocabulary/call_price.py`: below it lie usual calls of an
# office, those to mobiles of other countries among them.
DEAR_ABOVE_EUROS: Final = Decimal(1)
UNUSUAL_ABOVE_EUROS: Final = Decimal(10)
_FEW: Final = Caps(calls_at_once=2, calls_per_minute=4, calls_per_hour=20, numbers_per_hour=10)
_FEW_OF_ALL: Final = Caps(calls_at_once=10, calls_per_minute=10, calls_per_hour=60, numbers_per_hour=30)
# By class what an hour, a day, a month may cost, in euros (`vocabulary/call_price.py` brings them to other currencies).
MONEY_OF_EXTENSION: Final[Mapping[str, tuple[int, int, int]]] = {
    ALL: (50, 150, 1_000),
    DEAR: (30, 75, 400),
    "premium": (20, 40, 150),
    "satellite": (20, 40, 150),
}
MONEY_OF_TENANT: Final[Mapping[str, tuple[int, int, int]]] = {
    ALL: (500, 2_000, 20_000),
    DEAR: (200, 500, 4_000),
    "premium": (60, 150, 500),
    "satellite": (60, 150, 500),
}
# By percent of a cap of money: people hear of it before anything is refused.
ACTIONS: Final[Mapping[int, Action]] = {80: "warn", 100: "block_class"}
ACTIONS_OF_ALL: Final[Mapping[int, Action]] = {80: "warn", 100: "block_outgoing"}
# Several times what a busy office does; what a stolen password does in its first minutes is far more.
DEFAULT_EXTENSION: Final[Mapping[str, Caps]] = {
    ALL: Caps(calls_at_once=20, calls_per_minute=60, calls_per_hour=600),
    DEAR: Caps(calls_at_once=5, calls_per_minute=10, calls_per_hour=90, numbers_per_hour=30),
    "premium": _FEW,
    "satellite": _FEW,
}
DEFAULT_TENANT: Final[Mapping[str, Caps]] = {
    ALL: Caps(calls_at_once=200, calls_per_minute=600, calls_per_hour=10_000),
    DEAR: Caps(calls_at_once=30, calls_per_minute=60, calls_per_hour=600, numbers_per_hour=200),
    "premium": _FEW_OF_ALL,
    "satellite": _FEW_OF_ALL,
}
