"""The supervisor's loop: read the workers' heartbeats, obey signals, and keep a worker in every slot."""

from __future__ import annotations

import logging
import select
import signal
import socket
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from callcontrol.edges import clock
from callcontrol.supervisor import service_manager
from callcontrol.supervisor.fork_server import ForkServer
from callcontrol.supervisor.in_force import ConfigurationState
from callcontrol.supervisor.orphans import Orphans
from callcontrol.supervisor.rolling import Rolling
from callcontrol.supervisor.signals import Signals
from callcontrol.supervisor.slot import Process, Slot
from callcontrol.supervisor.timeouts import AwakeClock, WorkerTimeouts
from callcontrol.supervisor.views import View, WorkerState
from callcontrol.supervisor.worker_process import WorkerProcess

log = logging.getLogger(__name__)

LOOK_S: Final = 0.5  # longest time between two looks
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR2, signal.SIGCHLD)


class Listener(Protocol):
    """What the loop needs of the listening socket (listeners.py)."""

    def shut(self) -> None: ...
    def close(self) -> None: ...


class Configuration(Protocol):
    """What the loop needs of the configuration in force (in_force.py)."""

    standing: ConfigurationState

    def reload(self) -> None: ...
    def take_news(self) -> bool: ...


class Supervisor:
    """All workers of a daemon.

    Args:
        count: how many there are.
        start: starts a worker at an instance (0 to 2 * count - 1); raises OSError.
        vacate: called with an instance that no process is any more.
        listener: the listening socket.
        configuration: the one in force; read again at SIGHUP.
        forks: what starts the processes.
        jobs: slots of other processes that run beside the workers, restarted and ended like these; no call needs them.
    """

    def __init__(
        self,
        count: int,
        *,
        start: Callable[[int, float], WorkerProcess],
        vacate: Callable[[int], object],
        listener: Listener,
        timeouts: WorkerTimeouts,
        configuration: Configuration,
        forks: ForkServer,
        jobs: Sequence[Slot] = (),
    ) -> None:
        self._configuration = configuration
        self._slots = tuple(
            Slot(
                number,
                (number, number + count),
                start=start,
                vacate=vacate,
                timeouts=timeouts,
                wall=clock.now,
                may_start=lambda: not forks.is_loading,
            )
            for number in range(count)
        )
        self._jobs = tuple(jobs)
        self._listener = listener
        self._clock = AwakeClock(clock.monotonic)
        self._forks, self._orphans = forks, Orphans()
        self._rolling = Rolling(prepare=forks.renew)
        self._draining = False
        self._told_ready = False
        self._lived = False
        self.view = View(configuration=configuration.standing)

    def run(self) -> int:
        """Run until SIGTERM or SIGINT has ended all workers; returns the exit status."""
        with Signals(SIGNALS) as signals:
            while not (self._draining and not self._all_processes()):
                self._look()
                self._wait(signals)
                for number in signals.take():
                    self._obey(number)
        log.info("all workers have ended")
        return 0

    def _look(self) -> None:
        now = self._clock.now()
        self._forks.tend(now)
        for slot in self._all:
            slot.tend(now)
        self._orphans.bury([self._forks.pid, *(one.pid for one in self._all_processes())], now)
        self._rolling.step(now)
        self._close_if_deserted()
        if self._configuration.take_news():
            self._tell_of_reload()
        workers = tuple(view for slot in self._slots for view in slot.views())
        roll = self._rolling
        standing = self._configuration.standing
        jobs = tuple(view for slot in self._jobs for view in slot.views())
        self.view = View(
            workers,
            self._draining,
            roll.state,
            roll.why,
            roll.number,
            configuration=standing,
            jobs=jobs,
            forks=self._forks.view,
        )
        self._tell_service_manager()

    def _wait(self, signals: Signals) -> None:
        """Wait for a heartbeat or a signal, LOOK_S at most."""
        lines = [one.line for one in self._all_processes() if isinstance(one, WorkerProcess)]
        lines.append(self._forks.line)
        waited_for: list[Signals | socket.socket] = [signals, *(line for line in lines if line is not None)]
        select.select(waited_for, [], [], LOOK_S)

    def _obey(self, number: signal.Signals) -> None:
        match number:
            case signal.SIGTERM | signal.SIGINT:
                self._drain()
            case signal.SIGHUP:
                self._configuration.reload()
            case signal.SIGUSR2 if not self._draining:
                self._rolling.begin(self._all)
            case _:  # SIGCHLD: the next turn of the loop finds the ended process
                return

    def _tell_of_reload(self) -> None:
        for slot in self._all:
            slot.pass_on(signal.SIGHUP)

    def _drain(self) -> None:
        """Shut the call port, and let the workers finish their calls."""
        if self._draining:
            return
        log.info("draining")
        service_manager.tell("STOPPING=1")
        self._draining = True
        self._listener.close()
        self._rolling.stop("the daemon ends")
        self._forks.end()
        now = self._clock.now()
        for slot in self._all:
            slot.end(now)

    @property
    def _all(self) -> tuple[Slot, ...]:
        return (*self._slots, *self._jobs)

    def _all_processes(self) -> list[Process]:
        return [one for slot in self._all for one in slot.processes()]

    def _no_worker_lives(self) -> bool:
        return not any(True for slot in self._slots for _ in slot.processes())

    def _close_if_deserted(self) -> None:
        """Without a worker, callers have to go elsewhere at once: the call port is shut."""
        lives = not self._no_worker_lives()
        if self._lived and not lives and not self._draining:
            self._listener.shut()
        self._lived = lives

    def _tell_service_manager(self) -> None:
        """Log once that the workers run. A switch that is away is no reason to restart the daemon again and again."""
        begun = all(one.state in (WorkerState.READY, WorkerState.NOT_READY) for one in self.view.slots)
        if begun and not self._told_ready:
            self._told_ready = True
            service_manager.tell("READY=1")
            log.info("%d workers run", len(self.view.slots))
