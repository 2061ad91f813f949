"""Two workers take over the data of the version whose saved values had no version, while calls run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import gevent
import psycopg
import pytest

from callcontrol.edges.ledger.rejected import CALL, RECORD, RejectedRecords
from callcontrol.edges.ledger.schema import VERSION
from callcontrol.simulator.callers import Call
from callcontrol.simulator.phones import Behaviour, Phone
from callcontrol.simulator.stories.stage import Stage
from callcontrol.vocabulary.agent import AgentState
from tests.daemon.test_queue_survival import Live
from tests.daemon.test_survival import nothing_is_left, records, until
from tests.upgrade.left_behind import LeftBehind, Taken, changed_rows, taken_over

LEFT = LeftBehind(Path(__file__).parent / "before_versions")
REFUSED = "4913b5e0-7d25-43f2-aa1b-1e671fca0c6d"
ANSWERS = Behaviour("answers", after_s=0.2, talk_s=1)
QUEUES = ("support", "hotline", "sales", "rings", "whispers", "joins", "accepts", "talks", "ends", "called", "customer")
CALLS_MEANWHILE = 20

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def taken() -> Iterator[Taken]:
    with taken_over(LEFT, ("0", "1"), _people, workers=2) as found:
        yield found


def _people(stage: Stage) -> None:
    for extension in ("102", "103", "117", "121", "122", "124", *(str(131 + i) for i in range(8))):
        stage.switch.phone(Phone(f"{extension}@acme.example", (ANSWERS,), registered=False))
        stage.switch.register(f"{extension}@acme.example")
    for number in ("+48500100307", "+48500100308"):
        stage.switch.phone(Phone(number, (ANSWERS,)))


@pytest.fixture(scope="module")
def meanwhile(taken: Taken) -> list[str]:
    """Calls that arrive while the old ones are taken over."""
    placed = []
    for number in range(CALLS_MEANWHILE):
        placed.append(taken.stage.switch.place(Call("+48221234583", number=f"+485001009{number:02}")))
        gevent.sleep(0.1)
    return placed


@pytest.fixture
def stage(taken: Taken, meanwhile: list[str]) -> Stage:
    return taken.stage


def test_every_call_in_progress_is_recorded_once(stage: Stage) -> None:
    until(lambda: {record.call_id for record in records(stage)} >= LEFT.in_progress)
    nothing_is_left(stage)
    counted = Counter(record.call_id for record in records(stage))
    assert {call: counted[call] for call in LEFT.in_progress} == dict.fromkeys(LEFT.in_progress, 1)


def test_calls_that_come_meanwhile_are_answered_and_recorded(stage: Stage, meanwhile: list[str]) -> None:
    for call in meanwhile:
        stage.switch.wait_for_end(call)
    numbers = [f"+485001009{number:02}" for number in range(CALLS_MEANWHILE)]
    until(lambda: {record.caller_number for record in records(stage)} >= set(numbers))
    found = [(r.caller_number, r.outcome) for r in records(stage) if r.caller_number in numbers]
    assert sorted(found) == [(number, "answered") for number in numbers]


def test_records_on_the_spool_are_in_the_ledger_once(stage: Stage) -> None:
    kept = LEFT.on_spool - {REFUSED}
    until(lambda: kept <= {record.call_id for record in records(stage)})
    counted = Counter(record.call_id for record in records(stage))
    assert {call: counted[call] for call in kept} == dict.fromkeys(kept, 1)


def test_the_ledger_is_upgraded_in_place_and_keeps_its_rows(taken: Taken) -> None:
    with psycopg.connect(taken.stage.dsn) as ledger:
        until(lambda: ledger.execute("SELECT max(version) FROM schema_version").fetchone() == (VERSION,))
    assert (len(taken.old_rows) > len(LEFT.on_spool) - 11, changed_rows(taken)) == (True, [])


def test_rejected_records_can_be_read(stage: Stage) -> None:
    kept = RejectedRecords(stage.config.parent / "data" / "rejected.jsonl").read()
    assert [(one.kind, one.tenant, one.call_id) for one in kept[:2]] == [
        (RECORD, "acme", REFUSED),
        (CALL, "acme", kept[1].call_id),
    ]
    assert kept[1].call_id in LEFT.in_progress


def test_rules_set_at_run_time_are_in_force(stage: Stage) -> None:
    call = stage.switch.place(Call("101", user="117", domain="acme.example"))
    stage.switch.wait_for_end(call)
    until(lambda: any(r.answered_by == "extension:102" for r in records(stage)))
    (found,) = [record for record in records(stage) if record.answered_by == "extension:102"]
    assert (found.caller_number, found.outcome) == ("117", "answered")


def test_agents_are_as_they_were_and_no_ticket_is_stuck(stage: Stage) -> None:
    with closing(Live(stage)) as live:
        until(lambda: [queue for queue in QUEUES if live.tickets(queue)] == [], 60)
        zenon, xawery = live.agent("zenon"), live.agent("xawery")
        assert (zenon.state, zenon.reason) == (AgentState.PAUSED, "lunch")
        until(lambda: live.agent("xawery").state is AgentState.READY, 60)
        assert xawery.state is not AgentState.LOGGED_OUT
