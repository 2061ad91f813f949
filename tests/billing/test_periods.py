"""Periods: half-open, holidays first, right on the days when the clocks change."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.billing.periods import DAY_US, Calendar, Span, YearDay
from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of, instant_from

WARSAW = ZoneInfo("Europe/Warsaw")
EVERY_DAY = frozenset(range(7))
WORKDAYS = frozenset(range(5))
PEAK = Span("peak", WORKDAYS, 8 * 60, 20 * 60)
NIGHT = Span("night", EVERY_DAY, 22 * 60, 24 * 60)
SMALL_HOURS = Span("night", EVERY_DAY, 0, 6 * 60)
CHRISTMAS = Span("holiday", EVERY_DAY, dates=frozenset({YearDay(0, 12, 25), YearDay(2026, 4, 6)}))
WEEK = Calendar(WARSAW, "offpeak", (PEAK, NIGHT, SMALL_HOURS, CHRISTMAS))


@pytest.mark.parametrize(
    ("wall", "period"),
    [
        ("2026-11-23T07:59:59.999999", "offpeak"),
        ("2026-11-23T08:00", "peak"),
        ("2026-11-23T19:59:59.999999", "peak"),
        ("2026-11-23T20:00", "offpeak"),
        ("2026-11-23T21:59:59.999999", "offpeak"),
        ("2026-11-23T22:00", "night"),
        ("2026-11-23T23:59:59.999999", "night"),
        ("2026-11-24T00:00", "night"),
        ("2026-11-24T06:00", "offpeak"),
        ("2026-11-21T12:00", "offpeak"),  # a Saturday
        ("2026-12-25T12:00", "holiday"),  # a Friday
        ("2026-12-25T00:00", "holiday"),
        ("2026-12-24T23:59:59.999999", "night"),
        ("2026-12-26T00:00", "night"),
        ("2026-04-06T12:00", "holiday"),
        ("2027-04-06T12:00", "peak"),  # that date was of one year only
        ("2027-12-25T23:00", "holiday"),
    ],
)
def test_the_period_at_a_wall_time(wall: str, period: str) -> None:
    assert WEEK.at(instant_from(wall, WARSAW)) == period


def _changes(calendar: Calendar, start: str, hours: int) -> list[tuple[str, str]]:
    """(UTC time, period) from a moment on, as the runs tell it."""
    at = instant_from(start)
    end = at + hours * 3600 * SECOND_US
    seen: list[tuple[str, str]] = []
    while at < end:
        period, until = calendar.run_at(at)
        if not seen or seen[-1][1] != period:
            seen.append((f"{datetime_of(at):%d %H:%M}", period))
        assert until is not None
        assert until > at
        at = until
    return seen


def test_boundaries_when_the_clocks_are_put_forward() -> None:
    calendar = Calendar(WARSAW, "day", (Span("night", EVERY_DAY, 0, 150), Span("late", EVERY_DAY, 180, 240)))
    # 01:59:59 CET is followed by 03:00 CEST: the boundary at 02:30 falls on the change, where "late" begins as well.
    assert _changes(calendar, "2026-03-28T23:00Z", 5) == [
        ("28 23:00", "night"),
        ("29 01:00", "late"),
        ("29 02:00", "day"),
    ]


def test_boundaries_when_the_clocks_are_put_back() -> None:
    calendar = Calendar(WARSAW, "day", (Span("night", EVERY_DAY, 150, 210),))
    # 02:30 comes twice, at 00:30Z and 01:30Z; 03:00 CEST is 02:00 CET, outside again.
    assert _changes(calendar, "2026-10-24T22:00Z", 8) == [
        ("24 22:00", "day"),
        ("25 00:30", "night"),
        ("25 01:00", "day"),
        ("25 01:30", "night"),
        ("25 02:30", "day"),
    ]


def test_one_period_lasts_for_ever() -> None:
    assert Calendar(WARSAW, "any").run_at(Instant(0)) == ("any", None)


def test_days_are_forgotten_when_too_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcontrol.billing.periods.MAX_CACHED_DAYS", 3)
    calendar = Calendar(WARSAW, "offpeak", (PEAK,))
    for day in range(10):
        calendar.at(Instant(day * DAY_US))
    assert len(calendar._days) <= 3


def test_the_default_comes_last_and_once_among_the_names() -> None:
    assert WEEK.periods == ("peak", "night", "holiday", "offpeak")
    assert Calendar(WARSAW, "peak", (PEAK, NIGHT)).periods == ("night", "peak")


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        (PEAK, Span("x", frozenset({4}), 19 * 60, 21 * 60), True),
        (PEAK, Span("x", frozenset({4}), 20 * 60, 21 * 60), False),
        (PEAK, Span("x", frozenset({5}), 8 * 60, 21 * 60), False),
        (PEAK, CHRISTMAS, False),  # dates come before weekdays
        (CHRISTMAS, Span("x", EVERY_DAY, dates=frozenset({YearDay(2030, 12, 25)})), True),
        (CHRISTMAS, Span("x", EVERY_DAY, dates=frozenset({YearDay(2030, 4, 6)})), False),
    ],
)
def test_overlaps(first: Span, second: Span, overlap: bool) -> None:
    assert first.overlaps(second) is overlap
    assert second.overlaps(first) is overlap


zones = st.sampled_from(
    [ZoneInfo(n) for n in ("Europe/Warsaw", "Australia/Lord_Howe", "America/St_Johns", "UTC", "Asia/Kathmandu")]
)
instants = st.integers(instant_from("2026-01-01T00:00Z"), instant_from("2027-12-31T00:00Z")).map(Instant)


@given(zones, instants)
def test_the_period_is_what_the_wall_clock_says(zone: ZoneInfo, at: Instant) -> None:
    calendar = Calendar(zone, "offpeak", WEEK.spans)
    wall = datetime_of(at, zone)
    minute = wall.hour * 60 + wall.minute
    if (wall.month, wall.day) == (12, 25) or (wall.year, wall.month, wall.day) == (2026, 4, 6):
        expected = "holiday"
    elif minute >= 22 * 60 or minute < 6 * 60:
        expected = "night"
    elif wall.weekday() < 5 and 8 * 60 <= minute < 20 * 60:
        expected = "peak"
    else:
        expected = "offpeak"
    assert calendar.at(at) == expected


@given(zones, instants, st.integers(0, 10**12))
def test_a_run_is_of_one_period_up_to_its_end(zone: ZoneInfo, at: Instant, further: int) -> None:
    calendar = Calendar(zone, "offpeak", WEEK.spans)
    period, until = calendar.run_at(at)
    assert until is not None
    inside = Instant(at + further % (until - at))
    assert calendar.at(inside) == period
    assert until - at <= timedelta(days=1) // timedelta(microseconds=1)
