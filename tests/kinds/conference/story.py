"""Conference rooms stepped by hand: a caller who enters, and what the switch and the live state tell."""

from __future__ import annotations

from typing import Self

from callcontrol.control import room_commands as in_room
from callcontrol.control.events import KeyPressed
from callcontrol.control.room_events import RoomChanged, RoomEntered, RoomTold
from callcontrol.kinds.targets.conference.conferring import InRoom
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.room import Room, RoomAction, RoomMember, RoomVerdict
from tests.control.story import Story
from tests.routing.world import NOW, TENANT, facts

ROOMS = """
recording: {opt_out: [+48500100399]}
conferences:
  open: {number: 600, max_participants: 3, longest: 3600}
  board:
    number: 601
    pin: "4713"
    moderator_pin: "8206"
    moderators: [102]
    wait_for_moderator: yes
    ends_with_moderator: yes
    announce: none
  council: {number: 604, pin: "scrypt$14$8$1$LtgHD0ZMkKQ+OOW58Gsl4Q==$qFOHAbPzmPAm1TrObOi3XkxokfvYVQOmzdmK2TC6X5Q="}
  visitors: {number: 605, announce: name}
  talk: {number: 603, record: yes}
  quiet: {number: 602, join_muted: yes, moderator_pin: "8206", tries: 2}
"""
# Of 591728.
HASH = "scrypt$14$8$1$LtgHD0ZMkKQ+OOW58Gsl4Q==$qFOHAbPzmPAm1TrObOi3XkxokfvYVQOmzdmK2TC6X5Q="
OTHER = RoomMember("call-9", "w2", "other-9", "fs1", "+48500100302", "Jan", "", NOW)


def known(dialled: str = "600", extension: str = "101") -> Facts:
    """Facts of a tenant with rooms; an extension dials one."""
    return facts(dialled, tenant=TENANT + ROOMS, caller=Caller(extension, extension=extension))


class RoomStory(Story):
    """A caller who dials a room."""

    def __init__(self, dialled: str = "600", extension: str = "101") -> None:
        super().__init__(known(dialled, extension))
        self.begin()

    @property
    def in_room(self) -> InRoom:
        """The state in the room."""
        assert isinstance(self.call.state, InRoom)
        return self.call.state

    def keys(self, pressed: str) -> Self:
        """One after the other."""
        for key in pressed:
            self.then(KeyPressed(key), 0.2)
        return self

    def room(self, *others: RoomMember, **more: object) -> Room:
        """With the caller in it, as was asked for."""
        members = (self.command(in_room.EnterRoom).member, *others)
        name = self.command(in_room.EnterRoom).room
        return Room(name, "fs1", NOW, members=members, **more)  # type: ignore[arg-type]  # kwargs of a test

    def let_in(self, *others: RoomMember, **more: object) -> Self:
        """By the live state."""
        return self.then(RoomEntered(RoomVerdict.IN, self.room(*others, **more)), 0.2)

    def mixed(self, size: int = 1) -> Self:
        """The switch has put the caller into the room."""
        return self.then(RoomTold(RoomAction.ENTERED, self.call.led, "1", self.next_moment(), size))

    def other(self, action: RoomAction, size: int, *, moderator: bool = False) -> Self:
        """Another caller enters or leaves."""
        return self.then(RoomTold(action, "other-9", "2", self.next_moment(), size, moderator))

    def ordered(self, **change: object) -> Self:
        """The live state has the caller's own place changed."""
        own = self.in_room.room.member(self.call.id)
        assert own is not None
        changed = replace(self.in_room.room, members=(replace(own, **change),))  # type: ignore[arg-type]
        return self.then(RoomChanged(changed))

    def next_moment(self) -> Instant:
        """A second from now, as `then` has it."""
        return Instant(self.facts.now + 1_000_000)
