"""Files of conference rooms: recordings that go on without who has begun them, and names that go with their call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from callcontrol.edges import meters
from callcontrol.edges.ledger.media_table import MediaWanted
from callcontrol.jobs.media.adopting import YOUNG_S, Adopter
from callcontrol.jobs.media.closing import STILL_ROOM_S
from callcontrol.jobs.media.spoken_names import OLDEST_S, NameKeeper
from callcontrol.vocabulary.media import MediaKind, MediaState, media_id_of
from callcontrol.vocabulary.recording import RecordingFact, RecordingNoted
from callcontrol.vocabulary.room import SPOKEN_NAME
from tests.billing.trails import Story
from tests.jobs.media.test_media_loops import FOLDER, record, settings_of, written
from tests.jobs.media.world import NOON, World, wav

OTHER = "0d6e0bd4-3a3f-4c56-8a55-2ab4f1b3a0a1"


@pytest.fixture
def world(tmp_path: Path, ledger_database: str) -> Iterator[World]:
    made = World(tmp_path, ledger_database)
    yield made
    made.close()


def test_the_recording_of_a_room_goes_on_after_the_call_that_has_begun_it(world: World, ledger_database: str) -> None:
    call_id = record(ledger_database, Story(1, start=NOON))
    media_id = media_id_of(call_id, 2)
    told = {"media_id": media_id, "call_id": call_id, "path": f"{FOLDER}/{media_id}.wav", "kind": MediaKind.TALK}
    world.table.note([world.change(0, MediaState.RUNNING, owner="conference:board", **told)])
    written(world.recordings / f"{media_id}.wav", wav(2_000), 1)
    closer = world.closer()
    closer.step()
    assert world.rows()[media_id].media.state is MediaState.RUNNING
    world.pass_(STILL_ROOM_S)
    closer.step()
    assert world.rows()[media_id].media.state is MediaState.CLOSED


def test_it_is_found_by_the_call_of_each_participant(world: World, ledger_database: str) -> None:
    call = Story(1, start=NOON)
    media_id = media_id_of(OTHER, 2)
    call.entries.append(RecordingNoted(NOON, RecordingFact.STARTED, "conference:board", media_id))
    call_id = record(ledger_database, call)
    world.table.note([world.change(0, MediaState.CLOSED, media_id=media_id, call_id=OTHER, owner="conference:board")])
    world.message(1, wav(100))
    for wanted in (call_id, OTHER):
        assert [row.media.media_id for row in world.table.find(MediaWanted(call_id=wanted))] == [media_id]


def test_a_name_goes_when_its_call_is_over_and_is_no_recording(world: World, ledger_database: str) -> None:
    over = record(ledger_database, Story(1, start=NOON))
    gone = written(world.recordings / f"{SPOKEN_NAME}{over}-3.wav", wav(900), YOUNG_S + 5)
    there = written(world.recordings / f"{SPOKEN_NAME}{OTHER}-3.wav", wav(900), YOUNG_S + 5)
    recording = written(world.recordings / f"{OTHER}-4.wav", wav(900), YOUNG_S + 5)
    Adopter(world.new_table("adopter"), lambda: settings_of(world), lambda: world.now).step()
    assert world.rows() == {}
    assert meters.media_strange_files.labels("fs1")._value.get() == 1  # the recording of a call that is not over
    keeper = NameKeeper(world.new_table("names"), world.folders, lambda: world.now)
    keeper.step()
    assert not gone.exists()
    assert there.exists()
    world.pass_(OLDEST_S)
    keeper.step()
    assert not there.exists()
    assert recording.exists()
