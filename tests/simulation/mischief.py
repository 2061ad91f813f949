"""What makes things fail, at the moments the seed says; in the end it heals everything."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from tests.simulation.agenda import Agenda
from tests.simulation.faults import Faults
from tests.simulation.pipe_twin import RedisHost
from tests.simulation.process import Process
from tests.simulation.records_twin import LedgerTwin, SpoolTwin
from tests.simulation.switch_twin import SwitchTwin
from tests.simulation.virtual_clock import VirtualClock
from tests.simulation.worker_twin import WorkerTwin

RESTART_S = 2.0
AMNESIA_S = 1.0
STEP_US = 30_000_000


class Stage(Protocol):
    """What can be broken."""

    agenda: Agenda
    clock: VirtualClock
    host: RedisHost
    ledger: LedgerTwin
    spool: SpoolTwin
    switches: list[SwitchTwin]
    workers: list[WorkerTwin]

    def start_worker(self) -> None:
        """One more."""
        ...

    def worker_dies(self, process: Process) -> None:
        """One is about to be gone."""
        ...


class Mischief:
    """Breaks things while it lasts.

    Attributes:
        done: how often, by kind.
    """

    def __init__(self, stage: Stage, faults: Faults, chance: random.Random) -> None:
        self.done: Counter[str] = Counter()
        self._stage = stage
        self._faults = faults
        self._chance = chance
        self._lasts = True
        stage.host.batch_failed, stage.host.reply_lost = faults.batch_failed, faults.reply_lost

    def begin(self) -> None:
        """From now on."""
        for name, act in (
            ("kill", self._kill),
            ("stop", self._stop),
            ("drain", self._drain),
            ("redis_away", self._redis_away),
            ("redis_restart", self._redis_restart),
            ("redis_amnesia", self._redis_amnesia),
            ("ledger_away", self._ledger_away),
            ("spool_full", self._spool_full),
            ("clock_step", self._clock_step),
            ("switch_death", self._switch_death),
        ):
            rate: float = getattr(self._faults, f"{name}_per_h")
            if rate:
                self._later(name, rate, act)

    def heal(self) -> None:
        """Everything works again, and nothing more is broken."""
        self._lasts = False
        stage = self._stage
        stage.host.batch_failed = stage.host.reply_lost = 0.0
        stage.host.is_up = stage.ledger.is_up = True
        stage.spool.is_full = False
        stage.clock.off_us = 0
        stage.spool.drain()
        for worker in stage.workers:
            worker.process.go_on()

    def _later(self, name: str, rate: float, act: Callable[[], bool]) -> None:
        def now() -> None:
            if self._lasts:
                self._later(name, rate, act)
                self.done[name] += act()

        self._stage.agenda.after(self._chance.expovariate(rate / 3600), now)

    def _some_worker(self) -> WorkerTwin | None:
        running = [worker for worker in self._stage.workers if worker.accepts]
        return self._chance.choice(running) if running else None

    def _kill(self) -> bool:
        worker = self._some_worker()
        if worker is None:
            return False
        process = worker.process
        process.on_death.append(lambda: self._died(process))
        process.kill_after(self._chance.randrange(1, 60))
        self._stage.agenda.after(self._chance.uniform(0.5, 3), process.die)
        return True

    def _died(self, process: Process) -> None:
        self._stage.worker_dies(process)
        self._stage.agenda.after(RESTART_S, self._stage.start_worker)

    def _stop(self) -> bool:
        worker = self._some_worker()
        if worker is None:
            return False
        worker.process.stop()
        self._stage.agenda.after(self._chance.uniform(1, 12), worker.process.go_on)
        return True

    def _drain(self) -> bool:
        worker = self._some_worker()
        if worker is None:
            return False
        self._stage.start_worker()
        self._stage.worker_dies(worker.process)
        worker.process.call(worker.drain)
        return True

    def _redis_away(self) -> bool:
        host = self._stage.host
        host.is_up = False
        self._stage.agenda.after(self._chance.uniform(1, 20), lambda: setattr(host, "is_up", True))
        return True

    def _redis_restart(self) -> bool:
        self._stage.host.server.restart()
        return self._redis_away()

    def _redis_amnesia(self) -> bool:
        server = self._stage.host.server
        remembered = server.remember()

        def crash() -> None:
            server.go_back(remembered)
            self._redis_restart()

        self._stage.agenda.after(AMNESIA_S, crash)
        return True

    def _ledger_away(self) -> bool:
        ledger, spool = self._stage.ledger, self._stage.spool
        ledger.is_up = False

        def back() -> None:
            ledger.is_up = True
            spool.drain()

        self._stage.agenda.after(self._chance.uniform(1, 600), back)
        return True

    def _spool_full(self) -> bool:
        spool = self._stage.spool
        spool.is_full = True
        self._stage.agenda.after(self._chance.uniform(1, 60), lambda: setattr(spool, "is_full", False))
        return True

    def _clock_step(self) -> bool:
        self._stage.clock.off_us = self._chance.randrange(-STEP_US, STEP_US)
        return True

    def _switch_death(self) -> bool:
        switch = self._chance.choice(self._stage.switches)
        if not switch.is_up:
            return False
        switch.die()
        for worker in self._stage.workers:
            worker.board.switch_died(switch.name)
        self._stage.agenda.after(self._chance.uniform(3, 10), lambda: self._switch_back(switch))
        return True

    def _switch_back(self, switch: SwitchTwin) -> None:
        switch.come_back()
        for worker in self._stage.workers:
            worker.board.switch_came_back(switch.name)
