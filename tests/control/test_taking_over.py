"""A supervisor takes a conversation over: the caller talks on, and the leg that was rung for the caller ends."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control import parked_commands as at_place
from callcontrol.control.call import Closed, Talking
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.events import (
    AppEnded,
    CallConnectionLost,
    CallerHungUp,
    Event,
    Joined,
    JoinFailed,
    LegBridged,
    Rearrived,
    TimerFired,
)
from callcontrol.control.supervise_events import TakenOver
from callcontrol.control.supervised import talk_at, talk_with
from callcontrol.control.talk_sides import partner_of
from callcontrol.control.transfer_commands import Part
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.leg import Role
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.parked import Taker
from callcontrol.vocabulary.queue import Leaving
from callcontrol.vocabulary.trail import WrapUpBegan
from tests.control.queue_story import CallbackStory, QueueStory
from tests.control.story import Story
from tests.routing.queue_world import changed
from tests.routing.world import facts

TAKER = Taker("call-9", "taker-9", "fs1", "104", "w2")


def talking(by: str = "") -> tuple[Story, str, str]:
    story = Story(facts(caller=Caller(by, extension=by)) if by else facts()).begin()
    bridge = story.command(do.Bridge)
    leg = bridge.legs[0][0]
    return story.then(LegBridged(leg, story.facts.now)), bridge.app_id, leg


def test_caller_and_supervisor_are_joined_and_the_other_leg_ends() -> None:
    story, app, leg = talking()
    story.then(TakenOver(leg, TAKER))
    assert story.command(do.Join) == do.Join("caller-1", "taker-9")
    assert decode(encode(story.call)) == story.call
    story.then(AppEnded(app, "SUCCESS", {leg: ""})).then(LegBridged("taker-9", story.facts.now))
    assert story.command(do.KillLeg).leg_id == leg
    told = story.command(at_place.TellTaker)
    assert (told.taker, told.channel, told.party) == (TAKER, "caller-1", "number:+48600700800")
    story.gone(leg, answered_s=3).then(CallerHungUp("NORMAL_CLEARING")).gone("caller-1")
    record = fold(story.call.trail)
    assert record.outcome is Outcome.ANSWERED
    assert [segment.party for segment in record.segments] == ["extension:101", "extension:104"]
    assert [(one.leg_id, one.moved_to) for one in record.legs] == [("caller-1", ""), (leg, "taker-9")]
    assert "taken over by extension:104" in [note.what for note in record.notes]


@pytest.mark.parametrize("event", [JoinFailed("caller-1", "taker-9", "gone"), TimerFired("take over")])
def test_where_both_are_not_joined_the_conversation_goes_on(event: Event) -> None:
    story, _, leg = talking()
    before = story.call.state
    story.then(TakenOver(leg, TAKER)).then(event)
    assert story.call.state == before
    assert isinstance(story.call.state, Talking)


def test_another_leg_than_the_one_that_talks_is_not_taken_over_from() -> None:
    story, _, _ = talking()
    assert not story.then(TakenOver("leg-8", TAKER)).commands
    assert not story.then(TakenOver("caller-1", TAKER)).commands


def test_a_supervisor_sees_the_conversation_from_the_extension() -> None:
    story, _, leg = talking("102")
    called, calling = talk_at(story.call, "101"), talk_at(story.call, "102")
    assert called is not None
    assert calling is not None
    assert (called.leg, called.customer, called.is_takable) == (leg, "caller-1", True)
    assert (calling.leg, calling.customer, calling.is_takable) == ("caller-1", leg, True)
    assert talk_at(story.call, "103") is None
    assert talk_with(story.call, "caller-1") == called
    story.gone(leg, answered_s=2).then(CallerHungUp("NORMAL_CLEARING"))
    assert talk_with(story.call, "caller-1") is None


def test_the_wrap_up_of_an_agent_begins_with_the_end_of_the_own_leg() -> None:
    story = QueueStory().reach("talking")
    (leg,) = story.legs("anna")
    story.then(TakenOver(leg, TAKER)).then(LegBridged("taker-9", story.facts.now))
    assert story.command(do.KillLeg).leg_id == leg
    story.gone(leg, answered_s=3)
    assert story.command(do.EndTalk).agent == "anna"
    (wrap_up,) = story.entries(WrapUpBegan)
    assert wrap_up.agent == "anna"
    assert isinstance(story.call.state, Talking)


def test_a_conversation_that_an_earlier_version_saved_is_read() -> None:
    story, _, _ = talking()
    saved = orjson.loads(encode(story.call))
    assert saved["state"].pop("taker") is None
    assert decode(orjson.dumps(saved)) == story.call


def test_a_conversation_whose_worker_died_is_seen_and_not_taken_over() -> None:
    story, _, leg = talking()
    before = talk_with(story.call, "caller-1")
    story.then(CallConnectionLost("worker w1 died"))
    now = talk_with(story.call, "caller-1")
    assert before is not None
    assert now == replace(before, is_takable=False)
    assert talk_at(story.call, "101") == now
    story.gone(leg, answered_s=3)
    assert talk_at(story.call, "101") is None


def taken_from_the_caller() -> tuple[Story, str]:
    """102, who has called 101, is asked for the party."""
    story, _, leg = talking("102")
    story.then(TakenOver("caller-1", TAKER))
    assert story.command(Part).leg_id == "caller-1"
    assert story.call.led == leg
    assert decode(encode(story.call)) == story.call
    return story, leg


def test_the_party_of_one_who_has_called_leads_on_with_the_supervisor() -> None:
    story, leg = taken_from_the_caller()
    story.then(Rearrived(story.call.destination, channel=leg))
    assert story.command(do.Join) == do.Join(leg, "taker-9")
    assert not story.every(do.KillLeg)  # who has called stays until both are joined
    story.then(Joined(leg, "taker-9"))
    told = story.command(at_place.TellTaker)
    assert (told.taker, told.channel) == (TAKER, leg)
    assert story.command(do.KillLeg).leg_id == "caller-1"
    assert isinstance(story.call.state, Talking)
    story.gone("caller-1")
    assert isinstance(story.call.state, Talking)
    story.then(CallerHungUp("NORMAL_CLEARING")).gone(leg, answered_s=9)
    record = fold(story.call.trail)
    assert record.outcome is Outcome.ANSWERED
    assert "taken over by extension:104" in [note.what for note in record.notes]
    assert [segment.party for segment in record.segments][-1] == "extension:104"


@pytest.mark.parametrize("event", [JoinFailed("", "taker-9", "gone"), TimerFired(STEP_TIMER)])
def test_where_the_supervisor_is_not_joined_the_one_who_called_has_the_party_again(event: Event) -> None:
    story, leg = taken_from_the_caller()
    story.then(Rearrived(story.call.destination, channel=leg)).then(event)
    assert story.command(do.Join) == do.Join(leg, "caller-1")
    story.then(Joined(leg, "caller-1"))
    assert isinstance(story.call.state, Talking)
    assert story.call.state.leg_id == "caller-1"


def test_one_who_called_and_hangs_up_meanwhile_leaves_the_party_to_the_supervisor() -> None:
    story, leg = taken_from_the_caller()
    story.then(CallerHungUp("NORMAL_CLEARING")).gone("caller-1")
    story.then(Rearrived(story.call.destination, channel=leg))
    assert story.command(do.Join) == do.Join(leg, "taker-9")


@pytest.mark.parametrize("afterwards", ["", "\n    afterwards: announcement:closed"])
def test_the_customer_of_a_callback_talks_on_with_the_supervisor(afterwards: str) -> None:
    written = changed("help", "otherwise: announcement:closed", f"otherwise: announcement:closed{afterwards}")
    story = CallbackStory(written=written).joined()
    (agent,) = story.legs("anna")
    customer = next(leg.id for leg in story.call.legs if leg.role is Role.CUSTOMER)
    seen = talk_with(story.call, customer)
    assert seen is not None
    assert (seen.leg, seen.is_takable) == (agent, True)
    story.then(TakenOver(agent, TAKER))
    assert story.command(do.Join) == do.Join(customer, "taker-9")
    assert decode(encode(story.call)) == story.call
    story.then(Joined(customer, "taker-9"))
    told = story.command(at_place.TellTaker)
    assert (told.taker, told.channel, told.party) == (TAKER, customer, "number:+48600700800")
    assert story.command(do.KillLeg).leg_id == agent
    story.gone(agent, answered_s=3)
    assert story.command(do.EndTalk).agent == "anna"
    assert [wrap_up.agent for wrap_up in story.entries(WrapUpBegan)] == ["anna"]
    assert isinstance(story.call.state, Talking)
    story.gone(customer, answered_s=6)
    assert isinstance(story.call.state, Closed)
    record = fold(story.call.trail)
    assert record.outcome is Outcome.ANSWERED
    assert [(one.leg_id, one.other_leg, one.party) for one in record.segments] == [
        (agent, customer, "number:+48600700800"),
        (customer, "taker-9", "extension:104"),
    ]
    assert {one.leg_id: one.moved_to for one in record.legs} == {agent: "taker-9", customer: ""}
    (visit,) = record.visits
    assert (visit.how, visit.agent, visit.took_up) == (Leaving.ANSWERED, "anna", "callback")


@pytest.mark.parametrize("event", [JoinFailed("", "taker-9", "gone"), TimerFired("take over")])
def test_a_callback_that_is_not_taken_over_ends_with_either_leg(event: Event) -> None:
    for who in ("agent", "customer"):
        story = CallbackStory().joined()
        (agent,) = story.legs("anna")
        customer = next(leg.id for leg in story.call.legs if leg.role is Role.CUSTOMER)
        story.then(TakenOver(agent, TAKER)).then(event)
        assert isinstance(story.call.state, Talking)
        assert (story.call.state.taker, partner_of(story.call)) == (None, agent)
        first, second = (agent, customer) if who == "agent" else (customer, agent)
        story.gone(first, answered_s=3).gone(second, answered_s=3)
        assert isinstance(story.call.state, Closed)
        assert [one.agent for one in story.entries(WrapUpBegan)] == ["anna"]


def test_a_leg_of_another_call_leaves_when_it_is_taken_over_from() -> None:
    story, app, leg = talking()
    story.then(AppEnded(app, "SUCCESS", {leg: ""})).then(LegBridged("asked-2", story.facts.now, "103%acme.example"))
    story.then(TakenOver("asked-2", TAKER)).then(LegBridged("taker-9", story.facts.now))
    assert story.command(do.KillLeg).leg_id == "asked-2"
    record = fold(story.call.trail)
    assert [one.other_leg for one in record.segments] == [leg, "asked-2", "taker-9"]
