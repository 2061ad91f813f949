"""Conference rooms of a switch in virtual time: what mod_conference does and tells, as `callcontrol/simulator` has it.

The orders about a room arrive as the api commands of which they are made (`edges/freeswitch/room_commands.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import orjson

from callcontrol.control import room_commands as in_room
from callcontrol.control.room_events import RoomFileTold, RoomTold
from callcontrol.vocabulary.room import RoomAction, RoomFileAction
from tests.simulation.channel import Channel

if TYPE_CHECKING:
    from tests.simulation.switch_callers import SwitchCallers

OfRoom = RoomTold | RoomFileTold
# How soon a member leaves that is sent out, or whose room has ended (seconds).
OUT_S = 0.02
# The last of the applications of a leg that is put into a room.
_ENTERS = re.compile(r"conference:(?P<room>[^@]+)@callcontrol(\+flags\{(?P<flags>[^}]*)\})?'? inline$")


@dataclass(eq=False)
class Member:
    """Of a room.

    Attributes:
        channel: the id of the channel that is mixed: of one that another switch has brought, no channel here.
        owner: the channel of who is heard through it.
        out: what follows when it is not mixed any more.
    """

    channel: str
    number: int
    owner: Channel
    out: Callable[[], None]
    moderator: bool = False
    ends_room: bool = False
    muted: bool = False
    dialled: str = ""
    kicked: bool = False


@dataclass(eq=False)
class Mixer:
    """A room that has members.

    Attributes:
        files: that are written, and since when by the switch's clock.
        since_s: when a member has entered or left last (virtual seconds).
    """

    name: str
    waits: bool
    members: list[Member] = field(default_factory=list)
    files: dict[str, int] = field(default_factory=dict)
    ended: bool = False
    since_s: float = 0.0

    def talks(self) -> bool:
        """Whether two or more hear each other."""
        return len(self.members) > 1 and not self.waits


class Mixers:
    """All rooms of one switch.

    Attributes:
        of_room: gets what the switch tells of a room.
        entered: called with each who enters. sent_out: with each who is asked to leave.
        talked_s: by channel, how long its person has heard others.
        ended_by_key: by room, when a moderator there has pressed the keys that end it.
    """

    def __init__(self, switch: SwitchCallers) -> None:
        self.rooms: dict[str, Mixer] = {}
        self.entered: list[Callable[[Mixer, Member], None]] = []
        self.talked_s: dict[str, float] = {}
        self.ended_by_key: dict[str, float] = {}
        self.sent_out: Callable[[Mixer, Member], None] = lambda room, member: None
        self.of_room: Callable[[str, OfRoom], None] = lambda room, event: None
        self._switch = switch
        self._numbers: dict[str, int] = {}
        self._count = count(1)

    def member_of(self, owner: Channel) -> tuple[Mixer, Member] | None:
        """The room in which this channel's person is heard, and as whom."""
        return next(((room, one) for room, one in self.all() if one.owner is owner), None)

    def all(self) -> Iterator[tuple[Mixer, Member]]:
        """All members of all rooms."""
        return ((room, one) for room in tuple(self.rooms.values()) for one in tuple(room.members))

    def enter(
        self,
        mix: in_room.Mix,
        channel: str,
        owner: Channel,
        out: Callable[[], None],
        dialled: str = "",
    ) -> Member:
        """A channel is mixed from now on."""
        room = self.rooms.get(mix.mixer)
        if room is None or room.ended:
            room = self.rooms[mix.mixer] = Mixer(mix.mixer, mix.waits)
        number = self._numbers.setdefault(channel, 0) or next(self._count)
        self._numbers[channel] = number
        member = Member(channel, number, owner, out, mix.moderator, mix.ends_room, mix.muted, dialled)
        self._settle(room)
        room.members.append(member)
        room.waits = room.waits and not member.moderator
        self._switch.told(owner.call, f"{channel} enters {mix.mixer} as {number}, {len(room.members)} are in it")
        for told in self.entered:
            told(room, member)
        self._tell(room, member, RoomAction.ENTERED)
        return member

    def leave(self, member: Member) -> None:
        """It is not mixed any more; with the last of those that end the room it ends for all."""
        room = next((room for room, one in self.all() if one is member), None)
        if room is None:
            return
        self._settle(room)
        room.members.remove(member)
        self._switch.told(member.owner.call, f"{member.channel} leaves {room.name}")
        self._tell(room, member, RoomAction.LEFT)
        if not room.members or (member.ends_room and not any(one.ends_room for one in room.members)):
            self._end(room)

    def pressed(self, owner: Channel, keys: str) -> None:
        """All keys of this channel up to now."""
        found = self.member_of(owner) if keys.endswith("*9") else None
        if found is not None and found[1].moderator:
            self.ended_by_key[found[0].name] = self._switch.agenda.now_s

    def _settle(self, room: Mixer) -> None:
        """Count how long all have talked."""
        now_s, since_s = self._switch.agenda.now_s, room.since_s
        room.since_s = now_s
        for member in room.members if room.talks() else ():
            self.talked_s[member.channel] = self.talked_s.get(member.channel, 0.0) + now_s - since_s

    def forget(self) -> None:
        """The process ends, and tells of nothing."""
        self.rooms.clear()

    # --- what is asked of a room

    def ask(self, command: str) -> str:
        """The answer to `conference …`, or to `uuid_transfer` of a leg into a room."""
        if command.startswith("uuid_transfer "):
            return self._put_in(command)
        _, name, what, *rest = command.split(" ")
        room = self.rooms.get(name)
        if room is None:
            return f"-ERR Conference {name} not found\n"
        match what:
            case "json_list":
                return _as_json(room)
            case "play":
                return "+OK (play)\n"
            case "recording":
                return self._record(room, *rest)
            case _:
                return self._of_member(room, what, rest[0])

    def _of_member(self, room: Mixer, what: str, number: str) -> str:
        member = next((one for one in room.members if str(one.number) == number), None)
        if member is None:
            return f"-ERR Non-Existant ID {number}\n"
        if what == "kick":
            self.sent_out(room, member)
            self._goes(member)
        else:
            member.muted = what == "mute"
        return f"+OK {what} {number}\n"

    def _record(self, room: Mixer, what: str, path: str) -> str:
        if what == "start":
            room.files[path] = self._switch.wall()
            self.of_room(room.name, RoomFileTold(RoomFileAction.BEGAN, path, self._switch.wall()))
        elif path in room.files:
            self._close(room, path)
        return f"+OK {path}\n"

    def _close(self, room: Mixer, path: str) -> None:
        length_ms = (self._switch.wall() - room.files.pop(path)) // 1000
        self.of_room(room.name, RoomFileTold(RoomFileAction.ENDED, path, self._switch.wall(), max(length_ms, 0)))

    def _put_in(self, command: str) -> str:
        leg = self._switch.channels.get(command.split(" ")[1])
        found = _ENTERS.search(command)
        assert found is not None, command
        if leg is None:
            return "-ERR No such channel!\n"
        flags = (found["flags"] or "").split("|")
        mix = in_room.Mix("", found["room"], "moderator" in flags, "wait-mod" in flags, "endconf" in flags)
        self._switch.unpark(leg)
        member = self.enter(mix, leg.id, leg, lambda: self._switch.hang_up(leg, "NORMAL_CLEARING", "switch"))
        member.muted = "mute" in flags
        leg.on_end.append(lambda: self.leave(member))
        return "+OK\n"

    # --- the rest

    def _goes(self, member: Member) -> None:
        member.kicked = True
        self._switch.agenda.after(OUT_S, lambda: self._out(member))

    def _out(self, member: Member) -> None:
        if any(one is member for _, one in self.all()):
            self.leave(member)
            member.out()

    def _end(self, room: Mixer) -> None:
        room.ended = True
        for path in tuple(room.files):
            self._close(room, path)
        if self.rooms.get(room.name) is room and not room.members:
            del self.rooms[room.name]
        for member in room.members:
            self._goes(member)

    def _tell(self, room: Mixer, member: Member, action: RoomAction) -> None:
        who = member.channel, str(member.number)
        size = len(room.members)
        self.of_room(room.name, RoomTold(action, *who, self._switch.wall(), size, member.moderator, member.dialled))


def _as_json(room: Mixer) -> str:
    members = [
        {"type": "caller", "id": one.number, "uuid": one.channel, "flags": {"is_moderator": one.moderator}}
        for one in room.members
    ]
    told = {"conference_name": room.name, "wait_mod": room.waits, "recording": bool(room.files), "members": members}
    return orjson.dumps([told]).decode()
