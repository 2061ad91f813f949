"""A worker dies or ends: the application on the caller's channel goes on by itself, then the caller comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Closed, Deciding, Ending, Ringing
from callcontrol.control.events import (
    AppEnded,
    CallConnectionLost,
    ChannelsChecked,
    FactsFound,
    LegBridged,
    Rearrived,
    Stored,
    TimerFired,
)
from callcontrol.control.playing import Announcing
from callcontrol.control.uncontrolled import ALONE_TIMER, origin
from callcontrol.kinds.star_codes.forwarding import Changing
from callcontrol.kinds.targets.voicemail import TakingMessage
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.move import Transferred
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.rule import Rule
from callcontrol.vocabulary.target import ExtensionTarget
from callcontrol.vocabulary.trail import Dialled, LegEnded, StepEnded
from tests.control.story import Story
from tests.routing.world import DID, NOW, facts, rule

LOST = CallConnectionLost("worker w1 died, w2 took over")


def ringing(*rules: Rule) -> tuple[Story, str]:
    story = Story(facts(rules={"101": list(rules)})).begin()
    return story, story.command(do.Bridge).legs[0][0]


def back(
    story: Story, disposition: str = "", *, causes: Mapping[str, str] | None = None, recorded_ms: int = 0
) -> Story:
    return story.then(Rearrived(story.call.destination, disposition, causes or {}, recorded_ms))


def test_a_ringing_forward_goes_on_to_its_next_step() -> None:
    story, leg = ringing(rule("busy", "number:+48600100100"))
    story.then(LOST)
    assert story.state() is Ringing
    assert not story.has(do.HangUp)
    assert not story.has(do.BringBack)
    back(story.gone(leg, "USER_BUSY"), "USER_BUSY", causes={leg: "USER_BUSY"})
    assert [to for _, plan in story.command(do.Bridge).legs for to in (plan.to,)] == ["number:+48600100100"]
    assert [e.to for e in story.entries(Dialled)] == ["extension:101", "number:+48600100100"]
    assert [e.outcome for e in story.entries(StepEnded)] == [Outcome.BUSY]
    assert [e.cause for e in story.entries(LegEnded)] == ["USER_BUSY"]


def test_a_leg_without_a_reported_end_ends_with_the_callers_return() -> None:
    story, leg = ringing()
    back(story.then(LOST), "NO_ANSWER")
    (ended,) = story.entries(LegEnded)
    assert (ended.leg_id, ended.cause, ended.stamps) == (leg, "NO_ANSWER", None)


def test_no_timer_ends_a_call_that_goes_on_without_a_worker() -> None:
    story, _ = ringing()
    assert do.StopTimer("step") in story.then(LOST).commands
    story.then(TimerFired(ALONE_TIMER))
    assert story.has(do.CheckChannels)
    assert story.has(do.StartTimer)
    story.then(ChannelsChecked(None)).then(ChannelsChecked(frozenset({"caller-1"})))
    assert story.state() is Ringing


def test_a_caller_who_is_gone_ends_the_call() -> None:
    story, leg = ringing()
    story.then(LOST).then(TimerFired(ALONE_TIMER)).then(ChannelsChecked(frozenset()))
    assert isinstance(story.call.state, Closed)
    assert {e.leg_id for e in story.entries(LegEnded) if e.estimated} == {leg, "caller-1"}


def test_a_conversation_is_watched_to_its_end() -> None:
    story, leg = ringing()
    story.then(LegBridged(leg, NOW)).then(LOST)
    assert story.state() is Ending
    story.gone(leg, answered_s=3, by="callee").gone("caller-1", answered_s=3)
    assert isinstance(story.call.state, Closed)
    assert not any(e.estimated for e in story.entries(LegEnded))


def test_what_was_being_decided_is_decided_anew() -> None:
    story = Story(facts()).then(LOST)
    assert story.state() is Deciding
    assert back(story).command(do.FindFacts).dialled == story.call.dialled
    assert story.then(FactsFound()).has(do.Bridge)


def test_an_announcement_that_was_heard_is_not_played_again() -> None:
    story = Story(facts(DID["announcement"])).begin()
    assert story.state() is Announcing
    back(story.then(LOST))
    assert not story.has(do.Play)
    assert [e.outcome for e in story.entries(StepEnded)] == [Outcome.ANNOUNCED]


@pytest.mark.parametrize(("recorded_ms", "messages"), [(4000, 1), (0, 0)])
def test_a_spoken_message_is_kept_and_one_not_yet_spoken_is_asked_for_again(recorded_ms: int, messages: int) -> None:
    story = Story(facts(DID["voicemail"])).begin()
    assert story.state() is TakingMessage
    back(story.then(LOST), recorded_ms=recorded_ms)
    assert len([e for e in story.entries(StepEnded) if e.outcome is Outcome.VOICEMAIL]) == messages
    assert story.has(do.Record) is (messages == 0)


def test_a_star_code_is_stored_once_more_and_its_tone_heard_once() -> None:
    story = Story(facts("*21*102#", caller=Caller("101", extension="101"))).begin()
    assert story.state() is Changing
    assert back(story.then(LOST)).has(do.StoreRule)
    story.then(Stored())
    tone = story.command(do.Play).app_id
    back(story.then(LOST))
    assert story.command(do.HangUp).cause == "NORMAL_CLEARING"
    assert not story.then(AppEnded(tone)).has(do.HangUp)


def test_a_transfer_in_between_decides_by_its_number_and_so_does_what_comes_after() -> None:
    story, leg = ringing()
    story.then(LegBridged(leg, NOW)).then(Rearrived("102"))
    story.facts = replace(story.facts, dialled="102", transferred=True)
    story.then(FactsFound()).then(LOST)
    assert story.call.destination == "102"
    back(story, "USER_BUSY")
    assert story.entries(StepEnded)[-1].outcome is Outcome.BUSY
    assert [e.words for e in story.entries(Transferred)] == ["transferred to 102 (blind)"]


def test_the_next_decision_is_looked_up_from_where_the_call_began() -> None:
    story, leg = ringing()
    assert origin(story.call) == ExtensionTarget("101")
    assert origin(story.then(LegBridged(leg, NOW)).call) is None
