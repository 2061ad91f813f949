"""`callcontrol parked` against a real Redis."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from redis import Redis

from callcontrol.__main__ import main
from callcontrol.edges import clock
from callcontrol.edges.live_state.parked import ParkedStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.parked import ParkedCaller
from tests.config import folder

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"


def test_it_shows_who_is_parked_where(
    tmp_path: Path,
    redis_url: str,
    redis_client: Redis,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    redis_client.flushall()
    stores = f"redis: {{url: '{redis_url}'}}\n"
    for name, text in folder.files(folder.TENANT, folder.MAIN + stores).items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    shutil.copy(EXAMPLE / "tariffs" / "retail.yaml", tmp_path / "tariffs")
    config = ("--config", str(tmp_path))
    assert main(["parked", *config]) == 0
    assert capsys.readouterr().out == "no caller is parked\n"
    since = Instant(clock.now() - 65 * SECOND_US)
    pipeline = RedisPipeline(connect(redis_url, 2))
    for caller in (
        ParkedCaller("", "front", "call-1", "leg-1", "fs1", "w1", since, "101", "+48500100200"),
        ParkedCaller("", "front", "call-2", "", "fs1", "w1", since, "102", held_for="102"),
    ):
        ParkedStore(pipeline).claim("acme", caller, ("701", "702"), lambda place, held, trouble: None)
    pipeline.stop(2)
    assert main(["parked", "acme", *config]) == 0
    _, first, second = capsys.readouterr().out.splitlines()
    assert first.split() == ["acme", "701", "front", "+48500100200", "1:05", "101", "fs1", "call-1"]
    assert second.split()[3:6] == ["held", "for", "102"]
    assert main(["parked", "acmee", *config]) == 1
    assert "did you mean acme?" in capsys.readouterr().err
