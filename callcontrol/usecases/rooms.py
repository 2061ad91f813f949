"""A colleague is invited into a conference room: the phone rings, and enters as if it had dialled the room."""

from __future__ import annotations

from callcontrol.config.settings import Tenant
from callcontrol.edges import clock
from callcontrol.edges.live_state.click_to_calls import ClickToCallStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.kinds.targets.conference.settings import BLOCK
from callcontrol.usecases import click_to_call
from callcontrol.usecases.names import unknown
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.vocabulary.click_to_call import ClickToCall


def invite(pipeline: RedisPipeline, tenant: str, settings: Tenant, room: str, phone: str, ring_s: int) -> None:
    """Ring the phone; returns when it is picked up. It is asked for the room's PIN as any other.

    Raises:
        Refused: it makes no sense.
        NotCalled: it was not picked up, or no worker has taken it.
        LiveStateError: Redis is away.
    """
    click_to_call.check(tenant, settings, phone, ring_s)
    number = _number(settings, room)
    request, store = ClickToCall(clock.new_id(), tenant, phone, number, ring_s), ClickToCallStore(pipeline)
    click_to_call.ask_worker(request, store)
    click_to_call.wait_for_pick_up(request, store)


def _number(settings: Tenant, room: str) -> str:
    rooms = BLOCK.of(settings)
    if room not in rooms:
        raise NotThere(unknown("conference room", room, rooms), "room")
    number = rooms[room].number
    if number is None:
        raise Refused(f"conference room {room} has no `number:` that a phone could dial", "room")
    return number
