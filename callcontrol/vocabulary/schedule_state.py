"""What a schedule says of a moment: open or closed, why, and until when.

A day is painted from the lowest precedence to the highest: the week, holidays, events, special days. What is on top at
a moment decides. A day goes from the first 00:00 its clocks show to the first 00:00 of the next one, so each moment
lies in one day and has one state, also where clocks are changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.schedule import HORIZON_DAYS, Day, Known, Override, Schedule, Source, State, Why
from callcontrol.vocabulary.wall_clock import day_at, moment_of

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end) in which one thing decides."""

    start: Instant
    end: Instant
    open: bool
    why: Why


def state(schedule: Schedule, instant: Instant, override: Override | None = None) -> State:
    """Whether it is open at this moment, why, and until when."""
    if override is None or not override.is_in_force(instant):
        return _by_schedule(schedule, instant)
    why = Why(Source.OVERRIDE, override.by)
    if override.until is None:
        return State(override.open, why, None)
    afterwards = _by_schedule(schedule, override.until)
    until = override.until if afterwards.open != override.open else afterwards.until
    return State(override.open, why, until)


def spans_of(schedule: Schedule, day: date) -> tuple[Span, ...]:
    """The day from its first moment to its last, part by part."""
    start, end = (moment_of(one, 0, schedule.zone) for one in (day, day + _ONE_DAY))
    own = _Written(day, *schedule.written_for(day))
    before = _Written(day - _ONE_DAY, *schedule.written_for(day - _ONE_DAY))
    spans: tuple[Span, ...] = (Span(start, end, False, own.why),)
    for source in (Source.WEEK, Source.HOLIDAY, Source.CALENDAR, Source.SPECIAL):
        if own.source is source:
            spans = (Span(start, end, False, own.why),)
        for paint in _paints(schedule, source, spans, (before, own)):
            spans = tuple(_painted(spans, paint))
    return spans


@dataclass(frozen=True, slots=True)
class _Written:
    """What is written for a date."""

    on: date
    source: Source
    day: Day

    @property
    def why(self) -> Why:
        return Why(self.source, self.day.reason, self.day.place)


def _paints(
    schedule: Schedule, source: Source, spans: tuple[Span, ...], days: tuple[_Written, _Written]
) -> Iterator[Span]:
    """What this source says of the day, besides that it is closed."""
    if source is Source.CALENDAR:
        for event in schedule.events_on.get(days[1].on, ()):
            yield Span(event.start, event.end, event.is_open, Why(source, event.reason, event.place))
    for written in days:
        for window in written.day.windows if written.source is source else ():
            opens, closes = (moment_of(written.on, m, schedule.zone) for m in (window.start_minute, window.end_minute))
            yield Span(opens, closes, True, written.why)


def _painted(spans: tuple[Span, ...], paint: Span) -> Iterator[Span]:
    """The spans with another one painted over them, within their limits."""
    first, last = max(paint.start, spans[0].start), min(paint.end, spans[-1].end)
    if first >= last:
        yield from spans
        return
    for span in spans:
        if span.start < first:
            yield Span(span.start, min(span.end, first), span.open, span.why)
        if span.start <= first < span.end:
            yield Span(first, last, paint.open, paint.why)
        if span.end > last:
            yield Span(max(span.start, last), span.end, span.open, span.why)


def _by_schedule(schedule: Schedule, instant: Instant) -> State:
    """As the schedule says; looked for once for all moments of a part of a day."""
    for known in schedule.latest:
        if known.start <= instant < known.end:
            return known.state
    known = _looked_for(schedule, instant)
    schedule.latest[:] = [known]
    return known.state


def _looked_for(schedule: Schedule, instant: Instant) -> Known:
    day = day_at(instant, schedule.zone)
    spans = spans_of(schedule, day)
    now = next(span for span in spans if span.start <= instant < span.end)
    changes = (span.start for span in spans if span.start > instant and span.open != now.open)
    until = next(changes, None)
    until = until if until is not None else _next_change(schedule, day, now.open)
    return Known(now.start, now.end, State(now.open, now.why, until))


def _next_change(schedule: Schedule, day: date, is_open: bool) -> Instant | None:
    """When it is first otherwise after this day; None: not within the horizon."""
    for ahead in range(1, HORIZON_DAYS + 1):
        on = day + timedelta(days=ahead)
        if not _is_surely(schedule, on, is_open):
            changes = (span.start for span in spans_of(schedule, on) if span.open != is_open and span.start < span.end)
            if (change := next(changes, None)) is not None:
                return change
    return None


def _is_surely(schedule: Schedule, day: date, is_open: bool) -> bool:
    """Whether the day is so from its first moment to its last, as far as that is seen at a glance."""
    if schedule.is_week_constant is not is_open or day in schedule.events_on:
        return False
    return all(schedule.written_for(one)[0] is Source.WEEK for one in (day - _ONE_DAY, day))
