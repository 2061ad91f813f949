"""Who has a duty at a given moment, why, and until when. Pure: the moment is an argument."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from callcontrol.config.hours_fields import WEEK_DAYS
from callcontrol.kinds.targets.duty.settings import Duty
from callcontrol.vocabulary.moment import Instant, datetime_of, text_of
from callcontrol.vocabulary.override import DutyOverride
from callcontrol.vocabulary.target import Target
from callcontrol.vocabulary.wall_clock import moment_of

# How far ahead the next change is looked for.
HORIZON_DAYS: Final = 2 * 366
_DAYS_OF_A_WEEK: Final = 7
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """Who has a duty.

    Attributes:
        target: None: it has no holder.
        why: what says so, for people.
        place: where that is written below the duty's entry, () if it was set by hand or has no holder.
    """

    target: Target | None
    why: str = ""
    place: tuple[str, ...] = ()


def turn(duty: Duty, zone: ZoneInfo, now: Instant, override: DutyOverride | None) -> Turn:
    """Who has it now.

    Args:
        override: what was set by hand and is in force.
    """
    if override is None:
        return planned(duty, zone, now)
    return Turn(override.target, f"set by {override.by}, {text_of(override.at, zone)[:16]}")


def planned(duty: Duty, zone: ZoneInfo, now: Instant) -> Turn:
    """Who has it by the files."""
    return _of_day(duty, _day_at(duty, zone, now))


def next_change(duty: Duty, zone: ZoneInfo, now: Instant) -> Instant | None:
    """When another one has it by the files; None: not within HORIZON_DAYS."""
    today = _day_at(duty, zone, now)
    target = _of_day(duty, today).target
    ahead = (today + timedelta(days=days) for days in range(1, HORIZON_DAYS + 1))
    changed = next((day for day in ahead if _of_day(duty, day).target != target), None)
    return None if changed is None else _begin(duty, zone, changed)


def _of_day(duty: Duty, day: date) -> Turn:
    if found := duty.on(day):
        key, target = found
        return Turn(target, f"day {key}", ("days", key))
    if duty.weeks:
        week = _week_of(duty, day)
        passed = (week - _week_of(duty, duty.first_week or week)).days // _DAYS_OF_A_WEEK
        index = passed % len(duty.weeks)
        return Turn(duty.weeks[index], f"week of {week}", ("weeks", str(index)))
    return Turn(None)


def _day_at(duty: Duty, zone: ZoneInfo, now: Instant) -> date:
    """The day this moment belongs to, which begins at the duty's own time of day."""
    day = datetime_of(now, zone).date() - _ONE_DAY
    while _begin(duty, zone, day + _ONE_DAY) <= now:
        day += _ONE_DAY
    return day


def _week_of(duty: Duty, day: date) -> date:
    """The day on which its week begins."""
    return day - timedelta(days=(day.weekday() - WEEK_DAYS.index(duty.hands_over)) % _DAYS_OF_A_WEEK)


def _begin(duty: Duty, zone: ZoneInfo, day: date) -> Instant:
    at = time.fromisoformat(duty.at)
    return moment_of(day, at.hour * 60 + at.minute, zone)
