"""Surveys: from the agent's hang-up to the answer; silence, wrong keys, a worker's death; and not after a transfer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.billing.fold import fold
from callcontrol.billing.record import RatedRecord
from callcontrol.billing.record_json import from_json, to_json
from callcontrol.control import commands as do
from callcontrol.control.call import Closed, Deciding, Ending, Talking
from callcontrol.control.credit_commands import ComeBack
from callcontrol.control.ending import LEGS_TIMER
from callcontrol.control.events import (
    AppEnded,
    CallConnectionLost,
    CallerHungUp,
    FactsFound,
    KeyPressed,
    LegBridged,
    Rearrived,
    TimerFired,
)
from callcontrol.control.playing import Announcing
from callcontrol.edges.freeswitch.leg_commands import after, before
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.kinds.targets.survey import ANSWER_TIMER, Surveying, SurveyTarget
from callcontrol.routing.explain import explain
from callcontrol.vocabulary.queue import TalkEnd
from callcontrol.vocabulary.survey import Surveyed, SurveyEnd
from callcontrol.vocabulary.trail import WrapUpBegan
from tests.control.queue_story import CallbackStory, QueueStory
from tests.routing.queue_world import HELP, changed

LOST = CallConnectionLost("worker w1 died, w2 took over")
OWN = "{question: how.wav, thanks: good.wav, goodbye: bye.wav, wait: 3, tries: 3}"


def world(settings: str = "{}", queue: str = "afterwards: survey:csat") -> str:
    """The tenant of the queue stories, with a survey after the conversations of `help`."""
    return changed("help", "otherwise: announcement:closed", f"{queue}\n    otherwise: announcement:closed").replace(
        "queues:\n", f"surveys:\n  csat: {settings}\nqueues:\n"
    )


def talking(settings: str = "{}") -> QueueStory:
    return QueueStory(written=world(settings)).reach("talking")


def back(story: QueueStory) -> QueueStory:
    """The agent has hung up, and the switch has sent the caller to us again."""
    story.then(Rearrived(HELP, brought_back=True, channel="caller-1", at=story.facts.now), 20)
    return story


def asked(settings: str = "{}") -> QueueStory:
    story = talking(settings)
    agent = story.call.state
    assert isinstance(agent, Talking)
    back(story).gone(agent.leg_id, answered_s=20, by="callee")
    story.then(FactsFound())
    return story


def heard(story: QueueStory) -> str:
    return story.command(do.Play).file


def told(story: QueueStory) -> list[tuple[SurveyEnd, int]]:
    return [(one.how, one.score) for one in story.entries(Surveyed)]


def end(story: QueueStory) -> QueueStory:
    """What plays is heard to its end."""
    state = story.call.state
    assert isinstance(state, Surveying | Announcing)
    story.then(AppEnded(state.playing if isinstance(state, Surveying) else state.app_id))
    return story


def over(story: QueueStory) -> QueueStory:
    story.gone("caller-1", answered_s=60)
    assert story.state() is Closed
    return story


# --- from the conversation to the question


def test_the_caller_is_to_come_back_however_long_they_talk() -> None:
    story = QueueStory(written=world()).reach("joining")
    join = story.command(do.Join)
    assert join.comes_back
    assert any("transfer_after_bridge" in str(line) for line in before(join, story.call))
    assert after(join, story.call) == ()  # elsewhere it is taken off after two seconds


def test_the_agent_is_free_before_the_question_is_answered() -> None:
    story = talking()
    leg = story.call.state.leg_id  # type: ignore[attr-defined]
    back(story)
    assert story.state() is Deciding
    assert not story.has(do.HangUp)
    story.gone(leg, answered_s=20, by="callee")
    ended = story.command(do.EndTalk)
    assert (ended.agent, ended.how) == ("anna", TalkEnd.TALKED)
    assert story.entries(WrapUpBegan)
    story.then(FactsFound())
    assert story.state() is Surveying
    assert heard(story) == "survey/en/question.wav"
    assert not story.call.is_open(leg)
    assert not story.has(do.Answer)  # the caller was answered long ago


def test_without_a_survey_the_call_ends_as_ever() -> None:
    story = QueueStory().reach("talking")
    back(story)
    assert story.command(do.HangUp).cause == "NORMAL_CLEARING"
    assert not QueueStory().reach("joining").command(do.Join).comes_back


def test_an_agent_who_leaves_at_once_has_had_no_conversation() -> None:
    story = talking()
    assert story.call.serving is not None
    story.then(Rearrived(HELP, brought_back=True, channel="caller-1", at=story.call.serving.joined))
    assert story.waiting.entered
    assert told(story) == []


def test_a_survey_that_was_taken_out_of_the_queue_meanwhile() -> None:
    story = talking()
    story.facts = replace(QueueStory(written=world(queue="")).facts, now=story.facts.now)
    back(story)
    assert story.has(do.HangUp)


@pytest.mark.parametrize("transfer", ["blind", "attended"])
def test_a_caller_transferred_by_the_agent_gets_no_survey(transfer: str) -> None:
    story = talking()
    if transfer == "blind":
        story.then(Rearrived("103", transfer=True, channel="caller-1", at=story.facts.now), 20)
        story.facts = replace(story.facts, dialled="103", transferred=True, transferred_by="101")
        story.then(FactsFound())
        rung = story.command(do.Bridge).legs[0][0]
        story.then(LegBridged(rung, story.facts.now))
    else:
        story.then(LegBridged("another-calls-leg", story.facts.now), 20)
    assert story.state() is Talking
    back(story)
    assert story.has(do.HangUp)
    assert told(story) == []


# --- the answer


@pytest.mark.parametrize("key", ["1", "5"])
def test_the_first_key_is_the_answer(key: str) -> None:
    story = asked()
    story.then(KeyPressed(key))
    assert told(story) == [(SurveyEnd.ANSWERED, int(key))]
    assert heard(story) == "survey/en/thanks.wav"
    assert story.has(do.StopPlaying)
    end(story.then(KeyPressed("3")))
    assert story.has(do.HangUp)
    assert told(story) == [(SurveyEnd.ANSWERED, int(key))]


def test_the_record_has_it_with_queue_and_agent() -> None:
    story = asked()
    end(story.then(KeyPressed("4")))
    record = fold(over(story).call.trail)
    (answer,) = record.surveys
    assert (answer.survey, answer.how, answer.score) == ("csat", "answered", 4)
    assert (answer.queue, answer.agent, record.survey_score) == ("help", "anna", 4)
    (visit,) = record.visits
    assert visit.offers[0].parted == next(leg.ended for leg in record.legs if leg.to == "extension:101")
    assert fold([*story.call.trail, *story.call.trail]).surveys == record.surveys  # told twice


def test_own_words_and_another_target_afterwards() -> None:
    story = asked("{question: how.wav, thanks: good.wav, then: announcement:closed}")
    assert heard(story) == "how.wav"
    assert heard(story.then(KeyPressed("2"))) == "good.wav"
    end(story)
    assert story.state() is Announcing
    assert not story.has(do.HangUp)


# --- no answer


def test_silence_is_asked_once_more_and_then_ends_politely() -> None:
    story = end(asked())
    assert story.timers == {ANSWER_TIMER: 6}
    assert heard(story.then(TimerFired(ANSWER_TIMER))) == "survey/en/again.wav"
    end(story).then(TimerFired(ANSWER_TIMER))
    assert heard(story) == "survey/en/goodbye.wav"
    assert told(story) == [(SurveyEnd.SILENCE, 0)]
    end(story)
    assert story.has(do.HangUp)
    assert fold(over(story).call.trail).survey_score is None


def test_wrong_keys_have_a_limit_too_and_it_is_one_for_both() -> None:
    story = asked(OWN)
    assert heard(story.then(KeyPressed("0"))) == "file_string://survey/en/again.wav!how.wav"
    end(story).then(TimerFired(ANSWER_TIMER))
    story.then(KeyPressed("#"))
    assert heard(story) == "bye.wav"
    assert told(story) == [(SurveyEnd.WRONG, 0)]


def test_hanging_up_is_fine() -> None:
    story = asked()
    story.then(CallerHungUp("NORMAL_CLEARING"))
    assert story.state() is Ending
    assert told(story) == [(SurveyEnd.HUNG_UP, 0)]
    assert fold(over(story).call.trail).outcome == "answered"


# --- a worker dies


def test_the_question_is_heard_again_after_a_workers_death() -> None:
    story = asked()
    story.then(LOST)
    assert story.has(do.BringBack)
    story.call = decode(encode(story.call))
    back(story)
    assert heard(story) == "survey/en/question.wav"
    story.then(KeyPressed("3"))
    assert told(story) == [(SurveyEnd.ANSWERED, 3)]


def test_a_key_pressed_between_two_workers_is_the_answer() -> None:
    story = asked().then(LOST)
    story.then(Rearrived(HELP, brought_back=True, channel="caller-1", keys_follow=True))
    assert not story.has(do.Play)
    story.then(KeyPressed("5"))
    assert told(story) == [(SurveyEnd.ANSWERED, 5)]


def test_a_death_in_the_conversation_leaves_the_question_to_be_asked() -> None:
    story = talking()
    leg = story.call.state.leg_id  # type: ignore[attr-defined]
    story.then(LOST)
    assert story.state() is Ending
    story.call = decode(encode(story.call))
    back(story).gone(leg, answered_s=20)
    assert story.call.serving is None
    story.then(FactsFound())
    assert heard(story) == "survey/en/question.wav"
    story.then(KeyPressed("4"))
    assert [(one.queue, one.agent, one.score) for one in story.entries(Surveyed)] == [("help", "anna", 4)]


def test_a_death_after_the_answer_asks_nothing_more() -> None:
    story = asked()
    story.then(KeyPressed("4")).then(LOST)
    story.call = decode(encode(story.call))
    back(story)
    assert told(story) == [(SurveyEnd.ANSWERED, 4)]
    assert story.has(do.HangUp)


def test_a_caller_who_hangs_up_between_two_workers_has_given_no_answer() -> None:
    story = asked().then(LOST)
    story.gone("caller-1", answered_s=60)
    assert told(story) == [(SurveyEnd.HUNG_UP, 0)]
    assert story.state() is Closed


def test_a_survey_that_is_configured_no_more_ends_the_call() -> None:
    story = asked().then(LOST)
    story.facts = replace(QueueStory().facts, now=story.facts.now)
    back(story)
    assert story.state() is Ending
    assert told(story) == [(SurveyEnd.GONE, 0)]


# --- what is written


def test_explain_shows_what_follows_the_conversation() -> None:
    shown = "\n".join(explain(QueueStory(written=world()).facts))
    assert "when the agent has hung up" in shown
    assert "survey csat: the caller answers by a key from 1 to 5" in shown


def test_records_of_before_have_no_survey() -> None:
    story = QueueStory().reach("talking")
    story.gone(story.call.state.leg_id)  # type: ignore[attr-defined]
    record = fold(over(story).call.trail)
    assert (record.surveys, record.survey_score) == ((), None)
    written = to_json(RatedRecord(record))
    assert b"survey" not in written
    assert from_json(written).call == record


def test_a_record_with_one_is_read_back() -> None:
    story = asked()
    end(story.then(KeyPressed("4")))
    record = RatedRecord(fold(over(story).call.trail))
    assert from_json(to_json(record)) == record


# --- after a queue has called back


def called_back(after_s: float = 20, lost: bool = False) -> tuple[CallbackStory, str, str]:
    """A customer who was called back talks with anna, who leaves after so long; the customer's channel, and anna's."""
    story = CallbackStory(written=world()).joined()
    assert isinstance(story.call.state, Talking)
    assert story.has(ComeBack)
    customer, agent = story.call.led, story.call.state.leg_id
    if lost:
        story.then(LOST)
    story.then(TimerFired(LEGS_TIMER), after_s)
    assert story.command(do.CheckChannels).legs == (agent, customer)
    story.gone(agent, answered_s=after_s, by="callee")
    story.then(Rearrived("+48600700800", brought_back=True, channel=customer, at=story.facts.now))
    return story, customer, agent


@pytest.mark.parametrize("lost", [False, True])
def test_a_customer_who_was_called_back_is_asked(lost: bool) -> None:
    story, customer, agent = called_back(lost=lost)
    assert story.command(do.LookUp).target == SurveyTarget("csat")
    story.then(FactsFound())
    assert heard(story)
    story.then(KeyPressed("5", story.facts.now, "RTP"))
    assert told(story) == [(SurveyEnd.ANSWERED, 5)]
    end(story)
    story.gone(customer, answered_s=30)
    assert story.state() is Closed
    assert [one.agent for one in story.entries(Surveyed)] == ["anna"]
    assert [{one.leg_id, one.other_leg} for one in fold(story.call.trail).segments] == [{customer, agent}]


def test_a_customer_whose_agent_leaves_at_once_is_hung_up_unasked() -> None:
    story = CallbackStory(written=world()).joined()
    story.then(Rearrived("+48600700800", brought_back=True, channel=story.call.led, at=story.facts.now), 0.1)
    assert story.has(do.HangUp)
    assert not story.has(do.LookUp)


def test_without_a_survey_the_call_back_ends_with_either() -> None:
    story = CallbackStory().joined()
    assert story.call.led == ""
    assert not story.has(ComeBack)
