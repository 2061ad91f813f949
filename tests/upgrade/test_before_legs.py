"""The version before calls had legs as values: its calls, queues, rules, spool and database are taken over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from callcontrol.edges.ledger.schema import VERSION
from callcontrol.simulator.callers import Call
from callcontrol.simulator.phones import Behaviour, Phone
from callcontrol.simulator.stories.stage import Stage
from callcontrol.vocabulary.agent import AgentState
from tests.daemon.test_queue_survival import AGENT, Live
from tests.daemon.test_survival import nothing_is_left, records, until
from tests.upgrade.left_behind import LeftBehind, Taken, changed_rows, taken_over

LEFT = LeftBehind(Path(__file__).parent / "before_legs")
IN_PROGRESS = LEFT.in_progress
COLLEAGUE, CUSTOMER, SHORT_TALK = "102@acme.example", "+48500100301", Behaviour("answers", after_s=0.2, talk_s=1)
IN_LEDGER, ON_SPOOL = 3, 5

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def taken() -> Iterator[Taken]:
    with taken_over(LEFT, (".",), _people) as found:
        yield found


def _people(stage: Stage) -> None:
    for address in (COLLEAGUE, AGENT):
        stage.switch.phone(Phone(address, (SHORT_TALK,), registered=False))
        stage.switch.register(address)
    stage.switch.phone(Phone(CUSTOMER, (SHORT_TALK,)))


@pytest.fixture
def stage(taken: Taken) -> Stage:
    return taken.stage


def test_every_call_in_progress_is_recorded_once(stage: Stage) -> None:
    until(lambda: {record.call_id for record in records(stage)} >= IN_PROGRESS)
    nothing_is_left(stage)
    counted = Counter(record.call_id for record in records(stage))
    assert {call: counted[call] for call in IN_PROGRESS} == dict.fromkeys(IN_PROGRESS, 1)
    talked = [r for r in records(stage) if r.call_id in IN_PROGRESS and r.answered_by == "extension:117"]
    assert [(r.outcome, r.estimated, len(r.legs)) for r in talked] == [("answered", True, 2)]


def test_records_on_the_spool_are_in_the_ledger_once(stage: Stage) -> None:
    kept = LEFT.on_spool
    until(lambda: kept <= {record.call_id for record in records(stage)})
    counted = Counter(record.call_id for record in records(stage))
    assert len(kept) == IN_LEDGER + ON_SPOOL
    assert {call: counted[call] for call in kept} == dict.fromkeys(kept, 1)


def test_the_ledger_is_upgraded_in_place_and_keeps_its_rows(taken: Taken) -> None:
    with psycopg.connect(taken.stage.dsn) as ledger:
        until(lambda: ledger.execute("SELECT max(version) FROM schema_version").fetchone() == (VERSION,))
    assert (len(taken.old_rows) > IN_LEDGER, changed_rows(taken)) == (True, [])


def test_a_rule_set_by_star_code_is_still_in_force(stage: Stage) -> None:
    call = stage.switch.place(Call("101", user="117", domain="acme.example"))
    stage.switch.wait_for_end(call, 30)
    until(lambda: any(r.answered_by == "extension:102" for r in records(stage)))
    (found,) = [record for record in records(stage) if record.answered_by == "extension:102"]
    assert (found.caller_number, found.outcome) == ("117", "answered")


def test_no_ticket_is_stuck_and_the_callback_is_made_or_has_expired(stage: Stage) -> None:
    with closing(Live(stage)) as live:
        until(lambda: live.tickets() == [], 60)
        until(lambda: live.agent().state is AgentState.READY, 60)
        assert (live.tickets(), live.queue().waiting) == ([], 0)
