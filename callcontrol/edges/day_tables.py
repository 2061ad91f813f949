"""Where holidays and events come from: computed on this host, or kept with a configuration that was accepted.

They are computed for the last year, this one and the two after it, so what is known reaches two years and more ahead.
`FoundDays.is_of_another_year` says when that is no longer so: then the supervisor computes them anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from callcontrol.config.day_tables import CalendarTable, HolidayTable, NoDayTable
from callcontrol.edges.calendar_files import calendar_events, read_event
from callcontrol.edges.public_holidays import public_holidays
from callcontrol.vocabulary.moment import Instant, datetime_of

_YEARS_BACK: Final = 1
_YEARS_AHEAD: Final = 2


@dataclass(frozen=True, slots=True)
class FoundDays:
    """Tables as JSON has them, and the year for which they were computed (0: no table was needed)."""

    year: int = 0
    tables: Mapping[str, Any] = field(default_factory=dict)

    def is_of_another_year(self, now: Instant) -> bool:
        """Whether they have to be computed anew, so that they reach as far ahead as they should."""
        return bool(self.tables) and self.year != datetime_of(now).year


class HostDayTables:
    """Computes tables for a moment, and keeps what it found.

    Args:
        files: those of the configuration folder; calendars are among them.
    """

    def __init__(self, files: Mapping[str, str], now: Instant) -> None:
        self._files = files
        self._year = datetime_of(now).year
        self._tables: dict[str, Any] = {}

    @property
    def found(self) -> FoundDays:
        """What was asked for, and known."""
        return FoundDays(self._year if self._tables else 0, self._tables)

    def holidays(self, country: str, region: str, language: str) -> HolidayTable:
        """The holidays of the years around now.

        Raises:
            NoDayTable: such holidays are not known.
        """
        table = public_holidays(country, region, language, self._year - _YEARS_BACK, self._year + _YEARS_AHEAD)
        names = {day.isoformat(): name for day, name in table.names.items()}
        self._tables[_holidays_key(country, region, language)] = {"until": table.until.isoformat(), "names": names}
        return table

    def calendar(self, file: str) -> CalendarTable:
        """The events of the years around now.

        Raises:
            NoDayTable: there is no such file, or what is in it cannot be used.
        """
        if file not in self._files:
            raise NoDayTable(f"there is no file {file}", "put it into the configuration folder")
        first, last = date(self._year - _YEARS_BACK, 1, 1), date(self._year + _YEARS_AHEAD, 12, 31)
        try:
            table = calendar_events(self._files[file], first, last)
        except NoDayTable as error:
            raise NoDayTable(f"{file} {error.what}", error.right) from None
        events = [[_written(event.start), _written(event.end), event.summary] for event in table.events]
        self._tables[_calendar_key(file)] = {"until": table.until.isoformat(), "events": events}
        return table


class KeptDayTables:
    """Knows what another has found, and computes nothing."""

    def __init__(self, found: FoundDays) -> None:
        self._tables = found.tables

    def holidays(self, country: str, region: str, language: str) -> HolidayTable:
        """The holidays.

        Raises:
            NoDayTable: they were not kept.
        """
        kept = self._kept(_holidays_key(country, region, language), f"holidays of {country}")
        names = {date.fromisoformat(day): name for day, name in kept["names"].items()}
        return HolidayTable(date.fromisoformat(kept["until"]), names)

    def calendar(self, file: str) -> CalendarTable:
        """The events.

        Raises:
            NoDayTable: they were not kept.
        """
        kept = self._kept(_calendar_key(file), file)
        return CalendarTable(date.fromisoformat(kept["until"]), tuple(map(read_event, kept["events"])))

    def _kept(self, key: str, what: str) -> Any:
        try:
            return self._tables[key]
        except KeyError:
            raise NoDayTable(f"{what} were not kept with this configuration", "reload the folder") from None


def _holidays_key(country: str, region: str, language: str) -> str:
    return f"holidays:{country}:{region}:{language}"


def _calendar_key(file: str) -> str:
    return f"calendar:{file}"


def _written(edge: Instant | datetime) -> int | str:
    return edge.isoformat(timespec="minutes") if isinstance(edge, datetime) else edge
