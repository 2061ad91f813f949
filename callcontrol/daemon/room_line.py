"""Conference rooms as a driver sees them: what its call asks of the live state and of the switch that mixes, and what
both tell, as the call's events.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Final, Protocol

from callcontrol.control import room_commands as in_room
from callcontrol.control.call import Call
from callcontrol.control.own_steps import mixer_of
from callcontrol.control.room_events import GuestAsked, MixerSeen, RoomChanged, RoomEntered
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.room_pins import RoomPins
from callcontrol.edges import clock, meters, room_meters
from callcontrol.edges.freeswitch import room_commands
from callcontrol.edges.freeswitch.failures import EventSocketError
from callcontrol.edges.freeswitch.inbound import SwitchLink
from callcontrol.edges.freeswitch.replies import Reply
from callcontrol.edges.freeswitch.wire import SwitchEvent, peek
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.rooms import RoomStore
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.room import Room, RoomVerdict, mixer_name

log = logging.getLogger(__name__)

MAINTENANCE: Final = room_commands.MAINTENANCE


class RoomLine:
    """Carries out what calls ask about conference rooms.

    Args:
        link_of: the connection to a switch, None if it has none (any more).
    """

    def __init__(self, pipeline: RedisPipeline, link_of: Callable[[str], SwitchLink | None]) -> None:
        self._store = RoomStore(pipeline)
        self._link_of = link_of
        self._pins = RoomPins()

    def carry_out(self, command: in_room.RoomCommand, driver: DrivenCall) -> None:
        """Carry it out; the answer, where there is one, is delivered to the driver."""
        store, tenant, call = self._store, driver.call.tenant, driver.call.id
        match command:
            case in_room.EnterRoom(room, member, most):
                store.enter(tenant, room, member, most, partial(_entered, driver))
            case in_room.KeepInRoom(room, member, switch):
                store.keep(tenant, room, member, switch, partial(_kept, driver))
            case in_room.LeaveRoom(room, leg):
                store.leave(tenant, room, leg or call)
            case in_room.OrderRoom(room, order, whose):
                store.order(tenant, room, order, whose)
            case in_room.ClaimRecording(room, recording):
                store.record(tenant, room, recording)
            case in_room.DropRecording(room, media_id):
                store.unrecord(tenant, room, media_id)
            case in_room.CheckRoomPin():
                self._pins.check(command, driver)
            case in_room.NoteWrongPin(room):
                room_meters.wrong_pins_total.labels(tenant).inc()
                log.warning("a wrong PIN of conference room %s", room, extra={"call": call, "tenant": tenant})
            case (
                in_room.MixGuest()
                | in_room.MuteMember()
                | in_room.SendOut()
                | in_room.PlayInRoom()
                | in_room.RecordMixer()
            ):
                self._ask(command, partial(_replied, driver.call, type(command).__name__), driver.call)
            case in_room.AskMixer():
                if not self._ask(command, lambda reply: driver.deliver(_seen(reply)), driver.call):
                    driver.deliver(MixerSeen(None))

    def _ask(self, command: in_room.MixerCommand, on_reply: Callable[[Reply], object], call: Call) -> bool:
        """Whether it was sent to the switch that has the room."""
        link = self._link_of(command.switch)
        try:
            if link is not None:
                link.ask(room_commands.api_command(command), on_reply)
                return True
            trouble = f"there is no switch {command.switch}"
        except EventSocketError as error:
            trouble = str(error)
        meters.command_errors_total.labels(command.switch).inc()
        log.warning("%s was not carried out: %s", type(command).__name__, trouble, extra={"call": call.id})
        return False


def _entered(driver: DrivenCall, verdict: RoomVerdict, room: Room | None, trouble: LiveStateError | None) -> None:
    room_meters.entries_total.labels(driver.call.tenant, verdict.value).inc()
    driver.deliver(RoomEntered(verdict, room, str(trouble) if trouble is not None else ""))


def _kept(driver: DrivenCall, room: Room | None, _trouble: LiveStateError | None) -> None:
    """While Redis is away the room goes on as it is."""
    if room is not None:
        driver.deliver(RoomChanged(room))


def _replied(call: Call, what: str, reply: Reply) -> None:
    """A member that has just gone is not there any more: the switch's refusal is for the log alone."""
    if not reply.text.startswith("+OK"):
        log.info("%s: %s", what, reply.text.strip(), extra={"call": call.id})


def _seen(reply: Reply) -> MixerSeen:
    return room_commands.seen(reply.text)


def changed(drivers: Iterable[DrivenCall], tenant: str, room: Room | None) -> None:
    """A caller was let into a room, has left it, or something was ordered there."""
    if room is None:
        return
    for driver in [one for one in drivers if one.call.tenant == tenant]:
        mixer = mixer_of(driver.call)
        if mixer is not None and mixer[1] == room.name:
            driver.deliver(RoomChanged(room))


def asked(drivers: Mapping[str, DrivenCall], call: str, number: str) -> None:
    """A moderator's call of ours is to invite a number."""
    driver = drivers.get(call)
    if driver is not None:
        driver.deliver(GuestAsked(number))


def mixer_named(text: bytes) -> str:
    """The room that this event is of, "" if it is of none."""
    return peek(text, room_commands.MIXER_HEADER) if peek(text, "Event-Subclass") == MAINTENANCE else ""


def are_in(drivers: Iterable[DrivenCall], switch: str, mixer: str) -> Iterator[DrivenCall]:
    """Those in the room of this name at the switch."""
    for driver in drivers:
        at = mixer_of(driver.call)
        if at is not None and at[0] == switch and mixer_name(driver.call.tenant, at[1]) == mixer:
            yield driver


def tell(event: SwitchEvent, switch: str, drivers: Iterable[DrivenCall]) -> None:
    """Deliver what a switch tells of a room to all calls that are in it."""
    happened = room_commands.told(event)
    if happened is not None:
        for driver in [*are_in(drivers, switch, event.get(room_commands.MIXER_HEADER))]:
            driver.deliver(happened)


class HasCalls(Protocol):
    """A worker's calls in progress, by id."""

    drivers: dict[str, DrivenCall]


def refresh_meters(shared: HasCalls) -> None:
    """How many participants are in calls of this worker, and since when the oldest of their rooms is open."""
    rooms = [room for driver in shared.drivers.values() if (room := _room_of(driver.call)) is not None]
    room_meters.participants.set(len(rooms))
    oldest = min((room.since for room in rooms), default=None)
    room_meters.oldest_seconds.set((clock.now() - oldest) / SECOND_US if oldest is not None else 0)


def _room_of(call: Call) -> Room | None:
    room = getattr(call.state, "room", None)
    return room if mixer_of(call) is not None and isinstance(room, Room) else None
