"""Opening hours of a small tenant, with holidays and calendars that are known without any library."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from callcontrol.config.day_tables import CalendarEvent, CalendarTable, HolidayTable, NoDayTable
from callcontrol.config.hours_settings import OpeningHours
from callcontrol.config.loader import load
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.kinds import KINDS
from tests.config.folder import TENANT, files

OUTING = CalendarEvent(datetime(2026, 12, 10), datetime(2026, 12, 11), "outing")


class Tables:
    """Holidays of PL alone, none of UA, and one calendar."""

    def holidays(self, country: str, region: str, language: str) -> HolidayTable:
        if country == "UA":
            return HolidayTable(date(2028, 12, 31))
        if country != "PL":
            raise NoDayTable(f"holidays of {country!r} are not known", "write special days")
        return HolidayTable(date(2028, 12, 31), {date(2027, 1, 6): "Epiphany", date(2026, 12, 25): "Christmas Day"})

    def calendar(self, file: str) -> CalendarTable:
        if file != "calendars/outings.ics":
            raise NoDayTable(f"there is no file {file}", "put it into the configuration folder")
        return CalendarTable(date(2028, 12, 31), (OUTING,))


def loaded(hours: str, **others: str) -> Settings | tuple[Problem, ...]:
    """A tenant with these hours, `office`, in one line."""
    texts: Mapping[str, str] = files(
        f"{TENANT}hours:\n  office: {{{hours}}}\nzone: Europe/Warsaw\nregion: PL\n", **others
    )
    return load(texts, KINDS, day_tables=Tables())


def settings(hours: str) -> Settings:
    """Settings without mistakes."""
    found = loaded(hours)
    assert isinstance(found, Settings), "\n".join(map(str, found))
    return found


def office(hours: str) -> OpeningHours:
    """Its hours."""
    return settings(hours).tenants["acme"].hours["office"]


def problems(hours: str) -> tuple[Problem, ...]:
    """What is wrong with them."""
    found = loaded(hours)
    assert isinstance(found, tuple), "no Problem was found"
    return found
