"""One pipe to Redis for all calls of a worker: what is waiting goes out together, in order, in one round trip.

Redis answers about eleven times as many commands a second in pipelines as one by one, and a call needs no greenlet of
its own to wait: it leaves a callback. When Redis is away every waiting command fails within the socket's timeout, and
for COOL_DOWN_S afterwards at once, so that no call hangs on a store that is known to be gone.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import Any

import gevent
import redis
from gevent.event import AsyncResult, Event
from redis.backoff import NoBackoff
from redis.retry import Retry

from callcontrol.edges import clock
from callcontrol.edges.live_state.failures import LiveStateError, ScriptUnknown, StoreAway, StoreBusy, StoreRefused

log = logging.getLogger(__name__)

MAX_WAITING = 20_000
MAX_BATCH = 500
COOL_DOWN_S = 1.0
# A reply may step a call, which takes some tenths of a millisecond: everybody else has his turn after so many.
TELL_AT_ONCE = 16

Reply = Any
OnReply = Callable[[Reply, LiveStateError | None], None]


def connect(url: str, timeout_s: float) -> redis.Redis:
    """A client that never repeats a command by itself (redis-py 8 does, and doubles what is not idempotent)."""
    client: redis.Redis = redis.Redis.from_url(
        url,
        retry=Retry(NoBackoff(), 0),
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        decode_responses=False,
    )
    return client


class Pipe:
    """Commands of many calls, one round trip at a time."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._waiting: deque[tuple[tuple[Any, ...], OnReply]] = deque()
        self._work = Event()
        self._away_until = 0.0
        self.away_because = ""  # for metrics and /readyz; "" while Redis answers
        self.round_trips = 0
        self.commands = 0
        self._flusher = gevent.spawn(self._run)

    @property
    def depth(self) -> int:
        """Commands waiting."""
        return len(self._waiting)

    def submit(self, *command: Any, on_reply: OnReply) -> None:
        """Send a command with the next round trip; `on_reply(reply, trouble)` is called once and must not block."""
        if len(self._waiting) >= MAX_WAITING:
            on_reply(None, StoreBusy(f"{MAX_WAITING} commands wait for Redis"))
            return
        self._waiting.append((command, on_reply))
        self._work.set()

    def ask(self, *command: Any, timeout_s: float = 5.0) -> Reply:
        """Send a command and wait for its reply, for greenlets that can.

        Raises:
            LiveStateError: Redis is away, busy or refused it.
        """
        result: AsyncResult[Reply] = AsyncResult()

        def done(reply: Reply, trouble: LiveStateError | None) -> None:
            result.set(reply) if trouble is None else result.set_exception(trouble)

        self.submit(*command, on_reply=done)
        try:
            return result.get(timeout=timeout_s)
        except gevent.Timeout as late:
            raise StoreAway(f"no answer within {timeout_s} s") from late

    def stop(self, timeout_s: float) -> None:
        """Send what is waiting, then stop."""
        with gevent.Timeout(timeout_s, False):
            while self._waiting:
                gevent.sleep(0.01)
        self._flusher.kill()
        self._client.close()

    def _run(self) -> None:
        while True:
            self._work.wait()
            self._work.clear()
            while self._waiting:
                self._round_trip([self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_BATCH))])

    def _round_trip(self, batch: list[tuple[tuple[Any, ...], OnReply]]) -> None:
        trouble: LiveStateError | None = None
        replies: list[Any] = []
        if clock.monotonic() < self._away_until:
            trouble = StoreAway(self.away_because)
        else:
            try:
                replies = self._execute([command for command, _ in batch])
                self.away_because = ""
            except (redis.RedisError, OSError) as error:
                trouble = self._gone(error)
        for index, (command, on_reply) in enumerate(batch):
            if index and index % TELL_AT_ONCE == 0:
                gevent.sleep(0)
            self._tell(command, on_reply, replies[index] if trouble is None else None, trouble)

    def _execute(self, commands: list[tuple[Any, ...]]) -> list[Any]:
        self.round_trips += 1
        self.commands += len(commands)
        with self._client.pipeline(transaction=False) as pipeline:
            for command in commands:
                pipeline.execute_command(*command)  # type: ignore[no-untyped-call]  # redis-py has no types here
            return pipeline.execute(raise_on_error=False)

    def _gone(self, error: Exception) -> StoreAway:
        self._away_until = clock.monotonic() + COOL_DOWN_S
        if not self.away_because:
            log.error("Redis is away: %s", error)
        self.away_because = f"Redis unreachable: {error}"
        return StoreAway(self.away_because)

    @staticmethod
    def _tell(command: tuple[Any, ...], on_reply: OnReply, reply: Any, trouble: LiveStateError | None) -> None:
        if trouble is None and isinstance(reply, redis.RedisError):
            kind = ScriptUnknown if isinstance(reply, redis.exceptions.NoScriptError) else StoreRefused
            trouble, reply = kind(f"{command[0]}: {reply}"), None
        try:
            on_reply(reply, trouble)
        except Exception:
            # One call's mistake must not stop the pipe all calls share.
            log.exception("a reply of Redis to %s could not be handled", command[0])
