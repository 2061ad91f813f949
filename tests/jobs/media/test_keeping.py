"""The whole way of a file: from the switch into storage, in its tenant's format and sealed; back out; and deleted."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from callcontrol.edges.ledger.media_keys import key_of
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.storage import StorageAway
from callcontrol.jobs.media.copies import StoredCopies
from callcontrol.jobs.media.kept_files import KeptFiles
from callcontrol.jobs.media.retention import Retention
from callcontrol.vocabulary.media import MediaState
from tests.config.folder import TENANT, loaded
from tests.jobs.media.world import World, wav

KEY = base64.b64encode(os.urandom(32)).decode()
OPUS = f'message: {{archive: opus, keep_days: 90}}, keys: {{a: "{KEY}"}}, sealed_with: a'


@pytest.fixture
def world(tmp_path: Path, ledger_database: str) -> Iterator[World]:
    made = World(tmp_path, ledger_database)
    made.settings = loaded(f"{TENANT}media: {{{OPUS}}}\n")
    yield made
    made.close()


def test_a_message_is_stored_encoded_and_sealed_heard_and_deleted_when_its_time_is_over(
    world: World, ledger_database: str
) -> None:
    path = world.message(1, wav(2_000))
    world.mover().step()
    media = world.row(1).media
    assert (media.state, media.length_ms, media.place[-5:]) == (MediaState.STORED, 2_000, ".opus")
    assert world.kept(1).startswith(b"ccsealed")
    assert len(world.kept(1)) == media.bytes
    files = KeptFiles(lambda: world.settings, lambda: world.storage)
    with connect(ledger_database) as ledger:
        wrapped = key_of(ledger, "acme", media.media_id)
        assert wrapped is not None
        assert wrapped.key_id == "a"
        with files.opened(media, None) as content:
            sound, rate_hz = soundfile.read(content)
        assert len(sound) / rate_hz == pytest.approx(2, abs=0.1)
        ledger.execute("UPDATE media SET began_at = now() - interval '91 days'")
        copies = StoredCopies(files, world.folders)
        Retention(ledger_database, lambda: world.settings, copies, lambda: world.now).step()
        assert key_of(ledger, "acme", media.media_id) is None
    assert world.row(1).media.state is MediaState.DELETED
    assert [file for file in world.stored.rglob("*") if file.is_file()] == []
    assert not path.exists()


def test_a_message_that_was_never_stored_is_deleted_with_what_a_killed_process_may_have_put(
    world: World, ledger_database: str
) -> None:
    path = world.message(1, wav(2_000))
    world.mover().step()
    with connect(ledger_database) as ledger:
        ledger.execute("UPDATE media SET state = 'closed', place = '', began_at = now() - interval '91 days'")
    copies = StoredCopies(KeptFiles(lambda: world.settings, lambda: world.storage), world.folders)
    Retention(ledger_database, lambda: world.settings, copies, lambda: world.now).step()
    assert world.row(1).media.state is MediaState.DELETED
    assert [file for file in world.stored.rglob("*") if file.is_file()] == []
    assert not path.exists()


def test_a_disk_that_is_full_while_a_file_is_worked_on_puts_it_off(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("callcontrol.jobs.media.kept_files.encode", full)
    path = world.message(1, wav(2_000))
    with pytest.raises(StorageAway, match="cannot be brought into its format"):
        world.mover().step()
    assert (world.row(1).media.state, path.exists()) == (MediaState.CLOSED, True)
    assert "No space left" in world.row(1).trouble
