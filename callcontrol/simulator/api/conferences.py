"""`conference NAME …`: orders about those in one, and questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from callcontrol.simulator.conferences import Conference, Member, as_json
from callcontrol.simulator.session import SwitchBase


def conference(switch: SwitchBase, argument: str) -> str:
    """`conference list` and `conference NAME COMMAND [WORDS]`"""
    name, *words = argument.split(" ")
    if name == "list":
        listed = switch.conferences.all()
        return "".join(f"+OK Conference {one.name}\n" for one in listed) or "+OK No active conferences.\n"
    found = switch.conferences.find(name)
    if found is None:
        return f"-ERR Conference {name} not found\n"
    command, rest = (words[0] if words else ""), words[1:]
    carried_out = _OF_ROOM.get(command)
    if carried_out is not None:
        return carried_out(found, rest)
    of_member = _OF_MEMBER.get(command)
    if of_member is None:
        return f"-ERR conference command '{command}' not found.\n"
    member = found.of_number(rest[0] if rest else "")
    return of_member(found, member) if member is not None else f"-ERR Non-Existant ID {rest[0] if rest else 0}\n"


def _json_list(room: Conference, words: list[str]) -> str:
    return as_json((room,), compact="compact" in words)


def _play(room: Conference, words: list[str]) -> str:
    file, number = (*words, "", "")[:2]
    member = room.of_number(number) if number else None
    if number and member is None:
        return f"-ERR Member: {number} not found.\n"
    if not room.play(file, member):
        return f"-ERR (play) File: {file} not found.\n"
    return f"+OK (play) Playing file {file}{f' to member {number}' if member is not None else ''}\n"


def _lock(room: Conference, _words: list[str]) -> str:
    room.locked = True
    room.tell("lock")
    return f"+OK {room.name} locked\n"


def _unlock(room: Conference, _words: list[str]) -> str:
    room.locked = False
    room.tell("unlock")
    return f"+OK {room.name} unlocked\n"


def _recording(room: Conference, words: list[str]) -> str:
    what, path = (*words, "", "")[:2]
    if what == "start":
        room.start_recording(path)
        return f"+OK Record file {path}\n"
    if path not in room.recordings:
        return "+OK Stopped recording 0 files\n" if what == "stop" else f"-ERR {path} is not recorded\n"
    if what == "stop":
        room.stop_recording(path)
        return f"Stopped recording file {path}\n+OK Stopped recording 0 files\n"
    room.pause_recording(path, on=what == "pause")
    return f"+OK {'Pause' if what == 'pause' else 'Resume'} recording file {path}\n"


def _kick(room: Conference, member: Member) -> str:
    room.kick(member)
    return f"+OK kicked {member.number}\n"


def _mute(room: Conference, member: Member) -> str:
    room.mute(member, on=True)
    return f"+OK mute {member.number}\n"


def _unmute(room: Conference, member: Member) -> str:
    room.mute(member, on=False)
    return f"+OK unmute {member.number}\n"


_OF_ROOM: Final[dict[str, Callable[[Conference, list[str]], str]]] = {
    "json_list": _json_list,
    "play": _play,
    "lock": _lock,
    "unlock": _unlock,
    "recording": _recording,
}
_OF_MEMBER: Final[dict[str, Callable[[Conference, Member], str]]] = {"kick": _kick, "mute": _mute, "unmute": _unmute}
COMMANDS = {"conference": conference}
