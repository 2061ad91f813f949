"""Moments: exact in both directions, never without an offset."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.vocabulary.moment import (
    BadMoment,
    datetime_of,
    instant_from,
    instant_of,
    text_of,
)

WARSAW = ZoneInfo("Europe/Warsaw")
moments = st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1), timezones=st.sampled_from([UTC, WARSAW]))


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1969-12-31T23:59:59.999999+00:00", -1),
        ("2026-11-22T08:00:00.123456Z", 1_795_334_400_123_456),
        ("2026-11-22 09:00+01:00", 1_795_334_400_000_000),
    ],
)
def test_iso_text_is_read_to_the_microsecond(text: str, microseconds: int) -> None:
    assert instant_from(text) == microseconds


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("2026-11-22T08:00:00", "2026-11-22T08:00:00Z"),
        ("2026-11-22", "has no offset"),
        ("yesterday", "write one such as"),
        ("2026-02-30T00:00:00Z", "write one such as"),
        ("", "write one such as"),
        ("0001-01-01T00:00:00+23:59", "1900 to 2199"),
        ("2200-01-01T00:00:00Z", "1900 to 2199"),
        ("9999-12-31T23:59:59-23:00", "1900 to 2199"),
    ],
)
def test_what_names_no_moment_is_refused_and_the_right_form_is_said(text: str, right: str) -> None:
    with pytest.raises(BadMoment, match=right):
        instant_from(text)


def test_a_datetime_without_offset_is_refused() -> None:
    with pytest.raises(BadMoment, match="no offset"):
        instant_of(datetime(2026, 11, 22))


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        ("2026-11-22", "2026-11-21T23:00:00.000000Z"),
        ("2026-07-01T12:30", "2026-07-01T10:30:00.000000Z"),
        ("2026-10-25T02:30", "2026-10-25T00:30:00.000000Z"),  # comes twice: the first
        ("2026-03-29T02:30", "2026-03-29T01:30:00.000000Z"),  # does not come: by the offset before the change
        ("2026-11-22T08:00+05:00", "2026-11-22T03:00:00.000000Z"),  # its own offset wins
    ],
)
def test_wall_time_is_read_in_the_zone_given(wall: str, utc: str) -> None:
    assert text_of(instant_from(wall, WARSAW)) == utc


def test_text_in_a_zone_carries_its_offset() -> None:
    assert text_of(instant_from("2026-07-01T10:30:00Z"), WARSAW) == "2026-07-01T12:30:00.000000+02:00"


@given(moments)
def test_datetime_and_back(moment: datetime) -> None:
    assert datetime_of(instant_of(moment)) == moment.astimezone(UTC)


@given(moments)
def test_text_and_back(moment: datetime) -> None:
    instant = instant_of(moment)
    assert instant_from(text_of(instant)) == instant
    assert instant_from(text_of(instant, timezone(timedelta(hours=-7)))) == instant
