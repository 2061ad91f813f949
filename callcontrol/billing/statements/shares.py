"""The rule by which a monthly amount is shared out among the days of a month. Pure.

The share of the first d of n days is amount * d / n, rounded half up; the share of days a to b is that of the first b
less that of the first a - 1. So the shares of all days add up to the amount, however the month is cut, and none is off
by more than one unit of its last decimal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal

from callcontrol.vocabulary.money import EXACT, Rounding, rounded_quotient


def share_of(amount: Decimal, days: Collection[int], of_days: int, decimals: int) -> Decimal:
    """What of a month's amount is for these days.

    Args:
        days: days of the month, 1 is the first.
        of_days: how many days the month has.
        decimals: to which the amount is shared out; those of the amount itself count if they are more.
    """
    if len(set(days)) == of_days:
        return amount
    exponent = amount.as_tuple().exponent
    decimals = max(decimals, -exponent if isinstance(exponent, int) else 0)
    total = Decimal(0)
    for first, last in runs_of(days):
        until = _first(amount, last, of_days, decimals)
        total = EXACT.add(total, EXACT.subtract(until, _first(amount, first - 1, of_days, decimals)))
    return total


def _first(amount: Decimal, days: int, of_days: int, decimals: int) -> Decimal:
    """The share of the first so many days."""
    return rounded_quotient(EXACT.multiply(amount, days), of_days, Rounding.HALF_UP, decimals)


def runs_of(days: Collection[int]) -> Iterator[tuple[int, int]]:
    """Days that follow on one another, from the first to the last of each run."""
    ordered = sorted(set(days))
    starts = [day for at, day in enumerate(ordered) if not at or ordered[at - 1] != day - 1]
    ends = [day for at, day in enumerate(ordered) if at == len(ordered) - 1 or ordered[at + 1] != day + 1]
    return zip(starts, ends, strict=True)


def span_of(days: Collection[int], of_days: int) -> str:
    """Days as text: `1-9, 15`; "": the whole month."""
    if len(set(days)) == of_days:
        return ""
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs_of(days))
