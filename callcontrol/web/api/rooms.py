"""`/rooms` and `/parked`: who is in which conference room, and who is parked where."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from callcontrol.edges.live_state.parked import ParkedStore
from callcontrol.edges.live_state.rooms import RoomStore
from callcontrol.usecases import rooms
from callcontrol.usecases.click_to_call import MOST_RING_S, RING_S
from callcontrol.usecases.seen_calls import masked
from callcontrol.vocabulary.moment import text_of
from callcontrol.vocabulary.parked import ParkedCaller
from callcontrol.vocabulary.rights import Kind, Thing, Verb, may
from callcontrol.vocabulary.room import Room, RoomMember, RoomOrder
from callcontrol.web.api.calls import Click
from callcontrol.web.operations import Answer, Asked, Given, Operation, Told


class MemberTold(Told):
    """A participant; `call` as orders take it."""

    call: str
    number: str
    name: str
    extension: str
    since: str
    moderator: bool
    muted: bool


class RoomTold(Told):
    """A room with participants."""

    room: str
    since: str
    locked: bool
    muted: bool
    members: list[MemberTold]


class RoomsTold(Told):
    """Rooms that have participants; `at`: the time of the server."""

    at: str
    rooms: list[RoomTold]


class ParkedTold(Told):
    """A caller at a place."""

    place: str
    lot: str
    number: str
    by: str
    held_for: str
    since: str


class AllParkedTold(Told):
    """All who are parked, by place; `at`: the time of the server."""

    at: str
    parked: list[ParkedTold]


class RoomActGiven(Given):
    """What is done in a room."""

    act: RoomOrder
    call: str = Field(default="", max_length=64, description="mute, unmute, kick: one participant's")


class InvitationGiven(Given):
    """Who is invited."""

    phone: str = Field(max_length=64, description="the extension whose phone rings")
    ring_s: int = Field(default=RING_S, ge=1, le=MOST_RING_S)


def rooms_told(asked: Asked) -> RoomsTold:
    """Rooms that have participants."""
    found = RoomStore(asked.services.pipeline).look(asked.tenant)
    whole = _whole(asked)
    return RoomsTold(at=text_of(asked.services.now()), rooms=[_room(one, whole) for one in found])


def parked_told(asked: Asked) -> AllParkedTold:
    """All who are parked."""
    found = ParkedStore(asked.services.pipeline).look(asked.tenant)
    whole = _whole(asked)
    return AllParkedTold(at=text_of(asked.services.now()), parked=[_parked(one, whole) for one in found])


def _whole(asked: Asked) -> bool:
    """Whether the person sees the numbers of callers who belong to no queue and no extension."""
    return may(asked.person, Verb.SEE, Kind.NUMBERS, Thing(asked.tenant))


def _room(room: Room, whole: bool) -> RoomTold:
    return RoomTold(
        room=room.name,
        since=text_of(room.since),
        locked=room.locked,
        muted=room.muted,
        members=[_member(one, whole) for one in room.members],
    )


def _member(one: RoomMember, whole: bool) -> MemberTold:
    return MemberTold(
        call=one.call,
        number=one.number if whole else masked(one.number),
        name=one.name if whole or one.extension else "",
        extension=one.extension,
        since=text_of(one.since),
        moderator=one.moderator,
        muted=one.muted,
    )


def _parked(one: ParkedCaller, whole: bool) -> ParkedTold:
    return ParkedTold(
        place=one.place,
        lot=one.lot,
        number=one.number if whole else masked(one.number),
        by=one.by,
        held_for=one.held_for,
        since=text_of(one.since),
    )


def _act(asked: Asked) -> Answer:
    return act(asked, asked.path["room"])


def act(asked: Asked, room: str) -> Answer:
    """Do `asked.body` in a room."""
    body = asked.body
    now = rooms.order(RoomStore(asked.services.pipeline), asked.tenant, room, body.act, body.call)
    given = {"act": body.act.value, **({"call": body.call} if body.call else {})}
    return Answer(_room(now, _whole(asked)), audit=("conference room", f"room:{room}", None, given))


def _invite(asked: Asked) -> Answer:
    room, body = asked.path["room"], asked.body
    tenant = asked.services.tenant(asked.tenant)
    request = rooms.ring(asked.services.pipeline, asked.tenant, tenant, room, body.phone, body.ring_s)
    told = Click(id=request.id, phone=body.phone, stage="ringing", detail="")
    return Answer(told, 202, audit=("conference room: invited", f"room:{room}", None, {"phone": body.phone}))


_SEE, _CHANGE = (Verb.SEE, Kind.ROOMS), (Verb.CHANGE, Kind.ROOMS)
OPERATIONS: Final = (
    Operation(
        "list_rooms",
        "GET",
        "/rooms",
        "Conference rooms and who is in them",
        _SEE,
        lambda asked: Answer(rooms_told(asked)),
        RoomsTold,
    ),
    Operation(
        "act_in_room",
        "POST",
        "/rooms/{room}/acts",
        "Lock or unlock, mute or unmute, send one out, end",
        _CHANGE,
        _act,
        RoomTold,
        body=RoomActGiven,
    ),
    Operation(
        "invite_into_room",
        "POST",
        "/rooms/{room}/invitations",
        "A phone of the tenant's rings, and enters as if it had dialled the room",
        _CHANGE,
        _invite,
        Click,
        body=InvitationGiven,
        status=202,
    ),
    Operation(
        "list_parked",
        "GET",
        "/parked",
        "Parked callers",
        _SEE,
        lambda asked: Answer(parked_told(asked)),
        AllParkedTold,
    ),
)
