"""What a number of workers can do, and how that compares. Pure: counts and seconds in, ratios out."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """Calls that were carried, and what that took.

    Attributes:
        seconds: of the wall.
        cpu_s: seconds of a core each worker has taken.
        errors: calls that did not come to what they should.
        recorded: calls in Postgres afterwards.
    """

    calls: int
    seconds: float
    cpu_s: tuple[float, ...]
    errors: int = 0
    recorded: int = 0

    @property
    def per_s(self) -> float:
        """Calls a second."""
        return self.calls / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of a core one call takes of all workers together."""
        return 1000 * sum(self.cpu_s) / self.calls

    @property
    def per_core_s(self) -> float:
        """Calls a core of workers carries in a second: what counts where there are cores for all."""
        return self.calls / sum(self.cpu_s)

    @property
    def cores(self) -> float:
        """How many cores the workers took together."""
        return sum(self.cpu_s) / self.seconds

    @property
    def capacity(self) -> float:
        """Calls a second if each worker had a core for itself."""
        return self.per_core_s * len(self.cpu_s)


def median(loads: Sequence[Load]) -> Load:
    """The one in the middle by calls a second (of an even number: the slower of the two)."""
    slower = statistics.median_low(load.per_s for load in loads)
    return next(load for load in loads if load.per_s == slower)
