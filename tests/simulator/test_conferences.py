"""Conferences of the simulated switch, held to what a real one told (captures/rooms/conference-inbound.esl)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from callcontrol.simulator import Call
from tests.simulator.desk import CALLER, DID, CallLine, Desk, Line
from tests.simulator.replay import frame_of
from tests.wire.recordings import blocks

ROOM = "acme/board"
CAPTURE = "rooms/conference-inbound"
MUSIC = "tone_stream://v=-20;%(10000,0,480);loops=-1"
# What the simulated switch does not tell: the end of a sound.
UNTOLD = {"play-file-done", "play-file-member-done"}
# Those of a member whose values say what has happened.
TELLING = ("Conference-Name", "Conference-Size", "Conference-Profile-Name", "Member-Type", "Speak", "Hear", "Action")


def enters(desk: Desk, n: int, flags: str = "", hangup: str = "false") -> CallLine:
    """One more caller in the room."""
    line = desk.call(Call(DID, f"{CALLER}{n}"))
    line.done("multiset", f"^^~hangup_after_conference={hangup}~conference_moh_sound={MUSIC}")
    line.execute("conference", f"{ROOM}@callcontrol" + (f"+flags{{{flags}}}" if flags else ""), f"room-{n}", lock=True)
    return line


def told(watcher: Line) -> list[tuple[str, str]]:
    """What was told of the room so far."""
    return [(one.headers["Action"], one.headers["Conference-Size"]) for one in watcher.events("CUSTOM")]


def in_room(watcher: Line, size: int) -> None:
    """Wait until so many have entered."""
    watcher.wait(lambda: [a for a, _ in told(watcher)].count("add-member") >= size, f"{size} in the room")


@pytest.fixture
def watcher(desk: Desk) -> Line:
    return desk.watch("json CUSTOM conference::maintenance")


def real_events() -> list[dict[str, str]]:
    """What the real one told, in its order."""
    frames = [block.data for block in blocks(CAPTURE) if b"text/event-json" in block.data[:80]]
    return [json.loads(frame.partition(b"\n\n")[2]) for frame in frames]


def real_answers() -> dict[str, str]:
    """What the real one answered to each command."""
    said = blocks(CAPTURE)
    asked = [b.data.decode().strip().removeprefix("api ") for b in said if b.data.startswith(b"api ")]
    answers = [frame_of(b.data).body for b in said if b"api/response" in b.data[:80]]
    return dict(zip(asked, answers, strict=True))


def test_each_event_has_the_headers_of_the_real_one_in_their_order(desk: Desk, watcher: Line) -> None:
    play_the_capture(desk, watcher)
    simulated = {one.headers["Action"]: one.headers for one in reversed(watcher.events("CUSTOM"))}
    real = {one["Action"]: one for one in reversed(real_events()) if "Action" in one}
    assert real.keys() - UNTOLD == simulated.keys()
    for action, headers in simulated.items():
        assert list(headers) == list(real[action]), action
        known = {name for name in headers if name.startswith("Event-Calling") or name in TELLING}
        assert {name: headers[name] for name in known} == {name: real[action][name] for name in known}, action


def test_what_is_told_comes_in_the_order_of_the_real_one(desk: Desk, watcher: Line) -> None:
    play_the_capture(desk, watcher)
    real = [(one["Action"], one["Conference-Size"]) for one in real_events() if "Action" in one]
    assert told(watcher) == [one for one in real if one[0] not in UNTOLD]


def test_answers_are_those_of_the_real_one(desk: Desk, watcher: Line) -> None:
    said = play_the_capture(desk, watcher)
    for command, answer in real_answers().items():
        if command in said and "json_list" not in command:
            assert said[command] == answer, command
    listed, real = (json.loads(one["conference acme/board json_list compact #1"]) for one in (said, first_list()))
    assert _shape(listed) == _shape(real)


def play_the_capture(desk: Desk, watcher: Line) -> dict[str, str]:
    """The commands of the capture, where they were given; what was answered."""
    said: dict[str, str] = {}

    def ask(words: str, mark: str = "") -> None:
        said[f"conference {ROOM} {words}{mark}"] = watcher.ask(f"api conference {ROOM} {words}")

    first = enters(desk, 1, "wait-mod")
    in_room(watcher, 1)
    second = enters(desk, 2, "wait-mod")
    in_room(watcher, 2)
    ask("json_list compact", " #1")
    third = enters(desk, 3, "moderator|wait-mod|endconf")
    in_room(watcher, 3)
    for words in ("mute 1 quiet", "unmute 1 quiet", "play tone_stream://%(300,0,425) 1", "mute 99 quiet", "kick 99"):
        ask(words)
    for words in ("lock", "unlock", *(f"recording {what} /srv/recordings/r1.wav" for what in RECORDED)):
        ask(words)
    ask("recording start /nowhere/rec.wav")
    ask("kick 1")
    first.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="room-1")
    first.execute("conference", f"{ROOM}@callcontrol+flags{{wait-mod|mute}}", "room-1b", lock=True)
    in_room(watcher, 4)
    ask("recording start /srv/recordings/r22.wav")
    watcher.ask(f"api uuid_kill {third.uuid}")
    for line, app in ((second, "room-2"), (first, "room-1b")):
        line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID=app)
    watcher.wait(lambda: told(watcher)[-1][0] == "conference-destroy", "the end")
    return said


RECORDED = ("start", "pause", "resume", "stop")


def first_list() -> dict[str, str]:
    """The real one's first answer about who is in it."""
    frames = [frame_of(b.data).body for b in blocks(CAPTURE) if b"api/response" in b.data[:80]]
    return {"conference acme/board json_list compact #1": frames[0]}


def _shape(value: Any) -> Any:
    """Names and kinds of values, in their order."""
    if isinstance(value, dict):
        return [(name, _shape(one)) for name, one in value.items()]
    return [_shape(one) for one in value] if isinstance(value, list) else type(value).__name__


# --- who hears whom ---------------------------------------------------------------------------------------------


def hears(desk: Desk, call_id: str) -> str:
    """Whom a caller hears by now."""
    said = [one.detail["hears"] for one in desk.simulator.heard(call_id) if one.what == "conference"]
    return said[-1] if said else "none yet"


def test_a_member_hears_all_others_who_are_not_muted_once_the_moderator_is_there(desk: Desk, watcher: Line) -> None:
    callers = []
    for n, flags in enumerate(("wait-mod", "wait-mod|mute", "wait-mod|moderator"), 1):
        enters(desk, n, flags)
        callers.append(desk.call_id)
        in_room(watcher, n)
        if n == 2:
            assert [hears(desk, one) for one in callers] == ["", ""]
    assert [hears(desk, one) for one in callers] == [f"{CALLER}3", f"{CALLER}1 {CALLER}3", f"{CALLER}1"]


def test_members_of_a_room_that_ends_are_hung_up_unless_they_say_otherwise(desk: Desk, watcher: Line) -> None:
    enters(desk, 1, hangup="true")
    in_room(watcher, 1)
    head = enters(desk, 2, "moderator|endconf")
    in_room(watcher, 2)
    ends = desk.watch("json CHANNEL_HANGUP_COMPLETE")
    head.ask(f"api uuid_kill {head.uuid}")
    ends.wait(lambda: len(ends.events("CHANNEL_HANGUP_COMPLETE")) == 2, "both end")
    assert told(watcher)[-1] == ("conference-destroy", "0")


def test_a_member_whose_controller_goes_stays_in_the_room(desk: Desk, watcher: Line) -> None:
    line = enters(desk, 1)
    in_room(watcher, 1)
    line.close()
    assert '"member_count":1' in watcher.ask(f"api conference {ROOM} json_list compact")
