"""`callcontrol retention`: what is kept for how long, what leaves when, and why something stays."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import orjson
import pytest

from callcontrol.commands import retention
from callcontrol.edges import clock
from callcontrol.edges.ledger.holds import Held, hold
from callcontrol.edges.ledger.hours import HourCounter
from callcontrol.edges.ledger.session import DictConnection
from tests.commands.command import run
from tests.commands.test_media_care import config, ledger
from tests.jobs.retention.years import fill, noon

__all__ = ["config", "ledger"]


def test_what_leaves_when(
    ledger_database: str,
    ledger: DictConnection,
    config: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "now", lambda: noon(date(2026, 3, 20)))
    monkeypatch.setattr(retention, "grace_end", lambda *_: noon(date(2026, 3, 25)))
    fill(ledger_database, ["acme", "globex"], [date(2025, 1, 1), date(2025, 2, 1), date(2026, 3, 1)])
    hold(ledger, "acme", Held(arrived_from=noon(date(2025, 1, 3)), arrived_to=noon(date(2025, 1, 4))), "olga", "x")
    assert run(retention, "--config", config) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith(
        "nothing is deleted before 2026-03-25T12:00:00.000000Z (`retention.grace_days` after the upgrade)"
    )
    assert "2025-01 2026-02-01, 47 days ago acme all of it is held" in said
    assert "2025-01 2026-02-01, 47 days ago globex its hours are still to be counted" in said
    assert "1 more" in said
    while HourCounter(ledger_database).step():
        pass
    monkeypatch.setattr(clock, "now", lambda: noon(date(2026, 3, 26)))
    assert run(retention, "--config", config, "--json") == 0
    told = orjson.loads(capsys.readouterr().out)
    assert told["deletes_from"] == "2026-03-25T12:00:00.000000Z"
    everyone = told["days"]["everyone"]
    assert (everyone["calls"], everyone["accounts"]) == (365, 2192)
    assert [tuple(one.values()) for one in told["months"] if one["month"] == "2025-01"] == [
        ("2025-01", "acme", "2026-02-01", "all of it is held"),
        ("2025-01", "globex", "2026-02-01", ""),
    ]
