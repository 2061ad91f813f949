"""`callcontrol missed call` on a real switch: a phone rings, is picked up, and calls the missed caller."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any, Final

import orjson
from redis import Redis

from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges import clock
from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.edges.live_state import keys
from callcontrol.jobs.missed_callers import MissedCallers
from callcontrol.simulator.ears import Heard
from callcontrol.simulator.stories.story import PlacedCall
from callcontrol.vocabulary.moment import Instant
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, Mishap, arrange, records, wait
from tests.freeswitch.sounds import PHONE_HZ
from tests.freeswitch.stage import RealStage
from tests.freeswitch.tones import Hears, tone_differences

# A caller who calls 117 and hangs up after eight seconds is a missed caller.
MISSED: Final = "+48223334455"
GIVES_UP: Final = PlacedCall(MISSED, "+48221234583", hangup_after_s=8.0)
PHONE: Final = "102"
PICKED_UP: Final = {"action": "answers", "after_s": 1.5}
# Longer than `missed.talk`, so it counts as a conversation.
TALKS: Final = {"action": "answers", "after_s": 0.5, "talk_s": 12}
RINGS_LONG: Final = {"action": "answers", "after_s": 6}
# Another person's phone.
OTHER: Final = "105"
# The SIP responses of the number called, and the causes recorded.
REFUSALS: Final = {"busy": ("busy", "USER_BUSY"), "declines": ("busy", "CALL_REJECTED")}
# How often two people ask at once.
ROUNDS: Final = 3


def missed_caller_is_called_back_by_command(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """`missed call`: the phone of 102 rings, is picked up, calls the missed number as its own, and the case closes"""
    arrange(stage, {PHONE: PICKED_UP, MISSED: TALKS})
    _miss(stage)
    began = clock.now()
    told = _call(stage)
    if told.wait(OVER_S) != 0 or "is being called" not in _said(told):
        yield f"the command should say that the number is being called: {_said(told)}"
    claimed = _case(stage)
    if (claimed["state"], claimed["claimed_by"]) != ("open", f"extension:{PHONE}"):
        yield f"the case should be claimed by extension:{PHONE} meanwhile: {claimed}"
    yield from _is_its_own_call(stage, began)
    yield from tone_differences((Hears(PHONE, PHONE_HZ),), stage.world.listening_ports(), microphones)
    case = _case(stage)
    if (case["state"], case["by"]) != ("reached", f"extension:{PHONE}"):
        yield f"the case should be closed, reached by extension:{PHONE}: {case}"


def phone_is_not_picked_up_for_a_missed_caller(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """`missed call` with a phone that is busy, then one that is offline: no number is called, the case stays open"""
    for phones, offline, word in (({PHONE: {"action": "busy"}}, (), "USER_BUSY"), ({}, (PHONE,), "offline")):
        arrange(stage, phones, offline)
        _miss(stage)
        told = _call(stage)
        if told.wait(OVER_S) == 0 or word not in _said(told):
            yield f"the command should fail and say {word}: {_said(told)}"
        case = _case(stage)
        if (case["state"], case["claimed_by"], case["tries"]) != ("open", "", 0):
            yield f"the case should be open and free, without a try: {case}"
        _run(stage, "dismiss", "--why", "the next one")


def workers_die_while_a_phone_rings_for_a_missed_caller(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of the worker while the phone rings: the phone is answered, and the number is called"""
    arrange(stage, {PHONE: RINGS_LONG, MISSED: TALKS})
    _miss(stage)
    began = clock.now()
    told = _call(stage)
    assert told.stdout is not None
    if "rings" not in (line := told.stdout.readline()):
        yield f"the phone should ring: {line}"
    time.sleep(1)
    _kill_workers(stage)
    yield from _is_its_own_call(stage, began)
    told.kill()
    told.wait()
    case = _case(stage)
    if case["state"] != "reached":
        yield f"the case should be closed, reached: {case}"


def missed_caller_refuses_the_call_back(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """`missed call`, and the number refuses (486, then 603): one try is counted, the case stays open and claimed"""
    for action, expected in REFUSALS.items():
        arrange(stage, {PHONE: PICKED_UP, MISSED: {"action": action}})
        _miss(stage)
        began = clock.now()
        told = _call(stage)
        if told.wait(OVER_S) != 0 or "is being called" not in _said(told):
            yield f"{action}: the command should say that the number is being called: {_said(told)}"
        wait(lambda: _case(stage)["tries"] > 0, f"{action}: a try is counted")
        case = _case(stage)
        found = (case["state"], case["tries"], case["claimed_by"], case["by"], bool(case["first_try_at"]))
        if found != ("open", 1, f"extension:{PHONE}", "", True):
            yield f"{action}: the case should be open, with one try, and claimed by extension:{PHONE}: {case}"
        yield from _is_refused(stage, began, expected)
        if not _heard(stage, PHONE, "hangup"):
            yield f"{action}: the phone of {PHONE} should be hung up"
        _run(stage, "dismiss", "--why", "the next one")


def two_people_call_a_missed_caller_back_at_once(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """`missed call` at two phones at once: one of them rings and calls, the other command says who has the case"""
    for _ in range(ROUNDS):
        arrange(stage, {PHONE: PICKED_UP, OTHER: PICKED_UP, MISSED: TALKS})
        _miss(stage)
        both = {phone: _call(stage, phone) for phone in (PHONE, OTHER)}
        ended = {phone: told.wait(OVER_S) for phone, told in both.items()}
        said = {phone: _said(told) for phone, told in both.items()}
        if sorted(ended.values()) != [0, 1]:
            yield f"one of the commands should call, the other fail: {said}"
            return
        winner, loser = sorted(both, key=lambda phone: ended[phone])
        if f"extension:{winner} has claimed it until" not in said[loser]:
            yield f"{loser} should be told that extension:{winner} has claimed the case: {said[loser]}"
        wait(lambda: _closed(stage), "the case is closed")
        if (case := _case(stage))["by"] != f"extension:{winner}" or case["tries"]:
            yield f"the case should be closed, reached by extension:{winner}: {case}"
        rung = {who: len(_heard(stage, who, "invite")) for who in (winner, loser, MISSED)}
        if rung != {winner: 1, loser: 0, MISSED: 1}:
            yield f"the phone of {winner} should ring once, {loser} not, the number be called once: {rung}"


def next_person_calls_after_the_first_did_not_answer(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """`missed call` at a phone that is not answered: meanwhile another is refused, then it calls the number"""
    arrange(stage, {PHONE: {"action": "never_answers"}, OTHER: PICKED_UP, MISSED: TALKS})
    _miss(stage)
    first = _call(stage, PHONE, "--ring", "10")
    assert first.stdout is not None
    first.stdout.readline()
    if (early := _call(stage, OTHER)).wait(OVER_S) == 0 or f"extension:{PHONE} has claimed it" not in _said(early):
        yield f"{OTHER} should be told that extension:{PHONE} has the case: {_said(early)}"
    first.wait(OVER_S)
    if "stays open" not in (said := _said(first)) or first.returncode == 0:
        yield f"{PHONE} should be told that the case stays open: {said}"
    if (case := _case(stage))["claimed_by"] or case["tries"]:
        yield f"the case should be free, without a try: {case}"
    began = clock.now()
    if (told := _call(stage, OTHER)).wait(OVER_S) != 0:
        yield f"{OTHER} should call now: {_said(told)}"
    yield from _is_its_own_call(stage, began, OTHER)
    if (case := _case(stage))["by"] != f"extension:{OTHER}":
        yield f"the case should be closed, reached by extension:{OTHER}: {case}"


def _is_refused(stage: RealStage, began: Instant, expected: tuple[str, str]) -> Iterator[str]:
    """The record of a call that the number refused: exact, on one trunk, free of charge."""
    (call,) = (call for call in records(stage, began) if call.caller_extension == PHONE)
    legs = [(leg.cause, leg.cost) for leg in call.legs if leg.direction == "b"]
    found = (call.outcome, call.dialled, call.estimated, [cause for cause, _ in legs])
    if found != (expected[0], MISSED, False, [expected[1]]) or any(cost for _, cost in legs):
        yield f"an exact record expected, {expected}, once, for nothing: {found}, {legs}"


def _heard(stage: RealStage, who: str, what: str) -> list[Heard]:
    named = who.removeprefix("+")
    return [one for one in stage.world.heard() if one.what == what and one.who.partition("@")[0] == named]


def _miss(stage: RealStage) -> None:
    """Place a call that is not answered by a person."""
    began = clock.now()
    stage.world.wait_until_over([stage.world.place(GIVES_UP)], OVER_S)
    records(stage, began)
    wait(lambda: _cases(stage, "--all") != [] and _case(stage)["state"] == "open", "the case is open")


def _is_its_own_call(stage: RealStage, began: Instant, phone: str = PHONE) -> Iterator[str]:
    def done() -> list[PastCall]:
        return [call for call in records(stage, began) if call.caller_extension == phone]

    wait(lambda: bool(_cases(stage, "--all")) and _case(stage)["tries"] + bool(_closed(stage)) > 0, "it was called")
    (call,) = done()
    found = (call.outcome, call.answered_by, call.dialled, call.estimated)
    if found != ("answered", f"number:{MISSED}", MISSED, False):
        yield f"an exact record of a call of its own expected: {found}"
    costs = [(leg.payer, leg.cost is not None) for leg in call.legs if leg.direction == "b"]
    if costs != [(f"extension:{phone}", True)]:
        yield f"one leg that extension:{phone} pays for expected: {costs}"
    own = next(leg for leg in call.legs if leg.direction == "a")
    if own.answered_at is None:
        yield "the phone's own leg should have been answered"


def _closed(stage: RealStage) -> bool:
    return bool(_case(stage)["state"] == "reached")


def _call(stage: RealStage, phone: str = PHONE, *more: str) -> subprocess.Popen[str]:
    words = ("missed", "call", "acme", MISSED, "--phone", phone, *more, "--config", str(stage.config))
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen([sys.executable, "-m", "callcontrol", *words], **pipes)  # type: ignore[call-overload,no-any-return]


def _said(told: subprocess.Popen[str]) -> str:
    assert told.stdout is not None
    return told.stdout.read()


def _run(stage: RealStage, verb: str, *words: str) -> str:
    line = [sys.executable, "-m", "callcontrol", "missed", verb, "acme"]
    line += [MISSED] if verb != "list" else []
    done = subprocess.run(
        [*line, *words, "--config", str(stage.config)], capture_output=True, text=True, check=True, timeout=OVER_S
    )
    return done.stdout


def _cases(stage: RealStage, *words: str) -> list[dict[str, Any]]:
    """The number's cases, from all recorded calls."""
    job = MissedCallers(stage.dsn, lambda: read_configuration(stage.config).settings, clock.now)
    while job.step():
        pass
    lines = _run(stage, "list", "--number", MISSED, "--json", *words).splitlines()
    return [orjson.loads(line) for line in lines if line.startswith("{")]


def _case(stage: RealStage) -> dict[str, Any]:
    """The number's latest case."""
    return max(_cases(stage, "--all"), key=lambda case: str(case["opened_at"]))


def _kill_workers(stage: RealStage) -> None:
    with Redis.from_url(stage.redis_url) as redis:
        names = [name.decode() for name in redis.smembers(keys.workers())]
        alive = [name for name in names if redis.get(keys.worker(name)) not in (None, b"gone")]
    for name in alive:
        os.kill(int(name.split("/")[1]), signal.SIGKILL)


CLICKS: Final[tuple[Mishap, ...]] = (
    missed_caller_is_called_back_by_command,
    phone_is_not_picked_up_for_a_missed_caller,
    workers_die_while_a_phone_rings_for_a_missed_caller,
    missed_caller_refuses_the_call_back,
    two_people_call_a_missed_caller_back_at_once,
    next_person_calls_after_the_first_did_not_answer,
)
