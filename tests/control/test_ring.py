"""Ringing and talking, step by step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Closed, Ending, Ringing, Talking
from callcontrol.control.events import (
    AloneChecked,
    AppEnded,
    CallerHungUp,
    CommandFailed,
    LegBridged,
    LegGone,
    TimerFired,
)
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import Dialled, LegEnded, Noted, Passed, StepEnded
from tests.control.story import Story
from tests.routing.world import DID, NOW, facts, rule


def test_answered_talked_and_closed() -> None:
    story = Story(facts()).begin()
    bridge = story.command(do.Bridge)
    ((leg, _),) = bridge.legs
    assert story.state() is Ringing
    story.then(LegBridged(leg, NOW))
    assert story.state() is Talking
    story.gone(leg, answered_s=5, by="callee")
    story.then(CallerHungUp("NORMAL_CLEARING")).gone("caller-1", answered_s=5, by="switch")
    assert isinstance(story.call.state, Closed)
    assert story.has(do.CloseBook)
    assert [(e.leg_id, e.outcome) for e in story.entries(LegEnded)] == [
        (leg, Outcome.ANSWERED),
        ("caller-1", Outcome.ANSWERED),
    ]


def test_busy_leads_to_the_rules_target_and_each_attempt_is_a_leg() -> None:
    story = Story(facts(rules={"101": [rule("busy", "number:+48600100100")]})).begin()
    first = story.command(do.Bridge)
    leg = first.legs[0][0]
    story.gone(leg, "USER_BUSY").then(AppEnded(first.app_id, "USER_BUSY", {leg: "USER_BUSY"}))
    second = story.command(do.Bridge)
    assert second.legs[0][0] != leg
    assert second.app_id != first.app_id
    assert second.headers["Diversion"] == "<sip:+48221234500@acme.example>;reason=user-busy"
    assert [e.to for e in story.entries(Dialled)] == ["extension:101", "number:+48600100100"]
    assert [e.outcome for e in story.entries(StepEnded)] == [Outcome.BUSY]


def test_a_leg_that_never_was_a_channel_is_closed_by_us() -> None:
    story = Story(facts()).begin()
    bridge = story.command(do.Bridge)
    story.then(AppEnded(bridge.app_id, "USER_NOT_REGISTERED"))
    (ended,) = story.entries(LegEnded)
    assert (ended.cause, ended.outcome, ended.stamps) == ("USER_NOT_REGISTERED", Outcome.UNAVAILABLE, None)
    assert story.command(do.HangUp).cause == "SUBSCRIBER_ABSENT"
    story.gone("caller-1")
    assert isinstance(story.call.state, Closed)


def test_caller_gives_up_while_it_rings() -> None:
    story = Story(facts()).begin()
    bridge = story.command(do.Bridge)
    leg = bridge.legs[0][0]
    story.then(CallerHungUp("ORIGINATOR_CANCEL"))
    assert isinstance(story.call.state, Ending)
    story.gone("caller-1", "ORIGINATOR_CANCEL", by="caller")
    assert isinstance(story.call.state, Ending)
    story.gone(leg, "ORIGINATOR_CANCEL")
    assert isinstance(story.call.state, Closed)


def test_the_end_waits_for_all_legs_in_any_order_and_counts_each_once() -> None:
    story = Story(facts(DID["group"])).begin()
    legs = [leg for leg, _ in story.command(do.Bridge).legs]
    story.then(LegBridged(legs[1], NOW)).gone(legs[0], "LOSE_RACE").gone(legs[0], "LOSE_RACE")
    story.gone("caller-1", answered_s=3).gone(legs[1], answered_s=3)
    assert isinstance(story.call.state, Ending)
    story.gone(legs[2], "LOSE_RACE")
    assert isinstance(story.call.state, Closed)
    outcomes = {e.leg_id: e.outcome for e in story.entries(LegEnded)}
    assert outcomes[legs[0]] is Outcome.ELSEWHERE
    assert len(story.entries(LegEnded)) == 4


def test_a_leg_that_answered_but_pressed_nothing_was_not_reached() -> None:
    story = Story(facts(DID["number"])).begin()
    bridge = story.command(do.Bridge)
    leg = bridge.legs[0][0]
    assert bridge.legs[0][1].acceptance is not None
    story.gone(leg, "NORMAL_CLEARING", answered_s=5, by="callee")
    assert story.entries(LegEnded)[0].outcome is Outcome.NO_ANSWER
    story.then(AppEnded(bridge.app_id, "NORMAL_CLEARING", {leg: "NORMAL_CLEARING"}))
    assert story.command(do.HangUp).cause == "NO_ANSWER"


def test_events_of_another_app_mean_nothing() -> None:
    story = Story(facts()).begin()
    before = story.call
    assert story.then(AppEnded("other", "USER_BUSY")).call == before
    assert story.then(LegBridged("other", NOW)).call == before


def test_a_bridge_whose_end_is_never_told_is_ended() -> None:
    story = Story(facts()).begin()
    assert story.command(do.StartTimer).after_s == 35
    assert story.then(TimerFired("step")).has(do.HangUp)


def test_a_refused_command_ends_the_call_with_the_reason() -> None:
    story = Story(facts()).begin().then(CommandFailed("bridge", "-ERR no such thing"))
    assert story.command(do.HangUp).cause == "NORMAL_TEMPORARY_FAILURE"
    assert [e.what for e in story.entries(Noted)] == ["switch refused bridge: -ERR no such thing"]


def test_the_end_of_the_bridge_is_no_end_of_the_call() -> None:
    story = Story(facts()).begin()
    bridge = story.command(do.Bridge)
    leg = bridge.legs[0][0]
    story.then(LegBridged(leg, NOW)).then(AppEnded(bridge.app_id, "SUCCESS", {leg: ""}))
    assert not story.has(do.HangUp)
    assert story.then(TimerFired("parted")).commands == (do.CheckAlone(),)
    for unknown_or_talking in (None, False):
        assert not story.then(AloneChecked(unknown_or_talking)).has(do.HangUp)
    assert story.then(AloneChecked(True)).command(do.HangUp).cause == "NORMAL_CLEARING"


def test_past_the_limit_of_legs_a_forwarding_ends_busy() -> None:
    story = Story(facts(rules={"101": [rule("busy", "number:+48600100100")]})).begin()
    bridge, limit = story.command(do.Bridge), story.facts.settings.limits.legs_per_call
    (callee,) = story.call.legs[1:]
    story.call = replace(story.call, legs=(story.call.legs[0], *[callee] * limit))
    story.then(AppEnded(bridge.app_id, "USER_BUSY"))
    assert not story.has(do.Bridge)
    assert story.command(do.HangUp).cause == "USER_BUSY"
    assert story.entries(Passed)[-1].why.startswith("leg limit")


@pytest.mark.parametrize(("answered", "cause"), [(True, "LOSE_RACE"), (False, "ORIGINATOR_CANCEL")])
def test_a_leg_that_rang_was_not_taken_back_for_want_of_progress(answered: bool, cause: str) -> None:
    story = Story(facts(DID["group"])).begin()
    first, second = (leg for leg, _ in story.command(do.Bridge).legs[:2])
    if answered:
        story.then(LegBridged(first, NOW))
    story.then(LegGone(second, "PROGRESS_TIMEOUT", Stamps(NOW, NOW, None, NOW), ""))
    assert [e.cause for e in story.entries(LegEnded)] == [cause]
