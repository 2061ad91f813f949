"""What is played and how long it lasts, as on a real FreeSWITCH 1.11.1."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcontrol.simulator import Settings
from callcontrol.simulator.media import Media
from callcontrol.simulator.sounds import FOREVER, file_s
from tests.simulator.desk import SPEED, CallLine, Desk

G711_ULAW = 7
PCM = 1


def write_wave(path: Path, seconds: float, form: int = PCM) -> None:
    """A RIFF file of 8 kHz, with a chunk ahead of the data that means nothing."""
    width = 1 if form == G711_ULAW else 2
    data = bytes(int(seconds * 8_000) * width)
    chunks = struct.pack("<4sIHHIIHH", b"fmt ", 16, form, 1, 8_000, 8_000 * width, width, 8 * width)
    chunks += struct.pack("<4sI4s", b"fact", 4, b"\0\0\0\0") + struct.pack("<4sI", b"data", len(data)) + data
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<4sI4s", b"RIFF", len(chunks) + 4, b"WAVE") + chunks)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_wave(tmp_path / "queue" / "one.wav", 1.0)
    write_wave(tmp_path / "queue" / "half.wav", 0.5, G711_ULAW)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "seconds"),
    [
        ("queue/one.wav", 1.0),
        ("queue/one", 1.0),
        ("queue/half.wav", 0.5),
        ("queue/nosuch.wav", None),
        ("file_string://queue/one.wav!queue/half.wav", 1.75),  # a quarter of a second of silence ahead
        ("file_string://queue/one.wav!queue/nosuch.wav", 1.25),
        ("file_string://queue/nosuch.wav!queue/one.wav", 1.0),
        ("file_string://queue/nosuch.wav!nor.wav", None),
        ("file_string://queue/one.wav!tone_stream://%(300,0,440)!silence_stream://500", 2.05),
        ("file_string://queue/one.wav!local_stream://wait", FOREVER),
        ("local_stream://wait", FOREVER),
        ("local_stream://nosuch", None),
        ("tone_stream://v=-20;%(400,200,350);loops=2", 1.2),
    ],
)
def test_how_long_it_lasts(folder: Path, path: str, seconds: float | None) -> None:
    found = Media(folder=folder).duration_s(path)
    assert found is None if seconds is None else found == pytest.approx(seconds)


def test_a_file_with_a_path_of_its_own_is_found_there(folder: Path, tmp_path: Path) -> None:
    write_wave(tmp_path / "elsewhere.wav", 2.5)
    assert Media(folder=folder / "queue").duration_s(str(tmp_path / "elsewhere.wav")) == 2.5


def test_what_is_no_wave_file_lasts_no_time(tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    assert file_s(tmp_path / "broken.wav") == 0.0


@pytest.fixture
def desk_with_sounds(folder: Path) -> Iterator[Desk]:
    """A desk whose switch has a folder of sounds."""
    one = Desk(settings=Settings(speed=SPEED, seed="desk", sounds=folder))
    yield one
    one.close()


def played(line: CallLine, *paths: str) -> list[str]:
    """What the switch answers to a playback of each."""
    return [line.done("playback", path).headers["Application-Response"] for path in paths]


def test_a_switch_that_has_its_sounds(desk_with_sounds: Desk, folder: Path) -> None:
    line = desk_with_sounds.call()
    line.ask("event json PLAYBACK_START")
    tried = ("queue/one", "queue/nosuch.wav", "file_string://queue/nosuch.wav!queue/half.wav", "")
    assert played(line, *tried) == ["FILE PLAYED", "FILE NOT FOUND", "FILE PLAYED", "PLAYBACK ERROR"]
    starts = [one.headers for one in line.events("PLAYBACK_START")]
    assert [one["Playback-File-Path"] for one in starts] == [str(folder / "queue" / "one.wav"), tried[2]]
    assert not any("Playback-File-Type" in one for one in starts)


@pytest.mark.parametrize(
    ("path", "kind"),
    [("tone_stream://%(100,0,440)", "tone_stream"), ("{a=b}tone_stream://%(100,0,440)", None)],
)
def test_the_kind_of_what_is_played(desk: Desk, path: str, kind: str | None) -> None:
    line = desk.call()
    line.ask("event json PLAYBACK_START")
    assert played(line, path) == ["FILE PLAYED"]
    start = line.event("PLAYBACK_START").headers
    assert (start["Playback-File-Path"], start.get("Playback-File-Type")) == (path, kind)
