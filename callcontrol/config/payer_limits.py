"""Limits of all calls outside that one payer has together: an extension, or the tenant as a whole. Those of a single
call stand in `outgoing_limits.py`; checks in `checks/payer_limits.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Final, get_args

from pydantic import BeforeValidator, Field, PlainValidator

from callcontrol.config.call_classes import BlockedClass
from callcontrol.config.credit_settings import Amount
from callcontrol.config.fields import described, matching, refusal, text_in
from callcontrol.config.frozen import Frozen

# Caps as their fields are called; what is absent in all entries, the defaults included, has no cap.
UNLIMITED: Final = 0
_LARGEST: Final = 1_000_000
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
CapClass = Annotated[
    str,
    BeforeValidator(matching("|".join(_CLASSES), "{} is no class of calls", f"write one of {', '.join(_CLASSES)}")),
    described(f"one of {', '.join(_CLASSES)}", f"^({'|'.join(_CLASSES)})$"),
]


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


# About a euro a minute, brought to the list's currency by `vocabulary/call_price.py`: below it lie usual calls of an
# office, those to mobiles of other countries among them.
DEAR_ABOVE_EUROS: Final = Decimal(1)
_FEW: Final = Caps(calls_at_once=2, calls_per_minute=4, calls_per_hour=20, numbers_per_hour=10)
_FEW_OF_ALL: Final = Caps(calls_at_once=10, calls_per_minute=10, calls_per_hour=60, numbers_per_hour=30)
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
