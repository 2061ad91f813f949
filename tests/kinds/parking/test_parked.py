"""A parked caller: has one place and music, is given to one phone, and is lost to nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control import parked_commands as at_place
from callcontrol.control.call import Closed, Deciding, Ending, Ringing, Talking
from callcontrol.control.events import (
    AloneChecked,
    AppEnded,
    CallConnectionLost,
    CallerHungUp,
    FactsFound,
    JoinFailed,
    LegBridged,
    Rearrived,
    TimerFired,
)
from callcontrol.control.parked_events import PlaceClaimed, PlaceKept, PlaceLeft
from callcontrol.edges.live_state import codec
from callcontrol.kinds.targets.parking import returning
from callcontrol.kinds.targets.parking.parked import AFTER_TIMER, JOIN_TIMER, KEEP_TIMER, MUSIC_TIMER, Parked
from callcontrol.kinds.targets.parking.settings import ParkingReturnTarget
from callcontrol.routing import router
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import JoinedOutside, Noted, Passed, Routed
from tests.kinds.parking.story import TAKER, ParkingStory, known
from tests.routing.world import settings

DIED = CallConnectionLost("worker w1 died")


def test_a_transferred_caller_has_the_place_and_its_music() -> None:
    story = ParkingStory().transferred("702")
    wanted = story.command(at_place.ClaimPlace)
    assert (wanted.places, wanted.caller.by, wanted.caller.number) == (("702",), "101", "+48600700800")
    assert not story.has(do.Play)
    story.then(PlaceClaimed("702"))
    assert story.command(do.Play).file == "tone_stream://%(400,400,440);loops=-1"
    assert {t.name for t in story.every(do.StartTimer)} == {KEEP_TIMER, AFTER_TIMER}
    assert not story.has(at_place.TellPlace)
    assert "parked at 702 by extension:101" in [e.what for e in story.entries(Noted)]


def test_at_the_lots_number_the_parker_is_told_the_place() -> None:
    story = ParkingStory().transferred("700")
    assert story.command(at_place.ClaimPlace).places == ("701", "702", "703")
    story.then(PlaceClaimed("702"))
    assert story.command(at_place.TellPlace) == at_place.TellPlace("702", "101")


def test_a_parker_who_holds_the_place_knows_it() -> None:
    story = ParkingStory().transferred("700").then(PlaceClaimed("702", was_held=True))
    assert not story.has(at_place.TellPlace)


@pytest.mark.parametrize("event", [PlaceClaimed(""), PlaceClaimed("", "Redis unreachable"), TimerFired("step")])
def test_without_a_place_the_caller_goes_back_to_the_transferor(event: PlaceClaimed | TimerFired) -> None:
    story = ParkingStory().transferred("702").then(event)
    assert any(e.why.startswith("not parked: ") for e in story.entries(Passed))
    assert story.then(FactsFound()).command(do.Bridge).legs[0][1].to == "extension:101"
    assert "back to the transferor" in [e.why for e in story.entries(Routed)]


def test_both_are_joined_and_the_place_is_free() -> None:
    story = ParkingStory().park().taken()
    assert story.command(do.Join) == do.Join("caller-1", "taker-9")
    story.then(AppEnded(story.parked.music))
    assert not story.has(do.Play)
    story.then(LegBridged("taker-9", story.facts.now), 0)
    assert story.command(at_place.FreePlace).place == "701"
    assert story.command(at_place.TellTaker) == at_place.TellTaker(TAKER, story.facts.now)
    assert isinstance(story.call.state, Talking)
    assert story.entries(JoinedOutside)[-1].leg_id == "taker-9"
    story.then(CallerHungUp("NORMAL_CLEARING")).gone("caller-1")
    assert isinstance(story.call.state, Closed)
    record = fold(story.call.trail)
    assert [one.party for one in record.segments] == ["extension:101", "extension:102"]


def test_a_second_phone_changes_nothing() -> None:
    story = ParkingStory().park().taken()
    assert not story.taken(replace(TAKER, channel="taker-8", call="call-8")).commands


@pytest.mark.parametrize("event", [JoinFailed("caller-1", "taker-9", "gone"), TimerFired(JOIN_TIMER)])
def test_a_phone_that_is_gone_leaves_the_caller_at_the_place(event: JoinFailed | TimerFired) -> None:
    story = ParkingStory().park().taken()
    story.then(AppEnded(story.parked.music)).then(event)
    assert story.command(at_place.LetParkedBe) == at_place.LetParkedBe("701", "call-9")
    assert story.has(do.Play)
    assert story.taken().has(do.Join)


def test_a_phone_that_leaves_at_once_leaves_the_caller_parked() -> None:
    story = ParkingStory().park().taken().then(LegBridged("taker-9", story_now := ParkingStory().facts.now))
    story.then(Rearrived("701", brought_back=True, at=story_now))
    assert story.has(do.Play)
    assert story.command(at_place.ClaimPlace).places == ("701",)
    assert story.then(PlaceClaimed("701")).parked.place == "701"
    assert story.call.serving is None


def test_a_phone_at_another_switch_is_rung_from_here() -> None:
    story = ParkingStory().park().taken(replace(TAKER, switch="fs2"))
    assert not story.has(do.Join)
    story.then(TimerFired(JOIN_TIMER))
    assert story.command(at_place.FreePlace).place == "701"
    story.then(FactsFound())
    assert story.command(do.Bridge).legs[0][1].to == "extension:102"
    bridge = story.command(do.Bridge)
    story.then(AppEnded(bridge.app_id, "USER_BUSY", {leg: "USER_BUSY" for leg, _ in bridge.legs}))
    assert story.state() is Parked  # it waits on


def test_where_the_phone_of_the_other_switch_is_is_looked_up() -> None:
    facts = replace(known(), rules={})
    assert router.wanted(ParkingReturnTarget("front/701/102"), facts) >= {"102"}


def test_after_a_time_the_parkers_phone_rings_then_the_overflow() -> None:
    story = ParkingStory().park().then(TimerFired(AFTER_TIMER))
    assert story.command(at_place.LeavePlace).place == "701"
    assert story.then(PlaceLeft(False)).command(do.StartTimer).name == AFTER_TIMER
    story.then(PlaceLeft(True))
    assert story.command(do.StopPlaying).all
    assert story.state() is Deciding
    bridge = story.then(FactsFound()).command(do.Bridge)
    assert [plan.to for _, plan in bridge.legs] == ["extension:101"]
    assert story.call.transfer is not None
    assert story.call.transfer.given_back
    story.then(AppEnded(bridge.app_id, "NO_ANSWER", {leg: "NO_ANSWER" for leg, _ in bridge.legs}))
    assert story.state() is Ringing
    assert {plan.to for _, plan in story.command(do.Bridge).legs} == {"extension:101", "extension:102"}
    assert "overflow of parking:front" in [e.why for e in story.entries(Routed)]


def test_a_parked_caller_who_hangs_up_frees_the_place() -> None:
    story = ParkingStory().park().then(CallerHungUp("NORMAL_CLEARING"))
    assert story.command(at_place.FreePlace).place == "701"
    assert isinstance(story.call.state, Ending)


def test_another_place_is_taken_where_redis_has_given_this_one_away() -> None:
    story = ParkingStory().park().then(TimerFired(KEEP_TIMER))
    assert story.command(at_place.KeepPlace).caller.place == "701"
    story.then(PlaceKept(kept=False))
    assert story.command(at_place.ClaimPlace).places == ("701", "702", "703")
    assert not story.then(PlaceClaimed("703")).has(do.Play)
    assert story.parked.place == "703"
    assert not ParkingStory().park().then(PlaceKept(kept=None)).commands


def test_music_goes_on() -> None:
    story = ParkingStory().park()
    story.then(AppEnded(story.parked.music), 9)
    assert story.has(do.Play)
    story.then(AppEnded(story.parked.music), 0.1)
    assert story.command(do.StartTimer).name == MUSIC_TIMER
    assert story.then(TimerFired(MUSIC_TIMER)).has(do.Play)


def test_after_its_worker_died_the_caller_is_fetched_and_has_the_same_place() -> None:
    story = ParkingStory().park()
    assert codec.decode(codec.encode(story.call)) == story.call
    story.then(DIED)
    assert story.has(do.CheckAlone)
    assert story.has(do.CheckChannels)  # the caller may have hung up meanwhile
    assert not story.has(do.BringBack)
    assert not story.taken().has(do.Join)
    assert story.then(AloneChecked(None)).command(do.StartTimer).name == KEEP_TIMER
    assert story.then(TimerFired(KEEP_TIMER)).has(do.CheckAlone)
    assert story.then(AloneChecked(True)).has(do.BringBack)
    story.then(Rearrived("701", brought_back=True))
    assert story.has(do.Play)
    assert story.command(at_place.KeepPlace).caller.place == "701"
    assert story.then(PlaceKept(kept=True, taker=TAKER)).command(do.Join) == do.Join("caller-1", "taker-9")


@pytest.mark.parametrize("was_told", [True, False])
def test_a_caller_who_talks_already_when_the_worker_died_is_left_in_peace(was_told: bool) -> None:
    story = ParkingStory().park()
    if was_told:
        story.taken()
    story.then(DIED).then(AloneChecked(False))
    if not was_told:
        assert story.has(at_place.KeepPlace)
        story.then(PlaceKept(kept=True, taker=TAKER))
    assert not story.has(do.BringBack)
    assert isinstance(story.call.state, Talking)
    assert story.call.state.leg_id == "taker-9"


def test_a_lot_that_is_no_more_sends_its_callers_on() -> None:
    story = ParkingStory().park()
    story.facts = replace(story.facts, settings=settings())
    assert story.then(TimerFired(KEEP_TIMER)).state() is Deciding


def test_a_call_that_was_not_transferred_goes_to_the_overflow() -> None:
    facts = known()
    story = ParkingStory()
    call, onward = returning.onward(replace(story.call, transfer=None), "front", "701", "", "", facts)
    assert (onward.target.name, onward.path.payer) == ("quiet", "tenant")
    assert call.trail[-1].kind == "step_ended"


def test_the_record_of_a_caller_who_was_only_taken_from_a_place_is_answered() -> None:
    story = ParkingStory().park().taken().then(LegBridged("taker-9", ParkingStory().facts.now))
    story.then(CallerHungUp("NORMAL_CLEARING")).gone("caller-1")
    assert fold(story.call.trail).outcome is Outcome.ANSWERED
