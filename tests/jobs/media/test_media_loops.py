"""Rows that their file closes, files that get a row, and copies that make room."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcontrol.billing.record_json import to_json
from callcontrol.config.settings import Settings
from callcontrol.edges import meters
from callcontrol.edges.config_folder import load_folder
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.jobs.media.adopting import YOUNG_S, Adopter
from callcontrol.jobs.media.closing import GIVEN_UP_S, STILL_S
from callcontrol.jobs.media.folders import folders_of
from callcontrol.jobs.media.room import MB, RoomKeeper
from callcontrol.vocabulary.media import MediaKind, MediaState, media_id_of
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.recording import RecordingFact, RecordingNoted
from tests.billing.trails import Story
from tests.config.example import EXAMPLE
from tests.edges.ledger.samples import rated
from tests.jobs.media.world import NOON, World, wav

FOLDER = "/var/lib/freeswitch/recordings"


@pytest.fixture
def world(tmp_path: Path, ledger_database: str) -> Iterator[World]:
    made = World(tmp_path, ledger_database)
    yield made
    made.close()


def settings_of(world: World, quota_mb: int = 10) -> Settings:
    found = load_folder(EXAMPLE)
    assert isinstance(found, Settings)
    media = found.media.model_copy(update={"folders": {"fs1": str(world.recordings)}, "quota_mb": quota_mb})
    return found.model_copy(update={"media": media, "recordings": FOLDER})


def written(path: Path, data: bytes, ago_s: float) -> Path:
    """A file that nothing was written to for so long, by the test's clock."""
    path.write_bytes(data)
    at = NOON / SECOND_US - ago_s
    os.utime(path, (at, at))
    return path


def record(dsn: str, call: Story, tenant: str = "acme") -> str:
    """The record of a call is in the ledger; returns the call's id."""
    writer = LedgerWriter(dsn, now=lambda: NOON)
    made = rated(tuple(call.ended(30, "caller", 1)))
    assert writer.write([to_json(made)]) == []
    writer.close()
    assert made.call.tenant == tenant
    return made.call.call_id


def of_call(world: World, call_id: str, state: MediaState) -> str:
    """A message of this call in this state; returns its file's name."""
    name = f"{call_id}-2.wav"
    world.table.note([world.change(0, state, media_id=f"{call_id}-2", call_id=call_id, path=f"{FOLDER}/{name}")])
    return name


def test_a_row_whose_call_is_over_is_closed_by_its_file(world: World, ledger_database: str) -> None:
    call_id = record(ledger_database, Story(1, start=NOON))
    name = of_call(world, call_id, MediaState.RUNNING)
    written(world.recordings / name, wav(2_000, 0), 1)
    world.closer().step()
    media = world.rows()[f"{call_id}-2"].media
    assert (media.state, media.length_ms) == (MediaState.CLOSED, 2_000)
    assert media.cause == "its call is over: closed by its file, whose header was mended by its size"


@pytest.mark.parametrize(
    ("state", "counted", "why"),
    [
        (MediaState.WANTED, 0, "its call is over, and nothing was recorded"),
        (MediaState.RUNNING, 1, "it was being recorded, its call is over, and there is no file"),
    ],
)
def test_a_row_whose_call_is_over_without_a_file_is_lost(
    world: World, ledger_database: str, state: MediaState, counted: int, why: str
) -> None:
    """What never began to be recorded is no file that should be there."""
    before = meters.media_missing_total.labels("fs1")._value.get()
    call_id = record(ledger_database, Story(1, start=NOON))
    of_call(world, call_id, state)
    world.closer().step()
    media = world.rows()[f"{call_id}-2"].media
    assert media.state is MediaState.LOST
    assert media.cause.startswith(why)
    assert meters.media_missing_total.labels("fs1")._value.get() == before + counted


def test_a_call_that_goes_on_is_left_alone_until_nothing_was_written_for_long(world: World) -> None:
    world.message(1, wav(500), MediaState.RUNNING)
    written(world.recordings / "call-1-2.wav", wav(500), -1)
    world.message(2, None, MediaState.RUNNING)
    closer = world.closer()
    closer.step()
    assert {row.media.state for row in world.rows().values()} == {MediaState.RUNNING}
    world.pass_(STILL_S + 2)
    closer.step()
    assert world.row(1).media.state is MediaState.CLOSED
    assert world.row(2).media.state is MediaState.RUNNING
    world.pass_(GIVEN_UP_S)
    closer.step()
    assert world.row(2).media.state is MediaState.LOST


def test_files_of_before_there_were_rows_are_adopted(world: World, ledger_database: str) -> None:
    call = Story(1, start=NOON)
    call_id, talk = call.call, media_id_of(call.call, 6)
    call.entries.append(RecordingNoted(NOON, RecordingFact.STARTED, "", talk))
    record(ledger_database, call)
    other = "0d6e0bd4-3a3f-4c56-8a55-2ab4f1b3a0a1"
    written(world.recordings / f"acme-101-{call_id}.wav", wav(1_000), YOUNG_S + 1)
    written(world.recordings / f"acme-our-box-{other}.wav", wav(1_000), YOUNG_S + 1)
    written(world.recordings / f"{call_id}-5.wav", wav(1_000), YOUNG_S + 1)
    written(world.recordings / f"{talk}.wav", wav(1_000), YOUNG_S + 1)
    written(world.recordings / f"{other}-5.wav", wav(1_000), YOUNG_S + 1)  # a call that no record tells of
    written(world.recordings / "young.wav", wav(1_000), 1)
    adopter = Adopter(world.new_table("adopter"), lambda: settings_of(world), lambda: world.now)
    adopter.step()
    adopter.step()
    found = {id_: row.media for id_, row in world.rows().items()}
    assert set(found) == {f"{call_id}-0", f"{other}-0", f"{call_id}-5", talk}
    assert found[talk].kind is MediaKind.TALK
    assert (found[f"{call_id}-0"].owner, found[f"{call_id}-0"].kind) == ("voicemail:101", MediaKind.MESSAGE)
    assert found[f"{call_id}-0"].caller
    assert found[f"{other}-0"].owner == "voicemail:our-box"
    assert (found[f"{call_id}-5"].tenant, found[f"{call_id}-5"].kind) == ("acme", None)
    assert meters.media_strange_files.labels("fs1")._value.get() == 1
    world.mover().step()
    assert {row.media.state for row in world.rows().values()} == {MediaState.STORED}


def test_beyond_the_quota_stored_talks_go_then_stored_messages_and_nothing_else(world: World) -> None:
    size = 3 * MB
    kinds = [MediaKind.MESSAGE, MediaKind.GREETING, MediaKind.TALK, MediaKind.MESSAGE, MediaKind.MESSAGE]
    for n, kind in enumerate(kinds):
        world.message(n, wav(100) + bytes(size), kind=kind)
        world.pass_(60)
        if n < 4:
            world.mover(f"mover-{n}").step()
    room = RoomKeeper(world.new_table("room"), lambda: settings_of(world))
    room.step()
    left = sorted(path.name for path in world.recordings.iterdir())
    assert left == ["call-1-2.wav", "call-3-2.wav", "call-4-2.wav"]
    assert [world.row(n).on_switch for n in range(5)] == [False, True, False, True, True]
    assert meters.media_folder_bytes.labels("fs1")._value.get() < 10 * MB
    assert len(world.kept(0)) > size


def test_the_copy_of_a_deleted_file_goes_at_once(world: World) -> None:
    path = world.message(1, wav(100))
    world.mover().step()
    world.table.note([world.change(1, MediaState.DELETED, cause="by hand")])
    RoomKeeper(world.new_table("room"), lambda: settings_of(world)).step()
    assert not path.exists()
    assert not world.row(1).on_switch


def test_a_switch_on_this_host_has_its_folder_where_it_says_and_any_other_one_where_it_is_mounted(world: World) -> None:
    settings = settings_of(world)
    assert folders_of(settings) == {"fs1": world.recordings}
    bare = settings.model_copy(update={"media": settings.media.model_copy(update={"folders": {}})})
    assert folders_of(bare) == {"fs1": Path(FOLDER)}
    (switch,) = bare.switches.values()
    for address in ("10.0.0.7:8021", "fs.example:8021"):
        away = bare.model_copy(update={"switches": {"fs1": switch.model_copy(update={"address": address})}})
        assert folders_of(away) == {}
