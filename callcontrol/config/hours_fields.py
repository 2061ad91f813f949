"""Kinds of values that only opening hours have: stretches of a day, days of the week, dates of every year or of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema

from callcontrol.config.fields import described, matching, refusal, text_in
from callcontrol.vocabulary.schedule import Window
from callcontrol.vocabulary.wall_clock import DAY_MINUTES

WEEK_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOSED: Final = "closed"
MAX_WINDOWS: Final = 16  # of one day
MAX_SPECIAL_DAYS: Final = 366  # of one range

_TIME = "([01][0-9]|2[0-3]):([0-5][0-9])"
_WINDOW = re.compile(rf"{_TIME}\s*-\s*({_TIME}|24:00)")
_DATE = r"(?:[0-9]{4}-)?[0-9]{2}-[0-9]{2}"
_DATES = re.compile(rf"({_DATE})(?:\s*\.\.\s*({_DATE}))?")
CALENDAR_FILE = re.compile(r"calendars/[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\.ics")
_LEAP_YEAR = 2024


@dataclass(frozen=True, slots=True)
class Dates:
    """Days of one year, or (month, day) of every year; `length` counts them."""

    days: tuple[date, ...]
    is_yearly: bool

    @property
    def length(self) -> int:
        """How many days; of a yearly range those of a leap year."""
        return len(self.days)


def _read_windows(value: object) -> tuple[Window, ...]:
    right = "write 08:00-16:00, a list of such, or closed"
    if isinstance(value, tuple) and all(isinstance(one, Window) for one in value):
        return value
    if value == CLOSED:
        return ()
    texts = value if isinstance(value, list) else [value]
    if len(texts) > MAX_WINDOWS:
        raise refusal(f"{len(texts)} stretches in one day", f"at most {MAX_WINDOWS} are read")
    return tuple(_window(text_in(text, right), right) for text in texts)


def _window(text: str, right: str) -> Window:
    match = _WINDOW.fullmatch(text.strip())
    if match is None:
        raise refusal(f"{text!r} is no stretch of a day", right)
    start = int(match[1]) * 60 + int(match[2])
    end = DAY_MINUTES if match[3] == "24:00" else int(match[4]) * 60 + int(match[5])
    return Window(start, end if end >= start else end + DAY_MINUTES)


def _read_week_days(value: object) -> str:
    text = text_in(value, _WEEK_DAYS_RIGHT)
    if not tuple(week_days_of(text)):
        raise refusal(f"{text!r} is no day of the week", _WEEK_DAYS_RIGHT)
    return text


_WEEK_DAYS_RIGHT: Final = f"write {', '.join(WEEK_DAYS)}, a stretch such as mon-fri, or mon,wed"


def week_days_of(text: str) -> Iterator[int]:
    """Days of the week (Monday is 0) that `mon-fri` or `mon,wed` names; none if a part of it is no day."""
    found: list[int] = []
    for part in text.lower().split(","):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        if first not in WEEK_DAYS or (dash and last not in WEEK_DAYS):
            return
        start, end = WEEK_DAYS.index(first), WEEK_DAYS.index(last if dash else first)
        found += [day % 7 for day in range(start, (end if end >= start else end + 7) + 1)]
    yield from found


def _read_dates(value: object) -> str:
    right = "write 2026-12-24, 2026-12-24..2026-12-31, or without the year for every year, such as 12-24"
    text = text_in(value, right)
    match = _DATES.fullmatch(text.strip())
    if match is None or (match[2] and len(match[1]) != len(match[2])):
        raise refusal(f"{text!r} is neither a date nor a range of dates", right)
    try:
        dates = dates_of(text)
    except ValueError:
        raise refusal(f"{text!r} is not in the calendar", right) from None
    if not dates.days:
        raise refusal(f"{text!r} ends before it begins", right)
    if dates.length > MAX_SPECIAL_DAYS:
        raise refusal(f"{text!r} is {dates.length} days", f"write at most {MAX_SPECIAL_DAYS} in one range")
    return text


def dates_of(text: str) -> Dates:
    """The days that `2026-12-24`, `12-24`, or a range of either names. A yearly range may go over New Year.

    Raises:
        ValueError: a day that does not exist.
    """
    first, _, last = (part.strip() for part in text.strip().partition(".."))
    is_yearly = len(first) == len("12-24")
    start, end = (date.fromisoformat(f"{_LEAP_YEAR}-{part}" if is_yearly else part) for part in (first, last or first))
    if is_yearly and end < start:
        end = end.replace(year=_LEAP_YEAR + 1)
    return Dates(tuple(start + timedelta(days=ahead) for ahead in range((end - start).days + 1)), is_yearly)


Windows = Annotated[
    tuple[Window, ...],
    PlainValidator(_read_windows),
    WithJsonSchema(
        {
            "description": "stretches of a day such as 08:00-16:00, over midnight such as 22:00-06:00; or closed",
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
        }
    ),
]
WeekDays = Annotated[str, BeforeValidator(_read_week_days), described("days of the week, such as mon-fri")]
SpecialDates = Annotated[str, BeforeValidator(_read_dates), described("a date, or a range first..last")]
CalendarFile = Annotated[
    str,
    BeforeValidator(
        matching(
            CALENDAR_FILE,
            "{} is no calendar of this folder",
            "write calendars/NAME.ics, a file beside tenants/ (letters, digits, _ . -)",
        )
    ),
    described("an iCalendar file, calendars/NAME.ics", r"^calendars/[^/]+\.ics$"),
]
HolidayCountry = Annotated[
    str,
    BeforeValidator(matching("[A-Z]{2}", "{} is no country", "write two capital letters (ISO 3166), such as PL")),
    described("a country, two capital letters", "^[A-Z]{2}$"),
]
