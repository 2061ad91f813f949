"""A ringing call is picked up at another phone, unless a phone that rings answers first."""

from __future__ import annotations

import pytest

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control import parked_commands as at_place
from callcontrol.control.call import Ringing, Talking
from callcontrol.control.events import (
    AloneChecked,
    AppEnded,
    CallConnectionLost,
    CallerHungUp,
    JoinFailed,
    LegBridged,
    Rearrived,
    TimerFired,
)
from callcontrol.control.parked_events import PickedUp
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.parked import Taker
from tests.control.story import Story
from tests.routing.world import facts

TAKER = Taker("call-9", "taker-9", "fs1", "102", "w2")

ELSEWHERE = Taker("call-9", "taker-9", "fs2", "102", "w2")


def ringing() -> tuple[Story, str, str]:
    story = Story(facts()).begin()
    bridge = story.command(do.Bridge)
    return story, bridge.app_id, bridge.legs[0][0]


def picked_up() -> tuple[Story, str, str]:
    story, app, leg = ringing()
    return story.then(PickedUp(TAKER)), app, leg


def to_be_rung() -> Story:
    """The phone that takes the call is at another switch: the ringing is over."""
    story, app, leg = ringing()
    story.then(PickedUp(ELSEWHERE)).gone(leg, "LOSE_RACE")
    return story.then(AppEnded(app, "LOSE_RACE", {leg: "LOSE_RACE"}))


def answered() -> Story:
    """The ringing is over, the caller is answered."""
    story, app, leg = picked_up()
    story.gone(leg, "LOSE_RACE").then(AppEnded(app, "LOSE_RACE", {leg: "LOSE_RACE"}))
    assert story.has(do.Answer)
    return story.then(AppEnded(story.command(do.Play).app_id))


def test_the_phone_that_rang_is_told_that_it_was_answered_elsewhere_and_both_are_joined() -> None:
    story, _, leg = picked_up()
    assert story.command(do.KillLeg) == do.KillLeg(leg, "LOSE_RACE")
    assert decode(encode(story.call)) == story.call
    another = Taker("call-8", "taker-8", "fs1", "103")
    assert story.then(PickedUp(another)).commands == (at_place.RefuseTaker(another),)
    story = answered()
    assert story.command(do.Join) == do.Join("caller-1", "taker-9")
    story.then(LegBridged("taker-9", story.facts.now))
    told = story.command(at_place.TellTaker)
    assert (told.taker, told.channel, told.party) == (TAKER, "caller-1", "number:+48600700800")
    story.then(CallerHungUp("NORMAL_CLEARING")).gone("caller-1")
    record = fold(story.call.trail)
    assert (record.outcome, [one.party for one in record.segments]) == (Outcome.ANSWERED, ["extension:102"])
    assert "picked up by extension:102 while extension:101 rang" in [note.what for note in record.notes]


def test_a_phone_that_answers_first_has_the_call() -> None:
    story, _, leg = picked_up()
    assert isinstance(story.then(LegBridged(leg, story.facts.now)).call.state, Talking)
    assert not story.has(at_place.TellTaker)
    assert story.command(at_place.RefuseTaker).taker == TAKER


@pytest.mark.parametrize("event", [JoinFailed("caller-1", "taker-9", "gone"), CallerHungUp("NORMAL_CLEARING")])
def test_a_phone_that_does_not_get_the_call_may_have_another(event: JoinFailed | CallerHungUp) -> None:
    assert answered().then(event).command(at_place.RefuseTaker).taker == TAKER


def test_a_call_that_does_not_ring_any_more_is_not_picked_up() -> None:
    story, _, leg = ringing()
    before = story.then(LegBridged(leg, story.facts.now)).call
    assert story.then(PickedUp(TAKER)).command(at_place.RefuseTaker).taker == TAKER
    assert story.call is before


@pytest.mark.parametrize("event", [JoinFailed("caller-1", "taker-9", "gone"), TimerFired("step")])
def test_a_phone_that_is_gone_leaves_an_unanswered_call(event: JoinFailed | TimerFired) -> None:
    story = answered().then(event)
    assert story.has(do.HangUp)


def test_after_its_worker_died_the_phones_ring_once_more_or_both_talk() -> None:
    story = answered().then(CallConnectionLost("worker w1 died"))
    assert story.has(do.CheckAlone)
    assert story.then(Rearrived(story.call.destination)).state() is Ringing
    story = answered().then(CallConnectionLost("worker w1 died")).then(AloneChecked(False, "taker-9"))
    assert isinstance(story.call.state, Talking)


def test_a_phone_at_another_switch_is_told_and_rung() -> None:
    story = to_be_rung()
    assert not story.has(do.Answer)
    told = story.command(at_place.TellTaker)
    assert (told.taker, told.channel, told.party) == (ELSEWHERE, "", "number:+48600700800")
    looked_up = story.command(do.LookUp)
    assert (looked_up.target.name, looked_up.anew) == ("102", False)
    assert decode(encode(story.call)) == story.call
    rung = story.then(TimerFired("step")).command(do.Bridge).legs
    assert [plan.to for _, plan in rung] == ["extension:102"]
    story.then(LegBridged(rung[0][0], story.facts.now))
    assert isinstance(story.call.state, Talking)


def test_where_that_does_not_answer_it_is_as_if_the_first_phone_had_not() -> None:
    story = to_be_rung().then(TimerFired("step"))
    bridge = story.command(do.Bridge)
    story.gone(bridge.legs[0][0], "NO_ANSWER").then(AppEnded(bridge.app_id, "NO_ANSWER", {}))
    assert story.has(do.HangUp)


def test_a_worker_that_dies_before_it_rings_leaves_the_phones_ringing_once_more() -> None:
    story = to_be_rung().then(CallConnectionLost("worker w1 died")).then(Rearrived("+48221234501"))
    assert [plan.to for _, plan in story.command(do.Bridge).legs] == ["extension:101"]


def test_a_phone_that_leaves_at_once_leaves_the_others_ringing_once_more() -> None:
    story = answered()
    joined = story.facts.now
    story.then(LegBridged("taker-9", joined))
    assert decode(encode(story.call)) == story.call
    back = Rearrived("+48221234501", brought_back=True, channel="caller-1", at=Instant(joined + 200_000))
    assert [plan.to for _, plan in story.then(back, 0.2).command(do.Bridge).legs] == ["extension:101"]


def test_after_a_conversation_the_caller_who_comes_back_is_hung_up() -> None:
    story = answered()
    story.then(LegBridged("taker-9", story.facts.now))
    later = Instant(story.facts.now + 1_000_000)
    story.then(Rearrived("+48221234501", brought_back=True, channel="caller-1", at=later))
    assert story.has(do.HangUp)
