"""Until when it is closed or open, and when it is open again, said from the schedule itself.

A day is said as today, as tomorrow, by its name within a week, and by its date beyond. Midnight ends a day here: until
0:00 of Wednesday is "until Tuesday at midnight", and what begins then begins "on Wednesday". A moment that is
further away than FARTHEST_DAYS would need its year to be understood: it is said like one that is not known.
All moments are wall-clock times of one zone, the schedule's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from callcontrol.routing.speech.grammar import Clips
from callcontrol.routing.speech.languages import CALENDARS, Files, files
from callcontrol.vocabulary.language import Language

FARTHEST_DAYS = 300
WEEK_DAYS = 7
_MIDNIGHT = time(0)


class Standing(StrEnum):
    """How something stands; the value begins the names of its files."""

    OPEN = "open"
    CLOSED = "closed"


def reopening(language: Language, opens: datetime | None, now: datetime) -> Files:
    """We are open again on Tuesday at eight.

    Args:
        opens: when; None: it is not known, the caller hears that it is closed until further notice.
    """
    if opens is None or _is_far(opens, now):
        return files(language, ("hours/closed-until-further-notice",))
    return files(language, ("hours/open-again", *_at(language, opens, now)))


def until(language: Language, standing: Standing, end: datetime | None, now: datetime) -> Files:
    """We are closed until Tuesday at eight; we are open until six.

    Args:
        end: until when; None: it is not known.
    """
    if end is None or _is_far(end, now):
        return files(language, (f"hours/{standing}-until-further-notice",))
    return files(language, (f"hours/{standing}", *_until(language, end, now)))


def override_set(language: Language, standing: Standing, end: datetime | None, now: datetime) -> Files:
    """To the person who has set it: from now on it is closed until Tuesday at eight.

    Args:
        end: when it ends by itself; None: it holds until it is taken back.
    """
    return files(language, (f"hours/set-{standing}", *override_end(language, end, now)))


def override_end(language: Language, end: datetime | None, now: datetime) -> Clips:
    """Until when what was set by hand holds; `end` None: until it is taken back."""
    if end is None:
        return ("hours/until-taken-back",)
    if _is_far(end, now):
        return (*CALENDARS[language].until_date(end.date()), *CALENDARS[language].until_on(end.time()))
    return _until(language, end, now)


def override_taken_back(language: Language) -> Files:
    """To the person who has taken it back: the usual hours hold again."""
    return files(language, ("hours/taken-back",))


def _is_far(moment: datetime, now: datetime) -> bool:
    return (moment.date() - now.date()).days > FARTHEST_DAYS


def _at(language: Language, moment: datetime, now: datetime) -> Clips:
    clock = () if moment.time() == _MIDNIGHT else CALENDARS[language].at(minute_of(moment))
    return (*_day(language, moment.date(), now.date()), *clock)


def _day(language: Language, day: date, today: date) -> Clips:
    match (day - today).days:
        case 0:
            return ("hours/today",)
        case 1:
            return ("hours/tomorrow",)
        case away if 1 < away < WEEK_DAYS:
            return (f"hours/weekday-{day.isoweekday()}",)
    return CALENDARS[language].on_date(day)


def _until(language: Language, moment: datetime, now: datetime) -> Clips:
    calendar, clock = CALENDARS[language], minute_of(moment)
    day = moment.date() - timedelta(days=1) if clock == _MIDNIGHT else moment.date()
    match (day - now.date()).days:
        case 0:
            return calendar.until(clock)
        case 1:
            return ("hours/until-tomorrow", *calendar.until_on(clock))
        case away if 1 < away < WEEK_DAYS:
            return (f"hours/until-weekday-{day.isoweekday()}", *calendar.until_on(clock))
    return (*calendar.until_date(day), *calendar.until_on(clock))


def minute_of(moment: datetime) -> time:
    """The time of day, to the minute."""
    return time(moment.hour, moment.minute)


def everything(language: Language) -> Iterator[Files]:
    """Every way in which any of these can come out, as far as its files differ."""
    yield from _whens(language, datetime(2027, 1, 1, 12))  # a Friday
    yield from _whens(language, datetime(2027, 7, 6, 12))  # a Tuesday
    yield override_taken_back(language)


def _whens(language: Language, noon: datetime) -> Iterator[Files]:
    for standing in Standing:
        yield until(language, standing, None, noon)
        yield override_set(language, standing, None, noon)
        yield override_set(language, standing, noon, noon)
        yield until(language, standing, noon, noon)
    yield reopening(language, None, noon)
    for away in range(1 + 366):
        moment = noon + timedelta(days=away)
        yield reopening(language, moment, noon)
        yield override_set(language, Standing.OPEN, moment, noon)
    for minute in range(24 * 60):
        moment = datetime.combine(noon, _MIDNIGHT) + timedelta(minutes=minute)
        yield reopening(language, moment, noon)
        yield until(language, Standing.OPEN, moment, noon)
        yield until(language, Standing.OPEN, moment + timedelta(days=1), noon)
