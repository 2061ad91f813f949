"""Moments: points on the one UTC axis, in whole microseconds. Nothing here reads a clock.

FreeSWITCH stamps its channels in microseconds since the epoch (`*_uepoch`), so a difference of two moments is true
elapsed time, whatever the wall clocks did in between (daylight saving, the time zone of a server).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NewType

Instant = NewType("Instant", int)
"""Microseconds since 1970-01-01T00:00:00Z."""

SECOND_US = 1_000_000
HOUR_S = 3_600
DAY_S = 86_400
EARLIEST = Instant(-2_208_988_800 * SECOND_US)  # 1900-01-01T00:00:00Z
LATEST = Instant(7_258_118_400 * SECOND_US)  # 2200-01-01T00:00:00Z, the first moment that is refused

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class BadMoment(ValueError):
    """The text is no moment; the message says what would be."""


def instant_of(moment: datetime) -> Instant:
    """The instant of an aware datetime, exact to the microsecond.

    Raises:
        BadMoment: the datetime has no offset, so it names no point in time.
    """
    if moment.utcoffset() is None:
        raise BadMoment(f"{moment.isoformat()} has no offset, so it names no point in time")
    return Instant((moment - _EPOCH) // _MICROSECOND)


def datetime_of(instant: Instant, zone: tzinfo = UTC) -> datetime:
    """The instant as an aware datetime on the clocks of `zone`."""
    return (_EPOCH + timedelta(microseconds=instant)).astimezone(zone)


def instant_from(text: str, zone: tzinfo | None = None) -> Instant:
    """Read ISO 8601 text such as `2026-11-22T08:00:00.000000Z`, `2026-11-22T09:00+01:00` or, with a zone, `2026-11-22`.

    Args:
        zone: what a text without an offset is read in. A wall time that occurs twice (clocks put back) is the first of
            the two; one that does not occur (clocks put forward) is read with the offset in force before the change.

    Raises:
        BadMoment: the text is no ISO time, is not of 1900 to 2199, or has no offset although no zone is given.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None and zone is not None:
            moment = moment.replace(tzinfo=zone)
        instant = instant_of(moment) if moment.utcoffset() is not None else None
    except (ValueError, OverflowError) as error:
        raise BadMoment(f"{text!r} is no time: write one such as 2026-11-22T08:00:00+01:00") from error
    if instant is None:
        raise BadMoment(f"{text!r} has no offset: write {text}+01:00 or {text}Z")
    if not EARLIEST <= instant < LATEST:
        raise BadMoment(f"{text!r} is out of reach: write a time of the years 1900 to 2199")
    return instant


def text_of(instant: Instant, zone: tzinfo = UTC) -> str:
    """ISO 8601 with microseconds and offset, `Z` for UTC; `instant_from(text_of(i)) == i`."""
    seconds, microseconds = divmod(instant, SECOND_US)
    second, offset = _second_of(seconds, zone)
    return f"{second}.{microseconds:06d}{offset}"


@lru_cache(256)  # what a call leaves behind happened within a few seconds
def _second_of(seconds: int, zone: tzinfo) -> tuple[str, str]:
    text = datetime.fromtimestamp(seconds, zone).isoformat()
    return text[:19], "Z" if zone is UTC else text[19:]


def periods_at(instant: Instant, zone: tzinfo) -> Mapping[str, str]:
    """The day, week (ISO 8601) and month this instant lies in, on the clocks of `zone`."""
    return _periods_at(instant // SECOND_US, zone)


@lru_cache(256)  # each operation of a queue asks
def _periods_at(second: int, zone: tzinfo) -> Mapping[str, str]:
    local = datetime_of(Instant(second * SECOND_US), zone)
    year, week, _ = local.isocalendar()
    return {"day": f"{local:%Y-%m-%d}", "week": f"{year}-W{week:02d}", "month": f"{local:%Y-%m}"}
