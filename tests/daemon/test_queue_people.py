"""Commands on waiting callers take effect: move, remove, put first; metrics show the queues."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from callcontrol.simulator.callers import Call
from callcontrol.simulator.phones import Phone
from callcontrol.simulator.stories.stage import Stage
from callcontrol.vocabulary.agent import AgentState
from callcontrol.vocabulary.queue import TicketView
from tests.daemon.test_queue_survival import NEVER, SUPPORT, Live, phone_does
from tests.daemon.test_survival import (
    EXAMPLE,
    TALKS,
    WAIT_S,
    hang_up,
    heard,
    is_bridged,
    nothing_is_left,
    record_of,
    until,
)

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="callcontrol-stage-") as folder:
        Path(folder).chmod(0o711)
        with Stage(Path(folder), EXAMPLE) as made:
            yield made


@pytest.fixture
def live(stage: Stage) -> Iterator[Live]:
    with closing(Live(stage)) as found:
        until(lambda: found.queue().waiting == 0)
        yield found


def waiting_caller(stage: Stage, live: Live, number: str) -> tuple[str, TicketView]:
    """A caller and the caller's ticket."""
    call = stage.switch.place(Call(SUPPORT, number=number))
    until(lambda: any(ticket.number == number for ticket in live.tickets()))
    (ticket,) = [ticket for ticket in live.tickets() if ticket.number == number]
    return call, ticket


def test_a_caller_moved_to_another_queue_keeps_the_waiting_time(stage: Stage, live: Live) -> None:
    phone_does(stage, live, NEVER)
    call, ticket = waiting_caller(stage, live, "+48500100601")
    stage.switch.phone(Phone("124@acme.example", (TALKS,), registered=False))
    stage.switch.register("124@acme.example")
    until(lambda: live.agent("zenon").state is AgentState.READY)
    assert live.notify(ticket.id, "moved", "sales") == "told"
    until(lambda: is_bridged(stage, call))
    hang_up(stage, call)
    first, second = record_of(stage, call).visits
    assert (first.queue, first.how, first.detail) == ("support", "moved", "sales")
    assert (second.queue, second.how, second.agent) == ("sales", "answered", "zenon")
    assert second.joined_at == first.joined_at
    nothing_is_left(stage)


def test_a_caller_is_removed_to_a_target(stage: Stage, live: Live) -> None:
    phone_does(stage, live, NEVER)
    call, ticket = waiting_caller(stage, live, "+48500100602")
    assert live.notify(ticket.id, "removed", "hangup:busy") == "told"
    stage.switch.wait_for_end(call, WAIT_S)
    found = record_of(stage, call)
    assert [(visit.how, visit.detail) for visit in found.visits] == [("removed", "hangup:busy")]
    assert "hangup" in heard(stage, "121@acme.example")
    nothing_is_left(stage)


def test_a_caller_is_put_first(stage: Stage, live: Live) -> None:
    phone_does(stage, live, NEVER)
    _, first = waiting_caller(stage, live, "+48500100603")
    _, second = waiting_caller(stage, live, "+48500100604")
    assert [ticket.id for ticket in live.tickets()] == [first.id, second.id]
    assert live.prioritise(second.id, 5) == "done"
    assert [ticket.id for ticket in live.tickets()] == [second.id, first.id]
    for ticket in (first, second):
        live.notify(ticket.id, "removed", "")
    until(lambda: live.queue().waiting == 0)
    nothing_is_left(stage)


def test_the_queues_are_metrics(stage: Stage, live: Live) -> None:
    phone_does(stage, live, NEVER)
    _, ticket = waiting_caller(stage, live, "+48500100605")
    labels = r'\{[^}]*queue="support"[^}]*tenant="acme"[^}]*\}|\{[^}]*tenant="acme"[^}]*queue="support"[^}]*\}'
    waiting = re.compile(rf"^callcontrol_queue_waiting(?:{labels}) 1\.0$", re.MULTILINE)
    until(lambda: waiting.search(stage.daemon.metrics()))
    assert re.search(r'^callcontrol_agents\{state="(ringing|reserved)",tenant="acme"\} ', stage.daemon.metrics(), re.M)
    live.notify(ticket.id, "removed", "")
    until(lambda: live.queue().waiting == 0)
    nothing_is_left(stage)
