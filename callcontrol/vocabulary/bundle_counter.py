"""How much of a bundle is used: counters, one for each bundle, holder and month, and what running legs have reserved.

They are counted in whole parts of 1/10,000 of a second, a call or a unit of money: Redis adds and compares them without
rounding. What is used is rounded up to them, and what is left is rounded down.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Final, NamedTuple

DECIMALS: Final = 4
_QUANTUM: Final = Decimal(1).scaleb(-DECIMALS)
_UP: Final = Context(prec=60, rounding=ROUND_CEILING)
_DOWN: Final = Context(prec=60, rounding=ROUND_FLOOR)


def parts_of(amount: Decimal) -> int:
    """So much as parts, what is smaller than a part as one."""
    return _parts(amount, _UP)


def size_parts(amount: Decimal) -> int:
    """The size of a bundle in whole parts."""
    return _parts(amount, _DOWN)


def amount_of_parts(parts: int) -> Decimal:
    """So many parts as seconds, calls or money, exact."""
    return Decimal(parts).scaleb(-DECIMALS, context=_UP)


def _parts(amount: Decimal, context: Context) -> int:
    return int(amount.quantize(_QUANTUM, context=context).scaleb(DECIMALS, context=context))


class BundleCounter(NamedTuple):
    """What is used of a bundle in a month.

    Attributes:
        name: the bundle's.
        holder: whose it is: `extension:101`, or `tenant`, also where it is shared.
        month: such as `2026-11`, in the tenant's zone.
    """

    tenant: str
    name: str
    holder: str
    month: str

    def __str__(self) -> str:
        return f"bundle {self.name} of {self.holder} in {self.tenant}, {self.month}"


class Cover(NamedTuple):
    """A counter from which a leg may be covered, and the bundle's size (parts)."""

    counter: BundleCounter
    size: int


class Covered(NamedTuple):
    """What stands for a leg at a counter.

    Attributes:
        own: reserved for the leg (parts).
        free: left for this leg and all others (parts); below 0 where the bundle has become smaller.
        legs: legs for which something of it is reserved, or not in the ledger yet.
    """

    own: int = 0
    free: int = 0
    legs: int = 0


@dataclass(frozen=True, slots=True)
class BundleUse:
    """A counter as the ledger has it.

    Attributes:
        changes: how often it has changed; 0: there is no such counter yet.
        used: in parts.
    """

    counter: BundleCounter
    changes: int = 0
    used: int = 0


@dataclass(frozen=True, slots=True)
class LiveBundle:
    """A counter as Redis has it.

    Attributes:
        use: None: Redis does not know it; it is asked for with the next call.
        held: what running legs have reserved, and what ended ones have used that the ledger does not have yet (parts).
        legs: how many these are.
    """

    counter: BundleCounter
    use: BundleUse | None = None
    held: int = 0
    legs: int = 0
