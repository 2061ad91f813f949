"""Redis is away on a real switch with two workers: a party that is parted comes to either, and its call with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from callcontrol.edges import clock
from callcontrol.edges.ledger.past_rows import PastCall
from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, Mishap, arrange, records, wait
from tests.freeswitch.sounds import CALLER_HZ, VOICES
from tests.freeswitch.stage import RealStage
from tests.freeswitch.takeovers import two_workers
from tests.freeswitch.tones import Hears, tone_differences

COLLEAGUE: Final = "122"
FROM_OUTSIDE: Final = PlacedCall("+48500100200", "+48221234583")
ANSWERS: Final = {"action": "answers", "after_s": 0.5, "talk_s": 5}
TALKS: Final = (Hears("caller", VOICES[COLLEAGUE]), Hears(COLLEAGUE, CALLER_HZ))
# In seconds after the answer. Each `*2` parts the caller, who comes to a worker, and `#` alone has the caller back.
PARTED_S: Final = (2.0, 5.0, 8.0, 11.0)
NUMBER_S, JOINS_S, END_S = 14.0, 17.5, 20.0
# The system chooses the worker that a channel comes to: the call is placed so often at most. A party that is parted
# once stays at its worker in 1 of 2 calls.
TRIES: Final = 6
PASSED_ON: Final = re.compile(r"^callcontrol_calls_passed_on_total(?:\{.*\})? ([0-9.e+]+)", re.MULTILINE)


def parted_by_keys_while_redis_is_away(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """Redis is away: by keys a phone has the caller wait, again and again, then asks a colleague; both talk"""
    again = [[at_s + late_s, key] for at_s in PARTED_S for late_s, key in ((0.0, "*2"), (1.5, "#"))]
    digits = [*again, [NUMBER_S - 1.5, "*2"], [NUMBER_S, f"{COLLEAGUE}#"], [JOINS_S, "*2"]]
    yield from _passed_on(stage, microphones, {"digits": digits, "talk_s": END_S})


def transferred_while_redis_is_away(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """Redis is away: a phone sends REFER; the caller talks with the colleague"""
    yield from _passed_on(stage, microphones, {"refers": [2.0, COLLEAGUE], "talk_s": 10})


WITHOUT_REDIS: Final[tuple[Mishap, ...]] = (parted_by_keys_while_redis_is_away, transferred_while_redis_is_away)


def _passed_on(stage: RealStage, microphones: Microphones, does: Mapping[str, Any]) -> Iterator[str]:
    """However often the call is passed on, caller and colleague talk, and one exact record tells of it; and it is."""
    phones = {"117": {"action": "answers", "after_s": 0.3, **does}, COLLEAGUE: ANSWERS}
    with two_workers(stage, phones):
        for _ in range(TRIES):
            arrange(stage, phones)
            microphones.clear()
            began = clock.now()
            placed = stage.world.place(FROM_OUTSIDE)
            wait(partial(_answered, stage, placed), "the call is answered", poll_s=0.02)
            stage.redis.kill()
            try:
                stage.world.wait_until_over([placed], OVER_S)
                passed = _calls_passed_on(stage)
            finally:
                stage.redis.start()
            yield from tone_differences(TALKS, stage.world.listening_ports(), microphones)
            yield from _one_exact(records(stage, began))
            if passed:
                return
        yield f"one of {TRIES} calls should have been passed on"


def _one_exact(found: tuple[PastCall, ...]) -> Iterator[str]:
    if [(one.outcome, one.answered_by, one.estimated) for one in found] != [("answered", "extension:117", False)]:
        yield f"one exact record of a call that 117 has answered expected, there are {found}"
    legs = [leg.target for one in found for leg in one.legs]
    if legs != ["", "extension:117", f"extension:{COLLEAGUE}"]:
        yield f"legs of the caller, of 117 and of {COLLEAGUE} expected, each once, there are {legs}"
    if not any(f"117 transferred to {COLLEAGUE}" in note["what"] for one in found for note in one.notes):
        yield f"a note of the transfer expected, there are {[one.notes for one in found]}"


def _calls_passed_on(stage: RealStage) -> float:
    found = PASSED_ON.search(stage.daemon.metrics())
    return float(found[1]) if found else 0.0


def _answered(stage: RealStage, placed: str) -> bool:
    return any(one.what == "answered" and one.who == placed for one in stage.world.heard())
