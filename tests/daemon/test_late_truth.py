"""A leg's end is reported after its call was closed: the record and the leg's charge are made again, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Closed
from callcontrol.control.events import ChannelsChecked, LegBridged, LegGone, Sent, TimerFired
from callcontrol.control.legs import NEVER_TIMER
from callcontrol.daemon.call_driver import CallDriver
from callcontrol.daemon.record_writer import RecordWriter
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock
from callcontrol.edges.ledger.rejected import RejectedRecords
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.edges.spool import Spool
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.leg import Certainty
from callcontrol.vocabulary.moment import Instant
from tests.control.story import SECOND, Story
from tests.daemon.test_adoption import Written, pipeline, shared, written
from tests.routing.world import facts, rule

__all__ = ["pipeline", "shared", "written"]

OUTSIDE = "+48600100100"
Rows = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture
def records(shared: WorkerContext, database: str, tmp_path: Path) -> Iterator[RecordWriter]:
    """A record writer on a real ledger."""
    made = RecordWriter(Spool(tmp_path / "spool"), LedgerWriter(database), RejectedRecords(tmp_path / "rejected"))
    made.start()
    shared.records = made
    yield made
    made.stop(5)


@pytest.fixture
def rows(database: str, records: RecordWriter) -> Rows:
    """The rows of the ledger once the writer has drained."""

    def found(statement: str) -> list[tuple[object, ...]]:
        assert records.drained(10)
        with psycopg.connect(database) as connection:
            return connection.execute(statement.encode()).fetchall()

    return found


def forwarded() -> tuple[Story, str]:
    """A call forwarded outside at the extension's expense, and the leg that rings there."""
    story = Story(facts(rules={"101": [rule("always", f"number:{OUTSIDE}")]})).begin()
    return story, story.command(do.Bridge).legs[0][0]


def ended(story: Story, leg: str, talk_s: int, sent: Sent | None = None) -> LegGone:
    """The end of a leg that was answered at once and talked for `talk_s` seconds."""
    stamps = Stamps(story.call.arrived, None, story.call.arrived, Instant(story.call.arrived + talk_s * SECOND))
    return LegGone(leg, "NORMAL_CLEARING", stamps, "callee", sent=sent)


CHARGES = "SELECT status, amount, estimate <> '' FROM charges ORDER BY leg_id, revision"
LEGS = "SELECT estimated, (extract(epoch FROM ended_at - answered_at))::int FROM legs WHERE direction = 'b'"


def test_a_reported_end_replaces_the_estimate_once_and_the_leg_is_charged_again(
    shared: WorkerContext, rows: Rows
) -> None:
    story, leg = forwarded()
    story.then(LegBridged(leg, story.call.arrived))
    story.gone("caller-1", answered_s=1, by="caller").then(ChannelsChecked(frozenset()))
    assert isinstance(story.call.state, Closed)
    shared.release(story.call)
    ((status, supposed, is_estimate),) = rows(CHARGES)
    assert (status, is_estimate, rows(LEGS)[0][0]) == ("rated", True, True)
    for _ in range(2):
        shared.late_leg_end("call-1", ended(story, leg, 300))
    assert rows(LEGS) == [(False, 300)]
    first, void, final = rows(CHARGES)
    assert (first, void) == (("rated", supposed, True), ("void", None, False))
    assert (final[0], final[2]) == ("rated", False)
    assert isinstance(final[1], Decimal)
    assert isinstance(supposed, Decimal)
    assert final[1] > supposed
    assert rows("SELECT estimated, outcome FROM calls") == [(False, "answered")]
    assert shared.estimated == {}


def test_a_leg_that_its_worker_could_not_save_is_recorded_and_charged_by_its_marks(
    shared: WorkerContext, rows: Rows
) -> None:
    """The worker died between ringing the leg and saving the call; the next worker learns of the leg when it ends."""
    story = Story(facts()).begin()
    story.call = story.call.taken_by("w2", "nonce")
    known = story.call.legs[1].id
    story.gone(known, "USER_BUSY").gone("caller-1", by="caller")
    assert isinstance(story.call.state, Closed)
    shared.release(story.call)
    assert rows(CHARGES) == []
    sent = Sent(OUTSIDE.removeprefix("+"), "carrier", "+48221234500", "extension:101")
    for _ in range(2):
        shared.late_leg_end("call-1", ended(story, "unsaved", 61, sent))
    payers = "SELECT leg_id, target, payer FROM legs WHERE payer <> ''"
    assert rows(payers) == [("unsaved", f"number:{OUTSIDE}", "extension:101")]
    ((status, amount, is_estimate),) = rows(CHARGES)
    assert (status, is_estimate) == ("rated", False)
    assert isinstance(amount, Decimal)
    assert amount > 0


def test_the_end_of_a_leg_of_a_call_that_was_never_taken_over_changes_nothing(
    shared: WorkerContext, rows: Rows
) -> None:
    story = Story(facts()).begin()
    story.gone(story.call.legs[1].id, "USER_BUSY").gone("caller-1", by="caller")
    shared.release(story.call)
    before = rows("SELECT leg_id FROM legs")
    shared.late_leg_end("call-1", ended(story, "unsaved", 61, Sent("101", "", "", "")))
    assert (rows("SELECT leg_id FROM legs"), len(before)) == (before, 2)


def test_a_reported_end_replaces_the_estimate_that_the_channel_never_existed(shared: WorkerContext, rows: Rows) -> None:
    story, leg = forwarded()
    story.call = replace(story.call, watched=False)  # the link was lost, so events may be missing
    story.then(TimerFired(f"{NEVER_TIMER}{leg}:NETWORK_OUT_OF_ORDER")).gone("caller-1", by="caller")
    shared.release(story.call)
    assert rows("SELECT estimated, created_at FROM legs WHERE direction = 'b'") == [(True, None)]
    shared.late_leg_end("call-1", ended(story, leg, 120))
    assert rows(LEGS) == [(False, 120)]
    assert [status for status, _, _ in rows(CHARGES)][-1] == "rated"


def test_a_missing_end_proves_nothing_while_the_link_is_down(
    shared: WorkerContext, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of a failed leg without a report is an estimate only if the link was down meanwhile."""
    for gap, expected in ((None, Certainty.TOLD), (clock.now(), Certainty.ESTIMATED)):
        story, leg = forwarded()
        monkeypatch.setattr(shared.switches, "gap", lambda switch, gap=gap: gap)
        driver = CallDriver(story.call, story.facts, shared, None)
        driver.deliver(TimerFired(f"{NEVER_TIMER}{leg}:NETWORK_OUT_OF_ORDER"))
        found = driver.call.leg(leg)
        assert found is not None
        assert found.certainty is expected
