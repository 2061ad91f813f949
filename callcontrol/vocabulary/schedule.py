"""Opening hours as values: what is written for each day of the week, special days, calendars, public holidays.

Who comes first is written in `PRECEDENCE`: an override before a special day, that before an event of a calendar, that
before a public holiday, that before the week. `vocabulary/schedule_state.py` says what follows for a moment.

A window belongs to the day on which it begins. A day on which a special day or a holiday decides ends the windows of
lower precedence at its midnight; windows of the same one run on into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum
from functools import cached_property
from itertools import combinations
from typing import Final
from zoneinfo import ZoneInfo

from callcontrol.vocabulary.moment import Instant, datetime_of
from callcontrol.vocabulary.wall_clock import DAY_MINUTES

# How far ahead the next change is looked for.
HORIZON_DAYS: Final = 2 * 366


class Source(IntEnum):
    """What decides about a moment; the greater before the lesser."""

    WEEK = 0
    HOLIDAY = 1
    CALENDAR = 2
    SPECIAL = 3
    OVERRIDE = 4

    @property
    def word(self) -> str:
        """The word for people and for settings."""
        return self.name.lower()


PRECEDENCE: Final = tuple(source.word for source in sorted(Source, reverse=True))


@dataclass(frozen=True, slots=True)
class Window:
    """Minutes [start, end) of a day; `end` may be of the next day (over 1440), or `start` (a window without time)."""

    start_minute: int
    end_minute: int


@dataclass(frozen=True, slots=True)
class Day:
    """What is written for a day.

    Attributes:
        windows: when it is open; none: closed all day.
        reason: in the admin's words, or the name of the holiday; "" if there is none.
        place: where it is written, below the entry of the schedule.
    """

    windows: tuple[Window, ...] = ()
    reason: str = ""
    place: tuple[str, ...] = ("week",)


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a calendar: [start, end) it is open, or closed, whatever the week and holidays say."""

    start: Instant
    end: Instant
    is_open: bool
    reason: str
    place: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """What decides, in whose words, and where that is written below the schedule's entry (() for an override)."""

    source: Source
    reason: str = ""
    place: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.source is Source.WEEK:
            return "the week"
        kind = "special day" if self.source is Source.SPECIAL else self.source.word
        return f"{kind}: {self.reason}" if self.reason else kind


@dataclass(frozen=True, slots=True)
class State:
    """What a schedule says of a moment.

    Attributes:
        until: when it next changes from open to closed or back; None: not within HORIZON_DAYS.
    """

    open: bool
    why: Why
    until: Instant | None

    @property
    def word(self) -> str:
        """Open or closed."""
        return "open" if self.open else "closed"


@dataclass(frozen=True, slots=True)
class Override:
    """A word against the schedule: open or closed, for a time.

    Attributes:
        until: when the schedule counts again; None: when it is taken back.
        by: who set it: `extension:101`, `command`.
        at: when; it does not count before.
    """

    open: bool
    until: Instant | None
    by: str
    at: Instant

    def is_in_force(self, instant: Instant) -> bool:
        """Whether it counts at this moment."""
        return self.at <= instant and (self.until is None or instant < self.until)


@dataclass(frozen=True, slots=True)
class Known:
    """The state of all moments of [start, end)."""

    start: Instant
    end: Instant
    state: State


@dataclass(frozen=True)
class Schedule:
    """Opening hours. What it remembers follows from the rest, so it counts as frozen.

    Attributes:
        week: seven days, Monday first.
        special: by date.
        yearly: special days of every year, by (month, day); those by date come first.
        holidays: by date, as far as they are known.
        events: of calendars, as far as they are known; of two at one moment the later in this order counts.
        latest: what was found last, if anything was: calls ask again and again about much the same moment.
    """

    zone: ZoneInfo
    week: tuple[Day, ...]
    special: Mapping[date, Day] = field(default_factory=dict)
    yearly: Mapping[tuple[int, int], Day] = field(default_factory=dict)
    holidays: Mapping[date, Day] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    latest: list[Known] = field(default_factory=list, compare=False, repr=False)

    def written_for(self, day: date) -> tuple[Source, Day]:
        """What is written for this day, events of calendars left aside."""
        special = self.special.get(day) or self.yearly.get((day.month, day.day))
        if special is not None:
            return Source.SPECIAL, special
        holiday = self.holidays.get(day)
        return (Source.HOLIDAY, holiday) if holiday is not None else (Source.WEEK, self.week[day.weekday()])

    @cached_property
    def events_on(self) -> Mapping[date, tuple[Event, ...]]:
        """Events that may touch a day; a day more on either side, for the days on which clocks change."""
        found: dict[date, list[Event]] = {}
        for event in self.events:
            first, last = (datetime_of(edge, self.zone).date() for edge in (event.start, event.end))
            for ahead in range(-1, (last - first).days + 2):
                found.setdefault(first + timedelta(days=ahead), []).append(event)
        return {day: tuple(events) for day, events in found.items()}

    def is_never(self, is_open: bool) -> bool:
        """Whether nothing that is written makes it open (or closed) at any time; overrides are left aside."""
        days = (*self.week, *self.special.values(), *self.yearly.values(), *self.holidays.values())
        is_ever = any(_constant(day.windows) is not (not is_open) for day in days)
        return not is_ever and not any(event.is_open is is_open for event in self.events)

    @cached_property
    def is_week_constant(self) -> bool | None:
        """Whether the week alone is always open (True) or never (False); None: neither."""
        days = [_constant(day.windows) for day in self.week]
        return days[0] if len(set(days)) == 1 else None


def _constant(windows: tuple[Window, ...]) -> bool | None:
    """Whether they leave a day no open minute (False) or no closed one (True)."""
    reached = 0
    for window in sorted(windows, key=lambda window: window.start_minute):
        if window.start_minute <= reached:
            reached = max(reached, window.end_minute)
    has_time = any(window.end_minute > window.start_minute for window in windows)
    return True if reached >= DAY_MINUTES else None if has_time else False


def overlapping(windows: tuple[Window, ...]) -> Iterator[tuple[Window, Window]]:
    """Pairs of one day's windows that share time."""
    for one, other in combinations(windows, 2):
        if max(one.start_minute, other.start_minute) < min(one.end_minute, other.end_minute):
            yield one, other
