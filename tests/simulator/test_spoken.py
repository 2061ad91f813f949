"""What prompts say, for people."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcontrol.simulator.stories.spoken import Spoken

SOUNDS = Path(__file__).parents[2] / "freeswitch-xml" / "sounds"


@pytest.mark.parametrize(
    ("played", "heard"),
    [
        ("queue/en/position-next.wav", "“You are next in the queue.”"),
        (
            "file_string://queue/pl/wait.wav!queue/pl/number-5.wav!queue/pl/minute-many.wav",
            "“Przewidywany czas oczekiwania: pięć minut”",
        ),
        ("tone_stream://%(400,3600,440);loops=-1", "music"),
        ("local_stream://default", "music"),
        ("tone_stream://%(600,200,220)", "tones"),
        ("voicemail/greeting.wav", "voicemail/greeting.wav"),
    ],
)
def test_what_is_heard(played: str, heard: str) -> None:
    assert Spoken(SOUNDS).heard(played) == heard
