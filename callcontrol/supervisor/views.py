"""The supervisor's state as it is shown: values, replaced as a whole, that any thread may read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
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
        name: by which the other workers know it; "" before its first heartbeat.
        why: why it is not ready.
        since: when it came into this state.
        restarts: how often the slot's worker was replaced because it died.
        current: whether it is the slot's worker; otherwise it drains, or is the successor.
        configuration: the version under which it works; "" before its first heartbeat.
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
    """The state of the latest rolling restart."""

    NONE = "none"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ForksView:
    """How processes are started.

    Attributes:
        pid: the fork server's process; 0 if it cannot fork now.
        forked, executed: processes started by it, and by exec, since the start.
    """

    pid: int = 0
    forked: int = 0
    executed: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """The whole state.

    Attributes:
        draining: whether the whole daemon ends.
        roll, roll_why, roll_number: the latest rolling restart, why it failed, and its number.
        configuration: what is in force.
        door: why no call gets through to any worker, by the supervisor's own probe (port_probe.py); "" if they do.
        log_lines_dropped: of the supervisor's own log, since its start.
        probes_refused: connections for probes that were closed before their answer, since the start.
        host: which limits of the host are too low, in words.
        jobs: the processes that run beside the workers.
        forks: how the processes are started.
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
    jobs: tuple[WorkerView, ...] = ()
    forks: ForksView = field(default_factory=ForksView)

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
        """What does not keep the daemon from taking calls, but needs attention."""
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
            "jobs": [one.to_json() for one in self.jobs],
            "fork_server": asdict(self.forks),
            "draining": self.draining,
            "door": self.door,
            "restart": {"number": self.roll_number, "state": self.roll, "why": self.roll_why},
        }


def _complaint(one: WorkerView) -> str:
    return f"worker {one.slot}: {one.why or one.state.value}"
