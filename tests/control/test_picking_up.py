"""A ringing call is picked up at another phone, which has the caller; or one that rang was faster."""

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
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.parked import Taker
from tests.control.story import Story
from tests.routing.world import facts

TAKER = Taker("call-9", "taker-9", "fs1", "102", "w2")


def ringing() -> tuple[Story, str, str]:
    story = Story(facts()).begin()
    bridge = story.command(do.Bridge)
    return story, bridge.app_id, bridge.legs[0][0]


def picked_up() -> tuple[Story, str, str]:
    story, app, leg = ringing()
    return story.then(PickedUp(TAKER)), app, leg


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
    assert not story.then(PickedUp(Taker("call-8", "taker-8", "fs1", "103"))).commands
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


@pytest.mark.parametrize("event", [JoinFailed("caller-1", "taker-9", "gone"), TimerFired("step")])
def test_a_phone_that_is_gone_leaves_an_unanswered_call(event: JoinFailed | TimerFired) -> None:
    story = answered().then(event)
    assert story.has(do.HangUp)


def test_after_its_worker_died_the_phones_ring_once_more_or_both_talk() -> None:
    story = answered().then(CallConnectionLost("worker w1 died"))
    assert story.has(do.CheckAlone)
    assert story.then(Rearrived(story.call.destination)).state() is Ringing
    story = answered().then(CallConnectionLost("worker w1 died")).then(AloneChecked(False))
    assert isinstance(story.call.state, Talking)
