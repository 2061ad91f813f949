"""Periods of the calendar, on the clocks of a zone: a day, a week, a month, a year, or from one to another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from callcontrol.vocabulary.moment import BadMoment, Instant, instant_from
from callcontrol.vocabulary.wall_clock import day_at, moment_of

WORDS = ("today", "yesterday", "this-week", "last-week", "this-month", "last-month")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time [start, end), and how it is called."""

    start: Instant
    end: Instant
    name: str


def period_from(text: str, zone: tzinfo, now: Instant) -> Period:
    """The period of these words: `today`, `last-month`, `2026-11-30`, `2026-W48`, `2026-11`, `2026`.

    Weeks are those of ISO 8601: they begin on Monday. A day has 23 or 25 hours where the clocks change.

    Raises:
        BadMoment: it is none; the message says what would be one.
    """
    first, end = _named(text, day_at(now, zone)) or _written(text)
    return Period(moment_of(first, 0, zone), moment_of(end, 0, zone), text)


def _named(text: str, today: date) -> tuple[date, date] | None:
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    days, weeks = timedelta(days=1), timedelta(days=7)
    named = {
        "today": (today, today + days),
        "yesterday": (today - days, today),
        "this-week": (monday, monday + weeks),
        "last-week": (monday - weeks, monday),
        "this-month": (first, _next_month(first)),
        "last-month": ((first - days).replace(day=1), first),
    }
    return named.get(text)


def _written(text: str) -> tuple[date, date]:
    try:
        if found := _WEEK.fullmatch(text):
            monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
            return monday, monday + timedelta(days=7)
        if found := _MONTH.fullmatch(text):
            first = date(int(found[1]), int(found[2]), 1)
            return first, _next_month(first)
        if _YEAR.fullmatch(text):
            return date(int(text), 1, 1), date(int(text) + 1, 1, 1)
        day = date.fromisoformat(text)
        return day, day + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        right = f"a day 2026-11-30, a week 2026-W48, a month 2026-11, a year 2026, or one of {', '.join(WORDS)}"
        raise BadMoment(f"{text!r} is no period: write {right}") from error


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def end_of(text: str, zone: tzinfo) -> Instant:
    """The moment that is written, or the end of the day that is: a day is meant whole, also one of 23 or 25 hours.

    Raises:
        BadMoment: it is neither.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return instant_from(text, zone)
    return moment_of(day + timedelta(days=1), 0, zone)
