"""Files go into storage in their tenant's format and sealed, come out as sound, and are deleted with proof."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest
import soundfile

from callcontrol.config.settings import Settings
from callcontrol.edges.ledger.deletions import Order
from callcontrol.edges.sealing.keys import LostKey, WrappedKey
from callcontrol.edges.sealing.sealed_file import Damaged
from callcontrol.edges.storage import FolderStorage, NotThere
from callcontrol.jobs.media.copies import StoredCopies
from callcontrol.jobs.media.kept_files import KeptFiles, StillThere, ring_of
from callcontrol.jobs.media.retention import NotDeleted
from callcontrol.vocabulary.media import MediaChange, MediaKind, MediaState
from callcontrol.vocabulary.media_format import MediaFormat
from callcontrol.vocabulary.moment import Instant
from tests.config.folder import TENANT, loaded
from tests.edges.test_sound_formats import tone_wav

KEY, NEWER = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))
TALK = MediaChange(
    media_id="call-1",
    tenant="acme",
    state=MediaState.STORED,
    at=Instant(0),
    kind=MediaKind.TALK,
    path="/r/call-1.wav",
    place="ab/cd.opus",
)


def settings_of(media: str) -> Settings:
    return loaded(f"{TENANT}media: {{{media}}}\n")


class World:
    """Storage in a folder, and the settings in force."""

    def __init__(self, folder: Path) -> None:
        self.settings = settings_of("talk: {archive: opus}")
        self.storage = FolderStorage(folder / "media")
        self.files = KeptFiles(lambda: self.settings, lambda: self.storage)
        self.source = tone_wav(folder / "talk.wav", 2)
        self.switch = folder / "switch"
        self.switch.mkdir()

    def store(self, media: MediaChange = TALK, *, is_sound: bool = True) -> tuple[WrappedKey | None, str]:
        with self.files.prepared(media, iter([self.source.read_bytes()]), is_sound=is_sound) as prepared:
            self.storage.put(media.place, prepared.pieces)
            return prepared.wrapped, prepared.ending + prepared.said

    def talk(self) -> MediaChange:
        """The row of what is stored."""
        return replace(TALK, sha256=hashlib.sha256(self.stored()).hexdigest())

    def stored(self) -> bytes:
        return b"".join(self.storage.get(TALK.place))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def heard(content: BinaryIO) -> tuple[int, float]:
    data = io.BytesIO(content.read())
    with soundfile.SoundFile(data) as sound:
        return sound.channels, round(sound.frames / sound.samplerate, 1)


def test_a_file_is_kept_in_its_tenants_format(world: World) -> None:
    assert world.store() == (None, ".opus")
    assert world.stored()[:4] == b"OggS"
    with world.files.opened(world.talk(), None) as content:
        assert heard(content) == (2, 3.0)


def test_a_sealed_file_is_opened_with_its_tenants_key_alone(world: World) -> None:
    world.settings = settings_of(f'keys: {{a: "{KEY}"}}, sealed_with: a')
    wrapped, ending = world.store()
    assert (wrapped and wrapped.key_id, ending) == ("a", ".wav")
    assert b"RIFF" not in world.stored()
    with world.files.opened(world.talk(), None) as content:
        assert content.read(4) == b"RIFF"
        assert content.seek(0) == 0
        assert heard(content) == (2, 3.0)
    world.settings = settings_of("")
    with pytest.raises(LostKey, match="tenant acme has no key 'a'"):
        world.files.opened(world.talk(), None)


def test_a_rotated_key_opens_what_was_brought_over(world: World) -> None:
    world.settings = settings_of(f'keys: {{a: "{KEY}"}}, sealed_with: a')
    wrapped, _ = world.store()
    assert wrapped is not None
    both = settings_of(f'keys: {{a: "{KEY}", b: "{NEWER}"}}, sealed_with: b')
    over = ring_of(both, "acme").rewrapped("call-1", wrapped)
    world.settings = settings_of(f'keys: {{b: "{NEWER}"}}, sealed_with: b')
    with world.files.opened(world.talk(), over) as content:
        assert heard(content) == (2, 3.0)


@pytest.mark.parametrize(
    ("form", "beginning"), [(MediaFormat.MP3, b"\xff\xe3"), (MediaFormat.OPUS, b"OggS"), (MediaFormat.MULAW, b"RIFF")]
)
def test_a_mail_gets_the_format_it_wants(world: World, form: MediaFormat, beginning: bytes) -> None:
    world.settings = settings_of(f'talk: {{archive: opus}}, keys: {{a: "{KEY}"}}, sealed_with: a')
    world.store()
    with world.files.in_format(world.files.opened(world.talk(), None), TALK.place, form) as content:
        found = io.BytesIO(content.read())
    assert found.read(2) == beginning[:2]
    found.seek(0)
    channels, seconds = heard(found)
    assert (channels, abs(seconds - 3) < 0.3) == (2, True)


def test_what_is_no_sound_or_cannot_be_encoded_is_kept_as_it_came(world: World, tmp_path: Path) -> None:
    assert world.store(is_sound=False) == (None, ".wav")
    assert world.stored() == world.source.read_bytes()
    world.source = tone_wav(tmp_path / "odd.wav", 1, 11_025)
    _, said = world.store()
    assert said.startswith(".wavkept as it came: Opus carries")
    assert world.stored() == world.source.read_bytes()


def test_no_sound_is_left_in_a_folder(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "tmp").mkdir()
    world.settings = settings_of(f'talk: {{archive: mp3}}, keys: {{a: "{KEY}"}}, sealed_with: a')
    with world.files.prepared(TALK, iter([world.source.read_bytes()]), is_sound=True) as prepared:
        assert list((tmp_path / "tmp").iterdir()) == []
        world.storage.put(TALK.place, prepared.pieces)
    with world.files.opened(world.talk(), None):
        assert list((tmp_path / "tmp").iterdir()) == []


ORDER = Order(
    tenant="acme",
    media_id="call-1",
    cause="x",
    ordered_by="olga",
    numbers=False,
    tries=0,
    kind="talk",
    owner="queue:sales",
    state=MediaState.STORED,
    switch="fs1",
    path="/r/call-1.wav",
    place="ab/cd.wav",
    on_switch=True,
)


def copies(world: World) -> StoredCopies:
    return StoredCopies(world.files, lambda: {"fs1": world.switch, "fs2": world.switch / "none"})


def test_every_copy_goes_also_one_of_another_format(world: World) -> None:
    (world.switch / "call-1.wav").write_bytes(b"x")
    for ending in (".wav", ".mp3"):
        world.store(replace(TALK, place=f"ab/cd{ending}"))
    both = copies(world)
    assert both.switches() == ["fs1"]
    both.delete(ORDER)
    both.delete(ORDER)
    assert list(world.switch.iterdir()) == []
    for ending in (".wav", ".mp3"):
        with pytest.raises(NotThere):
            next(world.storage.get(f"ab/cd{ending}"))


def test_a_file_that_is_there_still_is_not_deleted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.store(replace(TALK, place="ab/cd.wav"))
    monkeypatch.setattr(world.storage, "delete", lambda name: None)
    with pytest.raises(StillThere):
        world.files.delete("ab/cd.wav")
    with pytest.raises(NotDeleted, match=r"storage has ab/cd\.wav still"):
        copies(world).delete(ORDER)


def test_a_file_that_was_exchanged_in_storage_is_not_given_out(world: World) -> None:
    world.store()
    row = world.talk()
    world.storage.put(TALK.place, iter([b"RIFF another"]))
    with pytest.raises(Damaged, match="is not what was stored"):
        world.files.opened(row, None)
