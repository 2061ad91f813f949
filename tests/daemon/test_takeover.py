"""Two workers, one of which dies, is stopped or ends: no call, no place in a queue and no record is lost.

One stage for all: each test leaves both workers running, and nothing in the queues.
"""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import gevent
import pytest
from redis import Redis

from callcontrol.edges.live_state import keys
from callcontrol.simulator.callers import Call
from callcontrol.simulator.phones import Behaviour, Phone, Trunk
from callcontrol.simulator.stories.stage import Stage
from callcontrol.vocabulary.agent import AgentState
from tests.daemon.test_queue_survival import AGENT, NEVER, Live
from tests.daemon.test_survival import (
    DID,
    EXAMPLE,
    PHONE,
    TALKS,
    WAIT_S,
    another_takes_over,
    hang_up,
    heard,
    heard_talk_ms,
    is_bridged,
    nothing_is_left,
    owner,
    record_of,
    records,
    until,
)

# A queue without whisper, announcements and limits: what is tried here does not wait for them.
QUEUE, HOTLINE = "hotline", "48221234590"
NO_ANSWER_DID, RINGS_FIVE, LANDLINE = "48221234572", "108@acme.example", "+48223334455"

# A slow machine joins caller and agent later than that they hung up otherwise (seconds).
TALK_S = 3.0

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="callcontrol-stage-") as folder:
        Path(folder).chmod(0o711)
        with Stage(Path(folder), EXAMPLE, workers=2) as made:
            yield made


@pytest.fixture
def live(stage: Stage) -> Iterator[Live]:
    with closing(Live(stage)) as found:
        until(lambda: found.queue().waiting == 0)
        until(lambda: all(stage.daemon.worker_pids()))
        stage.daemon.wait_until_ready()
        stage.switch.reset()
        yield found


def phone(stage: Stage, address: str, *behaviours: Behaviour) -> None:
    """A phone that behaves so, and of which both workers know."""
    stage.switch.phone(Phone(address, behaviours, registered=False))
    stage.switch.register(address)
    gevent.sleep(1.0)  # each worker hears of it by itself, and tells nobody


def owners(stage: Stage) -> dict[str, str]:
    """Which worker has each call now."""
    with Redis.from_url(stage.redis_url) as redis:
        found = {call.decode(): worker.decode() for call, worker in redis.hgetall(keys.owners("acme")).items()}
    return {call: worker for call, worker in found.items() if worker != "-"}  # besides them stand first channels


def pid_of(worker: str) -> int:
    return int(worker.split("/")[1])


def callers_wait(stage: Stage, live: Live, count: int) -> list[str]:
    """So many callers wait for an agent who does not answer."""
    phone(stage, AGENT, NEVER)
    until(lambda: live.agent().state is AgentState.READY)
    placed = [stage.switch.place(Call(HOTLINE, number=f"+485001006{n:02}")) for n in range(count)]
    until(lambda: live.queue(QUEUE).waiting == count and len(owners(stage)) == count)
    return placed


def busiest(stage: Stage) -> int:
    """The worker that has most calls."""
    found = list(owners(stage).values())
    return pid_of(max(found, key=found.count))


def everybody_is_served(stage: Stage, live: Live, placed: list[str]) -> None:
    """In the order of their places, and each is recorded once."""
    until(lambda: {ticket.state for ticket in live.tickets(QUEUE)} <= {"waiting", "offered"})  # all are back
    places = [ticket.id.partition("/")[0] for ticket in live.tickets(QUEUE)]
    phone(stage, AGENT, Behaviour("answers", after_s=0.1, talk_s=TALK_S))
    live.resume()
    for call in placed:
        stage.switch.wait_for_end(call, WAIT_S)
    found = [record_of(stage, call) for call in placed]
    assert {(r.outcome, r.answered_by, r.estimated) for r in found} == {("answered", "extension:121", False)}
    found.sort(key=lambda record: str(record.legs[-1].answered_at))
    assert [record.call_id for record in found] == places
    until(lambda: live.agent().state is AgentState.READY)
    nothing_is_left(stage)
    assert owners(stage) == {}


def test_kill_9_of_one_worker_while_callers_wait(stage: Stage, live: Live) -> None:
    placed = callers_wait(stage, live, 6)
    before = live.tickets(QUEUE)
    dead = busiest(stage)
    os.kill(dead, signal.SIGKILL)
    until(lambda: len(owners(stage)) == 6 and dead not in map(pid_of, owners(stage).values()))
    assert [(t.id, t.joined) for t in live.tickets(QUEUE)] == [(t.id, t.joined) for t in before]
    assert "hangup" not in {what for call in placed for what in heard(stage, call)}
    everybody_is_served(stage, live, placed)


def test_kill_9_while_a_forward_rings(stage: Stage, live: Live) -> None:
    phone(stage, RINGS_FIVE, NEVER)
    for trunk in ("carrier-a", "carrier-b"):
        stage.switch.trunk(Trunk(trunk))
    answers = Behaviour("answers", after_s=0.1, talk_s=2, digits=((0.3, "1"),))
    stage.switch.phone(Phone(LANDLINE.removeprefix("+"), (answers,)))
    call = stage.switch.place(Call(NO_ANSWER_DID))
    until(lambda: "ringing" in heard(stage, RINGS_FIVE) and owners(stage))
    os.kill(busiest(stage), signal.SIGKILL)
    stage.switch.wait_for_end(call, WAIT_S)
    found = record_of(stage, call)
    assert (found.outcome, found.answered_by, found.estimated) == ("answered", f"number:{LANDLINE}", False)
    assert [leg.target for leg in found.legs[1:]] == ["extension:108", f"number:{LANDLINE}"]
    nothing_is_left(stage)


def test_kill_9_in_a_conversation(stage: Stage, live: Live) -> None:
    phone(stage, PHONE, TALKS)
    call = stage.switch.place(Call(DID))
    until(lambda: is_bridged(stage, call) and owners(stage))
    before = owner(stage, call)
    os.kill(busiest(stage), signal.SIGKILL)
    another_takes_over(stage, call, before)
    hang_up(stage, call)
    found = record_of(stage, call)
    assert (found.outcome, found.estimated) == ("answered", False)
    assert abs(float(found.legs[1].talk_ms) - heard_talk_ms(stage, call)) < 500
    nothing_is_left(stage)


def test_a_worker_that_is_stopped_and_comes_back_leaves_its_callers_to_whoever_took_them(
    stage: Stage, live: Live
) -> None:
    placed = callers_wait(stage, live, 4)
    places = [t.id for t in live.tickets(QUEUE)]
    stopped = busiest(stage)
    os.kill(stopped, signal.SIGSTOP)
    try:
        until(lambda: len(owners(stage)) == 4 and stopped not in map(pid_of, owners(stage).values()))
    finally:
        os.kill(stopped, signal.SIGCONT)
    gevent.sleep(2)  # it would do harm now
    # Its own calls are lost to it; that one of them comes to it anew through the dialplan is as it should be.
    assert {call.partition("/")[0] for call in places} == set(owners(stage))
    assert "hangup" not in {what for call in placed for what in heard(stage, call)}
    assert [t.id for t in live.tickets(QUEUE)] == places
    everybody_is_served(stage, live, placed)


def test_a_rolling_restart_under_load_loses_nothing(stage: Stage, live: Live) -> None:
    before = {r.call_id for r in records(stage)}
    waiting = callers_wait(stage, live, 3)
    phone(stage, PHONE, *[Behaviour("answers", after_s=0.05, talk_s=0.5)] * 200)
    old = stage.daemon.worker_pids()
    process = stage.daemon.process
    assert process is not None
    talking = [stage.switch.place(Call(DID)) for _ in range(5)]
    process.send_signal(signal.SIGUSR2)
    while set(old) & set(stage.daemon.worker_pids()):
        talking.append(stage.switch.place(Call(DID)))
        gevent.sleep(0.1)
    ends = [stage.switch.wait_for_end(call, WAIT_S)["cause"] for call in talking]
    assert ends == ["NORMAL_CLEARING"] * len(talking), "every call was answered"
    everybody_is_served(stage, live, waiting)
    until(lambda: len({r.call_id for r in records(stage)} - before) >= len(talking) + len(waiting))
    new = [r for r in records(stage) if r.call_id not in before]
    assert len(new) == len(talking) + len(waiting), "each call has one record"
    assert {(r.outcome, r.estimated) for r in new} == {("answered", False)}


def test_sigterm_of_one_worker_hands_its_callers_to_the_other(stage: Stage, live: Live) -> None:
    placed = callers_wait(stage, live, 4)
    ending = busiest(stage)
    os.kill(ending, signal.SIGTERM)
    until(lambda: len(owners(stage)) == 4 and ending not in map(pid_of, owners(stage).values()))
    assert "hangup" not in {what for call in placed for what in heard(stage, call)}
    everybody_is_served(stage, live, placed)
