"""The queues' script asked directly, as the daemon asks it, one by one or many in a round trip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from redis import Redis

from callcontrol.edges.live_state import keys, queue_script
from callcontrol.vocabulary.moment import Instant, periods_at

WORKER = "bench"
ZONE = ZoneInfo("Europe/Warsaw")
Given = Mapping[str, Any]
When = tuple[Instant, str, str, str]


class ScriptCalls:
    """Operations on the queues of one tenant."""

    def __init__(self, redis: Redis, tenant: str) -> None:
        self._redis: Any = redis  # redis-py's types allow for answers that no call here has
        self._prefix = keys.queues(tenant)
        self._redis.script_load(queue_script.SOURCE)
        self._seed = 0

    def do(self, now: Instant, operation: str, given: Given) -> Any:
        """One operation: its answer, offers, notices and the next due time."""
        return self._redis.evalsha(*self._arguments(_when(now), operation, given))

    def do_all(self, now: Instant, operations: Iterable[tuple[str, Given]]) -> list[Any]:
        """Many in one round trip."""
        when = _when(now)
        with self._redis.pipeline(transaction=False) as pipeline:
            for operation, given in operations:
                pipeline.evalsha(*self._arguments(when, operation, given))
            replies: list[Any] = pipeline.execute()
        return replies

    def _arguments(self, when: When, operation: str, given: Given) -> tuple[Any, ...]:
        self._seed += 1
        now, day, week, month = when
        head = (operation, now, WORKER, self._seed, day, week, month)
        return queue_script.SHA, 1, self._prefix, *head, orjson.dumps(given)


def _when(now: Instant) -> When:
    periods = periods_at(now, ZONE)
    return now, periods["day"], periods["week"], periods["month"]
