"""How long things may take before the supervisor acts. All in seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

# The first restart is immediate; a worker that dies again and again right after its start is started ever later.
BACK_OFF_S: Final[Sequence[float]] = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
STEADY_S: Final = 10.0  # a worker that lived at least so long did not die right after its start
# Until a worker's first heartbeat: reading a large configuration takes seconds, on a busy machine many.
START_S: Final = 60.0
# Until a worker's successor can take calls; if it cannot by then, the old worker stays.
READY_S: Final = 60.0
# What a worker needs beyond limits.drain_s to hand its last records over.
MARGIN_S: Final = 20.0
# A worker that waits for a processor is given so many times its time to speak: one without any for longer than that is
# no worker, and its calls are better off with those of another host.
MAX_STARVED: Final = 4
# Longest step of the supervisor's own clock: well above the time between two turns of its loop.
MAX_STEP_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class WorkerTimeouts:
    """The timeouts that the configuration sets.

    Attributes:
        hung_s: how long a worker may be silent (limits.hung_s).
        drain_s: how long it may wait for running calls when it is told to end (limits.drain_s).
    """

    hung_s: float
    drain_s: float

    @property
    def end_s(self) -> float:
        """A worker that was told to end is killed after so long."""
        return self.drain_s + MARGIN_S

    def silence_s(self, has_spoken: bool, starved_s: float = 0.0) -> float:
        """How long a worker may send no heartbeat that waited `starved_s` of it for a processor."""
        silence_s = self.hung_s if has_spoken else max(self.hung_s, START_S)
        return min(silence_s + starved_s, MAX_STARVED * silence_s)


class AwakeClock:
    """Seconds this process was awake. If it was stopped, or the whole machine was, so were the workers: that they sent
    nothing meanwhile means nothing.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._last = monotonic()
        self._awake = 0.0

    def now(self) -> float:
        """The seconds so far; has to be called at every turn of the loop."""
        reading = self._monotonic()
        self._awake += min(reading - self._last, MAX_STEP_S)
        self._last = reading
        return self._awake


class Restarts:
    """When a slot's next worker is started after a death."""

    def __init__(self) -> None:
        self._in_a_row = 0

    def wait_after(self, lived_s: float) -> float:
        """Seconds to wait after the death of a worker that lived so long."""
        if lived_s >= STEADY_S:
            self._in_a_row = 0
        wait_s = BACK_OFF_S[min(self._in_a_row, len(BACK_OFF_S) - 1)]
        self._in_a_row += 1
        return wait_s
