"""What a payer usually spends in an hour of the week, by what it spent in the same hour of the weeks before.

The most that is usual is the median of those hours and WIDTH times their spread (the median of the distances from it),
both of which a single extraordinary week does not move; twice the largest of them where that is more, so that what has
been paid once is no alarm; and never less than a floor, for hours in which hardly anything is spent.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from statistics import median
from typing import Final

# So many weeks are looked at; a payer whose first charge is younger than FEWEST_WEEKS has no usual hour yet.
WEEKS: Final = 8
FEWEST_WEEKS: Final = 4
# Of a normal distribution the median distance is 0.67 of the standard deviation: 6 of it are 4 standard deviations.
WIDTH: Final = 6
_LARGEST: Final = 2


def most_usual(hours: Sequence[Decimal], floor: Decimal) -> Decimal | None:
    """The most that is usual in an hour; None: too few weeks are known.

    Args:
        hours: what was spent in the same hour of each week before that the payer is known for, nothing included.
    """
    if len(hours) < FEWEST_WEEKS:
        return None
    middle = median(hours)
    spread = median(abs(one - middle) for one in hours)
    return max(floor, middle + WIDTH * spread, _LARGEST * max(hours))
