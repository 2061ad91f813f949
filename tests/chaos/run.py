"""One run: calls arrive, one fault after the other is caused, all calls end, and the evidence is gathered."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import gevent

from callcontrol.edges import clock
from callcontrol.simulator.stories.stage import NotReady, Stage
from callcontrol.vocabulary.call import call_id_of
from tests.bench.script_calls import ScriptCalls
from tests.chaos import centre, ledger, live_state, looking_back
from tests.chaos.accounts import OPEN
from tests.chaos.faults import FAULTS
from tests.chaos.job import Job
from tests.chaos.people import People
from tests.chaos.plan import UPGRADE, USUAL_S, Planned, plan
from tests.chaos.source import Source, source_of
from tests.chaos.switch_side import SwitchSide, unread
from tests.chaos.truth import Blow, Evidence
from tests.chaos.viewer import Away
from tests.chaos.watch import Watch, recovered_us
from tests.chaos.web_side import WebSide
from tests.chaos.world import NeverHappened, World

WORKERS = 2
WARM_S = 2.0  # time for conversations of every kind to begin
ADOPTED_S = (
    200.0  # for the job to make rows of files whose worker could not write them on a full disk (jobs/media/adopting.py)
)
REST_S = 90.0  # for everything to end after the last call
SPOOL = re.compile(r"^callcontrol_spool_records ([0-9.e+]+)$", re.MULTILINE)
FREE = "ready"
JOB_LOG, WEB_LOG = "job.log", "web.log"
WEB = "web"

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a run.

    Attributes:
        seconds: how long faults are caused, in whole rounds of all faults; 0: one round.
        per_s: calls a second.
        pause_s: the shortest and the longest pause before each fault.
        upgrade_from: the revision whose code the daemon runs until the fault `upgrade`; "": this version's.
    """

    seed: int
    faults: Sequence[str]
    per_s: float = 50.0
    seconds: float = 0.0
    pause_s: tuple[float, float] = USUAL_S
    upgrade_from: str = ""


@dataclass(slots=True)
class _Struck:
    """A fault as it was noted."""

    fault: str
    detail: str
    at_us: int
    healed_us: int


@dataclass(slots=True)
class Run:
    """One run on a stage that is set up."""

    stage: Stage
    folder: Path
    options: Options
    tell: Tell
    source: Source
    job: Job
    web: WebSide
    struck: list[_Struck] = field(default_factory=list)
    away: list[Away] = field(default_factory=list)
    never: list[str] = field(default_factory=list)

    def play(self) -> Evidence:
        """Everything from the first caller to the evidence."""
        chance = random.Random(self.options.seed)
        side, watch = SwitchSide(self.stage.switch, self.folder / "cdrs"), Watch(self.stage.redis_url)
        people = People(self.stage.switch, self.options.per_s, chance)
        centre.open_phones(self.stage.switch, chance)
        self._agents_are_free()
        if self.source.folder is None:  # an older version knows no accounts
            ledger.pay_in(self.stage.dsn)
            self._begin_web()
        with _beside(side.run), _beside(watch.run):
            calling = gevent.spawn(people.run)
            self._strike_all(people, watch)
            people.stop()
            calling.get()
            left = self._come_to_rest(side)
        return self._evidence(side, watch, left)

    @property
    def looks_back(self) -> bool:
        """Whether exports, cases and counts are compared: this version runs, or the older one was upgraded to it."""
        return self.source.folder is None or self.job.was_started

    def _strike_all(self, people: People, watch: Watch) -> None:
        gevent.sleep(WARM_S)
        until_s = clock.monotonic() + self.options.seconds
        faults = self.options.faults
        for count, planned in enumerate(plan(self.options.seed, faults, self.options.pause_s)):
            if count and count % len(faults) == 0 and clock.monotonic() >= until_s:
                return
            gevent.sleep(planned.pause_s)
            try:
                self._strike(planned, people, watch)
            except (NeverHappened, NotReady) as error:
                self.never.append(f"after {planned.fault}: {error}")
                self.tell(f"{planned.fault}: {error}")
                return

    def _strike(self, planned: Planned, people: People, watch: Watch) -> None:
        world = World(self.stage, people, random.Random(planned.seed), self.source, self.job, self.web, self.away)
        struck = _Struck(planned.fault, "", int(clock.now()), 0)
        self.struck.append(struck)
        struck.detail = FAULTS[planned.fault](world)
        struck.healed_us = int(clock.now())
        if planned.fault == UPGRADE:
            self._begin_web()
        self.tell(f"{planned.fault}: {struck.detail}")
        self.stage.daemon.wait_until_ready()
        world.until(lambda: watch.is_well_since(struck.healed_us), "every call is with a living worker")

    def _begin_web(self) -> None:
        """Where it is to be struck; an older version has none."""
        if WEB in self.options.faults and not self.web.is_there:
            self.web.begin(self.stage.config, self.stage.dsn)

    def _come_to_rest(self, side: SwitchSide) -> dict[str, tuple[str, ...]]:
        """Wait until nothing is left, at most for REST_S; returns what is left."""
        due_s = clock.monotonic() + REST_S
        self.web.rest()
        while (left := self._left()) and clock.monotonic() < due_s:
            gevent.sleep(0.5)
        self._settle_media(due_s)
        side.collect()
        if self.source.folder is None and (faults := tuple(ledger.books(self.stage.dsn))):
            left["something in the books of credit that does not add up"] = faults
        if self.looks_back and (unsettled := looking_back.settle(self.stage.dsn)):
            left["something the job has not read"] = unsettled
        if ended := self.job.ended():
            left["a job that has ended"] = ended
        if unreadable := tuple(unread(self.folder / "cdrs")):
            left["a record of the switch that cannot be read"] = unreadable
        left |= self._left_at_web()
        if self.never:
            left["something that never happened"] = tuple(self.never)
        return left

    def _left_at_web(self) -> dict[str, tuple[str, ...]]:
        try:
            found = self.web.left(self.away)
        except NeverHappened as error:
            return {"something of the web process that never happened": (str(error),)}
        if self.web.is_there:
            self.tell(self.web.told())
        return found

    def _left(self) -> dict[str, tuple[str, ...]]:
        with live_state.connected(self.stage.redis_url) as redis:
            rows = ScriptCalls(redis, centre.TENANT).do(clock.now(), "view_agents", {})[0]
        agents = {row[0].decode(): row[1].decode() for row in rows}
        left = live_state.left(self.stage.redis_url) | {
            "a channel": tuple(self.stage.switch.channels()),
            "records in the spool": tuple(said for said in SPOOL.findall(self.stage.daemon.metrics()) if float(said)),
            "an agent who is not ready": tuple(f"{name}: {state}" for name, state in agents.items() if state != FREE),
        }
        return {what: which for what, which in left.items() if which}

    def _settle_media(self, due_s: float) -> None:
        """Wait for the media job, which closes media that no worker could close: by the file, or the call's end."""
        while clock.monotonic() < due_s + ADOPTED_S:
            media = ledger.media(self.stage.dsn)
            is_whole = {row.file for row in media}.issuperset(self._files())
            if is_whole and not any(row.state in OPEN for row in media):
                return
            gevent.sleep(1.0)

    def _files(self) -> tuple[str, ...]:
        return tuple(path.name for path in (self.folder / centre.RECORDINGS).glob("*.wav"))

    def _agents_are_free(self) -> None:
        due_s = clock.monotonic() + REST_S
        while self._left():
            if clock.monotonic() > due_s:
                raise NeverHappened(f"before the first call there is {self._left()}")
            gevent.sleep(0.2)

    def _evidence(self, side: SwitchSide, watch: Watch, left: dict[str, tuple[str, ...]]) -> Evidence:
        calls, rows, visits = ledger.rows(self.stage.dsn, (one.call_id for one in side.callers))
        ends = [one.at_us for one in self.struck[1:]] + [int(clock.now())]
        blows = tuple(_blow(one, end, watch) for one, end in zip(self.struck, ends, strict=True))
        media = ledger.media(self.stage.dsn)
        evidence = Evidence(side.callers, side.legs, calls, rows, visits, media, self._files(), left=left, blows=blows)
        return self.looked_back(evidence)

    def looked_back(self, evidence: Evidence) -> Evidence:
        """The evidence with exports, cases and counts; unchanged while an older version runs."""
        if not self.looks_back:
            return evidence
        dsn = self.stage.dsn
        channel_of = {call_id_of(one.call_id): one.call_id for one in evidence.callers}
        contacts = looking_back.contacts(dsn)
        return replace(
            evidence,
            exports=tuple(looking_back.exports(self.stage.config, dsn, self.folder / "temporary")),
            contacts={channel_of.get(call, call): kind for call, kind in contacts.items()},
            other_cases=looking_back.other_cases(dsn),
            other_hours=looking_back.other_hours(dsn),
        )


def _blow(struck: _Struck, until_us: int, watch: Watch) -> Blow:
    calls = next((look.calls for look in reversed(watch.looks) if look.at_us <= struck.at_us), 0)
    recovered = recovered_us(watch.looks, struck.at_us, until_us)
    return Blow(struck.fault, struck.detail, struck.at_us, struck.healed_us, calls, recovered)


@contextmanager
def _beside(run: Callable[[], None]) -> Iterator[None]:
    """Run this in the background for the block; its failure is raised at the end."""
    greenlet = gevent.spawn(run)
    try:
        yield
        if greenlet.dead:
            greenlet.get()
    finally:
        greenlet.kill()


def run(options: Options, folder: Path, tell: Tell) -> Evidence:
    """Set the stage below this folder (a short path that others may pass through) and play.

    Raises:
        NoSuchRevision: git does not know the revision to upgrade from.
    """
    simulator = ("--quick", "--cdrs", str(folder / "cdrs"), "--recordings", str(folder / centre.RECORDINGS))
    with source_of(options.upgrade_from, folder / "code") as source:
        example = centre.write(folder / "example", source.example, older=bool(options.upgrade_from))
        with Stage(folder, example, durable=True, simulator=simulator, workers=WORKERS, source=source.folder) as stage:
            job, web = Job(folder / JOB_LOG), WebSide(folder / "web", folder / WEB_LOG, random.Random(options.seed))
            try:
                return Run(stage, folder, options, tell, source, job, web).play()
            finally:
                web.stop()
                job.stop()
