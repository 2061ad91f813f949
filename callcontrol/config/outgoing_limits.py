"""Limits of a single call outside: what it may cost, and how long it may last. Checks stand in
`checks/outgoing_limits.py`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final

from pydantic import Field, PlainValidator

from callcontrol.config.call_classes import LimitedClass
from callcontrol.config.credit_settings import read_amount
from callcontrol.config.fields import described
from callcontrol.config.frozen import Frozen, Seconds

UNLIMITED: Final = Decimal("Infinity")


def _read_most(value: object) -> Decimal:
    return UNLIMITED if value == "unlimited" else read_amount(value)


Most = Annotated[
    Decimal,
    PlainValidator(_read_most),
    described("an amount of money, or unlimited", r"^(unlimited|[0-9]{1,10}(\.[0-9]{1,8})?)$", "number"),
]


class CallLimit(Frozen):
    """The most that a call to numbers of some classes may cost, and the longest it may last. What is not written here
    says a later entry, then the tenant's entries, then the default.
    """

    classes: tuple[LimitedClass, ...] = Field(min_length=1, description="classes of numbers, or all")
    price_per_minute: Most | None = Field(
        default=None,
        description="numbers whose minute costs more, now or later in the call, are not called; in the price list's "
        "currency, or unlimited; default: about 5 euros, for satellite 20",
    )
    connection_fee: Most | None = Field(
        default=None,
        description="numbers whose call costs more, however short it is, are not called; default: about 10 euros",
    )
    talk: Seconds | None = Field(
        default=None,
        description="longest conversation in seconds, where `talk` of the tenant is no shorter; default: for premium "
        "and satellite 3600",
    )


# Amounts in euros (vocabulary/call_price.py brings them to other currencies). Premium: Germany allows 3.00 a minute and
# 10.00 a call, and demands that calls end after an hour (TKG 2021 sections 112 and 115); most others allow less.
DEFAULT_LIMITS: Final = (
    CallLimit(classes=("satellite",), price_per_minute=Decimal(20), talk=3_600),
    CallLimit(classes=("premium",), talk=3_600),
    CallLimit(classes=("all",), price_per_minute=Decimal(5), connection_fee=Decimal(10)),
)
