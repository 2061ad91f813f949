"""Holidays and calendars: what the libraries know, what a hostile file cannot do, and what is kept for workers."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from callcontrol.config.day_tables import CalendarEvent, NoDayTable
from callcontrol.config.settings import Settings
from callcontrol.edges import calendar_files
from callcontrol.edges.calendar_files import calendar_events
from callcontrol.edges.config_folder import accepted, load_folder, renewed
from callcontrol.edges.config_snapshot import keep, kept
from callcontrol.edges.day_tables import FoundDays, HostDayTables, KeptDayTables
from callcontrol.edges.public_holidays import public_holidays
from callcontrol.vocabulary.moment import instant_from
from tests.config.folder import TENANT, files

NOW = instant_from("2026-11-30T12:00Z")
FIRST, LAST = date(2025, 1, 1), date(2028, 12, 31)
LIST = """\
tariff: retail
currency: PLN
versions:
  - valid_from: 2026-01-01
    prefixes:
      - {prefix: 48, destination: Poland, step: 60/1, price_per_minute: 0.29}
"""
HOURS = "hours:\n  office:\n    holidays: {country: PL}\n    calendars: [{file: calendars/outings.ics}]\n"
OUTING = "DTSTART;VALUE=DATE:20261210\nDTEND;VALUE=DATE:20261212\nSUMMARY:Company outing"


def calendar(*events: str) -> str:
    """An iCalendar file of these events."""
    numbered = (
        f"BEGIN:VEVENT\nUID:{n}\nDTSTAMP:20260101T000000Z\n{event}\nEND:VEVENT\n" for n, event in enumerate(events)
    )
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n{''.join(numbered)}END:VCALENDAR\n"
    return text.replace("\n", "\r\n")


def expanded(*events: str) -> tuple[CalendarEvent, ...]:
    return calendar_events(calendar(*events), FIRST, LAST).events


def refused(text: str) -> str:
    with pytest.raises(NoDayTable) as error:
        calendar_events(text, FIRST, LAST)
    return str(error.value)


def test_holidays_of_poland() -> None:
    table = public_holidays("PL", "", "", 2025, 2028)
    assert table.until == date(2028, 12, 31)
    assert table.names[date(2026, 4, 6)] == "Easter Monday"
    assert table.names[date(2026, 12, 24)] == "Christmas Eve"  # a holiday since 2025
    assert public_holidays("PL", "", "pl", 2026, 2026).names[date(2026, 6, 4)].startswith("Dzień Bożego Ciała")


def test_holidays_of_a_region() -> None:
    assert date(2026, 1, 6) in public_holidays("DE", "BY", "", 2026, 2026).names
    assert date(2026, 1, 6) not in public_holidays("DE", "", "", 2026, 2026).names


@pytest.mark.parametrize(
    ("country", "region", "language", "expected"),
    [
        ("XX", "", "", "holidays of 'XX' are not known; write special days"),
        ("DE", "XX", "", "DE has no region 'XX' with holidays of its own; write one of BB, BE"),
        ("HR", "XX", "", "HR has no region 'XX' with holidays of its own; leave it out: there is none"),
        ("PL", "", "xx", "names of holidays are not known in 'xx'; write one of"),
    ],
)
def test_holidays_that_are_not_known(country: str, region: str, language: str, expected: str) -> None:
    with pytest.raises(NoDayTable) as error:
        public_holidays(country, region, language, 2026, 2026)
    assert str(error.value).startswith(expected)


def test_events_of_days_of_moments_and_of_the_clock() -> None:
    found = expanded(
        OUTING,
        "DTSTART:20261201T120000Z\nDTEND:20261201T130000Z\nSUMMARY:Drill",
        "DTSTART;TZID=America/New_York:20261202T090000\nDURATION:PT30M\nSUMMARY:Call",
        "DTSTART:20261203T090000\nDTEND:20261203T100000\nSUMMARY:Training",
        "DTSTART;VALUE=DATE:20261220\nSTATUS:CANCELLED\nSUMMARY:No more",
    )
    assert set(found) == {
        CalendarEvent(datetime(2026, 12, 10), datetime(2026, 12, 12), "Company outing"),
        CalendarEvent(instant_from("2026-12-01T12:00Z"), instant_from("2026-12-01T13:00Z"), "Drill"),
        CalendarEvent(instant_from("2026-12-02T14:00Z"), instant_from("2026-12-02T14:30Z"), "Call"),
        CalendarEvent(datetime(2026, 12, 3, 9), datetime(2026, 12, 3, 10), "Training"),
    }


def test_events_are_repeated_and_left_out_within_the_window_alone() -> None:
    weekly = "DTSTART;TZID=Europe/Warsaw:20200106T090000\nDTEND;TZID=Europe/Warsaw:20200106T100000\nRRULE:FREQ=WEEKLY"
    found = [event.start for event in expanded(f"{weekly}\nEXDATE;TZID=Europe/Warsaw:20261026T090000\nSUMMARY:Meeting")]
    assert len(found) == 207
    assert instant_from("2026-10-19T09:00+02:00") in found
    assert instant_from("2026-10-26T09:00+01:00") not in found
    assert instant_from("2026-11-02T09:00+01:00") in found
    (long,) = expanded("DTSTART;VALUE=DATE:20200101\nDTEND;VALUE=DATE:20400101\nSUMMARY:Long")
    assert (long.start, long.end) == (datetime(2025, 1, 1), datetime(2029, 1, 1))


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY\nSUMMARY:x", "repeats 'x' several times a day (FREQ=SECONDLY)"),
        ("DTSTART:20260101T000000Z\nRRULE:FREQ=DAILY;BYMINUTE=1,2,3", "repeats '' several times a day (BYMINUTE)"),
    ],
)  # fmt: skip
def test_an_event_that_comes_too_often_is_refused(event: str, expected: str) -> None:
    assert refused(calendar(event)).startswith(expected)


def test_what_is_no_calendar_or_too_much_is_refused() -> None:
    assert refused("hello").startswith("is no iCalendar file")
    assert refused("x" * (calendar_files.MAX_BYTES + 1)).startswith("has 1048577 bytes; at most 1048576 are read")
    daily = "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY;COUNT=900"
    assert "events from 2025-01-01 to 2028-12-31; at most 2000 are read" in refused(calendar(daily, daily, daily))


def test_a_calendar_that_computes_for_ever_costs_its_process_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar_files, "_WAIT_S", 2)
    never = "DTSTART;VALUE=DATE:00010101\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    assert "cannot be expanded" in refused(calendar(*[never] * 300))


def folder(path: Path, **changed: str) -> Path:
    texts = files(TENANT + HOURS) | {"calendars/outings.ics": calendar(OUTING)} | changed
    texts["tariffs/retail.yaml"] = LIST
    for name, text in texts.items():
        (path / name).parent.mkdir(exist_ok=True)
        (path / name).write_text(text, encoding="utf-8")
    return path


def test_what_the_host_found_is_kept_for_workers_that_compute_nothing() -> None:
    host = HostDayTables({"calendars/x.ics": calendar(OUTING)}, NOW)
    holidays, events = host.holidays("PL", "", ""), host.calendar("calendars/x.ics")
    worker = KeptDayTables(host.found)
    assert worker.holidays("PL", "", "") == holidays
    assert worker.calendar("calendars/x.ics") == events
    assert (holidays.until, events.until) == (date(2028, 12, 31), date(2028, 12, 31))
    with pytest.raises(NoDayTable, match="holidays of DE were not kept with this configuration; reload the folder"):
        worker.holidays("DE", "", "")
    with pytest.raises(NoDayTable, match=r"there is no file calendars/y\.ics"):
        host.calendar("calendars/y.ics")


def test_a_folder_and_the_snapshot_of_it_say_the_same(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    folder(config)
    loaded = load_folder(config)
    assert isinstance(loaded, Settings), "\n".join(map(str, loaded))
    found = accepted(config)
    keep(tmp_path / "kept.json", found.snapshot)
    hours = [
        settings.tenants["acme"].hours
        for settings in (loaded, found.settings, accepted(tmp_path / "kept.json").settings)
    ]
    assert hours[0] == hours[1] == hours[2]
    assert hours[2]["office"].schedule.holidays
    assert hours[2]["office"].schedule.events
    assert kept(tmp_path / "kept.json").is_as(found.snapshot)


def test_a_new_year_moves_the_horizon_on_for_the_files_in_force(tmp_path: Path) -> None:
    snapshot = accepted(folder(tmp_path)).snapshot
    year = int(str(snapshot.version)[:4])
    assert not snapshot.days.is_of_another_year(snapshot.version.at)
    later = instant_from(f"{year + 1}-01-01T00:00Z")
    assert snapshot.days.is_of_another_year(later)
    (tmp_path / "tenants" / "acme.yaml").write_text("being edited", encoding="utf-8")
    again = renewed(snapshot, later)
    assert again.version == snapshot.version
    assert not again.days.is_of_another_year(later)
    table = KeptDayTables(again.days).holidays("PL", "", "")
    assert table.until == date(year + 3, 12, 31)
    assert not accepted_without_hours(tmp_path).is_of_another_year(later)


def accepted_without_hours(path: Path) -> FoundDays:
    return accepted(folder(path, **{"tenants/acme.yaml": files()["tenants/acme.yaml"]})).snapshot.days


def test_a_file_that_is_no_calendar_has_its_line(tmp_path: Path) -> None:
    loaded = load_folder(folder(tmp_path, **{"calendars/outings.ics": "hello", "calendars/NAMED WRONG.ics": ""}))
    assert isinstance(loaded, tuple)
    told = [str(problem) for problem in loaded]
    assert told[0].startswith("calendars/NAMED WRONG.ics:1: this file is no calendar; name it calendars/NAME.ics")
    assert told[1].startswith(
        "tenants/acme.yaml:14: hours.office.calendars.0: calendars/outings.ics is no iCalendar file"
    )
