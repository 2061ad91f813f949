"""Periods of the calendar."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from callcontrol.vocabulary.moment import BadMoment, instant_from, text_of
from callcontrol.vocabulary.period import end_of, period_from

WARSAW = ZoneInfo("Europe/Warsaw")
NOW = instant_from("2026-11-29T23:30:00Z")  # Monday, 00:30 in Warsaw


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("today", "2026-11-30T00:00:00+01:00", "2026-12-01T00:00:00+01:00"),
        ("yesterday", "2026-11-29T00:00:00+01:00", "2026-11-30T00:00:00+01:00"),
        ("this-week", "2026-11-30T00:00:00+01:00", "2026-12-07T00:00:00+01:00"),
        ("last-week", "2026-11-23T00:00:00+01:00", "2026-11-30T00:00:00+01:00"),
        ("this-month", "2026-11-01T00:00:00+01:00", "2026-12-01T00:00:00+01:00"),
        ("last-month", "2026-10-01T00:00:00+02:00", "2026-11-01T00:00:00+01:00"),
        ("2026-10-25", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00"),  # 25 hours
        ("2026-W01", "2025-12-29T00:00:00+01:00", "2026-01-05T00:00:00+01:00"),
        ("2026-12", "2026-12-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00"),
        ("2026", "2026-01-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00"),
    ],
)
def test_a_period_begins_and_ends_at_midnight_of_the_zone(text: str, start: str, end: str) -> None:
    found = period_from(text, WARSAW, NOW)
    assert (found.name, found.start, found.end) == (text, instant_from(start), instant_from(end))


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13", "2026-W54", "2026-02-30", "0000", "9999", "9999-12-31"])
def test_what_is_no_period_is_told_with_what_would_be_one(text: str) -> None:
    with pytest.raises(BadMoment, match="is no period: write a day 2026-11-30, a week 2026-W48"):
        period_from(text, WARSAW, NOW)


def test_the_end_of_a_day_is_the_midnight_behind_it() -> None:
    assert text_of(end_of("2026-10-25", WARSAW)) == "2026-10-25T23:00:00.000000Z"
    assert end_of("2026-10-25T12:00", WARSAW) == instant_from("2026-10-25T11:00:00Z")
