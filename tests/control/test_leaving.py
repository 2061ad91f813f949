"""Leaving a queue leaves no agent reserved and no phone ringing, however it is left."""

from __future__ import annotations

import pytest

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control.call import Deciding
from callcontrol.control.commands import Command
from callcontrol.control.events import CallerHungUp
from callcontrol.control.step_result import ThenDecide
from callcontrol.kinds.targets.queue import leaving, serving
from callcontrol.kinds.targets.queue.waiting_room import TIMERS
from callcontrol.kinds.targets.voicemail import VoicemailTarget
from callcontrol.routing.plan import Refuse
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving, TalkEnd
from callcontrol.vocabulary.trail import LeftQueue, OfferEnded, StepEnded
from tests.control.queue_story import QueueStory
from tests.control.story import SECOND

WAYS = [way for way in Leaving if way is not Leaving.ANSWERED]
HELD = ("ringing", "accepting", "whispering", "joining")


def leave(story: QueueStory, how: Leaving) -> tuple[Command, ...]:
    story.call, commands = leaving.leave(story.call, story.waiting, how, story.facts, "somewhere")
    return commands


@pytest.mark.parametrize("how", WAYS)
def test_the_ticket_is_gone_but_for_a_callbacks_and_all_clocks_stop(how: Leaving) -> None:
    story = QueueStory().enter(waited_s=10)
    commands = leave(story, how)
    gone = [] if how is Leaving.CALLBACK else [do.LeaveQueue("call-1/1", how)]
    assert [c for c in commands if isinstance(c, do.LeaveQueue)] == gone
    assert {c.name for c in commands if isinstance(c, do.StopTimer)} == set(TIMERS)
    (left,) = story.entries(LeftQueue)
    assert (left.how, left.queue, left.detail) == (how, "help", "somewhere")
    assert left.wait_ms * 1000 == story.facts.now - story.waiting.joined


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        (Leaving.ABANDONED, Outcome.ABANDONED),
        (Leaving.CALLBACK, Outcome.CALLBACK),
        (Leaving.KEY, Outcome.OVERFLOW),
        (Leaving.WAITED_OUT, Outcome.OVERFLOW),
    ],
)
def test_the_step_is_over_with_it(how: Leaving, outcome: Outcome) -> None:
    story = QueueStory().enter()
    leave(story, how)
    assert [(e.step, e.outcome) for e in story.entries(StepEnded)] == [("queue", outcome)]


def test_a_caller_who_was_not_let_in_has_not_left() -> None:
    story = QueueStory().begin()
    assert do.LeaveQueue("call-1/1", Leaving.ABANDONED) in leave(story, Leaving.ABANDONED)
    assert story.entries(LeftQueue) == []


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("stage", HELD)
def test_the_agent_reserved_for_the_caller_is_freed_once(stage: str, how: Leaving) -> None:
    story = QueueStory().reach(stage)
    (leg,) = story.legs("anna")
    commands = leave(story, how)
    over = [c for c in commands if isinstance(c, do.EndTalk)]
    assert over == ([do.EndTalk("anna", "call-1/1", 0, TalkEnd.ABANDONED)] if stage != "ringing" else [])
    ended = [c.leg_id for c in commands if isinstance(c, do.KillLeg) or (isinstance(c, do.Whisper) and c.hang_up)]
    assert ended == [leg]
    assert story.entries(OfferEnded)[-1].how is OfferEnd.CALLER_GONE
    # Redis frees the agents together with the ticket, so that command comes first.
    first = next(c for c in commands if isinstance(c, do.LeaveQueue | do.EndTalk | do.KillLeg | do.Whisper))
    assert isinstance(first, do.LeaveQueue) == (how is not Leaving.CALLBACK)
    assert story.call.serving is None


def test_departing_stops_the_music_and_looks_the_next_target_up() -> None:
    story = QueueStory().enter()
    target = VoicemailTarget("101")
    moved, answer = leaving.depart(story.call, story.waiting, Leaving.KEY, story.facts, target)
    assert isinstance(moved.state, Deciding)
    assert moved.state.onward is not None
    assert (moved.state.onward.target, moved.state.onward.path.visited) == (target, ())
    assert isinstance(answer, tuple)
    assert answer[-2:] == (do.StopPlaying(all=True), do.LookUp(target))


def test_departing_without_a_target_ends_the_call() -> None:
    story = QueueStory().enter()
    _, answer = leaving.depart(story.call, story.waiting, Leaving.REMOVED, story.facts, None)
    assert isinstance(answer, ThenDecide)
    assert isinstance(answer.decision.step, Refuse)
    assert answer.decision.step.outcome is Outcome.OVERFLOW


@pytest.mark.parametrize(
    ("how", "ended"), [(TalkEnd.ABANDONED, OfferEnd.CALLER_GONE), (TalkEnd.DROPPED, OfferEnd.REJECTED)]
)
def test_the_party_that_hung_up_first_decides_how_an_accepted_offer_ended(how: TalkEnd, ended: OfferEnd) -> None:
    story = QueueStory().reach("whispering")
    story.call, commands = serving.end_unjoined(story.call, how, story.facts)
    assert commands == (do.EndTalk("anna", "call-1/1", 0, how),)
    (visit,) = fold(story.call.trail).visits
    assert [offer.how for offer in visit.offers] == [ended]
    assert serving.end_unjoined(story.call, how, story.facts) == (story.call, ())


def test_a_conversation_is_ended_once() -> None:
    story = QueueStory().reach("talking")
    call, commands = serving.end_serving(story.call, 5 * SECOND, TalkEnd.TALKED)
    assert commands == (do.EndTalk("anna", "call-1/1", 5 * SECOND, TalkEnd.TALKED),)
    assert serving.end_serving(call, 5 * SECOND, TalkEnd.TALKED) == (call, ())


@pytest.mark.parametrize("stage", ["accepting", "whispering", "joining"])
def test_an_agent_who_answered_and_whose_caller_left_first_has_missed_nothing(stage: str) -> None:
    story = QueueStory().reach(stage)
    (leg,) = story.legs("anna")
    story.then(CallerHungUp("ORIGINATOR_CANCEL"))
    story.gone(leg, "NORMAL_CLEARING", answered_s=3, by="switch")
    story.gone(story.call.id, "ORIGINATOR_CANCEL", answered_s=20, by="caller")
    record = fold(story.call.trail)
    assert [(found.outcome, found.estimated) for found in record.legs if found.leg_id == leg] == [("answered", False)]
    (visit,) = record.visits
    assert [(offer.agent, offer.how) for offer in visit.offers] == [("anna", OfferEnd.CALLER_GONE)]
    assert record.outcome == "abandoned"
