"""Periods as written -> a Calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from zoneinfo import ZoneInfo

from callcontrol.billing.periods import DAY_MINUTES, Calendar, Span, YearDay
from callcontrol.billing.tariffs.written import Cell, Findings, WrittenSpan, listed

ONLY_PERIOD = "any"
"""The period of a list that names none."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))
PERIOD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")

_TIMES = re.compile(r"([0-9]{2}):([0-5][0-9])-([0-9]{2}):([0-5][0-9])")
_DATE = re.compile(r"(?:([0-9]{4})-)?([0-9]{2})-([0-9]{2})")
_LEAP_YEAR = 2024
_PERIOD_RIGHT = "a period's name is letters, digits, _ and -, such as peak"


@dataclass(frozen=True, slots=True)
class _PlacedSpan:
    span: Span
    line: int
    sound: bool  # a mistaken one is the name of a period and nothing more


def calendar_of(written: list[WrittenSpan], default: Cell | None, zone: ZoneInfo, findings: Findings) -> Calendar:
    """The calendar; mistakes go to the findings.

    Two periods must not claim the same time: of dates among themselves, and of weekdays among themselves.
    """
    placed = [place for line in written for place in _spans_of(line, findings)]
    for first, second in combinations(placed, 2):
        rivals = first.sound and second.sound and first.span.period != second.span.period
        if rivals and first.span.overlaps(second.span):
            what = f"period {second.span.period} overlaps period {first.span.period} of line {first.line}"
            findings.add(second.line, what, "give each time to one period (it ends before the minute named as its end)")
    if written and default is None:
        findings.add(written[0].line, "no default_period", "name the period of all times that no other one covers")
    if default is not None and not PERIOD_NAME.fullmatch(default.text):
        findings.add(default.line, f"default_period {default.text!r}", _PERIOD_RIGHT)
    return Calendar(zone, default.text if default else ONLY_PERIOD, tuple(place.span for place in placed))


def _spans_of(written: WrittenSpan, findings: Findings) -> list[_PlacedSpan]:
    found = len(findings.problems)
    if not PERIOD_NAME.fullmatch(written.period):
        findings.add(written.line, f"period name {written.period!r}", _PERIOD_RIGHT)
    if not (written.days or written.times or written.dates):
        right = "write days, times or dates; the period of all other times is default_period"
        findings.add(written.line, f"period {written.period} is never in force", right)
    dates = frozenset(day for text in _split(written.dates) for day in _date_of(text, written, findings))
    days = frozenset(day for text in _split(written.days) for day in _days_of(text, written, findings))
    if written.dates and written.days:
        what = f"period {written.period} has days and dates in one span"
        findings.add(written.line, what, "write two spans, one with days and one with dates")
    times = [span for text in _split(written.times) for span in _times_of(text, written, findings)]
    sound = len(findings.problems) == found
    return [
        _PlacedSpan(Span(written.period, days or EVERY_DAY, start, end, dates), written.line, sound)
        for start, end in times or [(0, DAY_MINUTES)]
    ]


def _split(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _days_of(text: str, written: WrittenSpan, findings: Findings) -> list[int]:
    first, dash, last = text.lower().partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        right = f"write {listed(DAYS)}, or a stretch such as mon-fri"
        findings.add(written.line, f"period {written.period}: {text!r} is no day", right)
        return []
    start, end = DAYS.index(first), DAYS.index(last if dash else first)
    return [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]


def _times_of(text: str, written: WrittenSpan, findings: Findings) -> list[tuple[int, int]]:
    match = _TIMES.fullmatch(text)
    if match is None:
        findings.add(
            written.line,
            f"period {written.period}: {text!r} is no stretch of time",
            "write HH:MM-HH:MM, such as 08:00-20:00",
        )
        return []
    hours, minutes, end_hours, end_minutes = map(int, match.groups())
    start, end = hours * 60 + minutes, end_hours * 60 + end_minutes
    if end > DAY_MINUTES or start >= DAY_MINUTES:
        findings.add(written.line, f"period {written.period}: {text} leaves the day", "a day is 00:00-24:00")
        return []
    if start >= end:
        right = f"write two stretches, {text[:5]}-24:00 and 00:00-{text[6:]}" if end else f"write {text[:5]}-24:00"
        findings.add(written.line, f"period {written.period}: {text} ends before it begins", right)
        return []
    return [(start, end)]


def _date_of(text: str, written: WrittenSpan, findings: Findings) -> list[YearDay]:
    match = _DATE.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        year, month, day = (int(part or 0) for part in match.groups())
        date(year or _LEAP_YEAR, month, day)
    except ValueError:
        right = "write 2026-12-25, or 12-25 for every year"
        findings.add(written.line, f"period {written.period}: {text!r} is no date", right)
        return []
    return [YearDay(year, month, day)]
