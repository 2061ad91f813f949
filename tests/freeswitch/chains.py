"""Chains on a real switch: a call that was picked up is transferred on. One visit, as the phones saw it, whichever of
two workers dies.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Final

from redis import Redis

from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.simulator.stories.player import TENANT
from callcontrol.simulator.stories.story import PlacedCall
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, RECORD_S, Mishap, records, wait
from tests.freeswitch.moved import COLLEAGUE, differences, played
from tests.freeswitch.sounds import CALLER_HZ, PHONE_HZ, VOICES
from tests.freeswitch.stage import RealStage
from tests.freeswitch.takeovers import two_workers
from tests.freeswitch.tones import HELD_MUSIC_HZ, Expectation, Hears, HearsInTurn, tone_differences

NUMBER, NUMBER_HZ = "+48500100303", VOICES["48500100303"]
COLLEAGUE_HZ = VOICES["122"]
FROM_OUTSIDE: Final = PlacedCall(NUMBER, "+48221234583")
RINGS_S: Final = 2.0
TALK_S: Final = 3.0
# In seconds after the pick-up: the code, the number, when the colleague talks, the death of a worker, the end.
CODE_S, NUMBER_S, DEATH_S, LATE_S, END_S = 1.0, 2.0, 5.0, 13.0, 18.0
NEVER: Final = {"action": "never_answers"}
ANSWERS: Final = {"action": "answers", "after_s": 0.5, "talk_s": 30}


def picked_up_call_is_transferred_blind(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """105 picks the call up, sends the caller on by REFER, and the record equals what the phones saw"""
    picks = PlacedCall("", "*8#", extension="105@acme.example", after_s=RINGS_S, refers=(3.0, "122"))
    calls, ears = played(stage, {"117": NEVER, "122": COLLEAGUE}, (FROM_OUTSIDE, picks), 2)
    visit, picking = sorted(calls, key=lambda call: call.caller_extension)
    _, taker = ears.callers
    joined, refer = ears.first(taker, "answered"), ears.first(taker, "refer")
    wanted = (("extension:105", joined, refer), ("extension:122", ears.first("122", "answered"), ears.end("122")))
    yield from differences(visit, wanted)
    yield from differences(picking, ((f"number:{NUMBER}", joined, refer),))
    hears = (HearsInTurn("caller", (CALLER_HZ, COLLEAGUE_HZ)), Hears("122", NUMBER_HZ))
    yield from tone_differences(hears, stage.world.listening_ports(), microphones)


def picked_up_call_is_transferred_by_info(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """105 picks the call up, asks 122 by codes sent by SIP INFO, and connects both by a code"""
    codes = ((TALK_S, "*2"), (TALK_S + 1, "122#"), (TALK_S + 6, "*2"))
    picks = PlacedCall("", "*8#", extension="105@acme.example", after_s=RINGS_S, informs=codes)
    calls, ears = played(stage, {"117": NEVER, "122": COLLEAGUE | {"talk_s": 9}}, (FROM_OUTSIDE, picks), 2)
    visit, picking = sorted(calls, key=lambda call: call.caller_extension)
    _, taker = ears.callers
    joined, asked, left = ears.first(taker, "answered"), ears.first("122", "answered"), ears.end(taker)
    parted = joined + int(TALK_S * SECOND_US)
    with_122 = (("extension:122", asked, left), ("extension:122", left, ears.end("122")))
    yield from differences(visit, (("extension:105", joined, parted), *with_122))
    yield from differences(picking, ((f"number:{NUMBER}", joined, parted), ("extension:122", asked, left)))
    hears = (
        HearsInTurn("caller", (CALLER_HZ, HELD_MUSIC_HZ, COLLEAGUE_HZ)),
        HearsInTurn("122", (CALLER_HZ, NUMBER_HZ)),
    )
    yield from tone_differences(hears, stage.world.listening_ports(), microphones)


def worker_dies_while_a_colleague_is_asked_of_a_picked_up_call(
    stage: RealStage, microphones: Microphones
) -> Iterator[str]:
    """kill -9 of one of two workers while 105, who has picked the call up, asks 122: the caller has 122 in the end"""
    presses = ((CODE_S, "*2"), (NUMBER_S, "122#"))
    heard = (Hears("caller", COLLEAGUE_HZ), Hears("122", NUMBER_HZ))
    yield from _dies(stage, microphones, presses, DEATH_S, heard, "122")


def worker_dies_before_a_picked_up_call_is_transferred(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one of two workers while the two talk: the keys count afterwards as before"""
    presses = ((LATE_S, "*1"), (LATE_S + 1.0, "103#"))
    heard = (Hears("caller", PHONE_HZ), Hears("103", NUMBER_HZ))
    yield from _dies(stage, microphones, presses, CODE_S, heard, "103", until_s=None)


def _dies(
    stage: RealStage,
    microphones: Microphones,
    presses: tuple[tuple[float, str], ...],
    at_s: float,
    heard: tuple[Expectation, ...],
    colleague: str,
    until_s: float | None = END_S,
) -> Iterator[str]:
    """Each of the two workers dies in turn so long after the pick-up: which one has which call is chance."""
    for turn in (0, 1):
        with two_workers(stage, {"117": NEVER, colleague: ANSWERS | {"talk_s": 16}}):
            began, placed = clock.now(), stage.world.place(FROM_OUTSIDE)
            time.sleep(RINGS_S)
            picks = PlacedCall("", "*8#", extension="105@acme.example", presses=presses, hangup_after_s=until_s)
            taker = stage.world.place(picks)
            wait(lambda: len(_owners(stage)) > 1, "both calls are there")
            time.sleep(at_s)
            os.kill(sorted(_owners(stage).values())[-turn], signal.SIGKILL)
            microphones.clear()
            stage.world.wait_until_over([placed, taker], OVER_S)
            yield from tone_differences(heard, stage.world.listening_ports(), microphones)
            yield from _both_are_recorded(stage, began)
        microphones.clear()


def _both_are_recorded(stage: RealStage, began: Instant) -> Iterator[str]:
    wait(lambda: len(records(stage, began)) >= 2, "both calls have a record", RECORD_S)
    calls = records(stage, began)
    found = sorted((call.outcome, call.caller_extension) for call in calls)
    if found != [("answered", ""), ("answered", "105")]:
        yield f"two answered calls expected, there are {found}"
    legs = [leg.leg_id for call in calls for leg in call.legs]
    if len(set(legs)) != len(legs):
        yield f"a leg is booked twice: {legs}"


def _owners(stage: RealStage) -> dict[str, int]:
    """The process that has each call."""
    with Redis.from_url(stage.redis_url) as redis:
        owners = {call.decode(): owner.decode() for call, owner in redis.hgetall(keys.owners(TENANT)).items()}
    return {call: int(owner.split("/")[1]) for call, owner in owners.items() if owner != "-"}


CHAINS: Final[tuple[Mishap, ...]] = (
    picked_up_call_is_transferred_blind,
    picked_up_call_is_transferred_by_info,
    worker_dies_while_a_colleague_is_asked_of_a_picked_up_call,
    worker_dies_before_a_picked_up_call_is_transferred,
)
