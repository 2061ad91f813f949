"""Public holidays and events of calendars, as far as they are known when a configuration is loaded.

To compute them needs a clock and libraries, so it is not the loader's: who calls it hands over `day_tables`, in the
context of validation, as it does with secrets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Protocol

from pydantic import ValidationInfo

from callcontrol.config.fields import refusal
from callcontrol.vocabulary.moment import Instant

DAY_TABLES: Final = "day_tables"


class NoDayTable(Exception):
    """The holidays or the calendar cannot be had; says why, and what would be right."""

    def __init__(self, what: str, right: str) -> None:
        super().__init__(f"{what}; {right}")
        self.what, self.right = what, right


@dataclass(frozen=True, slots=True)
class HolidayTable:
    """Names of public holidays by date, and the last day for which they are known."""

    until: date = date.max
    names: Mapping[date, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One occurrence of an event, [start, end): moments, or times on the clocks of the schedule's zone (naive)."""

    start: Instant | datetime
    end: Instant | datetime
    summary: str


@dataclass(frozen=True, slots=True)
class CalendarTable:
    """Occurrences of a calendar's events, and the last day for which they are known."""

    until: date = date.max
    events: tuple[CalendarEvent, ...] = ()


class DayTables(Protocol):
    """Where they come from."""

    def holidays(self, country: str, region: str, language: str) -> HolidayTable:
        """Public holidays of a country (ISO 3166), of a part of it if `region` is not "".

        Raises:
            NoDayTable: they are not known.
        """
        ...

    def calendar(self, file: str) -> CalendarTable:
        """Events of an iCalendar file, by its path relative to the configuration folder.

        Raises:
            NoDayTable: there is no such file, or it cannot be read.
        """
        ...


def holidays_in(info: ValidationInfo, country: str, region: str, language: str) -> HolidayTable:
    """The holidays, for a validator, which refuses what is not known."""
    try:
        return _tables(info).holidays(country, region, language)
    except NoDayTable as error:
        raise refusal(error.what, error.right) from None


def calendar_in(info: ValidationInfo, file: str) -> CalendarTable:
    """The calendar, for a validator, which refuses what cannot be read."""
    try:
        return _tables(info).calendar(file)
    except NoDayTable as error:
        raise refusal(error.what, error.right) from None


def _tables(info: ValidationInfo) -> DayTables:
    tables: DayTables = (info.context or {}).get(DAY_TABLES) or _Unknown()
    return tables


class _Unknown:
    """Knows none: what needs them cannot be read."""

    def holidays(self, country: str, region: str, language: str) -> HolidayTable:
        raise NoDayTable(f"holidays of {country} cannot be looked up here", "write special days instead")

    def calendar(self, file: str) -> CalendarTable:
        raise NoDayTable(f"the calendar {file} cannot be looked up here", "write special days instead")
