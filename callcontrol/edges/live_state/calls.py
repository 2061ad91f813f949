"""Calls in progress, saved at every change, so that any worker can go on with them.

Each call has one owner, a worker, and only the owner saves or forgets it. A worker that was taken for dead and comes
back learns that with its next save. What Redis did not take is owed: the latest save of each call is sent until taken.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from types import TracebackType
from typing import Any, Final, Protocol

import gevent

from callcontrol.control.call import Call
from callcontrol.edges import meters
from callcontrol.edges.live_state import codec, keys
from callcontrol.edges.live_state.failures import CallUnreadable, LiveStateError, StoreRefused
from callcontrol.edges.live_state.pipeline import COOL_DOWN_S, OnReply, RedisPipeline, connect
from callcontrol.edges.live_state.script import Script, script_of

log = logging.getLogger(__name__)

# Calls whose latest save Redis does not have; past it the oldest saves are given up (the records are not: see spool).
MAX_OWED = 50_000
# How often a save is tried that meets an error of ours (a value of the wrong kind, a mistake in a script).
MAX_REFUSED: Final = 10
# Calls read or taken at a time: decoding a page must not hold up the others (some 10 ms).
PAGE = 50

_SAVE: Final = script_of("call_scripts", "save")
_FORGET: Final = script_of("call_scripts", "forget")
_TAKE: Final = script_of("call_scripts", "take")
_DROP: Final = script_of("call_scripts", "drop")
_WHOEVER: Final = "*"
# A call that was forgotten is not saved again by a save that was late by less than this (seconds).
OVER_S: Final = 600
# How long reading one call waits for Redis (seconds).
LOOK_TIMEOUT_S: Final = 2.0

# A call is also found by the id of its first channel, which was a call's id once: a worker of that version that gets
# the channel reads there that a later version has the call, and leaves it to that one.
_SEE_ID: Final = b'{"$":"Call/3"}'
# The owner of such an entry. A worker of that version may take it over all the same, as a call without a living owner.
_NO_CALL: Final = "-"

_CallKey = tuple[str, str]  # tenant, call id
# The call, as its worker has it; whether it is to be forgotten. It is written when it is sent: what is saved again
# before that takes the place of what was to be saved.
_Word = tuple[Call, bool]

After = Callable[[float, Callable[[], None]], object]
# (tenant, call id): another worker has this call.
OnLost = Callable[[str, str], object]


class Values(Protocol):
    """How calls are written and read: see codec.Codec."""

    def encode(self, value: Any) -> bytes: ...
    def decode(self, text: bytes | str) -> Any: ...


class CallStore:
    """Saves and forgets calls. A save that fails is counted and owed; the call itself goes on.

    Args:
        on_lost: told of a call that was saved or forgotten here although another worker has it.
        after: does something after so many seconds.
        values: how calls are written and read.
    """

    def __init__(
        self,
        pipeline: RedisPipeline,
        on_lost: OnLost = lambda tenant, call: None,
        after: After = gevent.spawn_later,
        values: Values = codec,
    ) -> None:
        self._values = values
        self._pipeline = pipeline
        self._on_lost = on_lost
        self._after = after
        self._owed: dict[_CallKey, _Word] = {}
        self._next: dict[_CallKey, _Word | None] = {}  # calls with a save under way: the save that follows it
        self._unsent: dict[_CallKey, _Word] = {}  # those of them whose save has not been sent yet
        self._refused: dict[_CallKey, int] = {}  # calls whose save met an error of ours, and how often
        self._retrying = False
        self.failed_saves = 0

    @property
    def owed(self) -> int:
        """How many calls there are whose latest save Redis does not have."""
        return len(self._owed)

    def begin_again(self, tenant: str, call_id: str) -> None:
        """Allow saving a call again that was forgotten: its channel is a call once more."""
        self._pipeline.submit("DEL", keys.over(tenant, call_id), on_reply=lambda reply, trouble: None)

    def save(self, call: Call) -> None:
        """Save the call."""
        self._write(call.tenant, call.id, (call, False))

    def forget(self, call: Call) -> None:
        """Forget the call: its record is safe on disk."""
        self._write(call.tenant, call.id, (call, True))

    def lost(self, tenant: str, call_id: str) -> None:
        """Another worker has this call: drop what is owed for it."""
        self._owed.pop((tenant, call_id), None)
        self._refused.pop((tenant, call_id), None)
        if (tenant, call_id) in self._next:
            self._next[tenant, call_id] = None

    # --- changing hands

    def tenants(self, configured: Iterable[str]) -> list[str]:
        """The tenants whose calls may be saved: those configured now or at any worker before. Waits for Redis.

        Raises:
            LiveStateError: Redis is away.
        """
        self._pipeline.ask("SADD", keys.tenants(), "", *configured)
        return [name.decode() for name in self._pipeline.ask("SMEMBERS", keys.tenants()) if name]

    def owners(self, tenant: str) -> Mapping[str, str]:
        """Which worker has each remembered call of a tenant; "" if its worker is not known. Waits for Redis.

        Raises:
            LiveStateError: Redis is away.
        """
        found = dict.fromkeys((name.decode() for name in self._pipeline.ask("HKEYS", keys.calls(tenant))), "")
        found |= _texts(self._pipeline.ask("HGETALL", keys.owners(tenant)))
        return {call_id: worker for call_id, worker in found.items() if worker != _NO_CALL}

    def owners_of(self, tenant: str, ids: Sequence[str]) -> Mapping[str, str]:
        """Which worker has each of these calls; those of which nothing is known are left out. Waits for Redis.

        Raises:
            LiveStateError: Redis is away.
        """
        names = self._pipeline.ask("HMGET", keys.owners(tenant), *ids) if ids else []
        return {id_: name.decode() for id_, name in zip(ids, names, strict=True) if name is not None}

    def take(
        self,
        tenant: str,
        ids: Sequence[str],
        taker: str,
        owner: str,
        on_left: Callable[[str], object] = lambda call: None,
    ) -> list[Call]:
        """Take over those of these calls (PAGE at most) that `owner` still has, "": without an owner. Waits for Redis.

        Args:
            on_left: told of each call that this program cannot read: it is left as it is, for a later version.

        Raises:
            LiveStateError: Redis is away; what was taken then is found again by its new owner.
        """
        texts = self._pipeline.ask("HMGET", keys.calls(tenant), *ids) if ids else []
        read: dict[str, tuple[bytes, Call]] = {}
        if channels := [call_id for call_id, text in zip(ids, texts, strict=True) if text == _SEE_ID]:
            _DROP.ask(self._pipeline, _keys(tenant), (owner, _SEE_ID, *channels))
        for call_id, text in zip(ids, texts, strict=True):
            if text == _SEE_ID:
                continue
            call = None if text is None else self._readable(tenant, call_id, text)
            if call is not None:
                read[call_id] = text, call
            elif text is not None:
                on_left(call_id)
        if not read:
            return []
        answer = _TAKE.ask(
            self._pipeline, *_taking(tenant, {id_: text for id_, (text, _) in read.items()}, taker, owner)
        )
        return [read[call_id][1] for call_id, changed in _taken(answer) if not changed]

    def take_one(
        self,
        tenant: str,
        ids: Sequence[str],
        taker: str,
        on_answer: Callable[[Call | None, LiveStateError | None], None],
        is_meant: Callable[[Call], bool] = lambda call: True,
    ) -> None:
        """Take the first of these calls that is remembered over from any owner, if it is the one that is meant.

        None: it is not, or none is remembered. Trouble: Redis is away, or CallUnreadable.
        """

        def found(texts: Any, trouble: LiveStateError | None) -> None:
            for call_id, text in zip(ids, texts or (), strict=False):
                if text and text != _SEE_ID:
                    return read(call_id, text)
            return on_answer(None, trouble)

        def read(call_id: str, text: Any) -> None:
            call = self._readable(tenant, call_id, text)
            if call is None:
                return on_answer(None, CallUnreadable(f"call {call_id} of tenant {tenant} is left to a later version"))

            if not is_meant(call):
                return on_answer(None, None)

            def answered(answer: Any, trouble: LiveStateError | None) -> None:
                changed = dict(_taken(answer or ())).get(call_id)
                if changed:  # its worker has saved it meanwhile
                    read(call_id, changed)
                else:
                    on_answer(None if changed is None else call, trouble)

            _TAKE.submit(self._pipeline, *_taking(tenant, {call_id: text}, taker, _WHOEVER), on_reply=answered)

        self._pipeline.submit("HMGET", keys.calls(tenant), *ids, on_reply=found)

    def read_one(self, tenant: str, call_id: str, on_answer: Callable[[Call | None], None]) -> None:
        """Look at a call without taking it over; None: it is not remembered, or Redis is away."""

        def answered(text: Any, trouble: LiveStateError | None) -> None:
            on_answer(self._readable(tenant, call_id, text) if text and trouble is None else None)

        self._pipeline.submit("HGET", keys.calls(tenant), call_id, on_reply=answered)

    def written(self, call: Call) -> bytes:
        """The call as it would be saved."""
        return self._values.encode(call)

    def read(self, tenant: str, call_id: str, text: bytes) -> Call | None:
        """A call that another worker has written; None: this program cannot read it."""
        return self._readable(tenant, call_id, text)

    def _readable(self, tenant: str, call_id: str, text: bytes) -> Call | None:
        try:
            call: Call = self._values.decode(text)
        except codec.Newer as error:
            log.warning("a call of tenant %s is left to a later version: %s", tenant, error, extra={"call": call_id})
            return None
        except codec.Unreadable as error:
            log.error("a call of tenant %s cannot be read: %s", tenant, error, extra={"call": call_id})
            return None
        return call

    # --- writing

    def _write(self, tenant: str, call_id: str, word: _Word) -> None:
        """One save of a call is under way at a time, so none overtakes a later one."""
        place = tenant, call_id
        over = word[1]
        self._owed.pop(place, None)
        if place in self._unsent and not over and self._next[place] is None:
            self._unsent[place] = word
        elif place in self._next:
            self._next[place] = word
        elif over:
            self._forget(place, word)
        else:
            self._save(place, word)

    def _save(self, place: _CallKey, word: _Word) -> None:
        self._unsent[place] = word

        def newest() -> _Word:
            nonlocal word
            word = self._unsent.pop(place, word)
            return word

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            self._answered(place, newest(), reply, trouble)

        self._submit(_SAVE, place, word, (_SEE_ID, _NO_CALL), answered, lambda: self._values.encode(newest()[0]))

    def _forget(self, place: _CallKey, word: _Word) -> None:
        self._submit(_FORGET, place, word, (OVER_S, _SEE_ID), partial(self._answered, place, word))

    def _submit(
        self,
        script: Script,
        place: _CallKey,
        word: _Word,
        rest: tuple[Any, ...],
        on_reply: OnReply,
        last: Callable[[], bytes] | None = None,
    ) -> None:
        (tenant, call_id), call = place, word[0]
        self._next[place] = None
        mark = keys.over(tenant, call_id)
        arguments = (call_id, call.worker, _first_channel(call), *rest)
        script.submit(self._pipeline, (*_keys(tenant), mark), arguments, on_reply, last)

    def _answered(self, place: _CallKey, word: _Word, reply: Any, trouble: LiveStateError | None) -> None:
        newer = self._next.pop(place, None)
        if trouble is None:
            self._refused.pop(place, None)
        if trouble is not None and newer is None:
            self._owe(place, word, trouble)
        elif trouble is None and not reply:
            self._on_lost(*place)
        elif newer is not None:
            self._write(*place, newer)

    def _owe(self, place: _CallKey, word: _Word, trouble: LiveStateError) -> None:
        self.failed_saves += 1
        if isinstance(trouble, StoreRefused) and self._is_given_up(place, trouble):
            return
        self._owed[place] = word
        if len(self._owed) > MAX_OWED:
            meters.limits_reached_total.labels("MAX_OWED").inc()
            self._owed.pop(next(iter(self._owed)))
        if not self._retrying:
            self._retrying = True
            self._after(COOL_DOWN_S, self._retry)

    def _is_given_up(self, place: _CallKey, trouble: StoreRefused) -> bool:
        """Whether the save has met an error of ours so often that it is not tried again; the next save is."""
        times = self._refused[place] = self._refused.get(place, 0) + 1
        if times < MAX_REFUSED:
            log.error("a call of tenant %s was not saved: %s", place[0], trouble, extra={"call": place[1]})
            return False
        del self._refused[place]
        log.error("a call of tenant %s is not saved, given up: %s", place[0], trouble, extra={"call": place[1]})
        return True

    def _retry(self) -> None:
        self._retrying = False
        owed, self._owed = self._owed, {}
        for (tenant, call_id), word in owed.items():
            self._write(tenant, call_id, word)


def _first_channel(call: Call) -> str:
    channel = call.caller_channel
    return channel if channel != call.id else ""


def _keys(tenant: str) -> tuple[str, str]:
    return keys.calls(tenant), keys.owners(tenant)


def _taking(tenant: str, read: Mapping[str, bytes], taker: str, owner: str) -> tuple[tuple[str, str], tuple[str, ...]]:
    """Keys and arguments of the script that takes these calls, if they are still as they were read."""
    digests = {call_id: hashlib.sha1(text, usedforsecurity=False).hexdigest() for call_id, text in read.items()}
    return _keys(tenant), (taker, owner, keys.INBOXES, *chain.from_iterable(digests.items()))


def _taken(answer: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """Ids of calls, each with b"" (it was taken) or the value it has by now."""
    return ((call_id.decode(), changed) for call_id, changed in zip(answer[::2], answer[1::2], strict=True))


def _texts(raw: Any) -> dict[str, str]:
    """A hash as redis-py or a plain command gives it."""
    pairs = raw.items() if isinstance(raw, Mapping) else zip(raw[::2], raw[1::2], strict=True)
    return {name.decode(): value.decode() for name, value in pairs}


class Remembered:
    """Whether a call is still remembered in Redis: then its record is still to come, and none has to be made up.

    Asks over a connection of its own; a context manager.
    """

    def __init__(self, url: str) -> None:
        self._pipeline = RedisPipeline(connect(url, LOOK_TIMEOUT_S))

    def __enter__(self) -> Remembered:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipeline.stop(0)

    def has(self, tenant: str, call_id: str) -> bool:
        """Whether the call's state is there.

        Raises:
            LiveStateError: Redis is away.
        """
        return bool(self._pipeline.ask("HEXISTS", keys.calls(tenant), call_id))
