"""A slot is the place of one worker: it starts the worker, restarts it after a death, and replaces it by a successor.

A slot has two instances, which its workers use in turn: while a successor starts and the old worker drains, each has
a spool and metrics of its own. After a death the next worker is the same instance as the dead one.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator
from typing import Protocol

from callcontrol.edges.heartbeat_message import HeartbeatMessage
from callcontrol.supervisor.timeouts import Restarts, WorkerTimeouts
from callcontrol.supervisor.views import WorkerState, WorkerView
from callcontrol.vocabulary.moment import Instant

log = logging.getLogger(__name__)


class Process(Protocol):
    """What a slot needs of a worker's process (worker_process.py)."""

    instance: int
    started_at: float
    ends_by: float | None
    heartbeat: HeartbeatMessage | None

    @property
    def pid(self) -> int: ...
    @property
    def is_ready(self) -> bool: ...

    def exit_status(self) -> int | None: ...
    def listen(self, now: float) -> None: ...
    def is_overdue(self, now: float, timeouts: WorkerTimeouts) -> str: ...
    def tell_to_end(self, now: float, timeouts: WorkerTimeouts) -> None: ...
    def send(self, number: signal.Signals) -> None: ...
    def close(self) -> None: ...


class Slot:
    """One slot.

    Args:
        number: of the worker, 0 for the first.
        instances: the two that its processes use in turn; no other slot has them.
        start: starts a worker at an instance; raises OSError.
        vacate: called with an instance that no process is any more.
        wall: the time of day, for people.
        name: by which the log calls it.
        may_start: whether a process can be started now; otherwise that is soon.
    """

    def __init__(
        self,
        number: int,
        instances: tuple[int, int],
        *,
        start: Callable[[int, float], Process],
        vacate: Callable[[int], object],
        timeouts: WorkerTimeouts,
        wall: Callable[[], Instant],
        name: str = "",
        may_start: Callable[[], bool] = lambda: True,
    ) -> None:
        self.number = number
        self.name = name or f"worker {number}"
        self.restarts = 0
        self.current: Process | None = None
        self.successor: Process | None = None
        self._retired: list[Process] = []
        self._instances = instances
        self._instance = instances[0]
        self._start = start
        self._may_start = may_start
        self._vacate = vacate
        self._timeouts = timeouts
        self._wall = wall
        self._waits = Restarts()
        self._start_at = 0.0
        self._died = False
        self._ending = False
        self._owed: dict[int, signal.Signals] = {}
        self._since: dict[int, tuple[WorkerState, Instant]] = {}

    def processes(self) -> Iterator[Process]:
        """All processes of this slot: the current worker, its successor, and those that drain."""
        yield from (one for one in (self.current, self.successor, *self._retired) if one is not None)

    def tend(self, now: float) -> None:
        """Read what the workers sent, notice ended ones, kill hung ones, start a missing one."""
        for one in tuple(self.processes()):
            one.listen(now)
            self._pay(one)
            status = one.exit_status()
            if status is not None:
                self._bury(one, status, now)
            elif why := one.is_overdue(now, self._timeouts):
                log.error("%s (process %d) is killed: %s", self.name, one.pid, why)
                one.send(signal.SIGKILL)
        if self.current is None and not self._ending and now >= self._start_at and self._may_start():
            self.current = self._started(self._instance, now)

    def end(self, now: float) -> None:
        """All workers drain, and none is started any more."""
        self._ending = True
        for one in self.processes():
            one.tell_to_end(now, self._timeouts)

    def pass_on(self, number: signal.Signals) -> None:
        """Send a signal to all workers; one that does not listen to signals yet gets it as soon as it does."""
        for one in self.processes():
            self._owed[one.pid] = number

    @property
    def is_settled(self) -> bool:
        """Whether the slot's current worker is its only process."""
        return self.successor is None and not self._retired

    @property
    def may_begin(self) -> bool:
        """Whether a successor can be started now."""
        return self.is_settled and self._may_start()

    def start_successor(self, now: float) -> bool:
        """Start the successor, as the other instance; False if no process can be started."""
        first, second = self._instances
        self.successor = self._started(second if self._instance == first else first, now)
        return self.successor is not None

    def hand_over(self, now: float) -> None:
        """The successor becomes the slot's worker; the old one drains."""
        assert self.successor is not None
        if self.current is not None:
            self.current.tell_to_end(now, self._timeouts)
            self._retired.append(self.current)
        self._instance = self.successor.instance
        self.current, self.successor = self.successor, None

    def give_up_successor(self, now: float) -> None:
        """The old worker stays; the successor drains."""
        if self.successor is not None:
            self.successor.tell_to_end(now, self._timeouts)
            self._retired.append(self.successor)
            self.successor = None

    def views(self) -> Iterator[WorkerView]:
        """The slot's processes as `/workers` shows them, the current one first."""
        if self.current is None and not self._ending:
            yield self._view(None)
        for one in self.processes():
            yield self._view(one)
        living = {0, *(one.pid for one in self.processes())}
        self._since = {pid: since for pid, since in self._since.items() if pid in living}

    def _pay(self, one: Process) -> None:
        """Send a pending signal. A worker's first heartbeat shows that it listens to signals."""
        if one.heartbeat is not None and one.pid in self._owed:
            one.send(self._owed.pop(one.pid))

    def _started(self, instance: int, now: float) -> Process | None:
        """A new worker; None if none can be started now."""
        try:
            one = self._start(instance, now)
        except OSError as error:
            log.error("%s cannot be started: %s", self.name, error)
            self._start_at = now + self._waits.wait_after(0.0)
            return None
        log.info("%s is process %d", self.name, one.pid)
        self.restarts += self._died
        self._died = False
        return one

    def _bury(self, one: Process, status: int, now: float) -> None:
        one.listen(now)
        one.close()
        self._vacate(one.instance)
        self._owed.pop(one.pid, None)
        in_order = one.ends_by is not None and status in (0, -signal.SIGTERM)
        level = logging.INFO if in_order else logging.ERROR
        log.log(level, "%s (process %d) %s", self.name, one.pid, _manner(status))
        if one is self.current:
            self.current, self._died = None, not self._ending
            # A worker that never sent a heartbeat failed while it started, however long that took.
            lived_s = now - one.started_at if one.heartbeat is not None else 0.0
            self._start_at = now + self._waits.wait_after(lived_s)
        elif one is self.successor:
            self.successor = None
        else:
            self._retired.remove(one)

    def _view(self, one: Process | None) -> WorkerView:
        state = _state_of(one)
        pid = one.pid if one is not None else 0
        if self._since.get(pid, (None,))[0] is not state:
            self._since[pid] = (state, self._wall())
        heartbeat = one.heartbeat if one is not None else None
        return WorkerView(
            slot=self.number,
            pid=pid,
            name=heartbeat.name if heartbeat else "",
            state=state,
            why=heartbeat.not_ready if heartbeat else "",
            calls=heartbeat.calls if heartbeat else 0,
            since=self._since[pid][1],
            restarts=self.restarts,
            current=one is self.current,
            configuration=heartbeat.configuration if heartbeat else "",
        )


def _state_of(one: Process | None) -> WorkerState:
    if one is None:
        return WorkerState.DEAD
    if one.ends_by is not None:
        return WorkerState.DRAINING
    if one.heartbeat is None:
        return WorkerState.STARTING
    return WorkerState.READY if one.is_ready else WorkerState.NOT_READY


def _manner(status: int) -> str:
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
