"""One assignment in the scripts, by how many wait: an agent's conversation is over, the next caller is offered to that
agent, the offer rings and is accepted, and another caller joins. A tenth as many agents as callers, one queue.
"""

from __future__ import annotations

import random
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from statistics import median
from time import monotonic
from typing import Any

from redis import Redis
from rich.console import Console
from rich.table import Table

from callcontrol.config.queue_settings import Strategy
from callcontrol.edges import clock
from callcontrol.edges.embedded import EmbeddedRedis
from callcontrol.edges.live_state.queue_replies import told_of
from callcontrol.routing.queue_layout import RESTS, AgentLayout, Layout, QueueLayout, SeatLayout, layout_dict
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.queue import Offer, TalkEnd
from tests.bench.machine import folder
from tests.bench.script_calls import Given, ScriptCalls

QUEUE = "line"
WAITING = (100, 1_000, 10_000, 100_000)
TENANT = "bench"
TALK_US = 120 * SECOND_US
BETWEEN_US = 1_000  # from one operation to the next
BATCH = 500  # operations in a round trip while it fills
ROUNDS = 5
ASSIGNMENTS = 400  # in a round
CALLERS_PER_AGENT = 10


@dataclass(frozen=True, slots=True)
class Cost:
    """What one assignment costs (microseconds), the median of ROUNDS.

    Attributes:
        redis_us: in Redis, by its own statistics.
        wall_us: one after the other over its socket.
        filled_s: how long it took until so many waited.
    """

    waiting: int
    agents: int
    redis_us: float
    wall_us: float
    filled_s: float


def run(console: Console, args: Namespace) -> None:
    """Measure and print."""
    with folder() as made, EmbeddedRedis(made / "redis") as url, Redis.from_url(url) as redis:
        costs = [_measure(redis, waiting) for waiting in args.waiting]
    _show(console, costs)


def _measure(redis: Redis, waiting: int) -> Cost:
    redis.flushall()
    agents = max(waiting // CALLERS_PER_AGENT, 1)
    began = monotonic()
    floor = Floor(ScriptCalls(redis, TENANT), [f"a{i}" for i in range(agents)])
    floor.fill(agents + waiting)
    filled_s = monotonic() - began
    rounds = [_round(redis, floor) for _ in range(ROUNDS)]
    return Cost(waiting, agents, median(r for r, _ in rounds), median(w for _, w in rounds), filled_s)


def _round(redis: Any, floor: Floor) -> tuple[float, float]:
    """Microseconds of Redis and of the wall, per assignment."""
    redis.config_resetstat()
    began = monotonic()
    for _ in range(ASSIGNMENTS):
        floor.assign()
    wall_us = (monotonic() - began) * SECOND_US
    redis_us = redis.info("commandstats")["cmdstat_evalsha"]["usec"]
    return redis_us / ASSIGNMENTS, wall_us / ASSIGNMENTS


@dataclass(slots=True)
class Floor:
    """A call centre as the scripts see it: every agent talks, all others wait."""

    calls: ScriptCalls
    names: Sequence[str]
    talking: dict[str, str] = field(default_factory=dict)  # ticket by agent
    now: Instant = field(default_factory=clock.now)
    tickets: Iterator[int] = field(default_factory=count)
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def fill(self, callers: int) -> None:
        """All agents are there, so many callers come, and every agent accepts each offer."""
        self._do("configure", {**layout_dict(_layout(self.names)), "digest": "bench"})
        self._do("reach", {"agents": dict.fromkeys(self.names, True)})
        for come in range(0, callers, BATCH):
            joins = [("join", self._caller()) for _ in range(min(BATCH, callers - come))]
            offers = [offer for reply in self._do_all(joins) for offer in told_of(reply).offers]
            self._do_all([("ringing", _rings(offer)) for offer in offers])
            self._do_all([("accept", _accepts(offer)) for offer in offers])
            self.talking |= {offer.agents[0]: offer.ticket for offer in offers}

    def assign(self) -> None:
        """A conversation is over, and its agent gets the next caller; another one comes."""
        agent = self.chance.choice(self.names)
        over = {"agent": agent, "id": self.talking[agent], "talk_us": TALK_US, "how": TalkEnd.TALKED}
        (offer,) = told_of(self._do("over", over)).offers
        self._do("ringing", _rings(offer))
        self._do("accept", _accepts(offer))
        self.talking[agent] = offer.ticket
        self._do("join", self._caller())

    def _caller(self) -> Given:
        number = next(self.tickets)
        return {
            "id": f"call-{number}/1",
            "queue": QUEUE,
            "number": f"+4850{number:07}",
            "joined": self.now,
            "priority": 0,
            "stages": [[0, ""]],
            "again": False,
        }

    def _do(self, operation: str, given: Given) -> Any:
        self.now = Instant(self.now + BETWEEN_US)
        return self.calls.do(self.now, operation, given)

    def _do_all(self, operations: Sequence[tuple[str, Given]]) -> list[Any]:
        self.now = Instant(self.now + BETWEEN_US)
        return self.calls.do_all(self.now, operations) if operations else []


def _rings(offer: Offer) -> Given:
    return {"offer": offer.id, "for_us": 60 * SECOND_US}


def _accepts(offer: Offer) -> Given:
    return {"offer": offer.id, "agent": offer.agents[0], "call": offer.ticket.partition("/")[0]}


def _layout(names: Sequence[str]) -> Layout:
    """More seats than a configuration may have: the growth is the point."""
    queue = QueueLayout(
        strategy=Strategy.LONGEST_IDLE,
        weight_us=0,
        priority_us=60 * SECOND_US,
        ring_us=20 * SECOND_US,
        rest_us=dict.fromkeys(RESTS, 0),
        misses=0,
        wrap_up_us=0,
        window="day",
        tier_wait_us=0,
        come_back_us=0,
        length=1_000_000,
        expected_us=0,
        sticky_within_us=0,
        sticky_first_us=0,
        in_time_us=20 * SECOND_US,
        short_us=5 * SECOND_US,
    )
    agents = {
        name: AgentLayout(auto=True, external=False, seats=(SeatLayout(QUEUE, tier=1, position=i, weight=1),))
        for i, name in enumerate(names, 1)
    }
    return Layout({QUEUE: queue}, agents)


def _show(console: Console, costs: Sequence[Cost]) -> None:
    table = Table(title="one assignment in the scripts: over, ringing, accept, join (growth: goal under 3)")
    for column in ("waiting", "agents", "in Redis", "growth", "wall", "growth", "filled in"):
        table.add_column(column, justify="right")
    for cost in costs:
        growth = [f"{cost.redis_us / costs[0].redis_us:.2f}", f"{cost.wall_us / costs[0].wall_us:.2f}"]
        redis, wall = f"{cost.redis_us:.0f} µs", f"{cost.wall_us:.0f} µs"
        table.add_row(
            f"{cost.waiting:,}", f"{cost.agents:,}", redis, growth[0], wall, growth[1], f"{cost.filled_s:.1f} s"
        )
    console.print(table)
