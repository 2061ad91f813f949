"""A worker dies before, during and after a survey's question: the caller hears it, and one answer is recorded."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Final

from callcontrol.edges import clock
from callcontrol.simulator.stories.story import PlacedCall
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, Mishap, records, wait
from tests.freeswitch.stage import RealStage
from tests.freeswitch.takeovers import AT_ONCE_S, CALLER, owner, two_workers

ADVICE: Final = "+48221234557"
QUESTION: Final = "survey/en/question.wav"
# In seconds after the queue has answered: the agent answers after 1 s and talks for 3 s; the question takes 8 s.
PHONES: Final = {"143": {"action": "answers", "after_s": 1, "talk_s": 3}}
TALKING_S, ASKED_S, PRESSED_AGAIN_S, MEANWHILE_S = 2.5, 5.5, 15.0, 6.3


def worker_dies_while_a_survey_is_heard(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one of two workers during the question: it is played again, and one answer is recorded"""
    yield from _is_asked(stage, ASKED_S, PRESSED_AGAIN_S, questions=(2,))


def worker_dies_in_a_conversation_before_a_survey(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one of two workers while caller and agent talk: the other runs the survey, and the agent is free"""
    yield from _is_asked(stage, TALKING_S, PRESSED_AGAIN_S, questions=(1,))


def survey_is_answered_between_two_workers(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """kill -9 of one of two workers during the question, and a key at the moment of the takeover: the key counts"""
    yield from _is_asked(stage, ASKED_S, MEANWHILE_S, questions=(1, 2))


def _is_asked(stage: RealStage, dies_s: float, pressed_s: float, questions: tuple[int, ...]) -> Iterator[str]:
    with two_workers(stage, PHONES):
        began = clock.now()
        placed = stage.world.place(PlacedCall(CALLER, ADVICE, presses=((pressed_s, "4"),)))
        wait(lambda: owner(stage) != 0, "a worker has the call", poll_s=AT_ONCE_S)
        time.sleep(dies_s)
        worker = owner(stage)
        os.kill(worker, signal.SIGKILL)
        wait(lambda: owner(stage) not in (worker, 0), "another worker has the call")
        stage.world.wait_until_over([placed], OVER_S)
        (call,) = records(stage, began)
        heard = [h for h in stage.world.heard() if h.what == "playback" and h.detail.get("file") == QUESTION]
    answers = [(one["how"], one["score"], one["queue"], one["agent"]) for one in call.surveys]
    if answers != [("answered", 4, "advice", "nadia")] or call.estimated:
        yield f"one answer, 4, of an exact record expected: {answers}, estimated {call.estimated}"
    if len(heard) not in questions:
        yield f"the question should be heard {questions} times, it was {len(heard)} times"
    parted = [offer.parted_at for visit in call.visits for offer in visit.offers]
    if any(at is None or (call.ended_at - at).total_seconds() < 1 for at in parted):
        yield f"the agent's conversation should end with the agent's leg: {parted}, the call ended at {call.ended_at}"


SURVEYS: Final[tuple[Mishap, ...]] = (
    worker_dies_while_a_survey_is_heard,
    worker_dies_in_a_conversation_before_a_survey,
    survey_is_answered_between_two_workers,
)
