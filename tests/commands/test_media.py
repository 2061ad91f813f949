"""`callcontrol media list` and `media fetch`: from a real Postgres and a folder."""

from __future__ import annotations

from pathlib import Path

import orjson
import psycopg
import pytest

from callcontrol.commands import media
from callcontrol.edges.storage import FolderStorage
from callcontrol.vocabulary.media import MediaKind, MediaState
from tests.commands.call_centre import configured
from tests.commands.command import run
from tests.jobs.media.world import World, wav


@pytest.fixture
def world(tmp_path: Path, ledger_database: str) -> World:
    return World(tmp_path, ledger_database)


@pytest.fixture
def config(world: World, tmp_path: Path, ledger_database: str) -> str:
    """The example, with a message in storage, one that is not there yet, a talk, and one that was lost."""
    world.message(1, wav(1_000))
    world.mover().step()
    world.message(2, wav(2_000))
    world.table.note([world.change(3, kind=MediaKind.TALK, owner="queue:support", agent="bob", caller="+48600700800")])
    world.table.note([world.change(4, MediaState.LOST, cause="the caller said nothing")])
    world.close()
    folder = configured(tmp_path, "redis://127.0.0.1:1", ledger_database)
    with (Path(folder) / "callcontrol.yaml").open("a") as file:
        file.write(f"\nmedia: {{storage: {world.stored}, folders: {{fs1: {world.recordings}}}}}\n")
    return folder


def listed(capsys: pytest.CaptureFixture[str], config: str, *filters: str) -> list[str]:
    assert run(media, "list", "--config", config, "--json", *filters) == 0
    return sorted(orjson.loads(line)["media_id"] for line in capsys.readouterr().out.splitlines())


def test_media_are_found_by_whatever_is_known_of_them(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(listed(capsys, config)) == 4
    assert listed(capsys, config, "--box", "101") == ["call-1-2", "call-2-2", "call-4-2"]
    assert listed(capsys, config, "--queue", "support") == ["call-3-2"]
    assert listed(capsys, config, "--agent", "bob", "--kind", "talk", "--number", "+48600700800") == ["call-3-2"]
    assert listed(capsys, config, "--state", "stored", "--tenant", "acme") == ["call-1-2"]
    assert listed(capsys, config, "--call", "call-4", "--from", "2025-11-25", "--to", "2025-11-25") == ["call-4-2"]
    assert listed(capsys, config, "--from", "2025-11-26") == []
    assert run(media, "list", "--config", config) == 0
    assert "lost: the caller said nothing" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("filters", [
    ("--agent", "dan"), ("--queue", "claims"), ("--number", "+48600700802"), ("--number", "+48221110022"),
    ("--call", "call-6"), ("--from", "2025-11-26"), ("--from", "2025-11-26", "--to", "2025-11-26"),
])  # fmt: skip
def test_each_filter_alone_finds_one_talk_of_three(
    world: World, config: str, capsys: pytest.CaptureFixture[str], filters: tuple[str, ...]
) -> None:
    anna = {"owner": "queue:sales", "agent": "anna", "caller": "+48600700801", "called": "+48221110011"}
    dan = {"owner": "queue:claims", "agent": "dan", "caller": "+48600700802", "called": "+48221110022"}
    world.table.note([world.change(5, MediaState.CLOSED, kind=MediaKind.TALK, **anna)])
    world.pass_(86_400)
    world.table.note([world.change(6, MediaState.CLOSED, kind=MediaKind.TALK, **dan)])
    world.close()
    assert listed(capsys, config, "--kind", "talk", "--state", "closed") == ["call-3-2", "call-5-2", "call-6-2"]
    assert listed(capsys, config, "--kind", "talk", "--state", "closed", *filters) == ["call-6-2"]


def test_media_are_found_by_what_was_heard_in_them(
    config: str, capsys: pytest.CaptureFixture[str], ledger_database: str
) -> None:
    with psycopg.connect(ledger_database) as connection:
        connection.cursor().executemany(
            "INSERT INTO transcripts (tenant, media_id, at, text, words) VALUES ('acme', %s, now(), '', %s)",
            [("call-1-2", "proszę o fakturę za marzec"), ("call-2-2", "please call me back"), ("call-9-2", "fakturę")],
        )
    assert listed(capsys, config, "--text", "FAKTURĘ") == ["call-1-2"]
    assert listed(capsys, config, "--text", '"call me" -invoice') == ["call-2-2"]
    assert listed(capsys, config, "--text", '"me call"') == []


def test_a_file_is_fetched_from_storage_or_from_the_switch(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for n, length_ms in ((1, 1_000), (2, 2_000)):
        into = tmp_path / f"{n}.wav"
        assert run(media, "fetch", f"call-{n}-2", "--config", config, "--to", into) == 0
        assert into.read_bytes() == wav(length_ms)
    assert run(media, "fetch", "call-4-2", "--config", config) == 1
    assert "call-4-2 is lost: the caller said nothing" in capsys.readouterr().err
    assert run(media, "fetch", "call-9-2", "--config", config) == 1
    assert "there is no call-9-2" in capsys.readouterr().err


def test_a_file_that_was_changed_in_storage_is_not_handed_out(
    config: str, world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    FolderStorage(world.stored).put(world.row(1).media.place, [b"another"])
    world.close()
    assert run(media, "fetch", "call-1-2", "--config", config, "--to", tmp_path / "x.wav") == 1
    assert "is not what was stored" in capsys.readouterr().err
    assert not list(tmp_path.glob("x.wav*"))
