"""Opening hours: what cannot be meant, and what is allowed and yet hardly meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from callcontrol.config.checks.places import did_you_mean, problem_at
from callcontrol.config.hours_fields import WEEK_DAYS, dates_of, week_days_of
from callcontrol.config.hours_settings import OpeningHours
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.moment import Instant, datetime_of
from callcontrol.vocabulary.schedule import PRECEDENCE, Window, overlapping
from callcontrol.vocabulary.wall_clock import DAY_MINUTES

# What is known for less is told, in time to see to it.
KNOWN_DAYS: Final = 366


def days_written_twice(settings: Settings) -> Iterator[Problem]:
    """A day of the week has one line, so that no two can contradict each other."""
    for place, hours in _schedules(settings):
        first: dict[int, str] = {}
        for key in hours.week:
            twice = [day for day in week_days_of(key) if first.setdefault(day, key) != key]
            if twice:
                what = f"{WEEK_DAYS[twice[0]]} is written in {first[twice[0]]} already"
                yield problem_at(settings, (*place, "week", key), what, "write each day once, with all its hours")


def hours_never_open(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """Every caller finds it closed, always."""
    for place, hours in _schedules(settings):
        if hours.schedule.is_never(True):
            yield problem_at(settings, place, "never open", "write `week:`, such as {mon-fri: 08:00-16:00}")


def windows_without_time(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """08:00-08:00 is no whole day, but nothing."""
    for place, windows in _windows(settings):
        for window in windows:
            if window.start_minute == window.end_minute:
                what = f"{_written(window)} is no time at all"
                yield problem_at(settings, place, what, "write when it ends; a whole day is 00:00-24:00")


def windows_that_overlap(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """Two stretches of one day that share time: one of them is probably mistyped."""
    for place, windows in _windows(settings):
        for one, other in overlapping(windows):
            what = f"{_written(one)} and {_written(other)} overlap"
            yield problem_at(settings, place, what, "write one stretch, or correct one of them")


def special_days_of_the_past(settings: Settings, now: Instant) -> Iterator[Problem]:
    """A date that is over says nothing any more."""
    for place, hours in _schedules(settings):
        today = datetime_of(now, hours.schedule.zone).date()
        for key in hours.special:
            dates = dates_of(key)
            if not dates.is_yearly and dates.days[-1] < today:
                yield problem_at(settings, (*place, "special", key), "is over", "remove it")


def days_known_for_too_short(settings: Settings, now: Instant) -> Iterator[Problem]:
    """Beyond what is known, holidays are days like others, and calendars are empty."""
    for place, hours in _schedules(settings):
        today = datetime_of(now, hours.schedule.zone).date()
        for below, until in known_until(hours):
            if (until - today).days < KNOWN_DAYS:
                what = f"known to {until} only: later days are like others"
                yield problem_at(settings, (*place, *below), what, "install a newer `holidays`, or write special days")


def holidays_of_which_none_is_known(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """A country may have suspended its holidays, as Ukraine has, or the library may know of none."""
    for place, hours in _schedules(settings):
        if hours.holidays is not None and not hours.holidays.table.names:
            what = f"{hours.holidays.country} has no holidays to {hours.holidays.table.until} that are known"
            yield problem_at(settings, (*place, "holidays"), what, "write special days, or remove it")


def reasons_that_never_come(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """A reason nothing is closed for leads nowhere, and is probably mistyped."""
    for place, hours in _schedules(settings):
        known = {*PRECEDENCE, *_reasons(hours)}
        for reason in hours.reasons:
            if reason not in known:
                right = did_you_mean(reason, known, f"write one of {', '.join(sorted(known - {''}))}")
                yield problem_at(settings, (*place, "reasons", reason), "nothing is closed for this reason", right)


def _reasons(hours: OpeningHours) -> Iterator[str]:
    schedule = hours.schedule
    for days in (schedule.special, schedule.yearly, schedule.holidays):
        yield from (day.reason for day in days.values())
    yield from (event.reason for event in schedule.events if not event.is_open)


def known_until(hours: OpeningHours) -> Iterator[tuple[YamlPath, date]]:
    """The last day for which holidays and each calendar are known, by their places below the schedule."""
    if hours.holidays is not None:
        yield ("holidays",), hours.holidays.table.until
    for index, calendar in enumerate(hours.calendars):
        yield ("calendars", str(index)), calendar.table.until


def _schedules(settings: Settings) -> Iterator[tuple[YamlPath, OpeningHours]]:
    for name, tenant in settings.tenants.items():
        for key, hours in tenant.hours.items():
            yield ("tenants", name, "hours", key), hours


def _windows(settings: Settings) -> Iterator[tuple[YamlPath, tuple[Window, ...]]]:
    for place, hours in _schedules(settings):
        yield from (((*place, "week", key), windows) for key, windows in hours.week.items())
        yield from (((*place, "special", key), special.hours) for key, special in hours.special.items())
        if hours.holidays is not None:
            yield (*place, "holidays", "hours"), hours.holidays.hours


def _written(window: Window) -> str:
    return f"{_clock(window.start_minute)}-{_clock(window.end_minute)}"


def _clock(minute: int) -> str:
    """24:00 for the end of a day, 06:00 for a time of the next one."""
    return f"{minute // 60 if minute <= DAY_MINUTES else minute // 60 - 24:02}:{minute % 60:02}"
