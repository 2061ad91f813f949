"""Calls in progress, saved at every change, so that any worker can go on with them.

What Redis did not take is owed and offered again until it does: the latest word on each call, no more.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import gevent

from callcontrol.control.call import Call
from callcontrol.edges.live_state import codec, keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipe import COOL_DOWN_S, Pipe

log = logging.getLogger(__name__)

# Calls whose latest word Redis does not have; past it the oldest words are given up (their records are not: see spool).
MAX_OWED = 50_000
# Calls read at a time: decoding a page must not hold up the others (some 10 ms).
PAGE = 50


class CallStore:
    """Saves and forgets calls. A save that fails is counted and owed; the call itself goes on."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._owed: dict[tuple[str, str], bytes | None] = {}
        self._retrying = False
        self.failed_saves = 0

    @property
    def owed(self) -> int:
        """Calls whose latest word Redis does not have."""
        return len(self._owed)

    def save(self, call: Call) -> None:
        """Remember where the call stands."""
        self._write(call.tenant, call.id, codec.encode(call))

    def forget(self, call: Call) -> None:
        """The call's record is safe on disk; it needs no remembering."""
        self._write(call.tenant, call.id, None)

    def ids(self, tenant: str) -> list[str]:
        """Ids of the calls of a tenant that are remembered. Waits for Redis.

        Raises:
            LiveStateError: Redis is away.
        """
        return [name.decode() for name in self._pipe.ask("HKEYS", keys.calls(tenant))]

    def read(self, tenant: str, ids: Sequence[str]) -> list[Call]:
        """These calls as they were last saved; one that is gone meanwhile is left out. Waits for Redis.

        A value nobody can read is logged and left where it is, for a person to look at.

        Raises:
            LiveStateError: Redis is away.
        """
        found: list[Call] = []
        for first in range(0, len(ids), PAGE):
            values = self._pipe.ask("HMGET", keys.calls(tenant), *ids[first : first + PAGE])
            found.extend(call for text in values if text is not None and (call := _readable(tenant, text)))
        return found

    def _write(self, tenant: str, call_id: str, value: bytes | None) -> None:
        command = ("HDEL", keys.calls(tenant), call_id) if value is None else _set(tenant, call_id, value)

        def answered(_reply: object, trouble: LiveStateError | None) -> None:
            # Replies come in the order of the words, so the one told last is the newest.
            if trouble is not None:
                self._owe(tenant, call_id, value)
            elif self._owed:
                self._owed.pop((tenant, call_id), None)

        self._pipe.submit(*command, on_reply=answered)

    def _owe(self, tenant: str, call_id: str, value: bytes | None) -> None:
        self.failed_saves += 1
        self._owed[tenant, call_id] = value
        if len(self._owed) > MAX_OWED:
            self._owed.pop(next(iter(self._owed)))
        if not self._retrying:
            self._retrying = True
            gevent.spawn_later(COOL_DOWN_S, self._retry)

    def _retry(self) -> None:
        self._retrying = False
        owed, self._owed = self._owed, {}
        for (tenant, call_id), value in owed.items():
            self._write(tenant, call_id, value)


def _set(tenant: str, call_id: str, value: bytes) -> tuple[str, str, str, bytes]:
    return ("HSET", keys.calls(tenant), call_id, value)


def _readable(tenant: str, text: bytes) -> Call | None:
    try:
        call: Call = codec.decode(text)
    except codec.Unreadable as error:
        log.error("a saved call of tenant %s is unreadable and stays in Redis: %s", tenant, error)
        return None
    return call
