"""Calls in progress, saved at every change, so that any worker can go on with them."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from callcontrol.control.call import Call
from callcontrol.edges.live_state import codec, keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipe import Pipe

log = logging.getLogger(__name__)


class CallStore:
    """Saves and forgets calls. A save that fails is counted; the call itself goes on."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self.failed_saves = 0

    def save(self, call: Call) -> None:
        """Remember where the call stands."""
        self._pipe.submit("HSET", keys.calls(call.tenant), call.id, codec.encode(call), on_reply=self._counted)

    def forget(self, call: Call) -> None:
        """The call's record is safe on disk; it needs no remembering."""
        self._pipe.submit("HDEL", keys.calls(call.tenant), call.id, on_reply=self._counted)

    def saved(self, tenant: str) -> Iterator[Call]:
        """The calls of a tenant that were in progress when they were last saved. Waits for Redis.

        A value nobody can read is logged and left where it is, for a person to look at.

        Raises:
            LiveStateError: Redis is away.
        """
        cursor = b"0"
        while True:
            cursor, page = self._pipe.ask("HSCAN", keys.calls(tenant), cursor, "COUNT", 200)
            for text in _values(page):
                try:
                    yield codec.decode(text)
                except codec.Unreadable as error:
                    log.error("a saved call of tenant %s is unreadable and stays in Redis: %s", tenant, error)
            if int(cursor) == 0:
                return

    def _counted(self, _reply: object, trouble: LiveStateError | None) -> None:
        if trouble is not None:
            self.failed_saves += 1


def _values(page: object) -> list[bytes]:
    """HSCAN's page: a mapping (redis-py parses it) or a flat list of field, value, … (raw replies)."""
    if isinstance(page, dict):
        return list(page.values())
    assert isinstance(page, list)
    return page[1::2]
