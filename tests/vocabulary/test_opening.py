"""Hours of callbacks: when it opens next, and how much of a span lies within them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.vocabulary.moment import Instant, instant_of
from callcontrol.vocabulary.opening import MAX_CLOSED, Hours, ScheduledHours
from callcontrol.vocabulary.schedule import Day, Override, Schedule, Window

WARSAW = "Europe/Warsaw"
MINUTE, HOUR = 60 * 1_000_000, 3_600 * 1_000_000
DAY_AND_EVENING, LATE = Hours("08:00", "17:00", WARSAW), Hours("10:00", "24:00", WARSAW)


def at(text: str) -> Instant:
    return instant_of(datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZoneInfo(WARSAW)))


@pytest.mark.parametrize(
    ("hours", "earliest", "opens"),
    [
        (DAY_AND_EVENING, "11-24T07:59:59", "11-24T08:00"),
        (DAY_AND_EVENING, "11-24T08:00", "11-24T08:00"),
        (DAY_AND_EVENING, "11-24T16:59:59", "11-24T16:59:59"),
        (DAY_AND_EVENING, "11-24T17:00", "11-25T08:00"),
        (LATE, "11-24T23:59:59.999999", "11-24T23:59:59.999999"),
        (LATE, "11-25T00:00", "11-25T10:00"),
        (Hours("00:00", "24:00", WARSAW), "11-25T00:00", "11-25T00:00"),
        (DAY_AND_EVENING, "10-24T17:00", "10-25T08:00"),  # the night in which the clocks are set back
    ],
)
def test_when_it_is_open_next(hours: Hours, earliest: str, opens: str) -> None:
    assert hours.next_open(at(earliest)) == at(opens)


@pytest.mark.parametrize(
    ("hours", "begin", "open_for_h", "until"),
    [
        (DAY_AND_EVENING, "11-24T09:00", 4, "11-24T13:00"),
        (DAY_AND_EVENING, "11-24T16:30", 4, "11-25T11:30"),
        (DAY_AND_EVENING, "11-24T20:00", 9, "11-25T17:00"),
        (DAY_AND_EVENING, "11-24T08:00", 20, "11-26T10:00"),
        (LATE, "11-24T23:00", 2, "11-25T11:00"),
    ],
)
def test_a_span_of_open_time(hours: Hours, begin: str, open_for_h: int, until: str) -> None:
    assert hours.after(at(begin), open_for_h * HOUR) == at(until)


@pytest.mark.parametrize(
    ("hours", "begin", "end", "closed"),
    [
        (DAY_AND_EVENING, "11-24T16:00", "11-24T16:59", []),
        (DAY_AND_EVENING, "11-24T16:00", "11-24T17:00", []),
        (DAY_AND_EVENING, "11-24T16:00", "11-25T08:10", [("11-24T17:00", "11-25T08:00")]),
        (
            DAY_AND_EVENING,
            "11-24T08:00",
            "11-26T08:00",
            [("11-24T17:00", "11-25T08:00"), ("11-25T17:00", "11-26T08:00")],
        ),
        (LATE, "11-24T10:00", "11-25T11:00", [("11-25T00:00", "11-25T10:00")]),
        (Hours("00:00", "24:00", WARSAW), "11-24T10:00", "11-27T10:00", []),
    ],
)
def test_when_it_is_closed_in_between(hours: Hours, begin: str, end: str, closed: list[tuple[str, str]]) -> None:
    assert hours.closed(at(begin), at(end)) == tuple((at(one), at(other)) for one, other in closed)


def daily(hours: Hours) -> ScheduledHours:
    """The same hours as a schedule."""
    first, last = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (hours.opens, hours.closes))
    return ScheduledHours(Schedule(ZoneInfo(hours.zone), 7 * (Day((Window(first, last),)),)))


MINUTES = st.integers(min_value=0, max_value=20 * 1_440)
BEGIN = at("10-20T00:00")  # the clocks are set back on the 25th


@given(opens=st.integers(0, 22), lasts=st.integers(1, 24), begin=MINUTES, span=st.integers(1, 4 * 1_440))
def test_a_schedule_with_the_same_hours_each_day_says_the_same(opens: int, lasts: int, begin: int, span: int) -> None:
    closes = min(opens + lasts, 24)
    hours = Hours(f"{opens:02}:00", f"{closes:02}:00", WARSAW)
    schedule = daily(hours)
    one, other = Instant(BEGIN + begin * MINUTE), Instant(BEGIN + (begin + span) * MINUTE)
    assert schedule.next_open(one) == hours.next_open(one)
    assert schedule.after(one, span * MINUTE) == hours.after(one, span * MINUTE)
    if closes - opens < 24:
        from_open = hours.next_open(one)
        assert schedule.closed(from_open, other) == hours.closed(from_open, other)


def test_an_override_closes_and_what_has_no_end_is_asked_again_a_day_later() -> None:
    office, now = daily(DAY_AND_EVENING).schedule, at("11-24T12:00")
    lunch = ScheduledHours(office, Override(False, at("11-24T14:00"), "extension:101", now))
    assert lunch.next_open(now) == at("11-24T14:00")
    assert lunch.after(now, 4 * HOUR) == at("11-25T09:00")
    shut = ScheduledHours(office, Override(False, None, "extension:101", now))
    assert shut.next_open(now) == at("11-25T12:00")
    assert shut.after(now, HOUR) == at("11-25T13:00")
    assert shut.closed(now, at("12-24T12:00")) == ()


def test_no_more_times_are_told_than_a_ticket_holds() -> None:
    schedule = daily(DAY_AND_EVENING)
    assert len(schedule.closed(at("01-01T09:00"), at("12-31T09:00"))) == MAX_CLOSED
