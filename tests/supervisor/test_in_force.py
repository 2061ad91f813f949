"""The configuration in force over the years: holidays are computed anew for what was accepted."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from callcontrol.edges import clock
from callcontrol.edges.config_folder import accepted
from callcontrol.edges.config_snapshot import kept
from callcontrol.supervisor import in_force
from callcontrol.supervisor.in_force import InForce, begin
from callcontrol.vocabulary.moment import Instant, datetime_of
from tests.edges.test_day_tables import folder

YEAR_US = 366 * 86_400 * 1_000_000
WAIT_S = 10.0


def in_force_at(config: Path, data: Path) -> InForce:
    """What begins now, in a data folder of its own."""
    main = config / "callcontrol.yaml"
    main.write_text(f"{main.read_text(encoding='utf-8')}data: {data}\n", encoding="utf-8")
    data.mkdir()
    return InForce(config, *begin(config))


def news(configuration: InForce) -> bool:
    """Whether there are any within WAIT_S."""
    due = clock.monotonic() + WAIT_S
    while not configuration.take_news():
        if clock.monotonic() > due:
            return False
        time.sleep(0.02)
    return True


def test_a_daemon_that_runs_over_new_year_knows_two_years_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config"
    config.mkdir()
    configuration = in_force_at(folder(config), tmp_path / "data")
    version, year = configuration.standing.version, datetime_of(clock.now()).year
    assert not configuration.take_news()
    (config / "tenants" / "acme.yaml").write_text("is being edited", encoding="utf-8")
    later = Instant(clock.now() + YEAR_US)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert news(configuration)
    assert configuration.standing.version == version
    assert kept(configuration.path).days.year == datetime_of(later).year > year
    hours = accepted(configuration.path).settings.tenants["acme"].hours["office"]
    assert hours.holidays is not None
    assert hours.holidays.table.until.year == datetime_of(later).year + 2
    assert not configuration.take_news()


def test_what_cannot_be_computed_anew_serves_on_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    config = tmp_path / "config"
    config.mkdir()
    configuration = in_force_at(folder(config), tmp_path / "data")
    before, later = kept(configuration.path), Instant(clock.now() + YEAR_US)
    monkeypatch.setattr(clock, "now", lambda: later)
    configuration.path.rename(tmp_path / "away")
    configuration.take_news()
    due = clock.monotonic() + WAIT_S
    while "known no further than before" not in caplog.text and clock.monotonic() < due:
        time.sleep(0.02)
    assert "holidays and calendars are known no further than before, tried again" in caplog.text
    (tmp_path / "away").rename(configuration.path)
    assert kept(configuration.path) == before
    assert not configuration.take_news()
    again = Instant(later + in_force.RENEW_AGAIN_S * 1_000_000)
    monkeypatch.setattr(clock, "now", lambda: again)
    assert news(configuration)
