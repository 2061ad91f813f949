"""Causes faults at moments chosen by the seed, and heals all of them at the end."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from tests.simulation.agenda import Agenda
from tests.simulation.faults import Faults
from tests.simulation.host import Host
from tests.simulation.pipeline_twin import RedisHost
from tests.simulation.process import Process
from tests.simulation.records_twin import LedgerTwin, SpoolTwin
from tests.simulation.switch_twin import SwitchTwin
from tests.simulation.virtual_clock import VirtualClock
from tests.simulation.worker_twin import WorkerTwin

RESTART_S = 2.0
AMNESIA_S = 1.0
STEP_US = 30_000_000
# How long a connection to a switch is down before it may be made again (seconds).
BLINK_S = (0.02, 20.0)
# How late a switch is in a wave, and how long the wave lasts (seconds).
LATE_S, WAVE_S = (0.1, 10.0), (1.0, 60.0)


class Stage(Protocol):
    """What faults act on."""

    agenda: Agenda
    clock: VirtualClock
    redis: RedisHost
    hosts: list[Host]
    ledger: LedgerTwin
    spool: SpoolTwin
    switches: list[SwitchTwin]
    workers: list[WorkerTwin]

    def start_worker(self, host: Host | None = None) -> None:
        """One more, on this host."""
        ...

    def worker_dies(self, process: Process) -> None:
        """A worker is about to die."""
        ...

    def reload(self, host: Host, edition: int) -> None:
        """A host takes an edition of the configuration."""
        ...


class Mischief:
    """Causes faults between `begin` and `heal`.

    Attributes:
        done: the number of faults by kind.
    """

    def __init__(self, stage: Stage, faults: Faults, chance: random.Random) -> None:
        self.done: Counter[str] = Counter()
        self._stage = stage
        self._faults = faults
        self._chance = chance
        self._lasts = True
        self._edition = 0
        stage.redis.batch_failed, stage.redis.reply_lost = faults.batch_failed, faults.reply_lost

    def begin(self) -> None:
        """Start causing faults."""
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
            ("late", self._late),
            ("link_blink", self._link_blink),
            ("reload", self._reload),
        ):
            rate: float = getattr(self._faults, f"{name}_per_h")
            if rate:
                self._later(name, rate, act)

    def heal(self) -> None:
        """Heal all faults, and cause no more."""
        self._lasts = False
        stage = self._stage
        stage.redis.batch_failed = stage.redis.reply_lost = 0.0
        stage.redis.is_up = stage.ledger.is_up = True
        stage.spool.is_full = False
        stage.clock.off_us = 0
        for switch in stage.switches:
            switch.be_quick()
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
        self._stage.agenda.after(RESTART_S, lambda: self._stage.start_worker(process.host))

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
        self._stage.start_worker(worker.process.host)
        self._stage.worker_dies(worker.process)
        worker.process.call(worker.drain)
        return True

    def _redis_away(self) -> bool:
        redis = self._stage.redis
        redis.is_up = False
        self._stage.agenda.after(self._chance.uniform(1, 20), lambda: setattr(redis, "is_up", True))
        return True

    def _redis_restart(self) -> bool:
        self._stage.redis.server.restart()
        return self._redis_away()

    def _redis_amnesia(self) -> bool:
        server = self._stage.redis.server
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
            worker.board.cut(switch.name)
        self._stage.agenda.after(self._chance.uniform(3, 10), lambda: self._switch_back(switch))
        return True

    def _switch_back(self, switch: SwitchTwin) -> None:
        switch.come_back()
        for worker in self._stage.workers:
            worker.board.can_be_reached(switch.name)

    def _link_blink(self) -> bool:
        """Workers lose the switch, which goes on: one of them, those of one host, or all."""
        switch, worker = self._chance.choice(self._stage.switches), self._some_worker()
        if worker is None or not switch.is_up:
            return False
        reach = self._chance.choice(("one", "host", "all"))
        those = [
            other
            for other in self._stage.workers
            if reach == "all" or other is worker or (reach == "host" and other.process.host is worker.process.host)
        ]
        for other in those:
            other.board.cut(switch.name)
        lasts_s = self._by_magnitude(*BLINK_S)
        self._stage.agenda.after(lasts_s, lambda: self._links_back(switch, those))
        return True

    def _late(self) -> bool:
        """A switch hears late, or is late to tell, or some of each."""
        switch = self._chance.choice(self._stage.switches)
        late_s, lasts_s = (self._by_magnitude(*span) for span in (LATE_S, WAVE_S))
        share = self._chance.choice((0.0, self._chance.random(), 1.0))
        switch.hears_late_s, switch.tells_late_s = late_s * share, late_s * (1 - share)
        self._stage.agenda.after(lasts_s, switch.be_quick)
        return True

    def _by_magnitude(self, least: float, most: float) -> float:
        """Between these, each order of magnitude as likely."""
        return math.exp(self._chance.uniform(math.log(least), math.log(most)))

    def _links_back(self, switch: SwitchTwin, those: list[WorkerTwin]) -> None:
        for worker in those:
            worker.board.can_be_reached(switch.name)

    def _reload(self) -> bool:
        """A new edition of the configuration, which each host takes at a time of its own."""
        self._edition += 1
        edition = self._edition
        for host in self._stage.hosts:
            late_s = self._chance.uniform(0, self._faults.reload_late_s)
            self._stage.agenda.after(late_s, lambda host=host: self._stage.reload(host, edition))  # type: ignore[misc]  # its type is given by the loop
        return True
