"""Calls that go from worker to worker while Redis is away: what each of the two keeps in mind meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from callcontrol.edges import clock, meters
from callcontrol.edges.freeswitch.worker_events import PassedOn

# Channels whose call is asked for at a time; one more begins its call at once.
MAX_SOUGHT: Final = 1_000
# Of so many calls that were passed on it is kept in mind where they are, and for so long (seconds).
MAX_PASSED: Final = 10_000
PASSED_S: Final = 600.0

OnFound = Callable[[PassedOn | None], None]


@dataclass(frozen=True, eq=False, slots=True)
class Stray:
    """A call that is here though Redis has not said so: what Redis knows of it is found out later.

    Attributes:
        channel: the one that came.
        by_leg: the channel it was joined with last, as the switch says, "" if with none.
        passed: the worker that had the call has passed it on, whole; else it was begun anew.
    """

    channel: str
    by_leg: str = ""
    passed: bool = False


@dataclass(eq=False, slots=True)
class Offer:
    """A call of ours was sent to the worker that its channel has come to."""

    taker: str


@dataclass(slots=True)
class Passing:
    """Of one worker.

    Attributes:
        sought: by channel that has come to us, what is done as soon as its call is found.
        offered: by call of ours: it rests until the other worker says that it has it.
        passed: by call that was ours: which worker has it, and until when that counts (monotonic seconds). Redis, which
            was away, may say for a moment that it is ours.
    """

    sought: dict[str, OnFound] = field(default_factory=dict)
    offered: dict[str, Offer] = field(default_factory=dict)
    passed: dict[str, tuple[str, float]] = field(default_factory=dict)

    def is_offered(self, call_id: str, taker: str) -> bool:
        """Whether that worker was sent this call, and may say that it has it."""
        offer = self.offered.get(call_id)
        return offer is not None and offer.taker == taker

    def pass_on(self, call_id: str) -> None:
        """The worker that was sent this call has it."""
        offer = self.offered.pop(call_id)
        self.passed[call_id] = offer.taker, clock.monotonic() + PASSED_S
        if len(self.passed) > MAX_PASSED:
            meters.limits_reached_total.labels("MAX_PASSED").inc()
            self.passed.pop(next(iter(self.passed)))

    def taker_of(self, call_id: str) -> str:
        """To which worker this call went, "" if to none, or long ago."""
        taker, until_s = self.passed.get(call_id, ("", 0.0))
        return taker if clock.monotonic() < until_s else ""
