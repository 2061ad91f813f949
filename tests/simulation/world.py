"""One run: the call centre, its workers, and its faults, from a seed."""

from __future__ import annotations

import logging
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from unittest import mock

from callcontrol.billing.record import RatedRecord
from callcontrol.daemon import call_acceptor
from callcontrol.daemon.configuration import Current
from callcontrol.edges.config_snapshot import Version
from callcontrol.edges.live_state.codec import CALLS, Codec
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.simulation import talk_audit
from tests.simulation.agenda import Agenda
from tests.simulation.books import SWEEP_S, TOP_UP_S, Books
from tests.simulation.broken import Broken
from tests.simulation.centre import SWITCHES, Centre, outside
from tests.simulation.conferees import Conferees
from tests.simulation.connection_twin import LineTwin
from tests.simulation.exporting import Exports
from tests.simulation.faults import PROFILES, Faults
from tests.simulation.host import Host
from tests.simulation.later_version import LATER
from tests.simulation.ledger_audit import Accounts, balance, messages_have_rows
from tests.simulation.menus import keys_that_led_on
from tests.simulation.mischief import Mischief
from tests.simulation.missed_callers import Cases
from tests.simulation.opening_hours import led_calls
from tests.simulation.people import People
from tests.simulation.phones import Moods, Phones
from tests.simulation.pipeline_twin import RedisHost
from tests.simulation.process import Process
from tests.simulation.promises import Promises
from tests.simulation.records_twin import LedgerTwin, SpoolTwin
from tests.simulation.redis_twin import RedisTwin
from tests.simulation.supervisors import Supervisors
from tests.simulation.switch_links_twin import SwitchLinksTwin
from tests.simulation.switch_twin import SwitchTwin
from tests.simulation.trunk_promises import TrunkPromises
from tests.simulation.virtual_clock import VirtualClock
from tests.simulation.worker_twin import WorkerTwin

START = Instant(1_795_503_600_000_000)  # 2026-11-24T07:00:00Z, a Tuesday
LOOK_S = 1.0
# After the last call everything ends within this time (seconds): conversations, callbacks, calls without a worker.
REST_S = 3600.0 * 1.5
REST_LOOK_S = 10.0
# After a worker and Redis have been up for this long (seconds), nothing may be left to do.
STEADY_S = 25.0
SWITCH_DELAY_S = (0.0005, 0.02)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is made of; the same plan is the same run.

    Attributes:
        every: how many operations on queues are between two that are looked at in full.
        channels: of the first trunk, the second one has one less; 0: they are not counted.
        meetings_per_h: how often people meet in a conference room.
        supervised_per_h: how often a supervisor listens to a conversation.
    """

    seed: int
    profile: str = "storm"
    hours: float = 1.0
    tenants: int = 4
    agents: int = 3
    calls_per_h: float = 400.0
    workers: int = 2
    every: int = 20
    channels: int = 0
    meetings_per_h: float = 40.0
    supervised_per_h: float = 60.0

    @property
    def faults(self) -> Faults:
        """What goes wrong."""
        return PROFILES[self.profile]


@dataclass(frozen=True, slots=True)
class Report:
    """How a run went.

    Attributes:
        slowest_s: of callers who waited at a worker that died, 0 if there was none.
        let_in, found_closed: how many calls came while opening hours were open, and while they were closed.
        by_key: how many inputs in menus have led a call on.
        paid: what accounts have paid for calls.
        cases: of missed callers.
        exported: lines of calls, each delivered once.
    """

    plan: Plan
    steps: int
    calls: int
    faults: Counter[str]
    accounts: Accounts
    slowest_s: float
    virtual_s: float
    let_in: int
    found_closed: int
    by_key: int
    paid: Decimal
    cases: int
    exported: int


@cache
def configuration(centre: Centre) -> Current:
    """A centre's configuration, read as the daemon reads it."""
    with tempfile.TemporaryDirectory(prefix="callcontrol-centre-") as folder:
        centre.write(Path(folder))
        current = Current(Path(folder))
    version = Version(Instant(centre.edition), current.configuration.version.digest)
    current.configuration = replace(current.configuration, version=version)
    return current


class World:
    """One run."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        chance = random.Random(plan.seed)
        self._chance = chance
        self.agenda = Agenda(START, random.Random(chance.random()))
        self.clock = VirtualClock(self.agenda, random.Random(chance.random()))
        self._centre = Centre(plan.tenants, plan.agents, channels=plan.channels)
        self.hosts = self._two_hosts(random.Random(chance.random()))
        self.redis = RedisHost(RedisTwin(lambda: self.agenda.now_s, self.agenda.wall), random.Random(chance.random()))
        self.ledger = LedgerTwin()
        self.books = Books(
            self.redis, lambda: self.hosts[0].current.configuration.settings, lambda: Instant(self.agenda.wall())
        )
        self.books.is_up, self.ledger.on_row = lambda: self.ledger.is_up, self.books.enter
        self.cases = Cases(lambda: self.hosts[0].current.configuration.settings)
        self.exports = Exports(self.agenda, random.Random(f"exports {plan.seed}"), lambda: self.ledger.is_up)
        self.ledger.on_call = self._on_call
        self.spool = SpoolTwin(self.ledger, random.Random(chance.random()))
        self.phones = Phones(random.Random(chance.random()), Moods())
        delay = random.Random(chance.random())
        self.switches: list[SwitchTwin] = []
        self.promises = Promises(self.switches, self.redis.server, plan.every)
        for name, host in zip(SWITCHES, self.hosts, strict=True):
            switch = SwitchTwin(name, self.agenda, self.phones, lambda: delay.uniform(*SWITCH_DELAY_S), self.promises)
            switch.pick = delay.choice
            switch.host = host
            self.switches.append(switch)
        limits = {"a": plan.channels, "b": plan.channels - 1} if plan.channels else {}
        self.trunks = TrunkPromises(self.switches, self.redis.server.trunks, limits)
        self.workers: list[WorkerTwin] = []
        self._started = 0
        self._retired: Counter[str] = Counter()
        self.people = People(
            self._centre,
            self.switches,
            self.agenda,
            self.phones,
            random.Random(chance.random()),
            self.clock.new_id,
            self._phone_changed,
        )
        self.conferees = Conferees(self._centre, self.people, self.agenda, random.Random(f"conferees {plan.seed}"))
        self.supervisors = Supervisors(
            self._centre, self.people, self.switches, self.phones, random.Random(f"supervisors {plan.seed}")
        )
        self.promises.settings = lambda: {h.edition: h.current.configuration.settings for h in self.hosts}
        self.promises.supervision.watch()
        for switch in self.switches:
            switch.others = list(self.switches)
            switch.mixers.entered.append(self.conferees.entered)
        self.promises.rooms.watch()
        self.promises.rooms.may_split = bool(plan.faults.redis_amnesia_per_h)
        self.mischief = Mischief(self, plan.faults, random.Random(chance.random()))
        self._unsteady_s = 0.0
        self._off_us = 0
        self.promises.agents_are(self._agents())
        self.promises.wall_us = lambda: self.agenda.wall() + self.clock.off_us
        self.promises.somebody_takes_calls = plan.faults.told_is_kept

    # --- workers

    def _two_hosts(self, chance: random.Random) -> list[Host]:
        hosts = [Host("one"), Host("two")]
        for host in hosts:
            host.read(0, configuration(self._centre))
        apart_us = round(self.plan.faults.clocks_apart_s * SECOND_US)
        hosts[1].off_us = chance.choice((-1, 1)) * chance.randint(apart_us // 20, apart_us)
        return hosts

    def reload(self, host: Host, edition: int) -> None:
        """A host takes an edition of the configuration, if it has no later one."""
        if edition > host.edition:
            host.read(edition, configuration(replace(self._centre, edition=edition)))
            self.promises.reloaded({host.edition for host in self.hosts})
            for worker in [worker for worker in self.workers if worker.process.host is host]:
                worker.process.call(worker.reload)

    def start_worker(self, host: Host | None = None) -> None:
        """One more, on this host, else on each in turn."""
        host = host or self.hosts[self._started % len(self.hosts)]
        self._started += 1
        process = Process(self.agenda, f"{host.name}/{self._started}/w", host)
        board = SwitchLinksTwin(self.switches, process, random.Random(self._chance.random()), self.plan.faults)
        worker = WorkerTwin(
            process,
            host.current,
            self.redis,
            board,
            self.spool,
            random.Random(self._chance.random()),
            self.phones.registered,
            self._values(),
            self.books.find,
            counts_channels=bool(self.plan.channels),
            ring=lambda request: self.supervisors.rung_back(request),
        )
        process.on_death.append(lambda: self._gone(worker))
        board.on_told = self.promises.told.add
        board.owner_of = lambda call: self.redis.server.owner_of(call.tenant, call.id) or process.name
        self.workers.append(worker)
        for switch in self.switches:
            switch.takers.append(worker)
        process.call(worker.start)

    def _values(self) -> Codec:
        """Of which version the next worker is: how it writes and reads calls."""
        later = self.plan.faults.later
        if not later or not self.workers:
            return CALLS
        living = sum(worker.values is LATER for worker in self.workers if not worker.draining)
        # One that lives may be about to end: the new worker is its successor.
        return LATER if living < 2 or self._chance.random() < later else CALLS

    def _gone(self, worker: WorkerTwin) -> None:
        self.workers.remove(worker)
        self.redis.server.listeners.pop(f"cc:worker:{worker.process.name}", None)
        self._retired += _told_wrong(worker)
        for switch in self.switches:
            switch.takers.remove(worker)

    def _on_call(self, record: RatedRecord) -> None:
        self.cases.take(record)
        self.exports.take(record)

    def worker_dies(self, process: Process) -> None:
        """One is about to be gone."""
        self.promises.worker_dies(process)

    def _phone_changed(self, account: str) -> None:
        for worker in tuple(self.workers):
            worker.process.call(lambda worker=worker: worker.phone_changed(account))  # type: ignore[misc]  # its type is given by the loop

    def _agents(self) -> set[str]:
        accounts = {f"{100 + i}@t{t}.example" for t in range(self.plan.tenants) for i in range(self.plan.agents)}
        return accounts | {outside(t) for t in range(self.plan.tenants)}

    # --- the run

    def run(self) -> Report:
        """Everything from the first caller to the rest at the end.

        Raises:
            Broken: a promise does not hold.
        """
        with self._in_force():
            self.people.plug_in()
            for _ in range(self.plan.workers):
                self.start_worker()
            self.people.begin(self.plan.calls_per_h)
            self.conferees.begin(self.plan.meetings_per_h)
            self.supervisors.begin(self.plan.supervised_per_h)
            self.mischief.begin()
            self._pay_in()
            self._sweep()
            self.exports.begin()
            self._until(self.plan.hours * 3600)
            self.people.open = False
            self.mischief.heal()
            self._rest()
            return self._report()

    @contextmanager
    def _in_force(self) -> Iterator[None]:
        faults = self.plan.faults
        is_calm = faults.told_is_kept and not (faults.batch_failed or faults.event_repeated or faults.command_failed)
        logger, heard = logging.getLogger("callcontrol"), _Hearing(alarms=is_calm)
        before = logger.level, logger.propagate
        logger.setLevel(logging.ERROR)
        logger.propagate = False
        logger.addHandler(heard)
        try:
            with self.clock.in_force(), mock.patch.object(call_acceptor, "CallLine", LineTwin):
                yield
        finally:
            logger.removeHandler(heard)
            logger.setLevel(before[0])
            logger.propagate = before[1]

    def _until(self, until_s: float) -> None:
        while self.agenda.now_s < until_s:
            due_s = min(self.agenda.now_s + LOOK_S, until_s)
            while self.agenda.step(due_s):
                pass
            self._look()

    def _pay_in(self) -> None:
        if self.people.open:
            self.books.top_up()
            self.agenda.after(TOP_UP_S, self._pay_in)

    def _sweep(self) -> None:
        self.books.sweep()
        self.agenda.after(SWEEP_S, self._sweep)

    def _look(self) -> None:
        is_there = self.redis.is_up and any(
            worker.accepts and not worker.pipeline.away_because for worker in self.workers
        )
        is_there = is_there and all(switch.is_up for switch in self.switches)
        is_there = is_there and all(link.is_up for worker in self.workers for link in worker.board.links.values())
        is_set, self._off_us = self._off_us != self.clock.off_us, self.clock.off_us
        if is_set or not is_there or not all(worker.process.runs for worker in self.workers):
            self._unsteady_s = self.agenda.now_s
        for worker in self.workers:
            worker.look()
        is_steady = self.agenda.now_s - self._unsteady_s > STEADY_S
        self.promises.look(somebody_is_there=is_steady)
        if broken := self.trunks.broken(self.agenda.now_s, is_steady=is_steady):
            raise Broken(broken)

    def _rest(self) -> None:
        until_s = self.agenda.now_s + REST_S
        left = self.left_over()
        while left and self.agenda.now_s < until_s:
            self._until(self.agenda.now_s + REST_LOOK_S)
            left = self.left_over()
        if left:
            raise Broken(f"{len(left)} things never came to rest: {'; '.join(left[:5])}", _call_in(left[0]))

    def left_over(self) -> list[str]:
        """What has not come to rest."""
        left = self.promises.left_over()
        for worker in self.workers:
            left += [f"call {call} is driven by {worker.process.name}" for call in worker.shared.drivers]
            left += [f"call {call} is being closed" for call in sorted(worker.shared.closing)]
            owed = worker.shared.calls.owed + worker.shared.queue_store.owed
            left += [f"{worker.process.name} owes {owed} operations"] if owed else []
        return left + self.books.left_over() + ["the spool holds records"] * bool(self.spool.waiting)

    def _report(self) -> Report:
        tariff = next(iter(self.hosts[0].current.configuration.tariffs.values()))
        faults = self.plan.faults
        may_lose = bool(faults.event_lost or faults.event_late)
        accounts = balance(
            self.switches,
            self.ledger,
            tariff,
            may_miss=faults.ends_may_be_missed,
            told=self.promises.told if faults.told_is_kept else set(),
            may_lose_events=may_lose,
        )
        talk_audit.compare(self.switches, self.ledger, whole=faults.is_told_in_time)
        if faults == Faults():
            self.promises.rooms.talked_as_recorded(self.ledger.calls.values())
        self.promises.supervision.balance(
            self.spool.media.listenings,
            self.ledger.calls,
            is_exact=faults == Faults(),
            may_die=faults.workers_die or bool(faults.redis_amnesia_per_h),
        )
        paid = self.books.balance(self.ledger.records.values(), faults.overdraft)
        messages_have_rows(self.ledger, self.spool.media.rows.values())
        done = self.mischief.done + self._retired
        for worker in self.workers:
            done += _told_wrong(worker)
        done["redis_failed"] += self.redis.failures
        slowest_s = max(self.promises.recoveries, default=0.0)
        calls = [record.call for record in self.ledger.calls.values()]
        pressed = {channel: keys for switch in self.switches for channel, keys in switch.pressed.items()}
        by_key = keys_that_led_on(calls, pressed)
        by_hours = led_calls(calls, self.hosts[0].current.configuration.settings)
        channels = {(switch.name, id_): channel for switch in self.switches for id_, channel in switch.every.items()}
        cases = self.cases.balance(self.ledger.calls.values(), channels, may_lose_events=may_lose)
        came_out = (slowest_s, self.agenda.now_s, *by_hours, by_key, paid, cases, self.exports.balance())
        return Report(self.plan, self.agenda.steps, self.people.calls, +done, accounts, *came_out)


class _Hearing(logging.Handler):
    """An exception that was caught and logged still breaks the run.

    Args:
        alarms: a supervisor's listening that is taken for a stranger's does, too.
    """

    def __init__(self, *, alarms: bool) -> None:
        super().__init__()
        self._alarms = alarms

    def emit(self, record: logging.LogRecord) -> None:
        if self._alarms and "eavesdropped on" in record.getMessage():
            raise Broken(record.getMessage(), str(record.args[0]) if isinstance(record.args, tuple) else "")
        if record.exc_info and record.exc_info[1] is not None:
            if isinstance(record.exc_info[1], Broken):
                raise record.exc_info[1]
            raise Broken(f"{record.name}: {record.getMessage()}: {record.exc_info[1]!r}") from record.exc_info[1]


def _told_wrong(worker: WorkerTwin) -> Counter[str]:
    links = worker.board.links.values()
    kinds = {"events_lost": "lost", "events_twice": "repeated", "events_late": "late"}
    kinds |= {"commands_slow": "slow", "commands_failed": "failed"}
    return Counter({kind: sum(getattr(link, name) for link in links) for kind, name in kinds.items()})


def _call_in(text: str) -> str:
    """The first word that looks like a call's id."""
    return next((word.partition("/")[0] for word in text.split() if word.count("-") >= 4), "")
