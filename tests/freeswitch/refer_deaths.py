"""Transfers by a phone's own key whose worker dies at each step: the caller always comes to a person, booked once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
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

COLLEAGUE = "122"
# Seconds after the answer: REFER; moments around it, the last one when it has been carried out; the end.
REFER_S, END_S = 1.0, 12.0
MOMENTS_S: Final = (0.0, 0.03, 0.3)
ANSWERS: Final = {"action": "answers", "after_s": 0.5, "talk_s": 12}
TALKS: Final = (Hears("caller", VOICES[COLLEAGUE]), Hears(COLLEAGUE, CALLER_HZ))
BACK: Final = (Hears("caller", PHONE_HZ), Hears("117", CALLER_HZ))


def worker_dies_as_a_phone_transfers(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 at moments around a REFER: the caller reaches the colleague, or is back with the transferor"""
    # the example gives a transfer 4 s: that long another worker may need to have the call
    for moment_s in MOMENTS_S:
        yield from _dies(stage, microphones, {"refers": [REFER_S, COLLEAGUE]}, REFER_S + moment_s, TALKS, BACK)


def worker_dies_as_a_transfer_is_refused(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 at moments around a REFER to no number: the transferor has the caller again"""
    for moment_s in MOMENTS_S:
        yield from _dies(stage, microphones, {"refers": [REFER_S, "777"]}, REFER_S + moment_s, BACK)


def worker_dies_as_a_phone_joins_both(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 before, as and after a phone joins the caller with the colleague it has asked: they talk"""
    for moment_s in (-1.0, 0.2):
        consults = {"consults": [REFER_S, COLLEAGUE, 2.0]}
        yield from _dies(stage, microphones, consults, REFER_S + 2.8 + moment_s, TALKS, several=True)


def worker_dies_while_a_caller_is_recalled(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 while a transfer comes back to the transferor's phone, which rings: the two talk"""
    yield from _dies(stage, microphones, {"refers": [REFER_S, "103"]}, REFER_S + 5.0, BACK, back_s=3.0)


def phone_transfers_without_a_daemon(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """REFER while no daemon runs: the switch tells the phone 403, and it talks on with the caller"""
    first = {"action": "answers", "after_s": 0.3, "talk_s": 9, "refers": [4.0, COLLEAGUE]}
    arrange(stage, {"117": first, COLLEAGUE: ANSWERS})
    placed = stage.world.place(PlacedCall("+48500100200", "+48221234583"))
    wait(partial(_is_answered, stage), "the call is answered", poll_s=0.02)
    stage.daemon.kill()
    try:
        wait(lambda: any(one.what == "refer_told" for one in stage.world.heard()), "the phone is answered")
        microphones.clear()
        stage.world.wait_until_over([placed], OVER_S)
        codes = [one.detail.get("code") for one in stage.world.heard() if one.what == "refer_told"]
        if codes != ["403"]:
            yield f"the phone should be told 403, was {codes}"
        yield from tone_differences(BACK, stage.world.listening_ports(), microphones)
    finally:
        stage.daemon.start()


REFER_DEATHS: Final[tuple[Mishap, ...]] = (
    worker_dies_as_a_phone_transfers,
    worker_dies_as_a_transfer_is_refused,
    worker_dies_as_a_phone_joins_both,
    worker_dies_while_a_caller_is_recalled,
    phone_transfers_without_a_daemon,
)


def _dies(
    stage: RealStage,
    microphones: Microphones,
    does: Mapping[str, Any],
    at_s: float,
    *heard: tuple[Expectation, ...],
    several: bool = False,
    back_s: float = 0.5,
) -> Iterator[str]:
    """The worker dies so long after the answer; afterwards one of these is heard.

    Args:
        several: the transferor has a call of its own to the colleague.
        back_s: when the transferor's phone answers, rung again.
    """
    first = {"action": "answers", "after_s": 0.3, "talk_s": END_S, **does}
    phones = {"117": [first, {"action": "answers", "after_s": back_s, "talk_s": 6}], COLLEAGUE: ANSWERS}
    with two_workers(stage, phones):
        began = clock.now()
        placed = stage.world.place(PlacedCall("+48500100200", "+48221234583", hangup_after_s=END_S + 4.0))
        wait(partial(_is_answered, stage), "the call is answered", poll_s=0.02)
        time.sleep(max(at_s, 0.0))
        worker = owner(stage)
        os.kill(worker, signal.SIGKILL)
        time.sleep(1.0)
        microphones.clear()
        stage.world.wait_until_over([placed], OVER_S)
        ports = stage.world.listening_ports()
        differences = [[*tone_differences(one, ports, microphones)] for one in heard]
        if all(differences):
            yield from (
                f"killed {at_s - REFER_S:.2f} s after the REFER: {said}" for each in differences for said in each
            )
        wait(lambda: any(not call.caller_extension for call in records(stage, began)), "there is a record")
        found = records(stage, began)
        calls = [(call.outcome, call.answered_by) for call in found if not call.caller_extension]
        if calls != [("answered", "extension:117")]:
            yield f"killed {at_s - REFER_S:.2f} s after the REFER: one record that 117 answered expected: {calls}"
        legs = [leg.leg_id for call in found for leg in call.legs]
        if len(set(legs)) != len(legs) or (len(found) > 1) != several:
            yield f"killed {at_s - REFER_S:.2f} s after the REFER: calls or legs are booked twice: {found}"


def _is_answered(stage: RealStage) -> bool:
    return any(one.what == "answered" for one in stage.world.heard())
