"""Files are brought to the switch that wants them, by real Redis and Postgres, and leave it again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import soundfile

from callcontrol.edges import clock
from callcontrol.edges.live_state.brought_sounds import PATIENCE_S, Brought, BroughtSounds, SoundWanted
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.jobs.media.bringing import KEPT_S, Bringer, BroughtKeeper, brought_in
from callcontrol.jobs.media.kept_files import KeptFiles
from callcontrol.jobs.media.shelf import LedgerShelf
from callcontrol.vocabulary.media import MediaState
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.config.folder import TENANT, loaded
from tests.daemon.test_adoption import pipeline
from tests.jobs.media.world import World, wav

__all__ = ["pipeline"]
PATH = "/var/lib/freeswitch/recordings/brought/call-1-2.wav"
KEY = "bXkta2V5LW9mLXRoaXJ0eS10d28tYnl0ZXMhISEhISE="


class Desk:
    """A call at fs2, whose folder is another one than that of fs1, where messages of the world are recorded."""

    def __init__(self, world: World, pipeline: RedisPipeline, folder: Path, dsn: str) -> None:
        self.world, self.there = world, folder / "fs2"
        self.there.mkdir()
        self.sounds = BroughtSounds(pipeline)
        self.files = KeptFiles(lambda: world.settings, lambda: world.storage)
        self.shelf = LedgerShelf(dsn, "bringer", self.files, lambda: world.storage)
        self.folders: Mapping[str, Path] = {"fs2": self.there}
        self.bringer = Bringer(self.sounds, self.shelf, lambda: world.settings, lambda: self.folders)

    def asks(self, media_id: str = "call-1-2") -> Brought | None:
        self.sounds.ask("fs2", "acme", media_id)
        self.bringer.step()
        return self.sounds.answer("fs2", "acme", media_id)

    @property
    def file(self) -> Path:
        return brought_in(self.there, "call-1-2")


@pytest.fixture
def desk(tmp_path: Path, ledger_database: str, pipeline: RedisPipeline) -> Iterator[Desk]:
    world = World(tmp_path, ledger_database)
    made = Desk(world, pipeline, tmp_path, ledger_database)
    yield made
    made.shelf.close()
    world.close()


def test_a_stored_file_comes_out_of_storage(desk: Desk) -> None:
    data = wav(1_500)
    desk.world.message(1, data)
    desk.world.mover().step()
    assert desk.asks() == Brought(PATH)
    assert desk.file.read_bytes() == data
    assert desk.file.stat().st_mode & 0o777 == 0o644


def test_a_sealed_file_in_another_format_is_opened_and_linear_again(desk: Desk) -> None:
    sealed = f"media: {{message: {{archive: opus}}, keys: {{one: {KEY}}}, sealed_with: one}}\n"
    desk.world.settings = loaded(f"{TENANT}{sealed}")
    desk.world.message(1, wav(1_500))
    desk.world.mover().step()
    assert desk.asks() == Brought(PATH)
    found = soundfile.info(desk.file)
    assert (found.format, found.subtype, found.channels) == ("WAV", "PCM_16", 1)
    assert found.duration == pytest.approx(1.5, abs=0.1)


def test_a_file_on_its_way_is_waited_for_and_one_of_a_folder_that_is_seen_is_not(desk: Desk) -> None:
    data = wav(800)
    desk.world.message(1, data)
    assert desk.asks() is None  # the other host moves it
    desk.folders = {"fs2": desk.there, "fs1": desk.world.recordings}
    desk.bringer.step()
    assert desk.sounds.answer("fs2", "acme", "call-1-2") == Brought(PATH)
    assert desk.file.read_bytes() == data


def test_why_one_cannot_be_brought_is_told(desk: Desk) -> None:
    desk.world.message(1, wav(500))
    desk.world.mover().step()
    desk.world.storage.gone = "the disk is not mounted"
    assert desk.asks() == Brought("", "call-1-2 cannot be brought: the disk is not mounted")
    assert desk.asks("call-7-1") == Brought("", "call-7-1 cannot be brought: it has no row")
    assert desk.asks("../../etc/passwd") == Brought("", "'../../etc/passwd' is no name of a file")
    desk.world.table.note([desk.world.change(3, MediaState.LOST, cause="the disk was full")])
    assert desk.asks("call-3-2") == Brought("", "call-3-2 cannot be brought: it is lost: the disk was full")


def test_what_no_caller_waits_for_any_more_is_passed_over(desk: Desk) -> None:
    since = Instant(clock.now() - int((PATIENCE_S + 1) * SECOND_US))
    desk.sounds.put_back(SoundWanted("fs2", "acme", "call-1-2", since))
    assert desk.sounds.take("fs2") is None


def test_a_brought_file_goes_when_it_is_not_asked_for_or_is_deleted(desk: Desk) -> None:
    keeper = BroughtKeeper(desk.world.new_table("keeper"), lambda: desk.folders)
    for n in (1, 2, 3):
        desk.world.message(n, wav(500))
    desk.world.mover().step()
    for n in (1, 2, 3):
        desk.asks(f"call-{n}-2")
    old = clock.now() / SECOND_US - KEPT_S - 10
    os.utime(desk.file, (old, old))
    desk.asks()  # asked for again: it stays
    os.utime(brought_in(desk.there, "call-2-2"), (old, old))
    desk.world.table.note([desk.world.change(3, MediaState.DELETED)])
    keeper.step()
    assert [path.name for path in (desk.there / "brought").iterdir()] == ["call-1-2.wav"]
