"""Conference rooms: orders, and inviting a colleague, whose phone rings and enters as if it had dialled the room."""

from __future__ import annotations

import re
from typing import Final

from callcontrol.config.settings import Tenant
from callcontrol.edges import clock
from callcontrol.edges.live_state.click_to_calls import ClickToCallStore
from callcontrol.edges.live_state.inbox import ask_invitation
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.rooms import RoomStore
from callcontrol.kinds.targets.conference.settings import BLOCK
from callcontrol.usecases import click_to_call
from callcontrol.usecases.names import unknown
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.vocabulary.click_to_call import ClickToCall
from callcontrol.vocabulary.room import Room, RoomOrder
from callcontrol.vocabulary.sentence import says

DIALLED: Final = re.compile(r"[+*#0-9]{1,32}")
# What may be done to one participant.
OF_ONE: Final = frozenset({RoomOrder.MUTE, RoomOrder.UNMUTE, RoomOrder.KICK})


def invite(pipeline: RedisPipeline, tenant: str, settings: Tenant, room: str, phone: str, ring_s: int) -> None:
    """Ring the phone; returns when it is picked up. It is asked for the room's PIN as any other.

    Raises:
        Refused: it makes no sense.
        NotCalled: it was not picked up, or no worker has taken it.
        LiveStateError: Redis is away.
    """
    request = ring(pipeline, tenant, settings, room, phone, ring_s)
    click_to_call.wait_for_pick_up(request, ClickToCallStore(pipeline))


def ring(pipeline: RedisPipeline, tenant: str, settings: Tenant, room: str, phone: str, ring_s: int) -> ClickToCall:
    """Have the phone rung; what becomes of it is told by what is returned.

    Raises:
        Refused: it makes no sense.
        NotCalled: no worker has taken it.
        LiveStateError: Redis is away.
    """
    click_to_call.check(tenant, settings, phone, ring_s)
    number = _number(settings, room)
    request = ClickToCall(clock.new_id(), tenant, phone, number, ring_s)
    click_to_call.ask_worker(request, ClickToCallStore(pipeline))
    return request


def invite_number(pipeline: RedisPipeline, tenant: str, room: str, by: str, number: str) -> Room:
    """Have a number rung for a room, as if the phone of the moderator `by` had dialled it: that extension's rights,
    credit and number shown count, and it pays. Whether it may be called the moderator hears in the room; who answers
    is one of its members from then on.

    Raises:
        Refused: it makes no sense, `by` is no moderator who is in the room, or no worker has taken it.
        LiveStateError: Redis is away.
    """
    found = next((one for one in RoomStore(pipeline).look(tenant) if one.name == room), None)
    if found is None:
        raise NotThere(says("conference room %(room)s is empty", room=room), "room")
    if not DIALLED.fullmatch(number):
        raise Refused(
            says("%(number)s is nothing that a phone dials", number=number),
            "number",
            says("write digits, such as +48221234567"),
        )
    own = next((one for one in found.members if one.extension == by and one.moderator), None)
    if own is None:
        raise Refused(
            says("extension %(by)s is no moderator in conference room %(room)s now, who would pay", by=by, room=room),
            "by",
        )
    if not ask_invitation(pipeline, tenant, own.worker, own.call, number):
        raise Refused(says("no worker has the moderator's call now"), "by", says("try again in a few seconds"))
    return found


def order(store: RoomStore, tenant: str, room: str, what: RoomOrder, call: str) -> Room:
    """Have this done in a room that is open: to one participant, or (`call` "") to all it may concern.

    Raises:
        Refused: it makes no sense, or came too late.
        LiveStateError: Redis is away.
    """
    found = next((one for one in store.look(tenant) if one.name == room), None)
    if found is None:
        raise NotThere(says("conference room %(room)s is empty", room=room), "room")
    if call and (what not in OF_ONE or found.member(call) is None):
        raise NotThere(says("%(call)s is no participant to %(value)s", call=call, value=what.value), "call")
    if not call and what is RoomOrder.KICK:
        raise Refused(says("one participant is sent out"), "call", says("write whose call it is, or `end` for all"))
    now = store.ask_order(tenant, room, what, call)
    if now is None:
        raise Refused(says("meanwhile that participant has left"), "call")
    return now


def _number(settings: Tenant, room: str) -> str:
    rooms = BLOCK.of(settings)
    if room not in rooms:
        raise NotThere(unknown("conference room", room, rooms), "room")
    number = rooms[room].number
    if number is None:
        raise Refused(says("conference room %(room)s has no `number:` that a phone could dial", room=room), "room")
    return number
