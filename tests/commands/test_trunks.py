"""`callcontrol trunks` against a real Redis and the ledger."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from redis import Redis

from callcontrol.__main__ import main
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.trunks import Holder, Limits, TrunkStore
from tests.config import folder

EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"


def test_it_shows_channels_calls_and_costs(
    tmp_path: Path,
    redis_url: str,
    redis_client: Redis,
    database: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    redis_client.ping()
    main_file = folder.MAIN.replace('{number: "+48221110000"}', '{number: "+48221110000", channels: 2}')
    stores = f"redis: {{url: '{redis_url}'}}\npostgres: {{dsn: '{database}'}}\n"
    for name, text in folder.files(folder.TENANT, main_file + stores).items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    shutil.copy(EXAMPLE / "tariffs" / "retail.yaml", tmp_path / "tariffs")
    pipeline = RedisPipeline(connect(redis_url, 2))
    store = TrunkStore(pipeline)
    store.claim("a", Holder("leg-1", "c", "acme", "w"), Limits(2), lambda full, trouble: None)
    store.claim("a", Holder("leg-2", "d", "acme", "w", emergency=True), Limits(2), lambda full, trouble: None)
    store.release("a", "leg-3", 90_000_000, counts=True)
    for worker, rests_s in (("w", 30.0), ("v", 60.0), ("x", 60.0), ("x", 0.0)):
        store.rests("a", worker, rests_s)
    pipeline.stop(2)
    assert 0 < redis_client.ttl(keys.trunk_rests("a")) <= 60
    assert main(["trunks", "--config", str(tmp_path)]) == 0
    title, row = capsys.readouterr().out.splitlines()
    assert title.split()[0] == "trunk"
    assert row.split() == [
        "a",
        "full,",
        "rests",
        "at",
        "2",
        "workers",
        "2",
        "of",
        "2",
        "(1",
        "emergency)",
        "0",
        "1",
        "100%",
        "90",
        "s",
        "-",
    ]
    assert main(["trunks", "z", "--config", str(tmp_path)]) == 1
    assert "there is no trunk z: a" in capsys.readouterr().err
