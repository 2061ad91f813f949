"""Hours of callbacks: when it opens next, and how much of a span lies within them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from callcontrol.vocabulary.moment import Instant, instant_of
from callcontrol.vocabulary.opening import Hours

WARSAW = "Europe/Warsaw"
HOUR = 3_600 * 1_000_000
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
