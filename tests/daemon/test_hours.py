"""Opening hours end to end, across closing and opening: the daemon, its workers, a switch.

Weekly windows have a resolution of minutes, calendar events of seconds, so a calendar event closes here.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import gevent
import pytest

from callcontrol.edges import clock
from callcontrol.edges.config_snapshot import NAME, kept
from callcontrol.simulator.callers import Call
from callcontrol.simulator.phones import Phone
from callcontrol.simulator.stories.stage import Stage
from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of
from tests.daemon.test_survival import EXAMPLE, PHONE, TALKS, hang_up, heard, owner, record_of, until
from tests.daemon.test_takeover import pid_of
from tests.edges.test_day_tables import calendar

NUMBER, MEETING = "48221234599", "48221234597"
SHOP = """
  shop:
    week: {mon-sun: 00:00-24:00}
    calendars: [{file: calendars/shop.ics}]
    open: extension:117
    closed: hangup:busy
    reasons: {fire drill: announcement:closed}
    say_reopening: yes
"""
CLOSED_S = 6
WORKERS = 2

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="callcontrol-stage-") as folder:
        Path(folder).chmod(0o711)
        example = shutil.copytree(EXAMPLE, Path(folder) / "example")
        acme = example / "tenants" / "acme.yaml"
        written = acme.read_text(encoding="utf-8").replace("\nhours:", f"\n\nhours:{SHOP.rstrip()}\n #", 1)
        written = written.replace("\nnumbers:\n", f"\nnumbers:\n  +{NUMBER}: hours:shop\n", 1)
        acme.write_text(written, encoding="utf-8")
        put_calendar(example, Instant(0), Instant(SECOND_US))
        with Stage(Path(folder), example, workers=WORKERS) as made:
            made.switch.phone(Phone(PHONE, (TALKS,), registered=False))
            made.switch.register(PHONE)
            until(lambda: made.daemon.registrations() >= 1)
            yield made


def put_calendar(folder: Path, start: Instant, end: Instant) -> None:
    edges = (f"{datetime_of(edge):%Y%m%dT%H%M%SZ}" for edge in (start, end))
    (folder / "calendars").mkdir(exist_ok=True)
    text = calendar("DTSTART:{}\nDTEND:{}\nSUMMARY:fire drill".format(*edges))
    (folder / "calendars" / "shop.ics").write_text(text, encoding="utf-8")


def closing(stage: Stage) -> tuple[Instant, Instant]:
    """Closes the hours soon, for CLOSED_S seconds; in force once this returns."""
    for ahead_s in (12, 30, 60):
        start = Instant((clock.now() // SECOND_US + ahead_s) * SECOND_US)
        end = Instant(start + CLOSED_S * SECOND_US)
        put_calendar(stage.config, start, end)
        reload(stage)
        if clock.now() < start:
            return start, end
    raise AssertionError("a reload takes more than a minute")


def reload(stage: Stage) -> None:
    """Wait until the workers use the folder's present configuration."""
    path = stage.config.parent / "data" / NAME
    before = kept(path).version
    stage.daemon.reload()
    until(lambda: kept(path).version != before)
    version = kept(path).version
    until(lambda: stage.daemon.log_tail().count(f"configuration {version} is in force") == WORKERS)


def wait_for(moment: Instant) -> None:
    gevent.sleep(max(moment - clock.now(), 0) / SECOND_US + 0.05)


def is_answered(stage: Stage) -> None:
    """A caller reaches the extension."""
    call = stage.switch.place(Call(NUMBER))
    until(lambda: "bridged" in heard(stage, call))
    hang_up(stage, call)


def test_the_hours_at_the_moment_of_arrival_decide(stage: Stage) -> None:
    start, end = closing(stage)
    is_answered(stage)
    wait_for(start)
    assert clock.now() < end
    call = stage.switch.place(Call(NUMBER))
    stage.switch.wait_for_end(call)
    played = [str(entry["file"]) for entry in stage.switch.heard(call) if entry["what"] == "playback"]
    assert "hours/en/open-again.wav!hours/en/today.wav!hours/en/at-" in played[0]
    assert len(played) == 2
    opens = f"{datetime_of(end, ZoneInfo('Europe/Warsaw')):%a %Y-%m-%d %H:%M}"
    why = [str(station["why"]) for station in record_of(stage, call).path]
    assert f"hours:shop closed (calendar: fire drill) until {opens}" in why
    wait_for(end)
    is_answered(stage)


def test_a_worker_that_dies_during_the_closed_announcement_loses_no_caller(stage: Stage) -> None:
    """The switch plays the announcement to its end; then the other worker goes on with the sequence."""
    call = stage.switch.place(Call(MEETING))
    until(lambda: any("hours/en/open-again" in str(entry.get("file")) for entry in stage.switch.heard(call)))
    os.kill(pid_of(owner(stage, call)), signal.SIGKILL)
    until(lambda: "record" in heard(stage, call))
    hang_up(stage, call)
    why = [str(station["why"]) for station in record_of(stage, call).path]
    assert "step 2 of 2 of sequence:shareholders, for hours:meeting: announced" in why
