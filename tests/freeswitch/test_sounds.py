"""The audio analysis of the tests finds what was played."""

from itertools import pairwise

import pytest

from tests.freeswitch.audio import Microphones, can_listen
from tests.freeswitch.sounds import (
    CALLER_HZ,
    FRAME,
    PHONE_HZ,
    VOICES,
    alaw,
    key_bodies,
    linear,
    loudness,
    tone_frames,
    voice_of,
)
from tests.freeswitch.tones import HEARS, MUSIC_HZ, SPEECH, TONES, turn_differences
from tests.tidy.tree import TESTS


@pytest.mark.parametrize("sample", [0, 1, -1, 7, 100, -1_000, 12_345, -32_768, 32_767])
def test_alaw_keeps_a_sample_within_its_step(sample: int) -> None:
    assert abs(linear(alaw(sample)) - sample) <= max(abs(sample) * 0.05, 16)


@pytest.mark.parametrize(("code", "sample"), [(0xD5, 8), (0x55, -8), (0xAA, 32_256), (0x2A, -32_256), (0x80, 5_504)])
def test_alaw_codes_are_those_of_g711(code: int, sample: int) -> None:
    assert linear(code) == sample


def test_a_tone_is_found_at_its_own_frequency_only() -> None:
    samples = [linear(code) for frame in tone_frames(CALLER_HZ)[:10] for code in frame]
    assert loudness(samples, CALLER_HZ) > 0.9
    assert loudness(samples, PHONE_HZ) < 0.05
    assert loudness([0] * 800, CALLER_HZ) == 0.0


def test_one_second_of_a_tone_can_be_repeated_seamlessly() -> None:
    frames = tone_frames(VOICES["121"])
    assert (len(frames), {len(frame) for frame in frames}) == (50, {FRAME})
    samples = [linear(code) for frame in (*frames[-5:], *frames[:5]) for code in frame]
    assert loudness(samples, VOICES["121"]) > 0.9


def test_every_voice_differs_clearly_from_the_others_and_from_the_music() -> None:
    assert min(b - a for a, b in pairwise(sorted(set(TONES)))) >= 15
    assert [hz for hz in TONES if hz % 1] == []


@pytest.mark.parametrize(("who", "hz"), [("121", 740.0), ("+48500100301", 480.0), ("117", PHONE_HZ), ("", PHONE_HZ)])
def test_each_party_has_its_voice(who: str, hz: float) -> None:
    assert voice_of(who, PHONE_HZ) == hz


@pytest.mark.parametrize(
    ("moments", "differences"),
    [
        (([0.0, 1.0], [1.2, 2.0], [2.0, 3.0]), 0),
        (([0.0, 1.5], [1.2, 2.0], [2.0, 3.0]), 0),
        (([0.0, 1.6], [1.2, 2.0], [2.0, 3.0]), 1),
        (([0.0, 1.0], [], [2.0, 3.0]), 1),
        (([5.0], [3.0], [1.0]), 2),
    ],
)
def test_sounds_that_follow_each_other(moments: tuple[list[float], ...], differences: int) -> None:
    assert len(list(turn_differences("caller", (SPEECH, MUSIC_HZ, PHONE_HZ), moments))) == differences


def test_the_end_of_a_key_is_sent_three_times() -> None:
    bodies = key_bodies("#")
    assert {body[0] for body in bodies} == {11}  # RFC 4733: `#`
    assert [bool(body[1] & 0x80) for body in bodies] == [False] * 6 + [True] * 3


def test_expected_tones_belong_to_existing_stories() -> None:
    assert [file for file in HEARS if not (TESTS / "stories" / file).exists()] == []


def test_a_process_that_may_not_listen_gets_a_message() -> None:
    if not can_listen():
        with pytest.raises(PermissionError):
            Microphones()
        return
    with Microphones() as microphones:
        assert microphones.heard([9], CALLER_HZ) == 0.0
