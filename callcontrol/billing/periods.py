"""Periods of the day and week on a zone's wall clocks: which one is in force at an instant, and until when.

A span holds from its first minute up to, not including, its last. Dates (holidays) come before weekdays; what no span
covers is the default period. Where clocks are put forward or back, the period is the one that the wall clock shows at
that instant: a boundary inside the skipped hour falls on the change itself, one inside the repeated hour comes twice.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of

MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
DAY_MINUTES = 24 * 60
MAX_CACHED_DAYS = 4096

_EPOCH_DATE = date(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, order=True)
class YearDay:
    """A date, or the same day of every year (year 0)."""

    year: int
    month: int
    day: int

    def is_on(self, day: date) -> bool:
        """Whether the date is this day."""
        return (self.month, self.day) == (day.month, day.day) and self.year in (0, day.year)

    def meets(self, other: YearDay) -> bool:
        """Whether both can be the same date."""
        same_day = (self.month, self.day) == (other.month, other.day)
        return same_day and (self.year == other.year or 0 in (self.year, other.year))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the day [start_minute, end_minute) on some weekdays (Monday is 0), or on dates alone."""

    period: str
    weekdays: frozenset[int]
    start_minute: int = 0
    end_minute: int = DAY_MINUTES
    dates: frozenset[YearDay] = frozenset()

    def is_on(self, day: date) -> bool:
        """Whether the span holds at some time of this local date."""
        if self.dates:
            return any(d.is_on(day) for d in self.dates)
        return day.weekday() in self.weekdays

    def has(self, minute: int) -> bool:
        """Whether the minute of the day lies inside."""
        return self.start_minute <= minute < self.end_minute

    def overlaps(self, other: Span) -> bool:
        """Whether both can hold at one instant without one giving way (dates come before weekdays)."""
        if bool(self.dates) != bool(other.dates):
            return False
        common = self.start_minute < other.end_minute and other.start_minute < self.end_minute
        if self.dates:
            return common and any(a.meets(b) for a in self.dates for b in other.dates)
        return common and bool(self.weekdays & other.weekdays)


_Stretches = tuple[tuple[int, ...], tuple[str, ...]]
"""Start instants in order, and the period from each of them on."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The periods of a price list in one time zone."""

    zone: ZoneInfo
    default: str
    spans: tuple[Span, ...] = ()
    _days: dict[int, _Stretches] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def periods(self) -> tuple[str, ...]:
        """All periods by name, each once, the default last."""
        named = dict.fromkeys(span.period for span in self.spans)
        named.pop(self.default, None)
        return (*named, self.default)

    def at(self, instant: Instant) -> str:
        """The period in force."""
        return self.run_at(instant)[0]

    def run_at(self, instant: Instant) -> tuple[str, Instant | None]:
        """The period in force, and an instant up to which it certainly stays in force (None: for ever).

        That instant is the next boundary, or the end of the UTC day if that comes first.
        """
        if not self.spans:
            return self.default, None
        day = instant // DAY_US
        starts, periods = self._stretches_of(day)
        index = bisect_right(starts, instant)
        until = starts[index] if index < len(starts) else (day + 1) * DAY_US
        return periods[index - 1], Instant(until)

    def _stretches_of(self, day: int) -> _Stretches:
        """The periods of a UTC day, remembered: worked out once for all calls of that day."""
        known = self._days.get(day)
        if known is None:
            if len(self._days) >= MAX_CACHED_DAYS:
                self._days.clear()
            known = self._days[day] = self._work_out(day)
        return known

    def _work_out(self, day: int) -> _Stretches:
        starts: list[int] = []
        periods: list[str] = []
        for begin, end, offset in self._offsets_of(day):
            for at, period in self._wall_stretches(begin, end, offset):
                if not periods or periods[-1] != period:
                    starts.append(at)
                    periods.append(period)
        return tuple(starts), tuple(periods)

    def _wall_stretches(self, begin: int, end: int, offset: int) -> Iterator[tuple[int, str]]:
        """Stretches of one period between two instants with one UTC offset; the first starts at `begin`."""
        for local_day in range((begin + offset) // DAY_US, (end - 1 + offset) // DAY_US + 1):
            today = _EPOCH_DATE + timedelta(days=local_day)
            minutes = self._minutes_of(today)
            for (minute, period), (next_minute, _) in zip(minutes, [*minutes[1:], (DAY_MINUTES, "")], strict=True):
                at = local_day * DAY_US + minute * MINUTE_US - offset
                until = local_day * DAY_US + next_minute * MINUTE_US - offset
                if until > begin and at < end:
                    yield max(at, begin), period

    def _minutes_of(self, today: date) -> list[tuple[int, str]]:
        """(minute of the day, period from there on), beginning with minute 0."""
        spans = sorted((s for s in self.spans if s.is_on(today)), key=lambda s: not s.dates)
        cuts = sorted({0, *(s.start_minute for s in spans), *(s.end_minute for s in spans)} - {DAY_MINUTES})
        return [(cut, next((s.period for s in spans if s.has(cut)), self.default)) for cut in cuts]

    def _offsets_of(self, day: int) -> Iterator[tuple[int, int, int]]:
        """(begin, end, UTC offset) of the parts of a UTC day between changes of the clocks, all in microseconds."""
        begin, end = day * DAY_US, (day + 1) * DAY_US
        for hour in range(begin, end, HOUR_US):
            if self._offset(hour) != self._offset(hour + HOUR_US):
                change = self._change_between(hour, hour + HOUR_US)
                yield begin, change, self._offset(begin)
                begin = change
        if begin < end:
            yield begin, end, self._offset(begin)

    def _change_between(self, before: int, after: int) -> int:
        """The first instant (to the second) with the offset of `after`."""
        seconds = range(before // SECOND_US, after // SECOND_US + 1)
        new = self._offset(after)
        return seconds[bisect_right(seconds, False, key=lambda s: self._offset(s * SECOND_US) == new)] * SECOND_US

    def _offset(self, at: int) -> int:
        offset = datetime_of(Instant(at), self.zone).utcoffset() or timedelta(0)
        return offset // _MICROSECOND
