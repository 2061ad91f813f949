"""The spoken sound files: in a form the switch plays, audible, not clipped, and made as the script says."""

from __future__ import annotations

import math
import struct
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from callcontrol.edges.speech import sound
from tests.tidy.tree import ROOT

SOUNDS = ROOT / "freeswitch-xml" / "sounds"
MUSIC = SOUNDS / "music" / "waiting.wav"
PROMPTS = sorted(
    path
    for name in ("amounts", "hours", "mailbox", "menu", "outgoing", "queue")
    for path in (SOUNDS / name).rglob("*.wav")
)
MU_LAW = 7


def script() -> ModuleType:
    spec = spec_from_file_location("speak_prompts", SOUNDS / "speak_prompts.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look their own module up
    spec.loader.exec_module(module)
    return module


MAKE = script()


def chunks(wav: bytes) -> dict[bytes, bytes]:
    riff, size, kind = struct.unpack("<4sI4s", wav[:12])
    assert (riff, size, kind) == (b"RIFF", len(wav) - 8, b"WAVE")
    found: dict[bytes, bytes] = {}
    at = 12
    while at < len(wav):
        name, length = struct.unpack("<4sI", wav[at : at + 8])
        found[name] = wav[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    return found


def linear(byte: int) -> int:
    """A mu-law byte as a 16-bit sample, as ITU-T G.711 defines it."""
    byte = ~byte & 0xFF
    sample = (((byte & 0x0F) << 3) + 0x84 << (byte >> 4 & 7)) - 0x84
    return -sample if byte & 0x80 else sample


def loudness(samples: list[int]) -> float:
    return math.sqrt(sum(s * s for s in samples) / len(samples))


@pytest.mark.parametrize("path", PROMPTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_prompt_is_audible_and_fits_a_phone_line(path: Path) -> None:
    found = chunks(path.read_bytes())
    form, channels, rate, byte_rate, block, bits = struct.unpack("<HHIIHH", found[b"fmt "][:16])
    assert (form, channels, rate, byte_rate, block, bits) == (MU_LAW, 1, 8000, 8000, 1, 8)
    assert struct.unpack("<I", found[b"fact"]) == (len(found[b"data"]),)
    samples = [linear(byte) for byte in found[b"data"]]
    assert 1_500 < loudness(samples) < 4_000
    assert max(map(abs, samples)) < 24_000
    assert 0.2 < len(samples) / rate < 8.0
    assert loudness(samples[:400]) > 20, "it begins with silence"
    assert samples[-400:] == [0] * 400


def test_longer_texts_last_longer() -> None:
    for language in MAKE.read_texts(MAKE.TEXTS[0])[1]:
        size = {name: (SOUNDS / "queue" / language.code / f"{name}.wav").stat().st_size for name in language.texts}
        for short, long in (
            ("number-1", "number-900"),
            ("number-900", "wait"),
            ("caller-gone", "callback-promised"),
            ("minute-one", "hint-callback"),
        ):
            assert size[short] < size[long], (language.code, short, long)
        per_letter = [size[name] / 8000 / len(text) for name, text in language.texts.items() if len(text) > 20]
        assert all(0.04 < seconds < 0.12 for seconds in per_letter)


def test_all_together_they_are_small() -> None:
    assert sum(path.stat().st_size for path in PROMPTS) < 9_600_000


def test_a_sample_survives_mu_law_within_a_half_step() -> None:
    assert [linear(MAKE.mu_law(linear(byte) / 32767)) for byte in range(256)] == [linear(byte) for byte in range(256)]
    for sample in range(-32_000, 32_001, 7):
        assert abs(linear(MAKE.mu_law(sample / 32767)) - sample) <= 1 + (abs(sample) + 132) / 32


@pytest.mark.parametrize(
    ("hertz", "gain"), [(300.0, 1.0), (1_000.0, 1.0), (3_000.0, 1.0), (4_400.0, 0.0), (9_000.0, 0.0)]
)
def test_the_filter_keeps_what_a_phone_line_carries(hertz: float, gain: float) -> None:
    rate_hz = 22_050
    tone = [math.sin(2 * math.pi * hertz * n / rate_hz) for n in range(rate_hz // 4)]
    heard = MAKE.at_phone_rate(tone, rate_hz)
    assert len(heard) == pytest.approx(8000 / 4, abs=1)
    inner = heard[200:-200]
    assert math.sqrt(2 * sum(s * s for s in inner) / len(inner)) == pytest.approx(gain, abs=0.02)


def test_silence_is_cut_off_at_both_ends_and_kept_within() -> None:
    tone = [math.sin(n) for n in range(800)]
    found = sound.trimmed([0.0] * 4_000 + tone + [0.0] * 1_000 + tone + [0.0] * 4_000, 8_000)
    assert len(found) == pytest.approx(2_600, abs=100)
    assert (found[0], found[-1]) == (0.0, 0.0)


def test_soft_and_loud_speech_come_out_alike() -> None:
    tone = [math.sin(n / 3) for n in range(8_000)]
    found = [sound.levelled([gain * s for s in tone], 8_000) for gain in (0.02, 0.9)]
    assert found[0] == pytest.approx(found[1])
    assert math.sqrt(sum(s * s for s in found[0]) / 8_000) == pytest.approx(0.1, rel=0.02)
    click = sound.levelled([*tone, 50.0], 8_000)
    assert max(click) == pytest.approx(0.7)


def test_a_wav_of_an_odd_number_of_bytes_is_whole() -> None:
    found = chunks(MAKE.wav_of(b"\x80\x81\x82"))
    assert found[b"data"] == b"\x80\x81\x82"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Мы скоро вам перезвоним.", "Мы скоро вам [[p;ir;izvVn;'im]]."),
        ("сорок", "[[s'orVk]],"),
        ("Время ожидания:", "Время ожидания,"),
        ("сорока", "сорока,"),
    ],
)
def test_the_voice_is_told_what_it_would_get_wrong(text: str, told: str) -> None:
    russian = next(language for language in MAKE.read_texts(MAKE.TEXTS[0])[1] if language.code == "ru")
    assert russian.told(text) == told


def test_the_music_is_made_as_its_script_says(tmp_path: Path) -> None:
    subprocess.run([sys.executable, SOUNDS / "make_music.py", tmp_path], check=True, timeout=170)
    assert (tmp_path / "music" / "waiting.wav").read_bytes() == MUSIC.read_bytes()


def test_the_music_is_soft_and_goes_round() -> None:
    found = chunks(MUSIC.read_bytes())
    samples = [linear(byte) for byte in found[b"data"]]
    assert struct.unpack("<HHI", found[b"fmt "][:8]) == (MU_LAW, 1, 8000)
    assert 30 <= len(samples) / 8000 <= 60
    assert loudness(samples) == pytest.approx(32768 * 0.05, rel=0.02)
    assert max(map(abs, samples)) < 16_000
    parts = [loudness(samples[n : n + 800]) for n in range(0, len(samples), 800)]
    assert min(parts) > 700, "it is silent somewhere"
    steps = [abs(after - before) for before, after in pairwise(samples)]
    assert abs(samples[0] - samples[-1]) < max(steps), "it clicks where it begins again"
