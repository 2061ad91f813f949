"""How the texts of queues are read: music, keys, times of day, codes of pauses."""

from __future__ import annotations

import pytest

from callcontrol.config import queue_fields as fields
from callcontrol.kinds import KINDS
from callcontrol.kinds.targets.voicemail import VoicemailTarget
from callcontrol.vocabulary.target import NumberTarget, QueueTarget
from tests.config.test_fields import read, refused

MUSIC = [
    "music/calm.wav",
    "/srv/music/calm.wav",
    "music/calm/",
    "/srv/music/calm/",
    "local_stream://moh",
    "local_stream://moh/8000",
    "tone_stream://%(400,3600,440);loops=-1",
    "silence_stream://-1",
]
NO_MUSIC = [
    *("", "a b.wav", "../music/", "music/../x/", "//", "music//", "${x}/", "a,b/", "{loops=2}a.wav"),
    *("local_stream://", "local_stream://a b", "local_stream://../x", "shell_stream://ls", "say:x", "music/\n"),
]


@pytest.mark.parametrize("text", MUSIC)
def test_music(text: str) -> None:
    assert read(fields.Music, text) == text


@pytest.mark.parametrize("text", NO_MUSIC)
def test_no_music(text: str) -> None:
    assert refused(fields.Music, text) == (
        f"{text!r} is no music; write a file such as music/calm.wav, a folder such as music/calm/, local_stream://name,"
        " or tone_stream://…"
    )


@pytest.mark.parametrize(
    "text", ["http://radio.example/live.mp3", "https://radio.example/x", "shout://radio.example/x"]
)
def test_music_from_the_network_is_refused_with_the_reason(text: str) -> None:
    assert refused(fields.Music, text) == (
        f"{text!r} is music from the network, which no module of the switch plays; write a file such as"
        " music/calm.wav, a folder such as music/calm/, local_stream://name, or tone_stream://…"
    )


def test_what_keys_do() -> None:
    assert read(fields.KeyAction, "callback") == "callback"
    assert read(fields.KeyAction, "voicemail:office") == VoicemailTarget("office")
    assert read(fields.KeyAction, "number:600 700 800") == NumberTarget("+48600700800")
    assert read(fields.KeyAction, QueueTarget("sales")) == QueueTarget("sales")


KNOWN = ", ".join(f"{kind}:…" for kind in KINDS.forms.by_word)
BAD_ACTIONS = {
    "calback": f"'calback' is nothing a key can do; did you mean callback? write callback, or a target: {KNOWN}",
    "call": f"'call' is no target; write one of {KNOWN} (or write callback)",
    "voicemial:box": "'voicemial:box' is no target; did you mean voicemail:box? (or write callback)",
    "hangup:now": "'hangup:now' is no target; a call can be hung up with normal, busy, rejected, no_answer,"
    " unavailable, unallocated, congestion (or write callback)",
    "number:x": "'number:x' is no target; after number: comes digits in international form, such as"
    " number:+48600700800 (or write callback)",
}


@pytest.mark.parametrize("text", BAD_ACTIONS)
def test_what_keys_cannot_do_names_both_ways(text: str) -> None:
    assert refused(fields.KeyAction, text) == BAD_ACTIONS[text]


def test_a_key_does_one_thing() -> None:
    assert refused(fields.KeyAction, ["callback"]) == (
        f"a list stands where one text belongs; write one of {KNOWN} (or write callback)"
    )


def test_keys() -> None:
    assert [read(fields.Key, key) for key in "059*#"] == [*"059*#"]
    for text in ("", "10", "A", "+", "0\n"):
        assert refused(fields.Key, text) == f"{text!r} is no key of a phone; write one of 0 to 9, * or '#'"


def test_times_of_day() -> None:
    assert [read(fields.TimeOfDay, text) for text in ("00:00", "08:30", "23:59")] == ["00:00", "08:30", "23:59"]
    for text in ("24:00", "8:30", "08:60", "08:30:00", "morning", "08:30\n"):
        assert refused(fields.TimeOfDay, text) == f"{text!r} is no time of day; write hours and minutes, such as 08:30"


def test_codes_of_pauses() -> None:
    assert [read(fields.PauseCode, text) for text in ("1", "10", "99")] == ["1", "10", "99"]
    for text in ("0", "01", "100", "x", ""):
        assert refused(fields.PauseCode, text) == f"{text!r} is no code of a pause; write a number from 1 to 99"
