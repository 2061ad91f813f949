"""Supervisors on a real switch: who hears whom in each mode, the contents of recordings, what happens at a transfer of
the caller, a worker's death or a withdrawn right; and an eavesdrop that no supervisor ordered is reported.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

import orjson
import psycopg

from callcontrol.edges import clock
from callcontrol.edges.ledger.listenings import listenings_of
from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.simulator.stories.player import TENANT
from callcontrol.simulator.stories.story import PlacedCall
from callcontrol.usecases.supervision import running
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.supervision import ListeningEnd, ListeningRecord, Mode
from tests.freeswitch.audio import Microphones
from tests.freeswitch.files import read_recorded
from tests.freeswitch.mishaps import OVER_S, RECORD_S, Mishap, arrange, records, wait
from tests.freeswitch.neighbour import NAME, neighbour
from tests.freeswitch.sounds import PHONE_HZ, VOICES, loudness
from tests.freeswitch.stage import RealStage
from tests.freeswitch.takeovers import owner, two_workers

RECORDED: Final = "+48221234562"  # of extension 140
EXTENSION: Final = "+48221234583"  # of extension 117
QUEUE: Final = "+48221234561"  # of queue:claims, whose agent has extension 143
CALLER: Final = "+48500100200"
SUPERVISOR: Final = "124"
SUPERVISOR_HZ: Final = VOICES[SUPERVISOR]
# Share of all energy; while two talk, each has half.
THERE: Final = 0.15
# Tolerance in seconds of a span against the times of the keys.
EXACT_S: Final = 0.6
METRIC: Final = 'callcontrol_eavesdrops_total{{how="{how}",switch="fs1"}} '


def supervisor_is_heard_as_the_mode_says(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """listen, whisper, barge in, listen again: who hears the supervisor, and what is on the recording of both sides"""
    arrange(stage, {"140": {"action": "answers", "after_s": 0.3, "talk_s": 16}})
    began, placed = clock.now(), stage.world.place(PlacedCall(CALLER, RECORDED))
    time.sleep(3)
    supervisor = _supervises(stage, "*53*140*1*1#", (2.0, "2"), (5.0, "3"), (8.0, "1"))
    stage.world.wait_until_over([placed, supervisor], OVER_S)
    yield from _heard(stage, microphones, {"caller": (2.0, 4.0), "140": (5.0, 7.0), "caller 2": (0.0, 0.0)})
    calls = records(stage, began)
    yield from _on_file(stage, calls, (0.0, 0.0), (2.0, 4.0))
    (row,) = _rows(stage, began)
    spans = [(span.mode, round((span.ended or span.began) - span.began, -5) / SECOND_US) for span in row.spans]
    expected = [(Mode.LISTEN, 2), (Mode.WHISPER, 3), (Mode.BARGE, 3)]
    if [mode for mode, _ in spans] != [*(mode for mode, _ in expected), Mode.LISTEN]:
        yield f"listen, whisper, barge and listen expected: {spans}"
    if any(abs(found - wanted) > EXACT_S for (_, found), (_, wanted) in zip(spans, expected, strict=False)):
        yield f"spans should last {expected}: {spans}"
    if (row.how, row.reason, row.whom) != (ListeningEnd.CALL_ENDED, "coaching", "extension:140"):
        yield f"the listening should end with the call, for coaching: {row}"


def whisper_to_an_outgoing_caller(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """the supervised phone made the call, and is recorded on demand in between: the file has no whisper"""
    arrange(stage, {"+48223334455": {"action": "answers", "after_s": 0.3, "talk_s": 22}})
    began = clock.now()
    keys = ((7.0, "*3"),)
    placed = stage.world.place(PlacedCall("", "+48223334455", extension="141@acme.example", presses=keys))
    time.sleep(2)
    supervisor = _supervises(stage, "*53*141*1#", (1.5, "2"), (11.0, "2"), (14.0, "3"))
    stage.world.wait_until_over([placed, supervisor], OVER_S)
    calls = records(stage, began)
    notes = [note["what"] for call in calls for note in call.notes]
    if not any("may not whisper" in note for note in notes):
        yield f"a whisper should be refused as long as a recording may begin: {notes}"
    row = next(iter(_rows(stage, began)), None)
    if row is None or Mode.WHISPER not in [span.mode for span in row.spans]:
        yield f"once it is recorded a whisper is possible: {row}"
    yield from _on_file(stage, calls, (2.0, 8.0), (0.0, 0.0))


def eavesdropping_that_is_not_ordered_is_counted(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """an `eavesdrop` typed at the switch is counted as not ordered, those of supervisors as ordered"""
    arrange(stage, {"117": {"action": "answers", "after_s": 0.3, "talk_s": 12}, "124": {"action": "answers"}})
    before = {how: _counted(stage, how) for how in ("ordered", "not_ordered")}
    placed = stage.world.place(PlacedCall(CALLER, EXTENSION))
    time.sleep(2)
    contact = stage.switch.events.api("sofia_contact internal/124@acme.example").strip()
    leg = _leg(stage)
    stage.switch.events.api(f"bgapi originate {{ignore_early_media=true}}{contact} &eavesdrop({leg})")
    wait(lambda: _counted(stage, "not_ordered") == before["not_ordered"] + 1, "it is counted as not ordered")
    supervisor = _supervises(stage, "*53*117#")
    stage.world.wait_until_over([placed, supervisor], OVER_S)
    wait(lambda: _counted(stage, "ordered") == before["ordered"] + 1, "the supervisor's is counted as ordered")
    if (now := _counted(stage, "not_ordered")) != before["not_ordered"] + 1:
        yield f"one eavesdropping was not ordered, {now - before['not_ordered']:.0f} were counted"


def right_is_withdrawn_while_a_supervisor_listens(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """the right is taken out of the configuration: the listening ends within two seconds of the reload"""
    arrange(stage, {"117": {"action": "answers", "after_s": 0.3, "talk_s": 12}})
    file = stage.config / "tenants" / "acme.yaml"
    written = file.read_text()
    began, placed = clock.now(), stage.world.place(PlacedCall(CALLER, EXTENSION))
    time.sleep(2)
    supervisor = _supervises(stage, "*53*117#")
    time.sleep(2)
    try:
        file.write_text(written.replace("who: [102, 124]", "who: [102]"))
        stage.daemon.reload()
        withdrawn = clock.now()
        stage.world.wait_until_over([placed, supervisor], OVER_S)
    finally:
        file.write_text(written)
        stage.daemon.reload()
    (row,) = _rows(stage, began)
    if row.how is not ListeningEnd.WITHDRAWN or row.ended is None or row.ended - withdrawn > 2 * SECOND_US:
        yield f"it should have been withdrawn within two seconds: {row}, {withdrawn}"


def worker_dies_while_a_supervisor_listens(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of a worker while a supervisor barges in: the conversation and the listening go on, there is one row"""
    with two_workers(stage, {"117": {"action": "answers", "after_s": 0.3, "talk_s": 18}}):
        began, placed = clock.now(), stage.world.place(PlacedCall(CALLER, EXTENSION))
        time.sleep(2)
        supervisor = _supervises(stage, "*53*117#", (1.0, "3"), (12.0, "1"))
        time.sleep(3)
        os.kill(owner(stage), signal.SIGKILL)
        stage.world.wait_until_over([placed, supervisor], OVER_S)
        wait(lambda: len(records(stage, began)) >= 2, "both calls have a record", RECORD_S)
        wait(lambda: bool(_rows(stage, began)) and _rows(stage, began)[0].ended is not None, "the row is whole")
        found = sorted((call.outcome, call.caller_extension) for call in records(stage, began))
        if found != [("answered", ""), ("changed", SUPERVISOR)]:
            yield f"both calls should have one record: {found}"
        rows = _rows(stage, began)
        if len(rows) != 1 or rows[0].how is not ListeningEnd.CALL_ENDED:
            yield f"one listening until the call ended expected: {rows}"
        elif Mode.LISTEN not in [span.mode for span in rows[0].spans[2:]]:
            yield f"the keys should go on changing the mode: {rows[0].spans}"


def mode_is_withdrawn_while_a_supervisor_barges_in(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a reload takes the right to barge in, not that to listen: listening goes on, unheard, and no key changes that"""
    arrange(stage, {"117": {"action": "answers", "after_s": 0.3, "talk_s": 16}})
    file = stage.config / "tenants" / "acme.yaml"
    written = file.read_text()
    began, placed = clock.now(), stage.world.place(PlacedCall(CALLER, EXTENSION))
    time.sleep(2)
    supervisor = _supervises(stage, "*53*117#", (1.0, "3"), (9.0, "2"), (10.5, "4"))
    time.sleep(5)
    rights = "extensions: [117, 140, 141], may: [listen, whisper, barge, take_over]"
    try:
        file.write_text(written.replace(rights, "extensions: [117, 140, 141], may: [listen]"))
        stage.daemon.reload()
        time.sleep(2)
        microphones.clear()
        stage.world.wait_until_over([placed, supervisor], OVER_S)
    finally:
        file.write_text(written)
        stage.daemon.reload()
    yield from _heard(stage, microphones, {"caller": (0.0, 0.0), "117": (0.0, 0.0)})
    (row,) = _rows(stage, began)
    modes = [span.mode for span in row.spans]
    if modes[:3] != [Mode.LISTEN, Mode.BARGE, Mode.LISTEN] or set(modes[3:]) - {Mode.LISTEN}:
        yield f"listen, barge and then only listen expected: {row.spans}"
    if row.how is not ListeningEnd.CALL_ENDED:
        yield f"the listening should go on to the end of the call: {row}"
    notes = [note["what"] for call in records(stage, began) for note in call.notes]
    for mode in ("whisper", "take over"):
        if not any(f"may not {mode}" in note for note in notes):
            yield f"the key to {mode} should be refused: {notes}"


def worker_dies_as_a_supervisor_takes_over(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of the conversation's worker at three moments of a take-over: the caller talks with one of the two"""
    with two_workers(stage, {"117": {"action": "answers", "after_s": 0.3}}):
        for who, after_s in {"caller": 0.1, "caller 3": 0.35, "caller 5": 0.8}.items():
            began, placed = clock.now(), stage.world.place(PlacedCall(CALLER, EXTENSION, hangup_after_s=16))
            time.sleep(3)
            dies = owner(stage)
            takes = PlacedCall(SUPERVISOR, "*53*117*4#", extension=f"{SUPERVISOR}@acme.example", hangup_after_s=24)
            supervisor = stage.world.place(takes)
            time.sleep(after_s)
            os.kill(dies, signal.SIGKILL)
            time.sleep(5)
            microphones.clear()
            time.sleep(2)
            yield from _talks_with_one(stage, microphones, who, after_s)
            stage.world.wait_until_over([placed, supervisor], OVER_S)
            wait(partial(_both_are_recorded, stage, began), "both calls have a record", RECORD_S)
            found = [(call.caller_extension, call.outcome) for call in records(stage, began)]
            if sorted(extension for extension, _ in found) != ["", SUPERVISOR] or ("", "answered") not in found:
                yield f"killed {after_s} s after: one record of each call expected: {found}"
            rows = _rows(stage, began)
            if len(rows) > 1 or any(row.ended is None for row in rows):
                yield f"killed {after_s} s after: at most one listening, which is over, expected: {rows}"


def _both_are_recorded(stage: RealStage, began: Instant) -> bool:
    return len(records(stage, began)) >= 2


def _talks_with_one(stage: RealStage, microphones: Microphones, who: str, after_s: float) -> Iterator[str]:
    at = stage.world.listening_ports().get(who, ())
    with_supervisor, with_extension = (len(microphones.moments(at, hz)) / 10 for hz in (SUPERVISOR_HZ, PHONE_HZ))
    if (with_supervisor >= 1) is (with_extension >= 1):
        yield f"killed {after_s} s after: the caller should hear one of the two: {with_supervisor}, {with_extension} s"


def supervisor_takes_a_recorded_conversation_over(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """take over: the caller talks with the supervisor instead of the agent, and the recording has both of them"""
    arrange(stage, {"143": {"action": "answers", "after_s": 0.3}})
    began, placed = clock.now(), stage.world.place(PlacedCall(CALLER, QUEUE))
    time.sleep(9)
    takes = PlacedCall(SUPERVISOR, "*53*143*4#", extension=f"{SUPERVISOR}@acme.example", hangup_after_s=7)
    supervisor = stage.world.place(takes)
    stage.world.wait_until_over([placed, supervisor], OVER_S)
    yield from _heard(stage, microphones, {"caller": (4.0, 7.5), "143": (0.0, 0.0)})
    wait(lambda: len(records(stage, began)) >= 2, "both calls have a record", RECORD_S)
    calls = records(stage, began)
    yield from _on_file(stage, calls, (0.0, 0.0), (3.0, 7.5))
    (visit,) = (visit for call in calls for visit in call.visits)
    if visit.offers[-1].parted_at is None:
        yield f"the agent should have left: {visit.offers}"
    (row,) = _rows(stage, began)
    if row.how is not ListeningEnd.TAKEN_OVER or row.spans:
        yield f"it was taken over without listening: {row}"


def supervisor_takes_over_from_one_who_has_called(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """141 has called outside: the party talks on with the supervisor, 141's phone is hung up and pays for its leg"""
    arrange(stage, {"+48223334455": {"action": "answers", "after_s": 0.3, "talk_s": 16}})
    began = clock.now()
    placed = stage.world.place(PlacedCall("", "+48223334455", extension="141@acme.example"))
    time.sleep(2.5)
    supervisor = _supervises(stage, "*53*141#", (2.0, "4"))
    time.sleep(5)
    microphones.clear()
    stage.world.wait_until_over([placed, supervisor], OVER_S)
    yield from _heard(stage, microphones, {"48223334455": (3.0, 12.0), "caller": (0.0, 0.0)})
    wait(lambda: len(records(stage, began)) >= 2, "both calls have a record", RECORD_S)
    calls = {call.caller_extension: call for call in records(stage, began)}
    legs = [(leg.target, leg.payer, leg.outcome) for leg in calls["141"].legs[1:]]
    if legs != [("number:+48223334455", "extension:141", "answered")]:
        yield f"one leg that 141 pays for expected: {legs}, {[note['what'] for note in calls['141'].notes]}"
    (row,) = _rows(stage, began)
    if row.how is not ListeningEnd.TAKEN_OVER:
        yield f"it should be taken over: {row}"


def supervisor_at_another_switch(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """two switches: the switch of the conversation rings a supervisor at the other one, who then listens there"""
    phones = {"117": {"action": "answers", "after_s": 0.3, "talk_s": 18}, SUPERVISOR: {"action": "answers"}}
    arrange(stage, phones)
    with neighbour(stage) as port:
        stage.world.register(SUPERVISOR, online=False)
        stage.world.register(SUPERVISOR, online=True, port=port)
        arrange_supervisor = f'callcontrol_registrations{{switch="{NAME}"}} 1.0'
        wait(lambda: arrange_supervisor in stage.daemon.metrics(), "the supervisor's phone is known there")
        began, placed = clock.now(), stage.world.place(PlacedCall(CALLER, EXTENSION))
        time.sleep(2)
        dials = PlacedCall(SUPERVISOR, "*53*117#", extension=f"{SUPERVISOR}@acme.example")
        supervisor = stage.world.place(dials, port=port)
        stage.world.wait_until_over([placed, supervisor], OVER_S)
        rows = _rows(stage, began)
        if [(row.switch, row.whom) for row in rows] != [("fs1", "extension:117")]:
            yield f"one listening at fs1 expected: {rows}, {[call.notes for call in records(stage, began)]}"
        stage.world.register(SUPERVISOR, online=False, port=port)


def supervisor_by_command(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """`supervise start` with a reason rings the supervisor's phone, which then joins the conversation"""
    phones = {"117": {"action": "answers", "after_s": 0.3, "talk_s": 30}, "124": {"action": "answers", "after_s": 0.5}}
    arrange(stage, phones)
    began, placed = clock.now(), stage.world.place(PlacedCall(CALLER, EXTENSION))
    time.sleep(2)
    said = _command(
        stage, "start", "acme", "117", "--phone", SUPERVISOR, "--mode", "barge", "--reason", "a test of ours"
    )
    if "is at the conversation" not in said:
        yield f"the command should say so: {said}"
    time.sleep(3)
    if [(one.supervisor, one.mode) for one in _running(stage)] != [(f"extension:{SUPERVISOR}", Mode.BARGE)]:
        yield f"it should be shown while it goes on: {_running(stage)}"
    stage.world.wait_until_over([placed], OVER_S)
    yield from _heard(stage, microphones, {"caller": (2.0, 30.0), "117": (2.0, 30.0)})
    wait(lambda: bool(_rows(stage, began)) and _rows(stage, began)[0].ended is not None, "the row is whole")
    past = _command(stage, "history", "acme")
    if "extension:124 at extension:117" not in past or "a test of ours" not in past:
        yield f"`supervise history` should tell of it: {past}"


SUPERVISORS: Final[tuple[Mishap, ...]] = (
    supervisor_is_heard_as_the_mode_says,
    whisper_to_an_outgoing_caller,
    eavesdropping_that_is_not_ordered_is_counted,
    right_is_withdrawn_while_a_supervisor_listens,
    mode_is_withdrawn_while_a_supervisor_barges_in,
    worker_dies_while_a_supervisor_listens,
    worker_dies_as_a_supervisor_takes_over,
    supervisor_takes_a_recorded_conversation_over,
    supervisor_takes_over_from_one_who_has_called,
    supervisor_at_another_switch,
    supervisor_by_command,
)


def _supervises(stage: RealStage, code: str, *presses: tuple[float, str]) -> str:
    by = PlacedCall(SUPERVISOR, code, extension=f"{SUPERVISOR}@acme.example", presses=presses)
    return stage.world.place(by)


def _heard(stage: RealStage, microphones: Microphones, wanted: Mapping[str, tuple[float, float]]) -> Iterator[str]:
    """Compare how long each party hears the supervisor with the minimum and maximum in `wanted` (seconds)."""
    ports = stage.world.listening_ports()
    for who, (least_s, most_s) in wanted.items():
        seconds = len(microphones.moments(ports.get(who, ()), SUPERVISOR_HZ, THERE)) / 10
        if not least_s <= seconds <= most_s:
            yield f"{who} should hear the supervisor for {least_s} to {most_s} s, heard for {seconds}"


def _on_file(
    stage: RealStage,
    calls: Sequence[PastCall],
    left_s: tuple[float, float],
    right_s: tuple[float, float],
) -> Iterator[str]:
    """Compare how long the supervisor is on each side of the call's file with the minimum and maximum (seconds)."""
    media = {fact["media_id"] for call in calls for fact in call.talks if fact["what"] == "started"}
    if len(media) != 1:
        yield f"one file expected: {media}"
        return
    recorded = read_recorded(stage.recordings / f"{media.pop()}.wav")
    for name, side, (least_s, most_s) in (("left", 0, left_s), ("right", 1, right_s)):
        found = [at for at, samples in recorded.windows(side) if loudness(samples, SUPERVISOR_HZ) >= THERE]
        if not least_s <= len(found) * 0.05 <= most_s:
            yield f"{name}: the supervisor should be there for {least_s} to {most_s} s, is for {len(found) * 0.05:.2f}"


def _rows(stage: RealStage, began: Instant) -> list[ListeningRecord]:
    with psycopg.connect(stage.dsn) as connection:
        return listenings_of(connection, TENANT, since=began)


def _running(stage: RealStage) -> list[ListeningRecord]:
    pipeline = RedisPipeline(connect(stage.redis_url, 2))
    try:
        return [*running(pipeline, TENANT)]
    finally:
        pipeline.stop(2)


def _counted(stage: RealStage, how: str) -> float:
    found = (line for line in stage.daemon.metrics().splitlines() if line.startswith(METRIC.format(how=how)))
    return sum(float(line.rpartition(" ")[2]) for line in found)


def _leg(stage: RealStage) -> str:
    """The channel of the phone in the conversation."""
    rows: list[dict[str, Any]] = orjson.loads(stage.switch.events.api("show channels as json"))["rows"]
    return next(str(row["uuid"]) for row in rows if row["direction"] == "outbound")


def _command(stage: RealStage, verb: str, *words: str) -> str:
    line = [sys.executable, "-m", "callcontrol", "supervise", verb, *words, "--config", str(stage.config)]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=OVER_S)
    return done.stdout + done.stderr
