"""What a call can ask for about a conference room: of the live state, and of the switch that mixes it."""

from __future__ import annotations

from dataclasses import dataclass, field

from callcontrol.routing.plan import LegPlan
from callcontrol.vocabulary.room import RoomMember, RoomOrder, RoomRecording


@dataclass(frozen=True, slots=True)
class EnterRoom:
    """Let the caller in, if the room is not locked and fewer than `most` are in it; answered by RoomEntered."""

    room: str
    member: RoomMember
    most: int


@dataclass(frozen=True, slots=True)
class KeepInRoom:
    """The caller is still in the room, which is at this switch; answered by RoomChanged."""

    room: str
    member: RoomMember
    switch: str


@dataclass(frozen=True, slots=True)
class LeaveRoom:
    """The call is not in the room any more, or (`leg` not "") its guest at this leg."""

    room: str
    leg: str = ""


@dataclass(frozen=True, slots=True)
class OrderRoom:
    """Have this done there, to one call or (`call` "") to all it may concern. Every member's call hears RoomChanged."""

    room: str
    order: RoomOrder
    call: str = ""


@dataclass(frozen=True, slots=True)
class ClaimRecording:
    """Let this be the recording of the room, unless it has one. Every member's call hears RoomChanged."""

    room: str
    recording: RoomRecording


@dataclass(frozen=True, slots=True)
class DropRecording:
    """The room is not recorded any more, if this was its recording. Every member's call hears RoomChanged."""

    room: str
    media_id: str


@dataclass(frozen=True, slots=True)
class CheckRoomPin:
    """Compare what was pressed with the PINs of members and of moderators, digits or hashes, None where there is none;
    answered by RoomPinChecked.
    """

    pressed: str = field(repr=False)
    pin: str | None = field(repr=False)
    moderator_pin: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoteWrongPin:
    """Let it be counted that a caller has pressed a wrong PIN of a room."""

    room: str


@dataclass(frozen=True, slots=True)
class Mix:
    """Put the caller's channel into the room of its switch; AppEnded tells that it is out of it.

    Attributes:
        mixer: the room as the switch names it (`mixer_name`).
        moderator: the room opens with this member.
        waits: the room is not mixed before a moderator is there.
        ends_room: with the last such member the room ends for all.
        muted: the member is not heard.
        music: what one who is alone, or waits, hears; "": nothing.
        enters, leaves: what the others hear at the beginning and at the end; "": nothing.
    """

    app_id: str
    mixer: str
    moderator: bool = False
    waits: bool = False
    ends_room: bool = False
    muted: bool = False
    music: str = ""
    enters: str = ""
    leaves: str = ""


@dataclass(frozen=True, slots=True)
class MixThere:
    """The same at another switch: the caller is bridged with this leg, which is put into the room there. AppEnded tells
    that it is out of it.
    """

    mix: Mix
    leg_id: str
    leg: LegPlan


@dataclass(frozen=True, slots=True)
class MixGuest:
    """Put a parked leg of the call into the room of its switch, after it has heard this ("": nothing)."""

    switch: str
    mix: Mix
    leg_id: str
    said: str


@dataclass(frozen=True, slots=True)
class MuteMember:
    """The member with this number is not heard, or (`on` False) is heard again."""

    switch: str
    mixer: str
    number: str
    on: bool


@dataclass(frozen=True, slots=True)
class SendOut:
    """The member with this number leaves the room: AppEnded tells."""

    switch: str
    mixer: str
    number: str


@dataclass(frozen=True, slots=True)
class PlayInRoom:
    """Play this to the member with this number; "": to all."""

    switch: str
    mixer: str
    file: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class RecordMixer:
    """Write what is said in the room to this file, or (`on` False) end it; answered by RoomFileTold. Asked for again it
    changes nothing.
    """

    switch: str
    mixer: str
    path: str
    on: bool


@dataclass(frozen=True, slots=True)
class AskMixer:
    """Who is in the room at the switch; answered by MixerSeen."""

    switch: str
    mixer: str


# Of the live state, and of the switch's own connection; `Mix` and `MixThere` are the caller's connection's.
MixerCommand = MixGuest | MuteMember | SendOut | PlayInRoom | RecordMixer | AskMixer
RoomCommand = (
    EnterRoom
    | KeepInRoom
    | LeaveRoom
    | OrderRoom
    | ClaimRecording
    | DropRecording
    | CheckRoomPin
    | NoteWrongPin
    | MixerCommand
)
