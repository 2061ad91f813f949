"""Settings of credit: who has an account, and what becomes of its calls. Cross-checks stand in `checks/credit.py`."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, PlainValidator

from callcontrol.config.fields import Whole, described, refusal, text_in
from callcontrol.config.frozen import Frozen
from callcontrol.vocabulary.credit import LARGEST_UNITS, UNITS
from callcontrol.vocabulary.money import BadMoney, decimal_from

# Digits behind the dot of an amount of credit.
DECIMALS = 8
MAX_WARNINGS = 4
_LARGEST = Decimal(10**9)


def read_amount(value: object, largest: Decimal = _LARGEST) -> Decimal:
    """An amount of money that is not below 0, as it is written in YAML."""
    right = "write an amount in the currency of the price list, such as 50.00"
    if isinstance(value, Decimal):
        amount = value
    else:
        try:
            amount = decimal_from(text_in(value, right))
        except BadMoney:
            raise refusal(f"{value!r} is no amount", right) from None
    exponent = amount.as_tuple().exponent
    if not 0 <= amount <= largest or not isinstance(exponent, int) or exponent < -DECIMALS:
        raise refusal(f"{value!r} is out of range", f"write 0 to {largest}, with {DECIMALS} decimals at most")
    return amount


Amount = Annotated[
    Decimal,
    PlainValidator(read_amount),
    described("an amount of money", r"^[0-9]{1,10}(\.[0-9]{1,8})?$", "number"),
]


# What an account can hold.
Overdraft = Annotated[
    Decimal,
    PlainValidator(lambda value: read_amount(value, Decimal(LARGEST_UNITS // UNITS))),
    described("an amount of money that an account can hold", r"^[0-9]{1,8}(\.[0-9]{1,8})?$", "number"),
]


class CreditKind(StrEnum):
    """Whether a payer has an account, and how far its balance may go down."""

    NONE = "none"  # calls are charged, and nothing limits them
    PREPAID = "prepaid"  # to 0
    POSTPAID = "postpaid"  # to minus the limit


class WithoutRedis(StrEnum):
    """What a call with an account may do while its reservation cannot be asked for."""

    REFUSE = "refuse"
    SHORT = "short"
    ALLOW = "allow"


class Credit(Frozen):
    """The account of an extension: what it pays for is dialled only while there is credit, and ends with it."""

    kind: CreditKind = Field(
        default=CreditKind.NONE,
        description="prepaid: calls end when the balance is 0; postpaid: when it is minus `limit`; none: no account of "
        "its own: an extension without one uses the tenant's, a tenant without one has no limit",
    )
    limit: Overdraft | None = Field(
        default=None, description="with postpaid: how far the balance may go below 0, in the price list's currency"
    )

    @property
    def has_account(self) -> bool:
        """Whether there is an account."""
        return self.kind is not CreditKind.NONE

    @property
    def overdraft(self) -> Decimal:
        """How far the balance may go below 0."""
        return (self.limit or Decimal(0)) if self.kind is CreditKind.POSTPAID else Decimal(0)


class TenantCredit(Credit):
    """The tenant's own account, and what holds for all accounts of the tenant and its extensions."""

    span: Annotated[int, Field(ge=10, le=600), Whole] = Field(
        default=30,
        description="seconds of talk that are reserved at a time: the switch ends a call at the end of what is "
        "reserved, if no worker is there to reserve more",
    )
    warn: tuple[Annotated[int, Field(ge=5, le=600), Whole], ...] = Field(
        default=(60, 10),
        max_length=MAX_WARNINGS,
        description="seconds before the credit is used up at which the one who pays, if in the call, hears a tone",
    )
    without_redis: WithoutRedis = Field(
        default=WithoutRedis.REFUSE,
        description="while credit cannot be asked for: refuse: no new calls, and running ones end with what is "
        "reserved; short: spans on the last balance that is known, `short` seconds in all for each call; allow: no "
        "limit of credit",
    )
    short: Annotated[int, Field(ge=10, le=3_600), Whole] = Field(
        default=60, description="with `without_redis: short`: seconds a call may talk that are not reserved"
    )
