"""Conference rooms in the language of the switch, and its words read."""

from __future__ import annotations

import pytest

from callcontrol.control import room_commands as in_room
from callcontrol.control.room_events import MixerSeen, RoomFileTold, RoomTold
from callcontrol.edges.freeswitch.commands import Execute
from callcontrol.edges.freeswitch.failures import UnsafeText
from callcontrol.edges.freeswitch.room_commands import api_command, brought_with, mixing, seen, told
from callcontrol.edges.freeswitch.wire import SwitchEvent
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.room import MixerMember, RoomAction, RoomFileAction


def test_a_channel_is_put_into_a_room() -> None:
    plain = mixing(in_room.Mix("app-1", "acme/board"))
    assert plain == (
        Execute("multiset", "^^~hangup_after_conference=false"),
        Execute("conference", "acme/board@callcontrol", "app-1"),
    )
    mix = in_room.Mix(
        "app-1",
        "acme/board",
        moderator=True,
        waits=True,
        ends_room=True,
        muted=True,
        music="moh/a.wav",
        enters="in.wav",
    )
    told_first, room = mixing(mix)
    assert isinstance(told_first, Execute)
    assert isinstance(room, Execute)
    assert told_first.arg.endswith("~conference_moh_sound=moh/a.wav~conference_enter_sound=in.wav")
    assert room.arg == "acme/board@callcontrol+flags{moderator|wait-mod|endconf|mute}"


@pytest.mark.parametrize("mixer", ["board", "acme/board x", "acme/bo}ard", "acme/b/c", "acme@x/board"])
def test_a_name_that_means_something_else_to_the_switch_is_not_sent(mixer: str) -> None:
    with pytest.raises(UnsafeText):
        mixing(in_room.Mix("app-1", mixer))


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (in_room.MuteMember("fs1", "acme/board", "7", on=True), "conference acme/board mute 7 quiet"),
        (in_room.MuteMember("fs1", "acme/board", "7", on=False), "conference acme/board unmute 7 quiet"),
        (in_room.SendOut("fs1", "acme/board", "7"), "conference acme/board kick 7"),
        (in_room.PlayInRoom("fs1", "acme/board", "a.wav", "7"), "conference acme/board play a.wav 7"),
        (in_room.PlayInRoom("fs1", "acme/board", "a.wav"), "conference acme/board play a.wav"),
        (in_room.AskMixer("fs1", "acme/board"), "conference acme/board json_list compact"),
        (
            in_room.RecordMixer("fs1", "acme/board", "/r/a-1.wav", on=True),
            "conference acme/board recording start /r/a-1.wav",
        ),
        (
            in_room.RecordMixer("fs1", "acme/board", "/r/a-1.wav", on=False),
            "conference acme/board recording stop /r/a-1.wav",
        ),
    ],
)
def test_orders_about_members(command: in_room.MixerCommand, line: str) -> None:
    assert api_command(command) == line


def test_a_leg_to_another_switch_says_which_room_and_as_what() -> None:
    told_there = brought_with(in_room.Mix("app-1", "acme/board", moderator=True, enters="in.wav"))
    assert told_there == {
        "sip_h_X-Callcontrol-Room": "acme/board",
        "sip_h_X-Callcontrol-Flags": "moderator",
        "sip_h_X-Callcontrol-Tones": "true",
    }


def test_a_number_is_one_member_never_all() -> None:
    with pytest.raises(UnsafeText):
        api_command(in_room.SendOut("fs1", "acme/board", "all"))


def test_who_enters_and_leaves_is_read_and_nothing_else() -> None:
    headers = {
        "Action": "add-member",
        "Event-Date-Timestamp": "1796069349068565",
        "Conference-Size": "2",
        "Unique-ID": "leg-1",
        "Member-ID": "7",
        "Member-Type": "moderator",
    }
    entered = RoomTold(RoomAction.ENTERED, "leg-1", "7", Instant(1796069349068565), 2, moderator=True)
    assert told(SwitchEvent(headers)) == entered
    assert told(SwitchEvent({**headers, "Action": "mute-member"})) is None
    assert told(SwitchEvent({**headers, "Conference-Size": ""})) is None


def test_what_the_switch_says_of_a_room() -> None:
    said = (
        '[{"conference_name":"acme/board","wait_mod":true,"members":[{"type":"caller","id":2,"flags":{"is_moderator":'
        'false},"uuid":"leg-2"},{"type":"recording_node"}]}]'
    )
    assert seen(said) == MixerSeen((MixerMember("leg-2", "2"),), waits=True)
    assert seen("-ERR Conference acme/board not found\n") == MixerSeen(())
    assert seen("") == MixerSeen(None)
    assert seen(said.replace('"wait_mod":true', '"recording":true')).records


def test_what_the_switch_says_of_the_file_of_a_room() -> None:
    at = Instant(1796070491006055)
    headers = {"Action": "start-recording", "Event-Date-Timestamp": str(at), "Path": "/r/a-1.wav"}
    assert told(SwitchEvent(headers)) == RoomFileTold(RoomFileAction.BEGAN, "/r/a-1.wav", at)
    failed = told(SwitchEvent({**headers, "Error": "File could not be opened for recording"}))
    assert isinstance(failed, RoomFileTold)
    assert failed.trouble
    closed = {**headers, "Action": "stop-recording", "Milliseconds-Elapsed": "1520"}
    assert told(SwitchEvent(closed)) == RoomFileTold(RoomFileAction.ENDED, "/r/a-1.wav", at, 1520)


def test_a_path_is_one_word() -> None:
    with pytest.raises(UnsafeText):
        api_command(in_room.RecordMixer("fs1", "acme/board", "/r/a b.wav", on=True))


def test_a_parked_leg_is_put_into_a_room() -> None:
    mix = in_room.Mix("", "acme/board", muted=True, music="tone_stream://%(100,0,300);loops=-1", enters="in.wav")
    assert api_command(in_room.MixGuest("fs1", mix, "leg-1", "said.wav")) == (
        "uuid_transfer leg-1 'm:^:set:conference_moh_sound=tone_stream://%(100,0,300);loops=-1^set:conference_enter_sound=in.wav"
        "^playback:said.wav^conference:acme/board@callcontrol+flags{mute}' inline"
    )
    for music in ("a^b", "a'b", "a\nb"):
        with pytest.raises(UnsafeText):
            api_command(in_room.MixGuest("fs1", in_room.Mix("", "acme/board", music=music), "leg-1", ""))
