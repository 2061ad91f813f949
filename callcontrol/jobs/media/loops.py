"""Named loops, each a step that is done again and again; what goes wrong in one stays in that one.

    Runner([Loop("move", every_s=1, step=mover.step)]).start()

A step takes a bounded piece of work, does it with the disk and the processor aside (edges/threads.py), and says whether
there is more. Several processes may run the same loops: what only one of them may do is leased (`JobLeases`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import gevent
from gevent.event import Event

from callcontrol.edges import clock, meters
from callcontrol.edges.containment import note_fault
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.ledger.writer import LedgerAway
from callcontrol.edges.storage import StorageAway

# After a failure a loop waits at least so long; longer after each further one, up to LONGEST_S.
FAILED_S: Final = 2.0
LONGEST_S: Final = 60.0

log = logging.getLogger("callcontrol.media")


class OutOfReach(RuntimeError):
    """What a step needs is away (Postgres, storage, a folder): it is tried again. Says what, and why."""


AWAY: Final = (OutOfReach, NoLedger, LedgerAway, StorageAway)


class _StepLate(BaseException):
    """A step took longer than its deadline. No step can catch it by mistake."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A piece of work that never ends.

    Attributes:
        name: in logs and as label of metrics, one of `series.JOB_LOOPS`.
        every_s: seconds from the end of a step to the next one.
        step: does a bounded piece of work; True if there is more to be done at once.
        deadline_s: a step that takes longer is broken off, and is a failure.
    """

    name: str
    every_s: float
    step: Callable[[], bool]
    deadline_s: float = 300.0


class Runner:
    """Runs loops, each in a greenlet of its own, until it is stopped."""

    def __init__(self, loops: Sequence[Loop]) -> None:
        self.loops = tuple(loops)
        self._stopping = Event()
        self._running: list[gevent.Greenlet] = []

    def start(self) -> None:
        """Begin with every loop's first step."""
        self._running = [gevent.spawn(self._run, loop) for loop in self.loops]

    def stop(self, deadline_s: float) -> None:
        """No further step; those under way may end within the deadline."""
        self._stopping.set()
        gevent.joinall(self._running, timeout=deadline_s)
        gevent.killall(self._running, timeout=1)

    def _run(self, loop: Loop) -> None:
        failures = 0
        while not self._stopping.is_set():
            begun_s = clock.monotonic()
            more = _tried(loop)
            meters.job_loop_seconds.labels(loop.name).set(clock.monotonic() - begun_s)
            meters.job_loop_failing.labels(loop.name).set(more is None)
            failures = failures + 1 if more is None else 0
            if more:
                gevent.sleep(0)
            else:
                self._stopping.wait(_wait_s(loop, failures))


def _wait_s(loop: Loop, failures: int) -> float:
    """Until the next step, after so many failures in a row."""
    if not failures:
        return loop.every_s
    longer_s: float = FAILED_S * 2 ** min(failures - 1, 10)
    return max(loop.every_s, min(longer_s, LONGEST_S))


def _tried(loop: Loop) -> bool | None:
    """Whether there is more to be done at once; None: the step failed."""
    try:
        with gevent.Timeout(loop.deadline_s, _StepLate(f"not done within {loop.deadline_s:g} s")):
            more = loop.step()
        meters.job_steps_total.labels(loop.name, "done").inc()
        return more
    except AWAY as error:
        log.error("%s has to wait: %s", loop.name, error)
    except _StepLate as late:
        log.error("%s is broken off: %s", loop.name, late)
    except Exception as error:
        note_fault("job", f"{loop.name}: a step failed", error)
    meters.job_steps_total.labels(loop.name, "failed").inc()
    return None
