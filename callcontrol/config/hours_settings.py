"""The settings of opening hours, and the schedule they make: `hours:` of a tenant's file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from callcontrol.config.day_tables import CalendarTable, HolidayTable, calendar_in, holidays_in
from callcontrol.config.fields import ClockZone, Flag, Identifier, Text
from callcontrol.config.frozen import Frozen
from callcontrol.config.hours_fields import (
    CalendarFile,
    HolidayCountry,
    SpecialDates,
    WeekDays,
    Windows,
    dates_of,
    week_days_of,
)
from callcontrol.config.queue_fields import PauseCode
from callcontrol.config.target_fields import TargetText
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.schedule import Day, Event, Schedule
from callcontrol.vocabulary.wall_clock import moment_of

MAX_SCHEDULES: Final = 200  # of one tenant
MAX_SPECIAL: Final = 500  # entries of one schedule
MAX_REASONS: Final = 200

Reason = Annotated[Text, Field(max_length=128)]


class SpecialDay(Frozen):
    """A day, or several, on which the week and holidays do not count."""

    hours: Windows = Field(default=(), description="when it is open; default: closed all day")
    reason: Reason = Field(default="", description="why, for people and for `reasons`")


class Holidays(Frozen):
    """Public holidays of a country, as the library `holidays` knows them when the configuration is loaded."""

    country: HolidayCountry = Field(description="country (ISO 3166), such as PL")
    region: Text = Field(
        default="", description="part of the country (ISO 3166-2) with holidays of its own, such as BY"
    )
    language: Text = Field(default="", description="language of their names, such as pl; default: English")
    hours: Windows = Field(default=(), description="when it is open on them; default: closed all day")
    _table: HolidayTable = PrivateAttr(default_factory=HolidayTable)

    @model_validator(mode="after")
    def _look_up(self, info: ValidationInfo) -> Holidays:
        self._table = holidays_in(info, self.country, self.region, self.language)
        return self

    @property
    def table(self) -> HolidayTable:
        """What is known of them."""
        return self._table


class Calendar(Frozen):
    """Events of an iCalendar file: while one lasts, it is closed, or open."""

    file: CalendarFile = Field(description="the file, calendars/NAME.ics beside tenants/")
    events: Literal["closed", "open"] = Field(default="closed", description="what it is while an event lasts")
    _table: CalendarTable = PrivateAttr(default_factory=CalendarTable)

    @model_validator(mode="after")
    def _look_up(self, info: ValidationInfo) -> Calendar:
        self._table = calendar_in(info, self.file)
        return self

    @property
    def table(self) -> CalendarTable:
        """What is known of it."""
        return self._table


class OpeningHours(Frozen):
    """Opening hours; an override comes before a special day, that before a calendar, a holiday and the week."""

    code: PauseCode | None = Field(default=None, description="its number for star codes; default: it has none")
    may_set: tuple[Identifier, ...] = Field(
        default=(), description="extensions that may open and close it by star code; default: none"
    )
    zone: ClockZone = Field(default="", validate_default=True, description="its time zone; default: the tenant's")
    week: Mapping[WeekDays, Windows] = Field(
        default_factory=dict,
        description="when it is open, by days of the week such as mon-fri; a day that is not written is closed",
    )
    special: Mapping[SpecialDates, SpecialDay] = Field(
        default_factory=dict,
        max_length=MAX_SPECIAL,
        description="special days, by date or range first..last, without the year for every year; those with a year "
        "count before the others, and a shorter range before a longer one",
    )
    holidays: Holidays | None = Field(default=None, description="public holidays; default: days like others")
    calendars: tuple[Calendar, ...] = Field(default=(), max_length=16, description="calendars, the first counts first")
    open: TargetText | None = Field(
        default=None, description="where a call goes while it is open; default: on, as in a sequence, or it ends"
    )
    closed: TargetText | None = Field(
        default=None, description="where a call goes while it is closed; default: on, as in a sequence, or it ends"
    )
    reasons: Mapping[Reason, TargetText] = Field(
        default_factory=dict,
        max_length=MAX_REASONS,
        description="where a call goes instead while it is closed for this reason: its words, or one of override, "
        "special, calendar, holiday, week",
    )
    say_reopening: Flag = Field(
        default=False, description="whether callers are told, while it is closed, when it opens again"
    )

    @field_validator("zone", mode="before")
    @classmethod
    def _own_or_the_tenants(cls, written: Any, info: ValidationInfo) -> Any:
        return written or (info.context or {}).get("zone", "UTC")

    @cached_property
    def schedule(self) -> Schedule:
        """What follows from the settings, in the form in which it is asked."""
        zone = ZoneInfo(self.zone)
        special, yearly = self._special()
        return Schedule(zone, self._week(), special, yearly, self._holidays(), tuple(self._events(zone)))

    def is_ever(self, is_open: bool) -> bool:
        """Whether it may be open (or closed) at some time: by what is written, or by hand, for which it has a code."""
        return self.code is not None or not self.schedule.is_never(is_open)

    def _week(self) -> tuple[Day, ...]:
        days = {day: Day(windows, "", ("week", key)) for key, windows in self.week.items() for day in week_days_of(key)}
        return tuple(days.get(day, Day()) for day in range(7))

    def _special(self) -> tuple[dict[date, Day], dict[tuple[int, int], Day]]:
        special: dict[date, Day] = {}
        yearly: dict[tuple[int, int], Day] = {}
        spans = sorted(((dates_of(key), key) for key in self.special), key=lambda span: span[0].length, reverse=True)
        for dates, key in spans:
            entry = self.special[key]
            day = Day(entry.hours, entry.reason, ("special", key))
            if dates.is_yearly:
                yearly |= {(on.month, on.day): day for on in dates.days}
            else:
                special |= dict.fromkeys(dates.days, day)
        return special, yearly

    def _holidays(self) -> dict[date, Day]:
        if self.holidays is None:
            return {}
        hours, names = self.holidays.hours, self.holidays.table.names
        return {on: Day(hours, name, ("holidays",)) for on, name in names.items()}

    def _events(self, zone: ZoneInfo) -> Iterator[Event]:
        for index, calendar in reversed(tuple(enumerate(self.calendars))):
            place = ("calendars", str(index))
            for event in calendar.table.events:
                start, end = (_moment(edge, zone) for edge in (event.start, event.end))
                if start < end:
                    yield Event(start, end, calendar.events == "open", event.summary, place)


def _moment(edge: Instant | datetime, zone: ZoneInfo) -> Instant:
    return moment_of(edge.date(), edge.hour * 60 + edge.minute, zone) if isinstance(edge, datetime) else edge
