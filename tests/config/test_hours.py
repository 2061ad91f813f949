"""Opening hours in YAML: what is read, and what is refused with its line."""

from __future__ import annotations

from datetime import date

import pytest

from callcontrol.config.checks.warnings import warnings
from callcontrol.config.hours_fields import dates_of
from callcontrol.vocabulary.moment import Instant, datetime_of, instant_from
from callcontrol.vocabulary.schedule import Window
from callcontrol.vocabulary.schedule_state import state
from tests.config.folder import written
from tests.config.hours import office, problems, settings

WEEK = "week: {mon-fri: 08:00-16:00}"


def at(text: str) -> Instant:
    return instant_from(f"{text}+01:00")


def said(hours: str, text: str) -> str:
    """The state at a moment, as people read it."""
    schedule = office(hours).schedule
    found = state(schedule, at(text))
    assert found.until is not None
    return f"{found.word} ({found.why}) until {datetime_of(found.until, schedule.zone):%Y-%m-%d %H:%M}"


def test_days_and_windows() -> None:
    week = office("week: {mon-wed: [08:00-12:00, 13:00-16:00], 'thu,sat': 22:00-06:00, sun: closed}").schedule.week
    windows = [[(one.start_minute, one.end_minute) for one in day.windows] for day in week]
    assert windows[:3] == [[(480, 720), (780, 960)]] * 3
    assert windows[3:] == [[(1320, 1800)], [], [(1320, 1800)], []]
    assert office("week: {fri-mon: 00:00-24:00}").schedule.week[0].windows == (Window(0, 1440),)
    assert office("week: {mon: 08:00-08:00}").schedule.week[0].windows == (Window(480, 480),)


def test_zone_is_the_tenants_or_its_own() -> None:
    assert office(WEEK).schedule.zone.key == "Europe/Warsaw"
    assert office(f"{WEEK}, zone: America/New_York").schedule.zone.key == "America/New_York"
    assert said(f"{WEEK}, zone: America/New_York", "2026-11-30T14:30") == ("open (the week) until 2026-11-30 16:00")


def test_special_days_of_one_year_and_of_every_year() -> None:
    special = (
        "special: {12-23..01-02: {reason: winter}, 2026-12-28..2026-12-29: {hours: '10:00-12:00', reason: inventory}}"
    )
    assert said(f"{WEEK}, {special}", "2026-12-23T12:00") == "closed (special day: winter) until 2026-12-28 10:00"
    assert said(f"{WEEK}, {special}", "2026-12-28T11:00") == "open (special day: inventory) until 2026-12-28 12:00"
    assert said(f"{WEEK}, {special}", "2028-01-02T11:00") == "closed (special day: winter) until 2028-01-03 08:00"
    shorter = "special: {2026-12-01..2026-12-31: {reason: long}, 2026-12-03: {hours: '10:00-12:00', reason: short}}"
    assert said(f"{WEEK}, {shorter}", "2026-12-03T11:00") == "open (special day: short) until 2026-12-03 12:00"
    assert dates_of("02-28..03-01").days == (date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1))


def test_holidays_and_calendars_are_those_of_the_tables() -> None:
    known = f"{WEEK}, holidays: {{country: PL}}, calendars: [{{file: calendars/outings.ics}}]"
    assert said(known, "2027-01-06T12:00") == "closed (holiday: Epiphany) until 2027-01-07 08:00"
    assert said(known, "2026-12-10T12:00") == "closed (calendar: outing) until 2026-12-11 08:00"
    half = f"{WEEK}, holidays: {{country: PL, hours: '10:00-12:00'}}"
    assert said(half, "2027-01-06T11:00") == "open (holiday: Epiphany) until 2027-01-06 12:00"
    fair = "calendars: [{file: calendars/outings.ics, events: open}]"
    assert said(fair, "2026-12-10T12:00") == "open (calendar: outing) until 2026-12-11 00:00"


def test_every_place_has_its_line() -> None:
    found = settings(f"{WEEK}, special: {{2026-12-24: {{reason: x}}}}")
    above = ("tenants", "acme", "hours", "office")
    assert found.source(*above, "special", "2026-12-24") == found.source(*above, "week", "mon-fri") != ""


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("week: {mon: 8-16}", "hours.office.week.mon: '8-16' is no stretch of a day; write 08:00-16:00, a list"),
        ("week: {mon: 08:00-25:00}", "hours.office.week.mon: '08:00-25:00' is no stretch of a day; write"),
        ("week: {monday: 08:00-16:00}", "'monday' is no day of the week; write mon, tue, wed, thu, fri, sat, sun"),
        ("special: {2026-02-30: {}}", "'2026-02-30' is not in the calendar; write 2026-12-24"),
        ("special: {24.12.: {}}", "'24.12.' is neither a date nor a range of dates; write 2026-12-24"),
        ("special: {2026-12-24..2026-12-01: {}}", "'2026-12-24..2026-12-01' ends before it begins; write"),
        ("special: {2026-12-24..12-31: {}}", "'2026-12-24..12-31' is neither a date nor a range of dates; write"),
        ("special: {2026-01-01..2030-01-01: {}}", "is 1462 days; write at most 366 in one range"),
        ("special: {12-24: {why: x}}", "hours.office.special.12-24: unknown key `why`"),
        ("holidays: {country: XX}", "hours.office.holidays: holidays of 'XX' are not known; write special days"),
        ("holidays: {country: pl}", "hours.office.holidays.country: 'pl' is no country; write two capital letters"),
        ("calendars: [{file: calendars/x.ics}]", "hours.office.calendars.0: there is no file calendars/x.ics; put it"),
        ("calendars: [{file: ../x.ics}]", "hours.office.calendars.0.file: '../x.ics' is no calendar of this folder"),
        ("zone: Europe/Warszawa", "hours.office.zone: 'Europe/Warszawa' is no time zone; did you mean Europe/Warsaw?"),
    ],
)  # fmt: skip
def test_mistakes(hours: str, expected: str) -> None:
    (problem,) = written(*problems(hours))
    assert problem.startswith("tenants/acme.yaml:12: "), problem
    assert expected in problem, problem


def warned(hours: str, at_time: str = "2026-11-30T12:00") -> list[str]:
    """The warnings about the hours, without their file and line."""
    told = warnings(settings(hours), at(at_time))
    return [str(one).partition(": ")[2] for one in told if ": hours." in str(one)]


def test_a_day_of_the_week_is_written_once() -> None:
    (problem,) = written(*problems("week: {mon-fri: 08:00-16:00, wed: 08:00-18:00}"))
    assert problem == (
        "tenants/acme.yaml:12: hours.office.week.wed: wed is written in mon-fri already;"
        " write each day once, with all its hours"
    )


def test_what_is_sound_is_not_warned_of() -> None:
    assert warned(f"{WEEK}, special: {{2026-12-24: {{}}}}, holidays: {{country: PL}}") == []
    assert warned("week: {mon-sun: 00:00-24:00}") == []
    assert warned("calendars: [{file: calendars/outings.ics, events: open}]") == []
    assert warned("week: {mon: 22:00-06:00, tue: 05:00-10:00}") == []


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("week: {}", "hours.office: never open; write `week:`"),
        ("week: {mon: closed}, special: {12-24: {reason: x}}", "hours.office: never open; write `week:`"),
        ("week: {mon: [08:00-16:00, 17:00-17:00]}", "hours.office.week.mon: 17:00-17:00 is no time at all; write when"),
        ("week: {mon: [08:00-16:00, 15:30-18:00]}", "week.mon: 08:00-16:00 and 15:30-18:00 overlap; write one stretch"),
        ("week: {mon: [22:00-06:00, 23:00-24:00]}", "week.mon: 22:00-06:00 and 23:00-24:00 overlap; write one stretch"),
        (f"{WEEK}, special: {{2026-11-28..2026-11-29: {{}}}}", "special.2026-11-28..2026-11-29: is over; remove it"),
        (f"{WEEK}, holidays: {{country: UA}}", "holidays: UA has no holidays to 2028-12-31 that are known; write"),
        (f"{WEEK}, reasons: {{Epifany: 'hangup:busy'}}, holidays: {{country: PL}}",
         "hours.office.reasons.Epifany: nothing is closed for this reason; did you mean Epiphany?"),
    ],
)  # fmt: skip
def test_what_is_hardly_meant(hours: str, expected: str) -> None:
    (warning,) = warned(hours)
    assert expected in warning


def test_a_horizon_that_comes_near_is_told() -> None:
    known = f"{WEEK}, holidays: {{country: PL}}, calendars: [{{file: calendars/outings.ics}}]"
    assert warned(known, "2027-12-30T12:00") == []
    assert [one.partition(": ")[0] for one in warned(known, "2028-01-01T12:00")] == [
        "hours.office.calendars.0",
        "hours.office.holidays",
    ]
    assert "known to 2028-12-31 only: later days are like others" in warned(known, "2028-01-01T12:00")[0]


def test_never_open_and_never_closed() -> None:
    always, never = office("week: {mon-sun: 00:00-24:00}").schedule, office("").schedule
    assert (always.is_never(True), always.is_never(False)) == (False, True)
    assert (never.is_never(True), never.is_never(False)) == (True, False)
    sometimes = office(WEEK).schedule
    assert (sometimes.is_never(True), sometimes.is_never(False)) == (False, False)
    assert not office("special: {12-24: {hours: '10:00-12:00'}}").schedule.is_never(True)
    assert not office("week: {mon-sun: 00:00-24:00}, special: {12-24: {}}").schedule.is_never(False)
    assert not office("calendars: [{file: calendars/outings.ics, events: open}]").schedule.is_never(True)
    assert office("calendars: [{file: calendars/outings.ics}]").schedule.is_never(True)
