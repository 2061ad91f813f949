"""Conference rooms in the language of the switch: mod_conference, whose own keys and PINs are not used
(autoload_configs/conference.conf.xml).

What a member is told of others comes as CUSTOM events `conference::maintenance`: of those only who enters and who
leaves is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import orjson

from callcontrol.control.room_commands import (
    AskMixer,
    Mix,
    MixerCommand,
    MixGuest,
    MuteMember,
    PlayInRoom,
    RecordMixer,
    SendOut,
)
from callcontrol.control.room_events import MixerSeen, RoomFileTold, RoomTold
from callcontrol.edges.freeswitch.commands import Command, Execute
from callcontrol.edges.freeswitch.failures import UnsafeText
from callcontrol.edges.freeswitch.safe import playable
from callcontrol.edges.freeswitch.wire import SwitchEvent
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.room import MixerMember, RoomAction, RoomFileAction

MAINTENANCE: Final = "conference::maintenance"
MIXER_HEADER: Final = "Conference-Name"
ACTION_HEADER: Final = "Action"
_APP: Final = "conference"
PROFILE: Final = "callcontrol"  # of conference.conf.xml
ACTIONS: Final = frozenset(RoomAction)
FILE_ACTIONS: Final = frozenset(RoomFileAction)

_MIXER: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}/[A-Za-z0-9_.-]{1,64}")
_PATH: Final = re.compile(r"/[A-Za-z0-9_./-]{1,400}")
_NUMBER: Final = re.compile(r"[0-9]{1,10}")
_SEPARATOR: Final = "^^~"
_MODERATOR: Final = "moderator"


def flags_of(command: Mix) -> str:
    """What makes a member what it is, in the module's words."""
    flags = {
        _MODERATOR: command.moderator,
        "wait-mod": command.waits,
        "endconf": command.ends_room,
        "mute": command.muted,
    }
    return "|".join(name for name, is_on in flags.items() if is_on)


def mixing(command: Mix) -> Sequence[Command]:
    """What puts a channel into a room.

    Raises:
        UnsafeText: something in it cannot be sent as what it is.
    """
    # A member of a room that ends would be hung up, and hear nothing of it (mod_conference.c, conference_thread_run).
    variables = {"hangup_after_conference": "false", **_sounds(command)}
    told = "~".join(f"{name}={value}" for name, value in variables.items())
    return Execute("multiset", f"{_SEPARATOR}{told}"), Execute(_APP, _room(command), command.app_id)


def _sounds(command: Mix) -> dict[str, str]:
    sounds = {
        "conference_moh_sound": command.music,
        "conference_enter_sound": command.enters,
        "conference_exit_sound": command.leaves,
    }
    return {name: _value(value) for name, value in sounds.items() if value}


def _room(command: Mix) -> str:
    said = flags_of(command)
    return f"{_mixer(command.mixer)}@{PROFILE}" + (f"+flags{{{said}}}" if said else "")


def _entering(command: MixGuest) -> str:
    """A leg that is parked runs these applications, and is hung up after the last one."""
    apps = [f"set:{name}={value}" for name, value in _sounds(command.mix).items()]
    apps += [f"playback:{playable(command.said)}"] if command.said else []
    inline = "^".join([*apps, f"{_APP}:{_room(command.mix)}"])
    # one argument of the api command: in quotes, for sounds may have blanks
    return f"uuid_transfer {command.leg_id} 'm:^:{inline}' inline"


def brought_with(command: Mix) -> dict[str, str]:
    """What a leg to another switch tells it (dialplan/peers.xml): into which room, and as what.

    Raises:
        UnsafeText: as above.
    """
    headers = {"Room": _mixer(command.mixer), "Flags": flags_of(command), "Tones": "true" if command.enters else ""}
    return {f"sip_h_X-Callcontrol-{name}": value for name, value in headers.items() if value}


def api_command(command: MixerCommand) -> str:
    """The api command for what is asked of a room.

    Raises:
        UnsafeText: as above.
    """
    room = f"conference {_mixer(command.mix.mixer if isinstance(command, MixGuest) else command.mixer)}"
    match command:
        case MixGuest():
            return _entering(command)
        case MuteMember(number=number, on=on):
            return f"{room} {'mute' if on else 'unmute'} {_number(number)} quiet"
        case SendOut(number=number):
            return f"{room} kick {_number(number)}"
        case PlayInRoom(file=file, number=number):
            return f"{room} play {playable(file)}{f' {_number(number)}' if number else ''}"
        case RecordMixer(path=path, on=on):
            return f"{room} recording {'start' if on else 'stop'} {_whole(_PATH, 'path of a recording', path)}"
        case AskMixer():
            return f"{room} json_list compact"


def told(event: SwitchEvent) -> RoomTold | RoomFileTold | None:
    """What an event of a room tells, None if nothing."""
    if event.get(ACTION_HEADER) in FILE_ACTIONS:
        return _file_told(event)
    action, at, size = event.get(ACTION_HEADER), event.get("Event-Date-Timestamp"), event.get("Conference-Size")
    if action not in ACTIONS or not at.isdigit() or not size.isdigit():
        return None
    is_moderator = event.get("Member-Type") == _MODERATOR
    who, dialled = (event.get("Unique-ID"), event.get("Member-ID")), event.get("Caller-Destination-Number")
    return RoomTold(RoomAction(action), *who, Instant(int(at)), int(size), is_moderator, dialled)


def _file_told(event: SwitchEvent) -> RoomFileTold | None:
    """Of a file that cannot be opened it says `start-recording` as well, with an `Error` (conference_record.c)."""
    action, at = RoomFileAction(event.get(ACTION_HEADER)), event.get("Event-Date-Timestamp")
    length = event.get("Milliseconds-Elapsed")
    if not at.isdigit():
        return None
    length_ms = int(length) if length.isdigit() else 0
    return RoomFileTold(action, event.get("Path"), Instant(int(at)), length_ms, event.get("Error"))


def seen(answer: str) -> MixerSeen:
    """What the switch says of a room; where it knows none, the room is empty."""
    try:
        rooms = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return MixerSeen(() if answer.startswith("-ERR") else None)
    return MixerSeen(
        tuple(_member(one) for room in rooms for one in room.get("members", ()) if one.get("type") == "caller"),
        waits=any(room.get("wait_mod", False) for room in rooms),
        records=any(room.get("recording", False) for room in rooms),
    )


def _member(told_of: dict[str, object]) -> MixerMember:
    flags = told_of.get("flags")
    is_moderator = isinstance(flags, dict) and flags.get("is_moderator") is True
    return MixerMember(str(told_of.get("uuid", "")), str(told_of.get("id", "")), is_moderator)


def _mixer(name: str) -> str:
    return _whole(_MIXER, "name of a conference room", name)


def _number(number: str) -> str:
    return _whole(_NUMBER, "number of a member", number)


def _value(value: str) -> str:
    if any(one in value for one in "~^'$\n"):
        raise UnsafeText(
            what="sound of a conference room", text=value[:200], why="~, ^, ', $ and line breaks are syntax here"
        )
    return value


def _whole(pattern: re.Pattern[str], what: str, text: str) -> str:
    if not pattern.fullmatch(text):
        raise UnsafeText(what=what, text=text[:200], why=f"it is not of the form {pattern.pattern}")
    return text
