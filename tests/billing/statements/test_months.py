"""Months of the calendar."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from callcontrol.billing.statements.months import (
    BadMonth,
    after,
    before,
    days_of,
    month_at,
    month_from,
    months_until,
    period_of,
)
from callcontrol.vocabulary.moment import SECOND_US, instant_from

WARSAW = ZoneInfo("Europe/Warsaw")
NOW = instant_from("2026-12-31T23:30:00Z")  # the new year has begun in Warsaw


def test_a_month_is_that_of_the_zone() -> None:
    assert (month_at(NOW, WARSAW), month_at(NOW, ZoneInfo("America/New_York"))) == ("2027-01", "2026-12")
    assert (month_from("this-month", WARSAW, NOW), month_from("last-month", WARSAW, NOW)) == ("2027-01", "2026-12")


@pytest.mark.parametrize(
    ("month", "hours"), [("2026-10", 31 * 24 + 1), ("2026-03", 31 * 24 - 1), ("2026-02", 672), ("2028-02", 696)]
)
def test_months_in_which_clocks_change_have_an_hour_more_or_less(month: str, hours: int) -> None:
    period = period_of(month, WARSAW)
    assert (period.end - period.start) // SECOND_US == hours * 3600
    assert period_of(after(month), WARSAW).start == period.end


def test_months_follow_on_one_another() -> None:
    assert list(months_until("2026-11", "2027-02")) == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert list(months_until("2026-11", "2026-10")) == []
    assert (before("2027-01"), after("2026-12"), days_of("2028-02")) == ("2026-12", "2027-01", 29)


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "2026", "2026-11-01", "november", ""])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(BadMonth, match="is no month: write one such as 2026-11"):
        month_from(text, WARSAW, NOW)
