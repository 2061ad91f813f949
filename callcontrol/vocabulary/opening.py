"""Hours within which customers may be called back: the same every day, [opens, closes) on the clocks of a zone, or
those of a schedule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of, instant_of
from callcontrol.vocabulary.schedule import Override, Schedule
from callcontrol.vocabulary.schedule_state import state

# What `closes` says where the hours end with the day.
END_OF_DAY = "24:00"
# Of one callback no more times between two openings are told: what is beyond is looked at when its turn comes.
MAX_CLOSED: Final = 64
_LATER_US: Final = 86_400 * SECOND_US


class CallableHours(Protocol):
    """When customers may be called."""

    def next_open(self, earliest: Instant) -> Instant:
        """The first moment not before `earliest` at which it is open."""
        ...

    def after(self, begin: Instant, span_us: int) -> Instant:
        """When it will have been open for so many microseconds, counted from `begin`."""
        ...

    def closed(self, begin: Instant, end: Instant) -> tuple[tuple[Instant, Instant], ...]:
        """The times between two openings that begin after `begin` and before `end`, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours; `opens` and `closes` as `HH:MM`, `closes` also `24:00`."""

    opens: str
    closes: str
    zone: str

    def next_open(self, earliest: Instant) -> Instant:
        """The first moment not before `earliest` at which it is open."""
        opens, closes = self._on(self._day(earliest))
        if earliest < closes:
            return max(earliest, opens)
        return self._on(self._day(earliest) + timedelta(days=1))[0]

    def after(self, begin: Instant, span_us: int) -> Instant:
        """When it will have been open for so many microseconds, counted from `begin`."""
        at = self.next_open(begin)
        while (left_us := self._on(self._day(at))[1] - at) < span_us:
            span_us -= left_us
            at = self.next_open(Instant(at + left_us))
        return Instant(at + span_us)

    def closed(self, begin: Instant, end: Instant) -> tuple[tuple[Instant, Instant], ...]:
        """The times between two openings that begin after `begin` and before `end`, in their order."""
        found: list[tuple[Instant, Instant]] = []
        at = self._on(self._day(begin))[1]
        while at < end:
            opens = self.next_open(at)
            if opens > at > begin:
                found.append((at, opens))
            at = self._on(self._day(opens))[1]
        return tuple(found)

    def _day(self, at: Instant) -> date:
        return datetime_of(at, ZoneInfo(self.zone)).date()

    def _on(self, day: date) -> tuple[Instant, Instant]:
        opens = self._at(day, time.fromisoformat(self.opens))
        if self.closes == END_OF_DAY:
            return opens, self._at(day + timedelta(days=1), time())
        return opens, self._at(day, time.fromisoformat(self.closes))

    def _at(self, day: date, clock: time) -> Instant:
        return instant_of(datetime.combine(day, clock, ZoneInfo(self.zone)))


@dataclass(frozen=True, slots=True)
class ScheduledHours:
    """Opening hours of a schedule. Where it is closed and nothing says until when, it is asked again a day later."""

    schedule: Schedule
    override: Override | None = None

    def next_open(self, earliest: Instant) -> Instant:
        """As `CallableHours`."""
        now = state(self.schedule, earliest, self.override)
        if now.open:
            return earliest
        return now.until if now.until is not None else Instant(earliest + _LATER_US)

    def after(self, begin: Instant, span_us: int) -> Instant:
        """As `CallableHours`."""
        at = self.next_open(begin)
        while (until := state(self.schedule, at, self.override).until) is not None and until - at < span_us:
            span_us -= until - at
            at = self.next_open(until)
        return Instant(at + span_us)

    def closed(self, begin: Instant, end: Instant) -> tuple[tuple[Instant, Instant], ...]:
        """As `CallableHours`, at most MAX_CLOSED."""
        found: list[tuple[Instant, Instant]] = []
        at = self.next_open(begin)
        while len(found) < MAX_CLOSED:
            closes = state(self.schedule, at, self.override).until
            if closes is None or closes >= end:
                break
            at = self.next_open(closes)
            if closes > begin and at > closes:
                found.append((closes, at))
            if at == closes:
                break
        return tuple(found)
