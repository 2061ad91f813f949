"""`make prove-books ARGS="--calls 20000 --seed 7"`: a year of calls whose sums are known beforehand, against everything
that looks back: history, reports, exports, cases of missed callers, statements.

The year is drawn as facts: who called when, what came of it, how long they talked. What all of it comes to is added up
from the facts alone, by the few lines of `Truth`, which use nothing of the program (`year_facts.py`). Then the calls
are written as the daemon writes them, some of them first as an estimate that is wrong, in an order of their own.
"""

from __future__ import annotations

from tests import gevent_first  # isort: skip  # psycopg decides on import whether its waits let others run

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import orjson
import psycopg

from callcontrol.billing.costs import rate_record
from callcontrol.billing.fold import fold
from callcontrol.billing.record_json import to_json
from callcontrol.config.export_settings import Export
from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges.deliveries import delivery_of
from callcontrol.edges.embedded import EmbeddedPostgres
from callcontrol.edges.ledger.hours import HourCounter, call_hours
from callcontrol.edges.ledger.missed_cases import MAX_CASES, WantedCases, wanted_cases
from callcontrol.edges.ledger.partitions import later, make_months
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.reader import LedgerReader, connect
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.jobs.exports.checking import checked
from callcontrol.jobs.exports.exporting import Exporter
from callcontrol.jobs.exports.plans import plans_of
from callcontrol.jobs.missed_callers import MissedCallers, differing
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import SECOND_US, Instant, instant_of
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving
from callcontrol.vocabulary.wanted import CallType, Wanted
from tests.billing.trails import Entries, Story, answered_in_queue, forwarded
from tests.proof.year_facts import FIRST, TENANTS, Fact, Truth, draw
from tests.proof.year_statements import YearStatements
from tests.tidy.tree import ROOT

__all__ = ["gevent_first", "main"]

EXAMPLE = ROOT / "deploy" / "example"
AT_ONCE = 500  # records of one transaction
EXPORTS = ("calls", "charges", "missed")


def _trail(fact: Fact, talk_s: float, *, estimated: bool) -> Entries:
    start = instant_of(fact.at)
    if fact.kind == "answered":
        return answered_in_queue(fact.n, start, talk_s, estimated)
    if fact.kind == "forwarded":
        return forwarded(fact.n, start, talk_s, estimated)
    if fact.kind in ("called", "tried"):
        return _outgoing(fact, talk_s, estimated=estimated)
    story = Story(fact.n, start).routed(0.001, "queue:support", "number").queued(0.1)
    return story.left(30, Leaving.ABANDONED, 30).ended(30, by="caller", estimated=estimated)


def _outgoing(fact: Fact, talk_s: float, *, estimated: bool) -> Entries:
    """101 calls the customer through a trunk."""
    story = Story(fact.n, instant_of(fact.at)).routed(0.001, f"number:{fact.customer}", "dialled")
    story.rings_outside(0.002, 0, fact.customer)
    if fact.kind == "tried":
        story.leg_ended(30, 0, "NO_ANSWER", Outcome.NO_ANSWER, created=0.01, ringing=1)
        return story.step(30, "dial", Outcome.NO_ANSWER).ended(30, by="switch", estimated=estimated)
    end = 8 + talk_s
    story.bridged(8.003, 0)
    story.leg_ended(end, 0, "NORMAL_CLEARING", Outcome.ANSWERED, 0.01, 1, 8, by="callee", estimated=estimated)
    return story.ended(end + 0.01, by="switch", answered=8.001, estimated=estimated)


class Office:
    """A ledger with the year in it."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self.dsn, self.folder = dsn, folder
        (folder / "out").mkdir()
        found = read_configuration(EXAMPLE)
        self._tariff = found.tariffs["acme"]
        exports = {
            name: {"what": name, "folder": str(folder / "out"), "format": "jsonl", "most_rows": 700} for name in EXPORTS
        }
        made = {name: Export.model_validate(says) for name, says in exports.items()}
        self.settings = found.settings.model_copy(update={"exports": made})
        self.statements = YearStatements(dsn, self.settings, TENANTS, self.cases_at)
        self.cases = MissedCallers(
            dsn, lambda: self.settings, lambda: Instant(instant_of(FIRST) + 400 * 86_400 * SECOND_US)
        )

    def write(self, facts: Sequence[Fact]) -> None:
        """Estimates of some calls first, then all as they were; what looks back looks in between, too."""
        writer = LedgerWriter(self.dsn, now=lambda: instant_of(FIRST))
        writer.write([])
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            make_months(connection, [later(FIRST.date(), n) for n in range(12)])
            for fact in facts:
                self._dismiss(connection, fact)
        self.cases.step()  # it begins to read
        late = [self._payload(fact, fact.talk_s + 500, estimated=True) for fact in facts if fact.is_late]
        true = [self._payload(fact, fact.talk_s, estimated=False) for fact in facts]
        payloads = [*late, *true]
        for first in range(0, len(payloads), AT_ONCE):
            if refused := writer.write(payloads[first : first + AT_ONCE]):
                raise AssertionError(refused[0].reason)
            if first // AT_ONCE % 3 == 0:
                self.look_back()
        writer.close()
        self.look_back()

    def _dismiss(self, connection: psycopg.Connection, fact: Fact) -> None:
        """What people did to cases stands before the calls do: whatever is read first, it comes to the same."""
        if fact.dismissed is None:
            return
        act = {"kind": "dismiss", "by": "ewa", "why": "wrong number", "until": None}
        key = {"tenant": fact.tenant, "number": fact.customer, "target": "queue:support"}
        connection.execute(query("add_act"), {**key, **act, "at": fact.dismissed})

    def _payload(self, fact: Fact, talk_s: float, *, estimated: bool) -> bytes:
        is_ours = fact.kind in ("called", "tried")
        caller = Caller("+48225550101", extension="101") if is_ours else Caller(fact.customer, "Jan")
        record = replace(fold(_trail(fact, talk_s, estimated=estimated)), tenant=fact.tenant, caller=caller)
        return to_json(rate_record(record, self._tariff))

    def look_back(self) -> None:
        """What the job does."""
        while self.cases.step():
            pass
        while HourCounter(self.dsn).step():
            pass
        with connect(self.dsn) as connection:
            for plan in plans_of(self.settings).values():
                if plan.name in EXPORTS:
                    Exporter(connection, plan, delivery_of(plan.settings), self.folder / "temporary").run()
        self.statements.look_back()

    def compare(self, truth: Truth) -> Iterator[str]:
        """What is not as the facts say."""
        yield from self._history(truth)
        yield from self._hours(truth)
        yield from self._exports(truth)
        yield from self._cases(truth)
        yield from self.statements.compare(truth.months)

    def _history(self, truth: Truth) -> Iterator[str]:
        with LedgerReader(self.dsn) as reader:
            for (tenant, month), sums in truth.months.items():
                since, until = _month(month)
                found = reader.totals(Wanted(tenant=tenant, since=since, until=until), within_s=60)
                assert found is not None
                told = (found.calls, found.talks, found.talk_ms, found.costs.get("PLN", Decimal(0)))
                if told != (sums.calls, sums.talks, sums.talk_ms, sums.cost):
                    yield f"history of {tenant} in month {month}: {told}, the facts are {sums}"
                missed = reader.totals(
                    Wanted(tenant=tenant, since=since, until=until, type=CallType.MISSED), within_s=60
                )
                if missed is None or missed.calls != sums.types["missed"]:
                    yield f"missed calls of {tenant} in month {month}: {missed}, the facts are {sums}"

    def _hours(self, truth: Truth) -> Iterator[str]:
        for (tenant, month), sums in truth.months.items():
            hours = call_hours(self.dsn, tenant, *_month(month))
            types: Counter[str] = Counter()
            for one in hours:
                types[one.type] += one.calls
            if types != sums.types:
                yield f"counts by hour of {tenant} in month {month}: {types}, the facts are {sums}"

    def _exports(self, truth: Truth) -> Iterator[str]:
        """By the rule that the README gives to who reads the files: of one leg the highest revision holds."""
        for plan in (plan for plan in plans_of(self.settings).values() if plan.name in EXPORTS):
            with connect(self.dsn) as connection:
                found = checked(connection, plan.scope)
            if not found.is_sound or found.waiting:
                yield f"export {plan.name}: {found}"
        spent: Counter[tuple[str, int]] = Counter()
        for line in self._held("charges", "leg_id"):
            amount = Decimal(line["amount"] or 0) if line["status"] == "rated" else Decimal(0)
            spent[line["tenant"], int(line["started_day"][5:7])] += amount  # type: ignore[assignment]  # it adds up
        wrong = {key for key in truth.months if spent[key] != truth.months[key].cost}
        yield from (f"charges of {key}: {spent[key]}, the facts are {truth.months[key].cost}" for key in sorted(wrong))
        calls = Counter((line["tenant"], int(line["started_day"][5:7])) for line in self._held("calls", "call_id"))
        if calls != Counter({key: sums.calls for key, sums in truth.months.items()}):
            yield f"calls that were exported: {calls}"
        cases = Counter(
            (line["tenant"], line["number"], line["how"], line["missed"])
            for line in self._held("missed", "opened_at", "number", "tenant")
            if line["status"] != "void"
        )
        if cases != Counter((tenant, number, how, missed) for tenant, number, _, missed, _, how in truth.cases):
            yield f"{cases.total()} cases were exported, the facts are {len(truth.cases)}"

    def _held(self, what: str, *key: str) -> list[dict[str, str]]:
        """The lines that hold of all files."""
        held: dict[tuple[str, ...], dict[str, str]] = {}
        for path in sorted((self.folder / "out").glob(f"{what}-*.jsonl")):
            for line in map(orjson.loads, path.read_bytes().splitlines()):
                name = tuple(line[one] for one in key)
                if name not in held or held[name]["revision"] < line["revision"]:
                    held[name] = line
        return list(held.values())

    def _cases(self, truth: Truth) -> Iterator[str]:
        with connect(self.dsn) as connection:
            for tenant in TENANTS:
                cases = wanted_cases(connection, WantedCases(tenant, limit=MAX_CASES), self.cases_at)
                told = sorted(
                    (case.key.number, case.opened, case.missed, case.tries, str(case.how or "")) for case in cases
                )
                facts = sorted(
                    (number, instant_of(opened), *figures)
                    for of, number, opened, *figures in truth.cases
                    if of == tenant
                )
                if told != facts:
                    other = sorted({*told} ^ {*facts})[:3]
                    yield f"cases of {tenant}: {len(told)}, the facts are {len(facts)}; first {other}"
                _, apart = differing(connection, tenant)
                yield from apart

    @property
    def cases_at(self) -> Instant:
        """After all of it."""
        return Instant(instant_of(FIRST) + 400 * 86_400 * SECOND_US)


def _month(month: int) -> tuple[Instant, Instant]:
    first = FIRST.replace(month=month)
    after = FIRST.replace(year=FIRST.year + month // 12, month=month % 12 + 1)
    return instant_of(first), instant_of(after)


def proven(dsn: str, folder: Path, count: int, seed: int) -> tuple[Truth, list[str]]:
    """Write a year, look back at it; the facts' sums, and what is not as they say."""
    facts = draw(count, seed)
    truth, office = Truth(facts), Office(dsn, folder)
    office.write(facts)
    return truth, list(office.compare(truth))


def main() -> int:
    """`[--calls N] [--seed N]`; 1 if something is not as the facts say."""
    parser = argparse.ArgumentParser("python -m tests.proof.years", description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000, help="of the year (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of what is drawn (%(default)s)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cc-years-") as made:
        folder = Path(made)
        folder.chmod(0o711)  # as root, Postgres runs as another user and has to pass
        with EmbeddedPostgres(folder / "postgres", durable=False) as dsn:
            truth, wrong = proven(dsn, folder, args.calls, args.seed)
    cost = sum((sums.cost for sums in truth.months.values()), Decimal(0))
    print(f"{args.calls:,} calls, {cost} PLN, {len(truth.cases):,} cases: {len(wrong)} sums differ from the facts")
    for one in wrong:
        print(one)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
