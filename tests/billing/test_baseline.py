"""What is usual in an hour of the week: robust against one bad week, and silent where nothing is known."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.billing.baseline import FEWEST_WEEKS, most_usual

FLOOR = Decimal(10)
HOURS = st.lists(st.decimals(0, 1000, places=2), min_size=FEWEST_WEEKS, max_size=8)


@pytest.mark.parametrize(
    ("hours", "most"),
    [
        ([], None),
        ([5, 5, 5], None),  # too few weeks
        ([0, 0, 0, 0, 0, 0, 0, 0], 10),  # the floor
        ([1, 2, 1, 2, 1, 2, 1, 2], 10),
        ([20, 20, 20, 20, 20, 20, 20, 20], 40),  # twice the largest
        ([20, 22, 18, 20, 25, 15, 20, 22], 50),
        ([10, 20, 30, 40, 50, 60, 70, 80], 165),  # 45 and 6 times 20
        ([0, 0, 0, 0, 0, 0, 0, 90], 180),  # what was paid once is no alarm
    ],
)
def test_by_hand(hours: list[int], most: int | None) -> None:
    found = most_usual([Decimal(one) for one in hours], FLOOR)
    assert found == (None if most is None else Decimal(most))


@settings(max_examples=40, deadline=None)
@given(HOURS)
def test_no_hour_of_the_past_was_unusual_and_the_order_is_no_matter(hours: list[Decimal]) -> None:
    most = most_usual(hours, FLOOR)
    assert most is not None
    assert most >= max(FLOOR, *hours)
    assert most_usual(sorted(hours), FLOOR) == most
    assert most_usual(hours, FLOOR * 2) in (most, FLOOR * 2)
