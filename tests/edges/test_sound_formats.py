"""Encoded files are decoded again and listened to: the tone of each side is where it was, and as long."""

import math
import struct
import wave
from pathlib import Path

import gevent
import pytest
import soundfile

from callcontrol.edges.sound_formats import encode, length_ms
from callcontrol.edges.speech.sound import BadSound
from callcontrol.edges.threads import aside
from callcontrol.vocabulary.media_format import MediaFormat

LEFT_HZ, RIGHT_HZ = 440, 1200
RATE_HZ = 8_000
SECONDS = 3


def tone_wav(path: Path, channels: int, rate_hz: int = RATE_HZ, seconds: float = SECONDS) -> Path:
    """Left 440 Hz, right 1,200 Hz, at half of full scale."""
    tones = (LEFT_HZ, RIGHT_HZ)[:channels]
    frames = range(round(rate_hz * seconds))
    samples = (round(16_000 * math.sin(2 * math.pi * hz * n / rate_hz)) for n in frames for hz in tones)
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate_hz, 0, "NONE", ""))
        file.writeframes(struct.pack(f"<{len(frames) * channels}h", *samples))
    return path


def loudness(samples: list[float], rate_hz: int, hz: int) -> float:
    """Of one frequency, as amplitude: Goertzel's sum."""
    turn = 2 * math.pi * hz / rate_hz
    real = sum(sample * math.cos(turn * n) for n, sample in enumerate(samples))
    imaginary = sum(sample * math.sin(turn * n) for n, sample in enumerate(samples))
    return 2 * math.hypot(real, imaginary) / len(samples)


def heard(path: Path) -> tuple[list[list[float]], int]:
    samples, rate_hz = soundfile.read(path, always_2d=True)
    return [samples[:, n].tolist() for n in range(samples.shape[1])], rate_hz


@pytest.mark.parametrize("form", MediaFormat)
@pytest.mark.parametrize("channels", [1, 2])
def test_each_side_keeps_its_tone_and_its_length(form: MediaFormat, channels: int, tmp_path: Path) -> None:
    target = tmp_path / f"kept{form.ending}"
    breaths: list[int] = []
    encode(tone_wav(tmp_path / "talk.wav", channels), target, form, lambda: breaths.append(1))
    sides, rate_hz = heard(target)
    assert len(sides) == channels
    assert abs(len(sides[0]) / rate_hz - SECONDS) < 0.2  # MP3 has a padding of two frames
    middle = [side[rate_hz // 2 : rate_hz * 5 // 2] for side in sides]
    for side, own, other in zip(middle, (LEFT_HZ, RIGHT_HZ), (RIGHT_HZ, LEFT_HZ), strict=False):
        assert 0.4 < loudness(side, rate_hz, own) < 0.6
        assert loudness(side, rate_hz, other) < 0.02
    assert breaths


def test_sizes_are_as_the_settings_say(tmp_path: Path) -> None:
    source = tone_wav(tmp_path / "talk.wav", 1, seconds=20)
    minutes, kb = 20 / 60, {}
    for form in MediaFormat:
        encode(source, tmp_path / f"{form}", form)
        kb[form] = (tmp_path / f"{form}").stat().st_size / 1000 / minutes
    assert kb[MediaFormat.LINEAR] == pytest.approx(960, rel=0.01)
    assert kb[MediaFormat.MULAW] == pytest.approx(480, rel=0.01)
    assert kb[MediaFormat.MP3] == pytest.approx(120, rel=0.03)
    assert 60 < kb[MediaFormat.OPUS] < 200


def test_mulaw_is_read_as_well_as_written(tmp_path: Path) -> None:
    encode(tone_wav(tmp_path / "talk.wav", 2), tmp_path / "kept.wav", MediaFormat.MULAW)
    encode(tmp_path / "kept.wav", tmp_path / "sent.mp3", MediaFormat.MP3)
    sides, _ = heard(tmp_path / "sent.mp3")
    assert len(sides) == 2
    assert length_ms(tmp_path / "kept.wav") == 1000 * SECONDS


def test_what_is_no_sound_says_so(tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"RIFF" + bytes(40))
    for form in (MediaFormat.MP3, MediaFormat.MULAW):
        with pytest.raises(BadSound, match=r"broken\.wav is no sound"):
            encode(tmp_path / "broken.wav", tmp_path / "out", form)
    with pytest.raises(BadSound):
        length_ms(tmp_path / "broken.wav")
    with pytest.raises(FileNotFoundError):
        length_ms(tmp_path / "none.wav")


def test_a_rate_that_opus_does_not_carry_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSound, match="not 11025: keep this file as mulaw or mp3"):
        encode(tone_wav(tmp_path / "odd.wav", 1, 11_025), tmp_path / "out", MediaFormat.OPUS)


@pytest.mark.parametrize("form", [MediaFormat.MP3, MediaFormat.MULAW, MediaFormat.OPUS])
def test_a_full_disk_is_an_error_and_no_short_file(form: MediaFormat, tmp_path: Path) -> None:
    source = tone_wav(tmp_path / "talk.wav", 1, seconds=12)
    with pytest.raises(OSError, match=r"No space left|the disk does not take it"):
        encode(source, Path("/dev/full"), form)


def test_many_threads_at_once_get_done(tmp_path: Path) -> None:
    """A lock of gevent's for which threads of its pool wait is now and then never given to one of them."""
    source = tone_wav(tmp_path / "talk.wav", 1, seconds=0.1)
    waiting = [gevent.spawn(aside, length_ms, source) for _ in range(600)]
    assert len(gevent.joinall(waiting, timeout=30)) == len(waiting)
