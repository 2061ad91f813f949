"""Sound as samples: every WAV an engine may write is read, and what is written is what a phone hears."""

from __future__ import annotations

import io
import math
import struct
import wave
from itertools import pairwise

import pytest

from callcontrol.edges.speech import sound
from callcontrol.edges.speech.sound import BadSound


def tone(hertz: float, rate_hz: int, seconds: float = 0.5) -> list[float]:
    return [0.5 * math.sin(2 * math.pi * hertz * n / rate_hz) for n in range(round(rate_hz * seconds))]


def wav(raw: bytes, width: int, channels: int = 1, rate_hz: int = 22_050) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((channels, width, rate_hz, 0, "NONE", ""))
        file.writeframes(raw)
    return made.getvalue()


def power(samples: list[float]) -> float:
    return math.sqrt(sum(s * s for s in samples) / len(samples))


@pytest.mark.parametrize(
    ("width", "raw"),
    [
        (1, bytes([128, 192, 64])),
        (2, struct.pack("<3h", 0, 16_384, -16_384)),
        (3, b"\x00\x00\x00\x00\x00\x40\x00\x00\xc0"),
        (4, struct.pack("<3i", 0, 1 << 30, -(1 << 30))),
    ],
)
def test_samples_of_every_width(width: int, raw: bytes) -> None:
    assert sound.read(wav(raw, width)) == ([0.0, 0.5, -0.5], 22_050)


def test_channels_are_mixed() -> None:
    assert sound.read(wav(struct.pack("<4h", 16_384, 0, -16_384, -16_384), 2, channels=2))[0] == [0.25, -0.5]


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"this is no sound at all, and long enough", wav(b"", 2)[:30], wav(b"", 2)]
)
def test_what_is_no_sound(data: bytes) -> None:
    with pytest.raises(BadSound):
        sound.read(data)


def test_float_samples_are_refused_by_name() -> None:
    form = struct.pack("<HHIIHH", 3, 1, 22_050, 88_200, 4, 32)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", 4) + bytes(4)
    with pytest.raises(BadSound, match="no WAV file of linear samples: unknown format: 3"):
        sound.read(b"RIFF" + struct.pack("<I", len(body)) + body)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("wanted_hz", [8_000, 16_000])
def test_a_rate_keeps_pitch_loudness_and_length(rate_hz: int, wanted_hz: int) -> None:
    found = sound.at_rate(tone(1_000, rate_hz), rate_hz, wanted_hz)
    assert len(found) == pytest.approx(wanted_hz / 2, abs=1)
    inner = found[200:-200]
    assert power(inner) == pytest.approx(0.5 / math.sqrt(2), rel=0.01)
    crossings = sum(1 for a, b in pairwise(inner) if a < 0 <= b)
    assert crossings == pytest.approx(1_000 * len(inner) / wanted_hz, abs=1)


def test_what_a_rate_cannot_carry_is_gone() -> None:
    assert power(sound.at_rate(tone(6_000, 22_050), 22_050, 8_000)[200:-200]) < 0.01
    assert power(sound.at_rate(tone(10_000, 22_050), 22_050, 16_000)[200:-200]) < 0.01


def test_silence_is_no_sound() -> None:
    for samples in ([], [0.0] * 4_000, [1e-5] * 4_000):
        with pytest.raises(BadSound, match="nothing but silence"):
            sound.trimmed(samples, 8_000)


def test_what_is_written_is_read_again_with_its_comment() -> None:
    samples = tone(440, 8_000)
    data = sound.written(samples, 8_000, "f" * 64)
    found, rate_hz = sound.read(data)
    assert rate_hz == 8_000
    assert found == pytest.approx(samples, abs=1e-4)
    assert sound.comment_of(data[:256]) == "f" * 64
    assert sound.comment_of(wav(bytes(300), 2)[:256]) == ""
    assert sound.comment_of(data[:40]) == ""
