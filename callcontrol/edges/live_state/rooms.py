"""Conference rooms: entered, kept, left and ordered about, each by one script."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

import orjson

from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.script import Script, script_of
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.room import Room, RoomMember, RoomOrder, RoomRecording, RoomVerdict
from callcontrol.vocabulary.stored import Kind

log = logging.getLogger(__name__)

# A member whose worker does not keep it is out after so long (seconds): longer than it takes until a dead worker's
# calls are taken over. Each call keeps its own several times in it.
LEASE_S: Final = 60

MEMBER: Final = Kind("RoomMember")
RECORDING: Final = Kind("RoomRecording")
OnRoom = Callable[[Room | None, LiveStateError | None], object]

_OPERATIONS: Final = ("enter", "keep", "leave", "order", "look", "record", "unrecord")


def _one_script() -> Script:
    """All operations as one script, so that they keep their order where Redis does not know it yet."""
    parts = (f"if op == '{name}' then\n{_source(name)}\nend" for name in _OPERATIONS)
    return Script("\n".join((_source("rooms"), *parts)))


def _source(name: str) -> str:
    return script_of("room_scripts", name).source


SCRIPT: Final = _one_script()


class RoomStore:
    """The rooms of all tenants. Callbacks get trouble where Redis does not answer."""

    def __init__(self, pipeline: RedisPipeline) -> None:
        self._pipeline = pipeline

    def enter(
        self,
        tenant: str,
        room: str,
        member: RoomMember,
        most: int,
        on_reply: Callable[[RoomVerdict, Room | None, LiveStateError | None], object],
    ) -> None:
        """Let the member in, if the room is not locked and fewer than `most` are in it; asked again it changes nothing.

        An empty room becomes one of the member's own switch.
        """

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            if trouble is not None:
                on_reply(RoomVerdict.UNKNOWN, None, trouble)
            else:
                on_reply(RoomVerdict(reply[0].decode()), decode_room(reply[1]), None)

        self._submit("enter", tenant, room, (*_lease(member), most, member.switch), answered)

    def keep(self, tenant: str, room: str, member: RoomMember, switch: str, on_reply: OnRoom) -> None:
        """The member is still there; the room is at this switch."""
        self._submit("keep", tenant, room, (*_lease(member), switch), _told_to(on_reply))

    def leave(self, tenant: str, room: str, call: str) -> None:
        """The call is not in the room any more."""
        self._submit("leave", tenant, room, (call,), _untold)

    def order(self, tenant: str, room: str, order: RoomOrder, call: str) -> None:
        """Have this done there, to one call or (`call` "") to all it may concern; the members' workers are told."""
        self._submit("order", tenant, room, (order.value, call), _untold)

    def record(self, tenant: str, room: str, recording: RoomRecording) -> None:
        """Let this be the recording of the room, unless it has one; the members' workers are told."""
        told = orjson.dumps(RECORDING.tagged({**asdict(recording), "since": str(recording.since)}))
        self._submit("record", tenant, room, (recording.media_id, told), _untold)

    def unrecord(self, tenant: str, room: str, media_id: str) -> None:
        """The room is not recorded any more, if this was its recording; the members' workers are told."""
        self._submit("unrecord", tenant, room, (media_id,), _untold)

    def ask_order(self, tenant: str, room: str, order: RoomOrder, call: str) -> Room | None:
        """The same, waiting for Redis: the room as it is then, None if it is empty, or has not that call.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        words = ("order", keys.INBOXES, room, order.value, call)
        return decode_room(SCRIPT.ask(self._pipeline, (keys.rooms(tenant),), words))

    def look(self, tenant: str) -> list[Room]:
        """All rooms that have members, by name. Waits for Redis.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        found = SCRIPT.ask(self._pipeline, (keys.rooms(tenant),), ("look", keys.INBOXES, ""))
        rooms = (decode_room(text) for text in found)
        return sorted((room for room in rooms if room is not None), key=lambda room: room.name)

    def _submit(self, op: str, tenant: str, room: str, words: tuple[Any, ...], on_reply: Callable[..., Any]) -> None:
        SCRIPT.submit(self._pipeline, (keys.rooms(tenant),), (op, keys.INBOXES, room, *words), on_reply)


def _told_to(on_reply: OnRoom) -> Callable[[Any, LiveStateError | None], object]:
    return lambda reply, trouble: on_reply(decode_room(reply) if trouble is None else None, trouble)


def _lease(member: RoomMember) -> tuple[bytes, int]:
    # Lua's numbers would round the moment. An earlier version, which cannot read `informed`, knows no recorded room.
    told = {name: value for name, value in asdict(member).items() if name != "informed" or value}
    return orjson.dumps(MEMBER.tagged({**told, "since": str(member.since)})), LEASE_S * 1000


def decode_room(text: bytes | str) -> Room | None:
    """A room as the scripts tell it, None for "" (it is empty).

    Raises:
        Newer: a later version of this program stored it.
        ValueError, TypeError, KeyError: it cannot be read.
    """
    if not text:
        return None
    told = orjson.loads(text)
    members = sorted((_member(one) for one in told["members"] if one), key=lambda one: (one.since, one.call))
    room: Mapping[str, Any] = told["room"]
    more = {"since": Instant(int(room["since"])), "members": tuple(members), "recording": _recording(told)}
    return Room(**{**room, **more})


def _recording(told: Mapping[str, Any]) -> RoomRecording | None:
    # Beside the room: what an earlier version does not read there does not trouble it.
    if not (text := told.get("recording")):
        return None
    fields = RECORDING.read(orjson.loads(text))
    return RoomRecording(**{**fields, "since": Instant(int(fields["since"]))})


def _member(text: str) -> RoomMember:
    fields = MEMBER.read(orjson.loads(text))
    return RoomMember(**{**fields, "since": Instant(int(fields["since"]))})


def _untold(_reply: Any, trouble: LiveStateError | None) -> None:
    """What Redis did not take is set right by the end of the lease."""
    if trouble is not None:
        log.info("a change of a conference room could not be published: %s", trouble)
