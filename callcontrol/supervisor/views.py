"""What the supervisor shows of itself: values, replaced as a whole, that any thread may read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from callcontrol.supervisor.in_force import ConfigurationState
from callcontrol.vocabulary.moment import Instant, text_of


class WorkerState(StrEnum):
    """What a worker is doing."""

    STARTING = "starting"
    READY = "ready"
    NOT_READY = "not_ready"
    DRAINING = "draining"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class WorkerView:
    """One worker, or the empty place of one that died.

    Attributes:
        slot: which of the `--workers`; during a restart a slot has two.
        pid: its process; 0 for an empty place.
        name: by which the other workers know it; "" until it has told.
        why: why it is not ready.
        since: when it came into this state.
        restarts: how often the slot's worker was replaced because it died.
        current: whether it is the slot's own; another drains, or is about to replace that one.
        configuration: which one it lives under; "" until it has told.
    """

    slot: int
    pid: int
    name: str
    state: WorkerState
    why: str
    calls: int
    since: Instant
    restarts: int
    current: bool
    configuration: str = ""

    def to_json(self) -> dict[str, Any]:
        """As `/workers` shows it."""
        return {name: getattr(self, name) for name in ("slot", "pid", "name", "state", "why", "calls", "current")} | {
            "since": text_of(self.since),
            "restarts": self.restarts,
            "configuration": self.configuration,
        }


class Roll(StrEnum):
    """How the latest rolling restart stands."""

    NONE = "none"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class View:
    """Everything.

    Attributes:
        draining: whether the whole daemon ends.
        roll, roll_why, roll_number: the latest rolling restart, why it failed, and the how many-th it is.
        configuration: what is in force.
        door: why no call gets through to any worker, as the supervisor found by trying; "" if they do.
        log_lines_dropped: the supervisor's own, since its start.
        probes_refused: connections for probes that were ended before their answer, since its start.
        host: what the host gives too little of, in words.
    """

    workers: tuple[WorkerView, ...] = ()
    draining: bool = False
    roll: Roll = Roll.NONE
    roll_why: str = ""
    roll_number: int = 0
    door: str = ""
    log_lines_dropped: int = 0
    probes_refused: int = 0
    host: tuple[str, ...] = ()
    configuration: ConfigurationState = field(default_factory=ConfigurationState)

    @property
    def slots(self) -> tuple[WorkerView, ...]:
        """One worker for each slot."""
        return tuple(one for one in self.workers if one.current)

    def not_ready(self) -> str:
        """Why calls cannot be taken by all workers; "" if they can."""
        if self.draining:
            return "draining"
        if not self.slots:
            return "starting"
        complaints = [_complaint(one) for one in self.slots if one.state is not WorkerState.READY]
        return "; ".join(complaints) or self.door

    def remarks(self) -> tuple[str, ...]:
        """What ops should know of a daemon that takes calls."""
        standing = self.configuration
        refused = (f"the configuration folder is refused: {standing.refused}",) if standing.refused else ()
        return (*refused, *standing.waiting, *self.host)

    def to_json(self) -> dict[str, Any]:
        """As `/workers` shows it."""
        return {
            "configuration": {
                "in_force": str(self.configuration.version),
                "refused": self.configuration.refused,
                "waiting": list(self.configuration.waiting),
            },
            "workers": [one.to_json() for one in self.workers],
            "draining": self.draining,
            "door": self.door,
            "restart": {"number": self.roll_number, "state": self.roll, "why": self.roll_why},
        }


def _complaint(one: WorkerView) -> str:
    return f"worker {one.slot}: {one.why or one.state.value}"
