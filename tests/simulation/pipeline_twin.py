"""The pipe to Redis in virtual time: what waits goes together in one round trip, in order; what fails fails whole."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from typing import Any

from callcontrol.edges.live_state.failures import LiveStateError, StoreAway
from callcontrol.edges.live_state.pipeline import OnReply, RedisPipeline
from callcontrol.edges.live_state.server_connection import PendingCommand
from tests.simulation.process import Process
from tests.simulation.redis_twin import RedisTwin

ROUND_TRIP_S = (0.0001, 0.002)
TIMEOUT_S = 0.5
PROBE_S = 0.25


class RedisHost:
    """The server as it can be reached.

    Attributes:
        is_up: whether it answers.
        batch_failed, reply_lost: how often a round trip fails (probabilities).
    """

    def __init__(self, server: RedisTwin, chance: random.Random) -> None:
        self.server = server
        self.chance = chance
        self.is_up = True
        self.batch_failed = 0.0
        self.reply_lost = 0.0
        self.failures = 0

    def happens(self, probability: float) -> bool:
        """Whether a fault of this probability happens now."""
        found = bool(probability) and self.chance.random() < probability
        self.failures += found
        return found


class PipelineTwin(RedisPipeline):
    """One worker's pipe. Its replies reach the worker when it runs."""

    def __init__(self, host: RedisHost, process: Process) -> None:
        self._host = host
        self._process = process
        self._waits: deque[PendingCommand] = deque()
        self._under_way = False
        self._away = ""
        self._times_away = 0

    @property
    def counts_all_listeners(self) -> bool:
        """It is one server."""
        return True

    @property
    def interruptions(self) -> int:
        """How often it was away."""
        return self._times_away

    @property
    def away_because(self) -> str:
        """Why Redis is away, "" while it answers."""
        return self._away

    @property
    def depth(self) -> int:
        """Commands waiting."""
        return len(self._waits)

    def submit(self, *command: Any, on_reply: OnReply, last: Callable[[], bytes] | None = None) -> None:
        """Send a command with the next round trip."""
        self._process.command()
        self._waits.append(PendingCommand(command, on_reply, hash_slot=0, last=last))
        self._send_later()

    def ask(self, *command: Any, timeout_s: float = 5.0) -> Any:
        """Send a command behind what waits, and wait for its reply, which takes no virtual time.

        Raises:
            LiveStateError: Redis is away or refused it.
        """
        found: list[tuple[Any, LiveStateError | None]] = []
        self.submit(*command, on_reply=lambda reply, trouble: found.append((reply, trouble)))
        while not found:
            self._round_trip()
        reply, trouble = found[0]
        if trouble is not None:
            raise trouble
        return reply

    def stop(self, timeout_s: float) -> None:
        """Send what is waiting."""
        while self._waits:
            self._round_trip()

    def _send_later(self) -> None:
        if not self._under_way:
            self._under_way = True
            self._process.after(self._host.chance.uniform(*ROUND_TRIP_S), self._go)

    def _go(self) -> None:
        self._under_way = False
        if self._waits and not self._host.is_up and not self._away:
            self._under_way = True
            self._process.after(TIMEOUT_S, self._time_out)
        elif self._waits:
            self._round_trip()

    def _time_out(self) -> None:
        self._under_way = False
        self._round_trip()

    def _round_trip(self) -> None:
        batch, self._waits = self._waits, deque()
        trouble = self._trouble()
        if trouble is not None:
            for one in batch:
                one.on_reply(None, trouble)
            return
        replies = [self._execute(one.whole) for one in batch]
        lost = StoreAway("the reply was lost") if self._host.happens(self._host.reply_lost) else None
        for one, (reply, refused) in zip(batch, replies, strict=True):
            one.on_reply(None if lost else reply, lost or refused)

    def _trouble(self) -> StoreAway | None:
        if self._away:
            return StoreAway(self._away)
        if not self._host.is_up:
            self._away = "Redis unreachable"
            self._times_away += 1
            self._process.after(PROBE_S, self._probe)
            return StoreAway(self._away)
        return StoreAway("not sent") if self._host.happens(self._host.batch_failed) else None

    def _execute(self, command: tuple[Any, ...]) -> tuple[Any, LiveStateError | None]:
        try:
            return self._host.server.execute(command), None
        except LiveStateError as error:
            return None, error

    def _probe(self) -> None:
        if self._host.is_up:
            self._away = ""
        else:
            self._process.after(PROBE_S, self._probe)
