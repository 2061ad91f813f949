"""Months of the calendar: `2026-11`, on the clocks of a tenant."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, tzinfo
from typing import Final

from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.period import Period, period_from
from callcontrol.vocabulary.wall_clock import day_at

_FORM: Final = 7  # characters of a month


class BadMonth(ValueError):
    """The text is no month; the message says what would be one."""


def month_from(text: str, zone: tzinfo, now: Instant) -> str:
    """A month as it is written, or `this-month`, `last-month`.

    Raises:
        BadMonth: it is none.
    """
    named = {"this-month": month_at(now, zone), "last-month": before(month_at(now, zone))}
    month = named.get(text, text)
    try:
        if len(month) != _FORM:
            raise ValueError
        return date.fromisoformat(f"{month}-01").isoformat()[:_FORM]
    except ValueError:
        raise BadMonth(f"{text!r} is no month: write one such as 2026-11, this-month or last-month") from None


def month_at(moment: Instant, zone: tzinfo) -> str:
    """The month this moment belongs to, on the clocks of the zone."""
    return day_at(moment, zone).isoformat()[:_FORM]


def first_day(month: str) -> date:
    """Its first day."""
    return date.fromisoformat(f"{month}-01")


def days_of(month: str) -> int:
    """How many days it has."""
    first = first_day(month)
    return monthrange(first.year, first.month)[1]


def after(month: str) -> str:
    """The month that follows."""
    first = first_day(month)
    return f"{first.year + first.month // 12:04d}-{first.month % 12 + 1:02d}"


def before(month: str) -> str:
    """The month before."""
    first = first_day(month)
    year, index = divmod(first.year * 12 + first.month - 2, 12)
    return f"{year:04d}-{index + 1:02d}"


def months_until(first: str, last: str) -> Iterator[str]:
    """From the one to the other, both included; none if that is earlier."""
    while first <= last:
        yield first
        first = after(first)


def period_of(month: str, zone: tzinfo) -> Period:
    """When it begins and ends: months with a change of clocks have an hour more or less."""
    return period_from(month, zone, Instant(0))
