"""What a schedule says of a moment: who comes before whom, over midnight, over years, on days of 23 and 25 hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.vocabulary.moment import Instant, datetime_of, instant_from, instant_of
from callcontrol.vocabulary.schedule import (
    HORIZON_DAYS,
    PRECEDENCE,
    Day,
    Event,
    Override,
    Schedule,
    Source,
    Window,
)
from callcontrol.vocabulary.schedule_state import Span, spans_of, state
from callcontrol.vocabulary.wall_clock import day_at, moment_of

WARSAW = ZoneInfo("Europe/Warsaw")
MINUTE_US = 60_000_000
ZONES = sorted(available_timezones() - {"localtime"})
OFFICE = Day((Window(8 * 60, 16 * 60),))
WEEK = (*[OFFICE] * 5, Day(), Day())


def at(text: str, zone: ZoneInfo = WARSAW) -> Instant:
    """A time in Warsaw."""
    return instant_from(text, zone)


def office(**others: object) -> Schedule:
    """Monday to Friday from eight to four."""
    return Schedule(WARSAW, WEEK, **others)  # type: ignore[arg-type]


def said(schedule: Schedule, text: str, override: Override | None = None) -> str:
    """The state as people read it."""
    found = state(schedule, at(text), override)
    until = "for ever" if found.until is None else f"{datetime_of(found.until, schedule.zone):%Y-%m-%d %H:%M}"
    return f"{found.word} ({found.why}) until {until}"


def test_the_week() -> None:
    assert said(office(), "2026-11-30T07:59:59") == "closed (the week) until 2026-11-30 08:00"
    assert said(office(), "2026-11-30T08:00") == "open (the week) until 2026-11-30 16:00"
    assert said(office(), "2026-12-04T16:00") == "closed (the week) until 2026-12-07 08:00"


def test_precedence_is_override_special_day_calendar_holiday_week() -> None:
    assert PRECEDENCE == ("override", "special", "calendar", "holiday", "week")
    day = date(2026, 12, 24)
    holiday = {day: Day((), "Christmas Eve", ("holidays",))}
    event = Event(at("2026-12-24T09:00"), at("2026-12-24T10:00"), True, "fair", ("calendars", "0"))
    special = {day: Day((Window(600, 720),), "half a day", ("special", "2026-12-24"))}
    morning, noon = "2026-12-24T09:30", "2026-12-24T11:00"
    assert said(office(), noon) == "open (the week) until 2026-12-24 16:00"
    closed = office(holidays=holiday)
    assert said(closed, noon) == "closed (holiday: Christmas Eve) until 2026-12-25 08:00"
    fair = office(holidays=holiday, events=(event,))
    assert said(fair, morning) == "open (calendar: fair) until 2026-12-24 10:00"
    assert said(fair, noon) == "closed (holiday: Christmas Eve) until 2026-12-25 08:00"
    half = office(holidays=holiday, events=(event,), special=special)
    assert said(half, morning) == "closed (special day: half a day) until 2026-12-24 10:00"
    assert said(half, noon) == "open (special day: half a day) until 2026-12-24 12:00"
    ours = Override(False, at("2026-12-24T11:30"), "extension:101", at("2026-12-24T08:00"))
    assert said(half, noon, ours) == "closed (override: extension:101) until 2026-12-24 11:30"


def test_a_special_day_of_a_year_comes_before_one_of_every_year() -> None:
    yearly = {(12, 24): Day((), "every year")}
    assert said(office(yearly=yearly), "2027-12-24T09:00") == "closed (special day: every year) until 2027-12-27 08:00"
    both = office(yearly=yearly, special={date(2027, 12, 24): Day((Window(540, 600),), "this year")})
    assert said(both, "2027-12-24T09:00") == "open (special day: this year) until 2027-12-24 10:00"
    assert said(both, "2029-12-24T09:00") == "closed (special day: every year) until 2029-12-25 08:00"


def test_a_window_over_midnight_belongs_to_the_day_it_begins_on() -> None:
    night = Day((Window(22 * 60, 30 * 60),))
    bar = Schedule(WARSAW, (Day(), Day(), Day(), Day(), night, night, Day()))
    assert said(bar, "2026-12-05T03:00") == "open (the week) until 2026-12-05 06:00"
    assert said(bar, "2026-12-06T05:59") == "open (the week) until 2026-12-06 06:00"
    holiday = Schedule(WARSAW, bar.week, holidays={date(2026, 12, 5): Day((), "closed")})
    assert said(holiday, "2026-12-04T23:00") == "open (the week) until 2026-12-05 00:00"
    assert said(holiday, "2026-12-05T03:00") == "closed (holiday: closed) until 2026-12-11 22:00"
    party = Schedule(WARSAW, bar.week, special={date(2026, 12, 6): night}, holidays={date(2026, 12, 7): Day()})
    assert said(party, "2026-12-07T05:00") == "open (special day) until 2026-12-07 06:00"


def test_windows_that_touch_are_one() -> None:
    always = Schedule(WARSAW, (Day((Window(0, 1440),)),) * 7)
    assert state(always, at("2026-12-05T03:00")).until is None
    closed_once = Schedule(WARSAW, always.week, special={date(2027, 8, 1): Day()})
    assert said(closed_once, "2026-12-05T03:00") == "open (the week) until 2027-08-01 00:00"
    assert said(closed_once, "2027-08-01T03:00") == "closed (special day) until 2027-08-02 00:00"


def test_a_change_beyond_the_horizon_is_none() -> None:
    never = Schedule(WARSAW, (Day(),) * 7, special={date(2030, 1, 1): OFFICE})
    assert state(never, at("2026-12-05T03:00")).until is None
    near = datetime_of(at("2030-01-01T00:00")) - timedelta(days=HORIZON_DAYS)
    assert state(never, instant_of(near)).until == at("2030-01-01T08:00")


def test_an_override_ends_at_the_true_next_change() -> None:
    early = Override(True, at("2026-11-30T07:00"), "x", at("2026-11-30T06:00"))
    assert said(office(), "2026-11-30T06:30", early) == "open (override: x) until 2026-11-30 07:00"
    lunch = Override(True, at("2026-11-30T12:00"), "x", at("2026-11-30T06:00"))
    assert said(office(), "2026-11-30T06:30", lunch) == "open (override: x) until 2026-11-30 16:00"
    assert said(office(), "2026-11-30T05:59", lunch) == "closed (the week) until 2026-11-30 08:00"
    assert said(office(), "2026-11-30T12:00", lunch) == "open (the week) until 2026-11-30 16:00"
    for_good = Override(False, None, "x", at("2026-11-30T06:00"))
    assert said(office(), "2030-11-29T06:30", for_good) == "closed (override: x) until for ever"


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Warsaw", date(2026, 3, 29), 23),
        ("Europe/Warsaw", date(2026, 10, 25), 25),
        ("America/Sao_Paulo", date(2017, 10, 15), 23),  # clocks are put forward at midnight
        ("Pacific/Apia", date(2011, 12, 30), 0),  # a day that was left out
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
    ],
)
def test_a_whole_day_has_the_hours_that_day_has(zone: str, day: date, hours: float) -> None:
    always = Schedule(ZoneInfo(zone), (Day((Window(0, 1440),)),) * 7)
    assert sum(span.end - span.start for span in spans_of(always, day) if span.open) == hours * 60 * MINUTE_US
    assert state(always, moment_of(day, 0, always.zone)).until is None


def test_from_the_clock_to_the_moment() -> None:
    def utc(text: str) -> Instant:
        return instant_from(text, ZoneInfo("UTC"))

    assert moment_of(date(2026, 10, 25), 150, WARSAW) == utc("2026-10-25T00:30")  # 02:30 comes twice: the first
    assert moment_of(date(2026, 10, 25), 180, WARSAW) == utc("2026-10-25T02:00")
    assert moment_of(date(2026, 3, 29), 150, WARSAW) == utc("2026-03-29T01:00")  # 02:30 does not come: 03:00
    assert moment_of(date(2026, 3, 29), 120, WARSAW) == utc("2026-03-29T01:00")
    assert moment_of(date(2026, 3, 28), 1440 + 240, WARSAW) == utc("2026-03-29T02:00")
    newfoundland = ZoneInfo("America/St_Johns")  # at 00:01 clocks were put back over midnight
    assert day_at(utc("2006-10-29T03:00"), newfoundland) == date(2006, 10, 29)


WINDOWS = st.builds(lambda start, length: Window(start, start + length), st.integers(0, 1439), st.integers(0, 1440))
DAYS = st.builds(Day, st.lists(WINDOWS, max_size=3).map(tuple))
STARTS = st.integers(0, 5 * 366 * 1440)


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Schedule, Instant]:
    """A schedule of any zone, around a moment of the years 2024 to 2029 or a change of that zone's clocks."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    moment = instant_of(datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=draw(STARTS)))
    if draw(st.booleans()):
        moment = _change_of_clocks(zone, datetime_of(moment).year) or moment
    day = datetime_of(moment, zone).date()
    near = st.integers(-3, 12).map(lambda ahead: day + timedelta(days=ahead))
    edges = st.integers(-3000, 9000).map(lambda minutes: Instant(moment + minutes * MINUTE_US))
    spans = st.tuples(edges, edges).filter(lambda span: span[0] < span[1])
    events = st.builds(lambda span, is_open: Event(span[0], span[1], is_open, "event", ()), spans, st.booleans())
    schedule = Schedule(
        zone,
        tuple(draw(st.lists(DAYS, min_size=7, max_size=7))),
        draw(st.dictionaries(near, DAYS, max_size=3)),
        draw(st.dictionaries(near.map(lambda on: (on.month, on.day)), DAYS, max_size=2)),
        draw(st.dictionaries(near, DAYS, max_size=3)),
        tuple(draw(st.lists(events, max_size=3))),
    )
    return schedule, Instant(moment + draw(st.integers(-180, 180)) * MINUTE_US)


@cache
def _change_of_clocks(zone: ZoneInfo, year: int) -> Instant | None:
    """A moment within the day in which the offset changes first in that year."""
    days = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(366)]
    changed = (b for a, b in pairwise(days) if a.astimezone(zone).utcoffset() != b.astimezone(zone).utcoffset())
    found = next(changed, None)
    return None if found is None else instant_of(found)


def _days_from(schedule: Schedule, instant: Instant, count: int) -> Iterator[Span]:
    first = day_at(instant, schedule.zone)
    for ahead in range(count):
        yield from spans_of(schedule, first + timedelta(days=ahead))


@settings(max_examples=150, deadline=None)
@given(schedules())
def test_days_follow_one_another_without_gap_and_no_moment_is_in_two_states(found: tuple[Schedule, Instant]) -> None:
    schedule, instant = found
    spans = [span for span in _days_from(schedule, instant, 4) if span.start < span.end]
    assert all(one.end == following.start for one, following in pairwise(spans))
    for span in spans:
        for moment in (span.start, Instant(span.end - 1)):
            assert (state(schedule, moment).open, state(schedule, moment).why) == (span.open, span.why)


@settings(max_examples=150, deadline=None)
@given(schedules(), st.lists(st.floats(0, 1, exclude_max=True), max_size=3))
def test_until_is_the_next_change_and_nothing_changes_before(
    found: tuple[Schedule, Instant], parts: list[float]
) -> None:
    schedule, instant = found
    now = state(schedule, instant)
    end = now.until if now.until is not None else Instant(instant + 40 * 1440 * MINUTE_US)
    assert instant < end
    if now.until is not None:
        assert state(schedule, now.until).open is not now.open
        assert state(schedule, Instant(now.until - 1)).open is now.open
    days = min((end - instant) // (1440 * MINUTE_US) + 2, 40)
    before = (span for span in _days_from(schedule, instant, days) if instant < span.end and span.start < end)
    assert {span.open for span in before if span.start < span.end} == {now.open}
    for part in parts:
        between = state(schedule, Instant(instant + int((end - instant) * part)))
        assert between.open is now.open
        assert now.until is None or between.until == now.until


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ZONES), st.integers(0, 5 * 366), st.lists(WINDOWS, max_size=3))
def test_a_day_is_open_as_long_as_its_windows_last(name: str, ahead: int, windows: list[Window]) -> None:
    """Open minutes of a day are those of which the wall clock, read from 00:00 on, says so."""
    zone, day = ZoneInfo(name), date(2024, 1, 1) + timedelta(days=ahead)
    within = [Window(one.start_minute, min(one.end_minute, 1440)) for one in windows]
    schedule = Schedule(zone, (Day(),) * 7, special={day: Day(tuple(within))})
    edges = sorted({moment_of(day, m, zone) for one in within for m in (one.start_minute, one.end_minute)})
    expected = sum(
        end - start
        for start, end in pairwise(edges)
        if any(
            moment_of(day, o.start_minute, zone) <= start and end <= moment_of(day, o.end_minute, zone) for o in within
        )
    )
    assert sum(span.end - span.start for span in spans_of(schedule, day) if span.open) == expected


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ZONES), st.dates(date(1950, 1, 1), date(2037, 12, 31)), st.integers(0, 2879))
def test_a_later_time_of_day_is_never_an_earlier_moment(name: str, day: date, minute: int) -> None:
    zone = ZoneInfo(name)
    moment = moment_of(day, minute, zone)
    assert moment <= moment_of(day, minute + 1, zone)
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    shown = datetime_of(moment, zone)
    assert shown.replace(tzinfo=None, fold=0) >= wall  # later only where the clocks jump over it
    if shown.replace(tzinfo=None, fold=0) != wall:
        just_before = datetime_of(Instant(moment - 1), zone).replace(tzinfo=None, fold=0)
        assert just_before < wall


def test_why_names_where_it_is_written() -> None:
    schedule = office(special={date(2026, 12, 1): Day((), "outing", ("special", "2026-12-01"))})
    assert state(schedule, at("2026-12-01T12:00")).why.place == ("special", "2026-12-01")
    assert state(schedule, at("2026-12-01T12:00")).why.source is Source.SPECIAL


@settings(max_examples=150, deadline=None)
@given(schedules(), st.booleans(), st.integers(1, 20_000))
def test_the_end_of_an_override_is_told_truly(found: tuple[Schedule, Instant], is_open: bool, minutes: int) -> None:
    schedule, instant = found
    override = Override(is_open, Instant(instant + minutes * MINUTE_US), "x", instant)
    now = state(schedule, instant, override)
    assert (now.open, now.why.source) == (is_open, Source.OVERRIDE)
    if now.until is not None:
        assert override.until is not None
        assert now.until >= override.until
        assert state(schedule, now.until, override).open is not is_open
        assert state(schedule, Instant(now.until - 1), override).open is is_open
        assert state(schedule, override.until, override).open is (
            is_open if now.until > override.until else not is_open
        )
