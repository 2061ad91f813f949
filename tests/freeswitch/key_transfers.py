"""The worker dies at each step of a transfer by DTMF code: the party is always connected, no leg is booked twice."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from callcontrol.edges import clock
from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, Mishap, arrange, records, wait
from tests.freeswitch.sounds import CALLER_HZ, PHONE_HZ, VOICES
from tests.freeswitch.stage import RealStage
from tests.freeswitch.takeovers import owner, two_workers
from tests.freeswitch.tones import Expectation, Hears, tone_differences

COLLEAGUE, COLLEAGUE_HZ = "122", VOICES["122"]
# In seconds after the answer: the keys, and the death of the worker. By LATE_S another worker has the call.
CODE_S, NUMBER_S, LATE_S, END_S = 1.0, 2.0, 12.0, 14.0
BLIND, ASKS = [[CODE_S, "*1"]], [[CODE_S, "*2"], [NUMBER_S, f"{COLLEAGUE}#"]]
# The party is taken back while a number is dialled, and while a phone rings that the example lets ring for 4 s.
BACK_S, TALK_S, AT_ONCE_S = 4.5, 10.0, 1.0
DIALS, RINGS = [[CODE_S, "*2"], [BACK_S, "*0"]], [[CODE_S, "*2"], [NUMBER_S, "103#"], [BACK_S, "*0"]]
TALKS: Final = (Hears("caller", COLLEAGUE_HZ), Hears(COLLEAGUE, CALLER_HZ))
BACK: Final = (Hears("caller", PHONE_HZ), Hears("117", CALLER_HZ))
ANSWERS: Final = {"action": "answers", "after_s": 0.5, "talk_s": 20}


def worker_dies_before_a_transfer_by_keys(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 in a conversation: the other worker understands the codes, and the caller is sent on"""
    digits = [[LATE_S, "*1"], [LATE_S + 1.0, f"{COLLEAGUE}#"]]
    yield from _dies(stage, microphones, digits, CODE_S, TALKS)


def worker_dies_while_a_number_is_dialled(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 after the first code: dial tone and music begin anew, and the number is dialled"""
    yield from _dies(stage, microphones, [*BLIND, [LATE_S, f"{COLLEAGUE}#"]], NUMBER_S, TALKS)


def worker_dies_while_the_colleague_is_rung(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 while the colleague's phone rings: it stops, and the transferor has the caller again"""
    yield from _dies(stage, microphones, ASKS, NUMBER_S + 2.0, BACK, colleague={"action": "never_answers"})


def worker_dies_while_the_colleague_is_asked(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 while both talk: they talk on, the caller hears music again, and has the colleague at the hang-up"""
    yield from _dies(stage, microphones, ASKS, NUMBER_S + 3.0, TALKS)


def worker_dies_while_the_colleague_is_held(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 while transferor and caller talk and the colleague waits: the caller has the colleague at the hang-up"""
    yield from _dies(stage, microphones, [*ASKS, [NUMBER_S + 3.0, "*5"]], NUMBER_S + 5.0, TALKS)


def worker_dies_while_all_three_talk(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 while all three talk: they talk on, and the other two after one has hung up"""
    yield from _dies(stage, microphones, [*ASKS, [NUMBER_S + 3.0, "*6"]], NUMBER_S + 5.0, TALKS)


def worker_dies_after_a_transfer_by_keys(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 when both are connected: they talk on"""
    yield from _dies(stage, microphones, [*ASKS, [NUMBER_S + 3.0, "*2"]], NUMBER_S + 5.0, TALKS)


def worker_dies_as_a_code_is_pressed(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 at moments around the code: the caller talks with one of the two, however far the transfer got"""
    for moment_s in (0.0, 0.03, 0.1, 0.3):
        yield from _dies(stage, microphones, [[CODE_S, "*2"]], CODE_S + moment_s, BACK)
        microphones.clear()


def party_is_taken_back_by_keys(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """*0 while a number is dialled, and while the colleague's phone rings: the transferor has the caller at once"""
    for keys, away_s in ((DIALS, BACK_S - CODE_S), (RINGS, BACK_S - CODE_S)):
        arrange(stage, {"117": {"action": "answers", "after_s": 0.3, "digits": keys, "talk_s": TALK_S}})
        began = clock.now()
        placed = stage.world.place(PlacedCall("+48500100200", "+48221234583"))
        stage.world.wait_until_over([placed], OVER_S)
        talks_ms = [int(segment.talk_ms) for one in records(stage, began) for segment in one.segments]
        if len(talks_ms) != 2 or sum(talks_ms) < (TALK_S - away_s - AT_ONCE_S) * 1000:
            yield f"{keys}: two conversations expected, parted for {away_s} s, they last {talks_ms} ms"


def _dies(
    stage: RealStage,
    microphones: Microphones,
    digits: Sequence[Sequence[Any]],
    at_s: float,
    heard: tuple[Expectation, ...],
    colleague: Mapping[str, Any] = ANSWERS,
) -> Iterator[str]:
    """Kill the worker so many seconds after the answer, and compare what is heard afterwards."""
    phones = {"117": {"action": "answers", "after_s": 0.3, "digits": digits, "talk_s": END_S}, COLLEAGUE: colleague}
    with two_workers(stage, phones):
        began = clock.now()
        placed = stage.world.place(PlacedCall("+48500100200", "+48221234583", hangup_after_s=END_S + 4.0))
        wait(partial(_is_answered, stage), "the call is answered", poll_s=0.02)
        time.sleep(at_s)
        worker = owner(stage)
        os.kill(worker, signal.SIGKILL)
        wait(lambda: owner(stage) not in (worker, 0), "another worker has the call")
        microphones.clear()
        stage.world.wait_until_over([placed], OVER_S)
        yield from tone_differences(heard, stage.world.listening_ports(), microphones)
        found = [(call.outcome, call.answered_by, call.estimated) for call in records(stage, began)]
        if found != [("answered", "extension:117", False)]:
            yield f"one exact record of a call that 117 has answered expected, there are {found}"
        legs = [leg.leg_id for call in records(stage, began) for leg in call.legs]
        if len(set(legs)) != len(legs):
            yield f"a leg is booked twice: {legs}"


def _is_answered(stage: RealStage) -> bool:
    return any(one.what == "answered" for one in stage.world.heard())


KEY_TRANSFERS: Final[tuple[Mishap, ...]] = (
    party_is_taken_back_by_keys,
    worker_dies_before_a_transfer_by_keys,
    worker_dies_while_a_number_is_dialled,
    worker_dies_while_the_colleague_is_rung,
    worker_dies_while_the_colleague_is_asked,
    worker_dies_while_the_colleague_is_held,
    worker_dies_while_all_three_talk,
    worker_dies_after_a_transfer_by_keys,
    worker_dies_as_a_code_is_pressed,
)
