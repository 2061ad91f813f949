"""What faults act on: the stage with its processes, and the callers."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import gevent

from callcontrol.edges import clock
from callcontrol.simulator.stories.stage import Stage
from tests.chaos.job import Job
from tests.chaos.never import NeverHappened
from tests.chaos.people import People
from tests.chaos.source import Source
from tests.chaos.viewer import Away
from tests.chaos.web_side import WebSide

__all__ = ["NeverHappened", "World"]

LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class World:
    """Everything a fault may act on, and its random generator `chance`.

    Attributes:
        web: not begun where no fault strikes it.
        away: from when to when Redis was away.
    """

    stage: Stage
    people: People
    chance: random.Random
    source: Source
    job: Job
    web: WebSide
    away: list[Away] = field(default_factory=list)

    def workers(self) -> list[int]:
        """The processes of all workers, once none is missing."""
        self.until(lambda: all(self.stage.daemon.worker_pids()), "every worker was replaced")
        return self.stage.daemon.worker_pids()

    def until(self, is_so: Callable[[], object], what: str, limit_s: float = 30.0) -> None:
        """Wait until the condition holds.

        Raises:
            NeverHappened: it did not within limit_s.
        """
        due_s = clock.monotonic() + limit_s
        while not is_so():
            if clock.monotonic() > due_s:
                raise NeverHappened(f"{what}: not within {limit_s:g} s")
            gevent.sleep(LOOK_S)

    def rest(self, shortest_s: float, longest_s: float) -> float:
        """Sleep for a random time; returns it in seconds."""
        seconds = self.chance.uniform(shortest_s, longest_s)
        gevent.sleep(seconds)
        return seconds
