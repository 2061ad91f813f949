"""One of two workers dies, is stopped or ends: no call, no place in a queue and no record is lost.

All tests share one stage: each leaves both workers running, and the queues empty.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import gevent
import pytest
from redis import Redis

from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges.ledger.media_table import MediaTable, MediaWanted
from callcontrol.edges.live_state import keys
from callcontrol.routing.carrier_loops import LOOP
from callcontrol.simulator.callers import Call
from callcontrol.simulator.phones import KEY_S, Behaviour, Phone, Trunk
from callcontrol.simulator.stories.stage import Stage
from callcontrol.vocabulary.agent import AgentState
from callcontrol.vocabulary.call import call_id_of
from callcontrol.vocabulary.media import MediaState
from tests.daemon.kept_bytes import TYPED, files, rows, typed_in
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

# A queue without whisper, announcements and limits, so that the tests do not wait for them.
QUEUE, HOTLINE = "hotline", "48221234590"
NO_ANSWER_DID, RINGS_FIVE, LANDLINE = "48221234572", "108@acme.example", "+48223334455"

# Conference rooms: one without a PIN, one with.
ROOM_DID, PIN_DID = "48221234551", "48221234550"

# This extension always forwards to this outside number.
FORWARDED_DID, MOBILE = "48221234570", "48600700800"

# Every conversation of this extension is recorded; a pause of the example lasts three seconds.
RECORDED, RECORDED_DID, RECORDED_CALLER = "140@acme.example", "48221234562", "+48600555777"
TOLD_OF_A_PAUSE = ["announce", "started", "paused", "resumed", "ended"]

# Talk time in seconds: with the usual one, a slow machine would join caller and agent after the hang-up.
TALK_S = 3.0

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="callcontrol-stage-") as folder:
        Path(folder).chmod(0o711)
        records_of_the_switch = ("--cdrs", f"{folder}/cdrs")
        with Stage(Path(folder), EXAMPLE, workers=2, simulator=records_of_the_switch) as made:
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
    """Register a phone with these behaviours, and wait until both workers know of it."""
    stage.switch.phone(Phone(address, behaviours, registered=False))
    stage.switch.register(address)
    gevent.sleep(1.0)  # each worker hears of it by an event of its own, which the test cannot see


def owners(stage: Stage) -> dict[str, str]:
    """The present owner of each call."""
    with Redis.from_url(stage.redis_url) as redis:
        found = {call.decode(): worker.decode() for call, worker in redis.hgetall(keys.owners("acme")).items()}
    return {
        call: worker for call, worker in found.items() if worker != "-"
    }  # "-" stands in the fields of callers' channels


def pid_of(worker: str) -> int:
    return int(worker.split("/")[1])


def callers_wait(stage: Stage, live: Live, count: int) -> list[str]:
    """Place `count` callers who wait for an agent who does not answer."""
    phone(stage, AGENT, NEVER)
    until(lambda: live.agent().state is AgentState.READY)
    placed = [stage.switch.place(Call(HOTLINE, number=f"+485001006{n:02}")) for n in range(count)]
    until(lambda: live.queue(QUEUE).waiting == count and len(owners(stage)) == count)
    return placed


def busiest(stage: Stage) -> int:
    """The pid of the worker that has most calls."""
    found = list(owners(stage).values())
    return pid_of(max(found, key=found.count))


def all_callers_are_served(stage: Stage, live: Live, placed: list[str]) -> None:
    """The callers are served in the order of their places, and each is recorded once."""
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


def another_has_all(stage: Stage, count: int) -> None:
    """Kill the worker that has most calls, and wait until live workers own all calls."""
    dead = busiest(stage)
    os.kill(dead, signal.SIGKILL)
    until(lambda: len(owners(stage)) == count and dead not in map(pid_of, owners(stage).values()))
    until(lambda: all(stage.daemon.worker_pids()))
    stage.daemon.wait_until_ready()


def none_is_counted(stage: Stage) -> None:
    """Wait until no leg counts in a payer's counters any more."""
    with Redis.from_url(stage.redis_url) as redis:
        until(lambda: redis.hlen(f"{keys.limits('acme')}:of") == 0)


def test_kill_9_of_one_worker_while_callers_wait(stage: Stage, live: Live) -> None:
    placed = callers_wait(stage, live, 6)
    before = live.tickets(QUEUE)
    dead = busiest(stage)
    os.kill(dead, signal.SIGKILL)
    until(lambda: len(owners(stage)) == 6 and dead not in map(pid_of, owners(stage).values()))
    assert [(t.id, t.joined) for t in live.tickets(QUEUE)] == [(t.id, t.joined) for t in before]
    assert "hangup" not in {what for call in placed for what in heard(stage, call)}
    all_callers_are_served(stage, live, placed)


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
    none_is_counted(stage)


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


def test_kill_9_in_a_conference_room_and_while_the_pin_is_asked(stage: Stage, live: Live) -> None:
    placed = [stage.switch.place(Call(ROOM_DID, number=f"+4850010070{n}")) for n in range(3)]
    asked = stage.switch.place(Call(PIN_DID, number="+48500100709"))
    until(lambda: all("conference" in heard(stage, call) for call in placed) and "playback" in heard(stage, asked))
    for _ in range(2):
        another_has_all(stage, 4)
    assert not {"conference_left", "hangup"} & {what for call in placed for what in heard(stage, call)}
    for call in (*placed, asked):
        hang_up(stage, call)
    found = [record_of(stage, call) for call in placed]
    assert {(record.outcome, record.estimated, len(record.legs)) for record in found} == {("answered", False, 1)}
    assert record_of(stage, asked).outcome == "abandoned"
    with Redis.from_url(stage.redis_url) as redis:
        until(lambda: redis.hlen(keys.rooms("acme")) == 0)
    nothing_is_left(stage)


def test_a_worker_that_is_stopped_and_comes_back_leaves_its_callers_to_their_new_owners(
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
    gevent.sleep(2)  # time in which the worker would do harm
    # It no longer owns its old calls; one of them may arrive there again through the dialplan, which is correct.
    assert {call.partition("/")[0] for call in places} == set(owners(stage))
    assert "hangup" not in {what for call in placed for what in heard(stage, call)}
    assert [t.id for t in live.tickets(QUEUE)] == places
    all_callers_are_served(stage, live, placed)


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
    all_callers_are_served(stage, live, waiting)
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
    all_callers_are_served(stage, live, placed)


def state_of_talk(stage: Stage, call: str) -> MediaState | None:
    """The state of a call's recording; None: not known yet."""
    with closing(MediaTable(stage.dsn, "test")) as table:
        found = table.find(MediaWanted(call_id=call_id_of(stage.switch.heard(call)[0]["uuid"])))
    assert len(found) < 2, found
    return found[0].media.state if found else None


def test_kill_9_in_the_pause_of_a_recorded_talk(stage: Stage, live: Live) -> None:
    """The recording goes on and is closed; no key of the pause is stored, not even one between the two workers."""
    phone(stage, RECORDED, Behaviour("answers", after_s=0.1, digits=((3.0, "*4"), (3.5, TYPED))))
    call = stage.switch.place(Call(RECORDED_DID, number=RECORDED_CALLER))
    until(lambda: "recording_masked" in heard(stage, call))
    before = owner(stage, call)
    stage.switch.press(call, TYPED)
    gevent.sleep(KEY_S * (len(TYPED) + 1))
    os.kill(pid_of(before), signal.SIGKILL)
    stage.switch.press(call, TYPED)
    another_takes_over(stage, call, before)
    until(lambda: heard(stage, call)[-1] == "recording_unmasked")
    stage.postgres.stop()
    hang_up(stage, call)
    until(lambda: "callcontrol_spool_records 1.0" in stage.daemon.metrics())
    folder = stage.config.parent
    spooled = files(folder / "data")
    stage.postgres.start()
    assert [fact["what"] for fact in record_of(stage, call).talks] == TOLD_OF_A_PAUSE
    until(lambda: state_of_talk(stage, call) is MediaState.CLOSED)
    for places in (spooled, files(folder), rows(stage.dsn)):
        assert any(RECORDED_CALLER.encode() in text for text in places.values())
        assert typed_in(places) == []


@contextmanager
def full_disks(stage: Stage) -> Iterator[None]:
    """No file of a worker can grow (see `tests/chaos/faults/disk.py`), nor can the switch write its recordings."""
    recordings = read_configuration(stage.config).settings.recordings
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in stage.daemon.worker_pids()}
    stage.switch.file(recordings, None)
    try:
        for pid, (_, hard) in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
        yield
    finally:
        for pid, limits in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
        stage.switch.file(recordings, 0.0)


def refused(stage: Stage) -> float:
    """The number of commands that the switch has refused."""
    found = re.search(r"^callcontrol_command_errors_total\{[^}]*\} ([0-9.]+)$", stage.daemon.metrics(), re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_a_full_disk_loses_a_recording_with_a_message_and_nothing_else(stage: Stage, live: Live) -> None:
    phone(stage, RECORDED, Behaviour("answers", after_s=0.1))
    call = stage.switch.place(Call(RECORDED_DID))
    until(lambda: "recording" in heard(stage, call))
    before = refused(stage)
    with full_disks(stage):
        late = stage.switch.place(Call(RECORDED_DID))
        until(lambda: refused(stage) > before)
        assert hang_up(stage, call)["cause"] == hang_up(stage, late)["cause"] == "NORMAL_CLEARING"
    until(lambda: {state_of_talk(stage, one) for one in (call, late)} == {MediaState.LOST})
    assert [record_of(stage, one).talks[-1]["what"] for one in (call, late)] == ["lost", "lost"]
    assert 'callcontrol_recordings_unwritable_total{kind="talk"} 2.0' in stage.daemon.metrics()


def test_rounds_of_a_loop_over_a_carrier_are_counted_over_both_workers(stage: Stage, live: Live) -> None:
    stage.switch.trunk(Trunk("carrier-a"))
    stage.switch.phone(Phone(MOBILE, (NEVER,)))
    hops = read_configuration(stage.config).settings.limits.hops
    round_ = Call(FORWARDED_DID, number="+48600555778")
    placed = [stage.switch.place(round_) for _ in range(hops)]
    until(lambda: heard(stage, MOBILE).count("ringing") == hops)
    # a worker without such a call does not ask; the next call reaches a worker that has one
    tried = [stage.switch.place(round_) for _ in range(2)]
    until(lambda: any("hangup" in heard(stage, call) for call in tried))
    for call in (*placed, *(one for one in tried if "hangup" not in heard(stage, one))):
        hang_up(stage, call)
    found = [record_of(stage, call) for call in (*placed, *tried)]
    assert [record.outcome for record in found[:hops]] == ["abandoned"] * hops
    ended = [record for record in found if LOOP in str(record.plain())]
    assert ended
    assert {record.outcome for record in ended} == {"rejected"}
    nothing_is_left(stage)


def test_a_dead_workers_outside_calls_still_count_for_their_payer(stage: Stage, live: Live) -> None:
    """The phone's limit is two outside calls at once."""
    stage.switch.trunk(Trunk("carrier-a"))
    stage.switch.phone(Phone(LANDLINE.removeprefix("+"), (TALKS,)))
    own = Call(LANDLINE, number="109", user="109", domain="acme.example")
    placed = [stage.switch.place(own) for _ in range(2)]
    until(lambda: len(owners(stage)) == 2 and all(is_bridged(stage, call) for call in placed))
    dead = busiest(stage)
    os.kill(dead, signal.SIGKILL)
    until(lambda: len(owners(stage)) == 2 and dead not in map(pid_of, owners(stage).values()))
    third = stage.switch.place(own)
    stage.switch.wait_for_end(third, WAIT_S)
    refused = record_of(stage, third)
    assert (refused.outcome, refused.refusal) == ("rejected", "limit_reached")
    for call in placed:
        hang_up(stage, call)
    nothing_is_left(stage)
    none_is_counted(stage)
