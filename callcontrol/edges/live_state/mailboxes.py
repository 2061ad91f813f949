"""Voicemail boxes as they stand now: in force for the very next call, kept over restarts and reloads.

One hash for each box, and one for each tenant of what the lamps of all its boxes show. Workers of a version without
boxes leave both alone: the messages they record come in from their media rows.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

import gevent
import orjson

from callcontrol.edges import clock, meters
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError, StoreRefused
from callcontrol.edges.live_state.mailbox_values import (
    decode_counts,
    decode_pin,
    encode_greeting,
    encode_message,
    greeting_field,
    read_box,
)
from callcontrol.edges.live_state.pipeline import COOL_DOWN_S, RedisPipeline
from callcontrol.edges.live_state.script import script_of
from callcontrol.vocabulary.box_fact import PIN, BoxFact, greeting_in
from callcontrol.vocabulary.mailbox import (
    AddMessage,
    Box,
    BoxChange,
    Changed,
    ChangeReply,
    Counts,
    Done,
    Greeting,
    GreetingKind,
    Move,
    PinTry,
    Release,
    Remove,
    SetState,
    Take,
)

log = logging.getLogger(__name__)

SCRIPT: Final = script_of("box_scripts", "change")
# Messages whose box Redis does not have yet; past it they come in later, from their media rows.
MAX_MESSAGES_OWED: Final = 10_000

OnBox = Callable[[Box | None, LiveStateError | None], object]
OnChanged = Callable[[Changed | None, LiveStateError | None], object]
OnPinTry = Callable[[PinTry | None, LiveStateError | None], object]
OnStored = Callable[[LiveStateError | None], None]
After = Callable[[float, Callable[[], None]], object]
_Owed = tuple[str, str, AddMessage]  # tenant, box, the message


class BoxStore:
    """Reads and changes voicemail boxes. A message that Redis does not take is owed, and offered until it does.

    Args:
        after: does something after so many seconds.
    """

    def __init__(self, pipeline: RedisPipeline, after: After = gevent.spawn_later) -> None:
        self._pipeline = pipeline
        self._after = after
        self._owed: deque[_Owed] = deque()
        self._retrying = False

    @property
    def owed(self) -> int:
        """Messages that Redis has not taken yet."""
        return len(self._owed)

    def look_up(self, tenant: str, box: str, on_box: OnBox) -> None:
        """The box as it stands, in one round trip; one that nothing was ever left in is empty.

        `on_box(box, trouble)`: with trouble nothing is known of the box (None).
        """

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            on_box(None if trouble is not None else read_box(f"{tenant}/{box}", _pairs(reply)), trouble)

        self._pipeline.submit("HGETALL", keys.box(tenant, box), on_reply=answered)

    def read(self, tenant: str, box: str) -> Box:
        """The same, for greenlets that can wait.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        return read_box(f"{tenant}/{box}", _pairs(self._pipeline.ask("HGETALL", keys.box(tenant, box))))

    def counts(self, tenant: str) -> Mapping[str, Counts]:
        """What the lamps of the tenant's boxes show, of those that something was ever left in. Waits for Redis.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
            ValueError: what stands there cannot be read.
        """
        found = _pairs(self._pipeline.ask("HGETALL", keys.boxes(tenant)))
        return {box.decode(): decode_counts(text) for box, text in found.items()}

    def are_made(self, tenant: str) -> bool:
        """Whether `made` was said of the tenant's boxes since Redis lost its keys. Waits for Redis.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        return bool(self._pipeline.ask("EXISTS", keys.boxes_made(tenant)))

    def made(self, tenant: str) -> None:
        """Every message of the tenant's that belongs in a box is in it. Waits for Redis.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        self._pipeline.ask("SET", keys.boxes_made(tenant), clock.now())

    def change(self, tenant: str, box: str, change: BoxChange, on_changed: OnChanged) -> None:
        """Change the box. Only with a new message `on_changed` may be told of trouble that is over later."""
        if isinstance(change, AddMessage):
            self._add((tenant, box, change), on_changed)
        else:
            self._submit(tenant, box, change, on_changed)

    def put(self, tenant: str, box: str, change: BoxChange) -> Changed:
        """The same, for greenlets that can wait; nothing is owed.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        names, words = _call(tenant, box, change)
        return _changed(SCRIPT.ask(self._pipeline, names, words))

    def restore(self, fact: BoxFact) -> None:
        """Bring back a greeting or a PIN that the box does not have any more. Waits for Redis.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        key, kind = keys.box(fact.tenant, fact.box), greeting_in(fact.what)
        if kind is not None:
            self._pipeline.ask("HSETNX", key, greeting_field(kind), fact.value)
        elif fact.what == PIN and not self.read(fact.tenant, fact.box).pin.hash:
            names, given = _names(fact.tenant, fact.box), orjson.dumps({"hash": fact.value})
            SCRIPT.ask(self._pipeline, names, ("pin_set", clock.now(), fact.box, given))

    # --- greetings and PIN

    def greet(self, tenant: str, box: str, kind: GreetingKind, greeting: Greeting | None, on_stored: OnStored) -> None:
        """Set a greeting, or (None) remove it."""
        key, field = keys.box(tenant, box), greeting_field(kind)
        command = ("HDEL", key, field) if greeting is None else ("HSET", key, field, encode_greeting(greeting))
        self._pipeline.submit(*command, on_reply=lambda _, trouble: on_stored(trouble))

    def try_pin(self, tenant: str, box: str, failures: int, lock_us: int, on_try: OnPinTry) -> None:
        """Ask for an attempt at the PIN. It is counted now; after a right one say `pin_was_right`.

        Args:
            failures: after so many wrong attempts, over all calls, the box is locked
            lock_us: for so many microseconds.
        """

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            on_try(PinTry(reply[0] == b"allowed", decode_pin(reply[1])) if trouble is None else None, trouble)

        self._run(tenant, box, "pin_try", {"failures": failures, "lock_us": lock_us}, answered)

    def pin_was_right(self, tenant: str, box: str, on_stored: OnStored) -> None:
        """The attempt was no failure: attempts are counted anew, and the box is open."""
        self._run(tenant, box, "pin_right", {}, lambda _, trouble: on_stored(trouble))

    def set_pin(self, tenant: str, box: str, pin_hash: str, on_stored: OnStored) -> None:
        """Set the PIN, by its hash ("": it has none); the box is open."""
        self._run(tenant, box, "pin_set", {"hash": pin_hash}, lambda _, trouble: on_stored(trouble))

    # --- what is owed

    def _add(self, owed: _Owed, on_changed: OnChanged) -> None:
        def answered(changed: Changed | None, trouble: LiveStateError | None) -> None:
            # What Redis refuses it would refuse again: the message comes in from its media row.
            if isinstance(trouble, StoreRefused):
                log.error("a message does not come into voicemail box %s of tenant %s: %s", owed[1], owed[0], trouble)
            elif trouble is not None:
                self._owe(owed)
            on_changed(changed, trouble)

        self._submit(*owed, answered)

    def _owe(self, owed: _Owed) -> None:
        if len(self._owed) >= MAX_MESSAGES_OWED:
            meters.limits_reached_total.labels("MAX_MESSAGES_OWED").inc()
            self._owed.popleft()
        self._owed.append(owed)
        if not self._retrying:
            self._retrying = True
            self._after(COOL_DOWN_S, self._again)

    def _again(self) -> None:
        self._retrying = False
        waiting, self._owed = self._owed, deque()
        for one in waiting:
            self._add(one, lambda changed, trouble: None)

    def _submit(self, tenant: str, box: str, change: BoxChange, on_changed: OnChanged) -> None:
        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            on_changed(_changed(reply) if trouble is None else None, trouble)

        names, words = _call(tenant, box, change)
        SCRIPT.submit(self._pipeline, names, words, answered)

    def _run(
        self,
        tenant: str,
        box: str,
        operation: str,
        given: Mapping[str, Any],
        on_reply: Callable[[Any, LiveStateError | None], None],
    ) -> None:
        words = (operation, clock.now(), box, orjson.dumps(given))
        SCRIPT.submit(self._pipeline, _names(tenant, box), words, on_reply)


def _names(tenant: str, box: str) -> tuple[str, ...]:
    return keys.box(tenant, box), keys.boxes(tenant)


def _call(tenant: str, box: str, change: BoxChange) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """The keys and arguments of a change."""
    operation, given = _operation(change)
    value = (encode_message(change.message),) if isinstance(change, AddMessage) else ()
    names = (*_names(tenant, box), *((keys.box(tenant, change.to),) if isinstance(change, Move) else ()))
    return names, (operation, clock.now(), box, orjson.dumps(given), *value)


def _operation(change: BoxChange) -> tuple[str, Mapping[str, str]]:
    """The word of a change, and what it is given."""
    match change:
        case AddMessage(one):
            return "add", {"id": one.id, "state": one.state, "taken_by": one.taken_by, "done_by": one.done_by}
        case SetState(message_id, to):
            return "state", {"id": message_id, "to": to}
        case Take(message_id, by):
            return "take", {"id": message_id, "by": by}
        case Release(message_id):
            return "release", {"id": message_id}
        case Done(message_id, by):
            return "done", {"id": message_id, "by": by}
        case Remove(message_id):
            return "remove", {"id": message_id}
        case Move(message_id, to):
            return "move", {"id": message_id, "to": to}


def _changed(reply: Any) -> Changed:
    word, by, new, kept = reply
    return Changed(ChangeReply(word.decode()), Counts(int(new), int(kept)), by.decode())


def _pairs(reply: Any) -> Mapping[bytes, bytes]:
    """What HGETALL answers: names and values in turn, or already put together."""
    return reply if isinstance(reply, dict) else dict(zip(reply[::2], reply[1::2], strict=True))
