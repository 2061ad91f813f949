"""A run with the fault `upgrade` compares exports, cases and counts, also of rows that the older version wrote."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from callcontrol.billing.fold import fold
from callcontrol.billing.record import CallRecord, RatedRecord
from callcontrol.billing.record_json import to_json
from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges import clock
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.simulator.stories.stage import Ports, write_config
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.queue import Leaving
from tests.billing.trails import Story
from tests.chaos import centre, looking_back
from tests.chaos.accounts import findings
from tests.chaos.faults import restart, upgrade
from tests.chaos.job import Job
from tests.chaos.run import Options, Run
from tests.chaos.source import EXAMPLE, Source
from tests.chaos.truth import Caller, CallRow, Evidence
from tests.chaos.web_side import WebSide
from tests.chaos.world import World
from tests.tidy.tree import ROOT

# There is no daemon to ask for them; the job needs none.
NO_PORTS = Ports(1, 2, 3)
PLAN = ("upgrade", "worker")
LOOKING_BACK = {
    "a row of the ledger was not exported",
    "a line was exported twice, or of no row",
    "a batch of an export is missing, altered or does not add up",
    "a caller counts as missed who has spoken with a person",
    "a caller counts as spoken with, without a conversation",
    "a caller without a conversation is in no case",
    "the cases of a number are others when they are made anew",
    "the counts of an hour are not those of its rows",
}


class Upgrading:
    """A run before its upgrade: stores, a configuration of the older version, no switch and no daemon."""

    def __init__(self, folder: Path, dsn: str, redis_url: str) -> None:
        example = centre.write(folder / "example", EXAMPLE, older=True)
        config = write_config(example, folder / "config", NO_PORTS, redis_url, dsn, {})
        stage: Any = SimpleNamespace(config=config, dsn=dsn, redis_url=redis_url)
        self.source, self.job = Source(ROOT, EXAMPLE), Job(folder / "job.log")
        options = Options(1, PLAN, upgrade_from="v0")
        web = WebSide(folder / "web", folder / "web.log", random.Random(1))
        self.run = Run(stage, folder, options, lambda _: None, self.source, self.job, web)

    def strike(self) -> str:
        people: Any = None
        return upgrade.strike(World(self.run.stage, people, random.Random(1), self.source, self.job, self.run.web))

    def exported(self) -> set[str]:
        return {one.what.value for one in read_configuration(self.run.stage.config).settings.exports.values()}

    def evidence(self, *called: CallRecord) -> Evidence:
        """The evidence at the end, with these callers, who have had no conversation."""
        callers = tuple(Caller(one.call_id, "queue", one.arrived, cause="NORMAL_CLEARING") for one in called)
        calls = tuple(CallRow(one.call_id, "busy", estimated=False) for one in called)
        return self.run.looked_back(Evidence(callers, (), calls, ()))


@pytest.fixture
def upgrading(
    tmp_path: Path, empty_database: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Upgrading]:
    monkeypatch.setattr(restart, "strike", lambda _: "rolled")
    made = Upgrading(tmp_path, empty_database, redis_url)
    yield made
    made.job.stop()


def gave_up(n: int) -> CallRecord:
    """A caller has waited in the queue for a minute and has just hung up."""
    start = Instant(clock.now() - 60 * SECOND_US)
    story = Story(n, start, tenant=centre.TENANT).routed(0.001, f"queue:{centre.BUSY_QUEUE}", "number")
    return fold(story.queued(0.1).left(30, Leaving.ABANDONED, 30).ended(30, by="caller"))


def test_after_the_upgrade_what_the_older_version_left_is_exported_counted_and_in_cases(upgrading: Upgrading) -> None:
    run = upgrading.run
    writer = LedgerWriter(run.stage.dsn)
    before, after = gave_up(1), gave_up(2)
    assert writer.write([to_json(RatedRecord(before))]) == []
    assert (upgrading.exported(), run.looks_back) == (set(), False)
    assert upgrading.evidence().exports == ()

    assert upgrading.strike() == "rolled, from this version to this version"
    assert (upgrading.exported(), run.looks_back) == (set(centre.EXPORTED), True)
    assert writer.write([to_json(RatedRecord(after))]) == []
    writer.close()
    assert looking_back.settle(run.stage.dsn) == ()
    assert upgrading.job.ended() == ()

    evidence = upgrading.evidence(before, after)
    (calls,) = (one for one in evidence.exports if one.what == "calls")
    assert len(calls.lines) == len(calls.there) == 2
    assert evidence.contacts == {before.call_id: "missed", after.call_id: "missed"}
    assert not {one.what for one in findings(evidence)} & LOOKING_BACK

    upgrading.job.stop()
    with psycopg.connect(run.stage.dsn) as connection:
        connection.execute("DELETE FROM call_hours")
        connection.execute("DELETE FROM missed_contacts")
    found = {one.what for one in findings(upgrading.evidence(before, after))}
    assert found & LOOKING_BACK == {
        "a caller without a conversation is in no case",
        "the counts of an hour are not those of its rows",
    }
