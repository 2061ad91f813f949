"""A month's amount is shared out among its days: nothing is lost or won, however the month is cut."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.billing.statements.shares import share_of, span_of

AMOUNTS = st.decimals(min_value=-10_000, max_value=10_000, places=2, allow_nan=False)
OF_DAYS = st.integers(28, 31)


@given(AMOUNTS, OF_DAYS, st.data())
def test_shares_of_all_days_add_up_to_the_amount_however_the_month_is_cut(
    amount: Decimal, of_days: int, data: st.DataObject
) -> None:
    parts = data.draw(st.lists(st.integers(0, 3), min_size=of_days, max_size=of_days))
    pieces = [{day for day, part in enumerate(parts, 1) if part == one} for one in range(4)]
    shares = [share_of(amount, days, of_days, 2) for days in pieces if days]
    assert sum(shares, Decimal(0)) == amount


@given(AMOUNTS, OF_DAYS, st.data())
def test_a_share_is_off_by_one_unit_for_each_run_of_days_at_most(
    amount: Decimal, of_days: int, data: st.DataObject
) -> None:
    first = data.draw(st.integers(1, of_days))
    last = data.draw(st.integers(first, of_days))
    share = share_of(amount, range(first, last + 1), of_days, 2)
    assert abs(share - amount * (last - first + 1) / of_days) <= Decimal("0.01")
    assert share == share.quantize(Decimal("0.01"))


@pytest.mark.parametrize(
    ("amount", "days", "share"),
    [
        ("30.00", range(1, 31), "30.00"),
        ("30.00", range(1, 11), "10.00"),
        ("10.00", range(1, 2), "0.33"),  # 10 / 30 = 0.333…
        ("10.00", range(2, 3), "0.34"),  # 20 / 30 = 0.667, less 0.33
        ("10.00", [1, 3], "0.66"),
        ("-10.00", range(1, 2), "-0.33"),
        ("0.0250", range(1, 16), "0.0125"),  # the decimals of the amount, where they are more
    ],
)
def test_shares_of_a_month_of_30_days(amount: str, days: range, share: str) -> None:
    assert share_of(Decimal(amount), days, 30, 2) == Decimal(share)


@pytest.mark.parametrize(
    ("days", "span"), [(range(1, 31), ""), (range(10, 31), "10-30"), ([1, 2, 15, 30], "1-2, 15, 30")]
)
def test_days_as_text(days: range, span: str) -> None:
    assert span_of(days, 30) == span
