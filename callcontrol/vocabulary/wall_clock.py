"""From the clock on the wall to the moment: what a time of day means on days whose clocks are changed.

The other way is never ambiguous. This way it is: a time that comes twice (clocks put back) is the first of the two, and
one that does not come (clocks put forward) is the moment at which the clocks jump over it. So later times of day are
never earlier moments, on no day of no zone.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of, instant_of

DAY_MINUTES: Final = 1440
LAST_HOUR: Final = 23
LAST_MINUTE: Final = 59


def moment_of(day: date, minute: int, zone: tzinfo) -> Instant:
    """When the clocks of `zone` show this minute of the day.

    Args:
        minute: counted from 00:00 of that day; from 1440 on it is of a later day.
    """
    later, minute = divmod(minute, DAY_MINUTES)
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone) + timedelta(days=later)
    first, second = wall.replace(fold=0), wall.replace(fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    if before == after or before is None or after is None or before > after:
        return instant_of(first)
    return _end_of_gap(instant_of(second), instant_of(first), zone, before)


def _end_of_gap(earlier: Instant, later: Instant, zone: tzinfo, before: timedelta) -> Instant:
    """The second, in (earlier, later], from which on the offset is no more that of before."""
    low, high = earlier // SECOND_US, later // SECOND_US
    while high - low > 1:
        middle = (low + high) // 2
        if datetime_of(Instant(middle * SECOND_US), zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return Instant(high * SECOND_US)


def next_time(hour: int, minute: int, now: Instant, zone: tzinfo) -> Instant:
    """When the clocks of `zone` show this time of day next."""
    today = day_at(now, zone)
    moments = (moment_of(today + timedelta(days=ahead), hour * 60 + minute, zone) for ahead in range(3))
    return next(moment for moment in moments if moment > now)


def day_at(instant: Instant, zone: tzinfo) -> date:
    """The day this moment belongs to: it begins when the clocks first show 00:00 of it.

    Where clocks are put back over midnight they show the day before once more; that hour belongs to the new day.
    """
    day = datetime_of(instant, zone).date()
    while moment_of(day + timedelta(days=1), 0, zone) <= instant:
        day += timedelta(days=1)
    return day
