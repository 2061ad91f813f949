"""Places at which callers are parked: taken, kept, left, and their callers fetched, each by one script."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any, Final

import orjson

from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.script import Script, script_of
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.parked import ParkedCaller, RingingCall, Taker
from callcontrol.vocabulary.stored import Kind

log = logging.getLogger(__name__)

# A place that no worker keeps is free after so long (seconds): longer than it takes until a dead worker's calls are
# taken over and their callers are fetched. Each call keeps its own several times in it.
LEASE_S: Final = 60
# One that is only held for a caller to come (seconds).
HELD_S: Final = 20
# So long a caller is the phone's that is taking the caller (seconds).
TAKING_S: Final = 15

# As the inbox reads it (take.lua).
MESSAGE: Final = Kind("Message")
CALLER: Final = Kind("ParkedCaller")
TAKER: Final = Kind("Taker")
# Kinds of messages about calls that ring.
PICKS_UP: Final = "picks_up"
RINGS: Final = "rings"
PICK_UP: Final = "pick_up"
NOT_PICKED_UP: Final = "not_picked_up"

_OPERATIONS: Final = ("claim", "keep", "leave", "take", "let_be", "look")


def _one_script() -> Script:
    """All operations as one script. Of several, one that Redis does not know yet would come after those that were asked
    later: a place that was freed would be kept again.
    """
    parts = (f"if op == '{name}' then\n{_source(name)}\nend" for name in _OPERATIONS)
    return Script("\n".join((_source("places"), *parts)))


def _source(name: str) -> str:
    return script_of("parked_scripts", name).source


SCRIPT: Final = _one_script()


class ParkedStore:
    """The places of all tenants. Callbacks get trouble where Redis does not answer."""

    def __init__(self, pipeline: RedisPipeline) -> None:
        self._pipeline = pipeline

    def claim(
        self,
        tenant: str,
        caller: ParkedCaller,
        places: Iterable[str],
        on_reply: Callable[[str, bool, LiveStateError | None], object],
    ) -> None:
        """Take the first of these places that is free, or held for who parks (True); "" if none is."""

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            place, was_held = (b"", 0) if trouble is not None else reply
            on_reply(place.decode(), bool(was_held), trouble)

        self._submit("claim", tenant, (*_lease(caller), *places), answered)

    def keep(
        self,
        tenant: str,
        caller: ParkedCaller,
        on_reply: Callable[[bool, Taker | None, LiveStateError | None], object],
    ) -> None:
        """The caller is still there: whether the place is that caller's, and who is just taking the caller."""

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            kept, taker = (0, b"") if trouble is not None else reply
            on_reply(bool(kept), decode_taker(taker) if taker else None, trouble)

        self._submit("keep", tenant, _lease(caller), answered)

    def leave(
        self, tenant: str, place: str, call: str, on_reply: Callable[[bool, LiveStateError | None], object]
    ) -> None:
        """The caller goes elsewhere; False: a phone is just taking the caller."""
        self._submit("leave", tenant, (place, call, 0), lambda reply, trouble: on_reply(bool(reply), trouble))

    def free(self, tenant: str, place: str, call: str) -> None:
        """The call is not there any more."""
        self._submit("leave", tenant, (place, call, 1), _untold)

    def take(
        self,
        tenant: str,
        place: str,
        taker: Taker,
        on_reply: Callable[[ParkedCaller | None, LiveStateError | None], object],
    ) -> None:
        """Take the caller at this place ("": any); None: there is none, or another phone was faster."""

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            on_reply(decode_caller(reply[0]) if trouble is None and reply else None, trouble)

        words = (place, encode_taker(taker), TAKING_S * 1000, keys.INBOXES)
        self._submit("take", tenant, words, answered)

    def let_be(self, tenant: str, place: str, taker: str) -> None:
        """The phone of this call does not take the caller."""
        self._submit("let_be", tenant, (place, taker), _untold)

    def ask_for_ringing(
        self,
        tenant: str,
        extensions: Iterable[str],
        taker: Taker,
        on_asked: Callable[[int, LiveStateError | None], object],
    ) -> None:
        """Ask every worker for calls that ring at one of these extensions. `on_asked` gets how many hear it, 0 where
        that is not known. A worker of the version before has one picked up at once.
        """
        fields = [encode_taker(taker).decode(), *extensions]
        message = {"kind": PICKS_UP, "from": keys.calls(tenant), "fields": fields, "to_choose": True}

        def asked(heard: Any, trouble: LiveStateError | None) -> None:
            is_known = trouble is None and self._pipeline.counts_all_listeners
            on_asked(int(heard) if is_known else 0, trouble)

        self._pipeline.submit("PUBLISH", keys.everyone(), orjson.dumps(MESSAGE.tagged(message)), on_reply=asked)

    def answer_ringing(self, tenant: str, taker: Taker, calls: Iterable[RingingCall]) -> None:
        """Tell the taker which calls of ours ring there."""
        found = [[one.call, one.worker, one.switch, str(one.since)] for one in calls]
        self._tell(tenant, keys.inbox(taker.worker), RINGS, taker.call, found)

    def ask_to_pick_up(self, tenant: str, ringing: RingingCall, extensions: Iterable[str], taker: Taker) -> None:
        """Have the call's worker do so, if it still rings at one of these extensions."""
        self._tell(tenant, keys.inbox(ringing.worker), PICK_UP, encode_taker(taker).decode(), ringing.call, *extensions)

    def give(
        self,
        tenant: str,
        taker: Taker,
        call_id: str,
        on_given: Callable[[], object],
        on_another: Callable[[], object] = lambda: None,
    ) -> None:
        """Call `on_given` if the taker picks up this call: of all that ring there it is given one, and keeps it."""
        key = keys.picked_up(tenant, taker.call)

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            if trouble is not None:
                return
            if reply is not None:
                on_given()
            else:
                self._pipeline.submit("GET", key, on_reply=known)

        def known(reply: Any, trouble: LiveStateError | None) -> None:
            if trouble is None:
                (on_given if reply == call_id.encode() else on_another)()

        self._pipeline.submit("SET", key, call_id, "NX", "EX", TAKING_S * 4, on_reply=answered)

    def refuse_taker(self, tenant: str, taker: Taker, call_id: str) -> None:
        """The taker does not pick up this call, and may be given another one: first that, then it is told."""

        def taken_back(_reply: Any, trouble: LiveStateError | None) -> None:
            if trouble is None:
                self.tell_not_picked_up(tenant, taker, call_id)

        self._pipeline.submit("DEL", keys.picked_up(tenant, taker.call), on_reply=taken_back)

    def tell_not_picked_up(self, tenant: str, taker: Taker, call_id: str, *, is_another: bool = False) -> None:
        """Tell the taker's call that this one is not picked up; `is_another`: another one is given to it."""
        why = "another" if is_another else ""
        self._tell(tenant, keys.inbox(taker.worker), NOT_PICKED_UP, taker.call, call_id, why)

    def tell_everyone(self, tenant: str, kind: str, *fields: str) -> None:
        """Tell every worker: one of them has the call that it is about."""
        self._tell(tenant, keys.everyone(), kind, *fields)

    def tell_joined(self, tenant: str, taker: Taker, at: Instant, channel: str, party: str) -> None:
        """Tell the taker's call since when both talk."""
        self._tell(tenant, keys.inbox(taker.worker), "parked_joined", taker.call, str(at), channel, party)

    def look(self, tenant: str) -> list[ParkedCaller]:
        """All who are parked, by place. Waits for Redis.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        found = SCRIPT.ask(self._pipeline, (keys.parked(tenant),), ("look",))
        return sorted(map(decode_caller, found), key=lambda one: (len(one.place), one.place))

    def _tell(self, tenant: str, channel: str, kind: str, *fields: Any) -> None:
        text = orjson.dumps(MESSAGE.tagged({"kind": kind, "from": keys.calls(tenant), "fields": fields}))
        self._pipeline.submit("PUBLISH", channel, text, on_reply=_untold)

    def _submit(self, op: str, tenant: str, words: tuple[Any, ...], on_reply: Callable[..., Any]) -> None:
        SCRIPT.submit(self._pipeline, (keys.parked(tenant),), (op, *words), on_reply)


def _lease(caller: ParkedCaller) -> tuple[bytes, int]:
    return encode_caller(caller), (HELD_S if caller.held_for else LEASE_S) * 1000


def encode_caller(caller: ParkedCaller) -> bytes:
    """As stored. Lua's numbers would round the moment."""
    return orjson.dumps(CALLER.tagged({**asdict(caller), "since": str(caller.since)}))


def decode_caller(text: bytes) -> ParkedCaller:
    """A stored one.

    Raises:
        Newer: a later version of this program stored it.
        ValueError, TypeError, KeyError: it cannot be read.
    """
    fields = CALLER.read(orjson.loads(text))
    return replace(ParkedCaller(**fields), since=Instant(int(fields["since"])))


def encode_taker(taker: Taker) -> bytes:
    """As stored."""
    return orjson.dumps(TAKER.tagged(asdict(taker)))


def decode_taker(text: bytes | str) -> Taker:
    """A stored one. Raises as `decode_caller`."""
    return Taker(**TAKER.read(orjson.loads(text)))


def _untold(_reply: Any, trouble: LiveStateError | None) -> None:
    """What Redis did not take is set right by the end of the lease, or by the taker's call, which asks the switch."""
    if trouble is not None:
        log.info("a change of a parked caller could not be published: %s", trouble)
