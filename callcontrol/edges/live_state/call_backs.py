"""Call backs of emergency services that are awaited, of all tenants: one hash, a field for each number shown.

There are hardly ever any, so each worker keeps them all in its memory and reads them again every few seconds: no call
waits for it, and what was read counts on while Redis is away.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.vocabulary.call_back import ExpectedCallBack
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.stored import Kind, Unreadable

log = logging.getLogger(__name__)

KIND: Final = Kind("ExpectedCallBack")


class CallBackStore:
    """Reads and writes them."""

    def __init__(self, pipeline: RedisPipeline) -> None:
        self._pipeline = pipeline

    def write(self, expected: ExpectedCallBack) -> None:
        """Let all workers know. Where Redis is away only this one does."""

        def answered(_reply: Any, trouble: LiveStateError | None) -> None:
            if trouble is not None:
                log.error("only this worker awaits the call back of an emergency service: %s", trouble)

        fields = {"tenant": expected.tenant, "extension": expected.extension, "until": expected.until}
        value = orjson.dumps(KIND.tagged(fields))
        self._pipeline.submit("HSET", keys.call_backs(), expected.number, value, on_reply=answered)

    def read(self, now: Instant) -> tuple[ExpectedCallBack, ...]:
        """All of them; what is over is removed. Waits for Redis.

        Raises:
            LiveStateError: Redis is away.
        """
        found = tuple(_read(self._pipeline.ask("HGETALL", keys.call_backs())))
        over = [one.number for one in found if one.until <= now]
        if over:
            self._pipeline.ask("HDEL", keys.call_backs(), *over)
        return tuple(one for one in found if one.until > now)


def _read(reply: Any) -> Iterator[ExpectedCallBack]:
    pairs: Mapping[bytes, bytes] = (
        reply if isinstance(reply, Mapping) else dict(zip(reply[::2], reply[1::2], strict=True))
    )
    for number, text in pairs.items():
        try:
            yield ExpectedCallBack(number.decode(), **KIND.read(orjson.loads(text)))
        except (Unreadable, ValueError, TypeError) as error:  # of a later version
            log.warning("an awaited call back is unreadable: %s", error)
