"""A phone takes a parked caller, or hears that there is none; a phone holds a place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control import parked_commands as at_place
from callcontrol.control.call import Ending, Talking
from callcontrol.control.events import (
    AloneChecked,
    AppEnded,
    CallConnectionLost,
    CallerHungUp,
    Rearrived,
    TimerFired,
)
from callcontrol.control.parked_events import ParkedFound, ParkedJoined, PlaceClaimed
from callcontrol.edges.live_state import codec
from callcontrol.kinds.targets.parking.tones import REFUSE
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.parked import ParkedCaller
from callcontrol.vocabulary.trail import Noted, Passed
from tests.kinds.parking.story import TakingStory
from tests.routing.world import NOW

PARKED = ParkedCaller("701", "front", "call-1", "caller-9", "fs1", "w1", NOW, "101", "+48600700800")


def test_the_caller_is_asked_for_and_talks() -> None:
    story = TakingStory()
    asked = story.command(at_place.TakeParked)
    assert (asked.place, asked.taker.channel, asked.taker.switch, asked.taker.extension) == (
        "701",
        "caller-1",
        "fs1",
        "102",
    )
    assert not story.has(do.Answer)
    assert story.then(ParkedFound(PARKED)).has(do.Answer)
    assert codec.decode(codec.encode(story.call)) == story.call
    story.then(ParkedJoined(story.facts.now))
    assert isinstance(story.call.state, Talking)
    assert "takes number:+48600700800 from 701, parked by 101" in [e.what for e in story.entries(Noted)]
    story.then(CallerHungUp("NORMAL_CLEARING")).gone("caller-1")
    record = fold(story.call.trail)
    assert (record.outcome, [one.party for one in record.segments]) == (Outcome.ANSWERED, ["number:+48600700800"])


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (ParkedFound(None), "no caller is parked there, or another phone was faster"),
        (ParkedFound(None, "Redis unreachable"), "Redis unreachable"),
        (TimerFired("step"), "the caller could not be joined in time"),
    ],
)
def test_where_there_is_none_a_low_tone_is_heard(event: ParkedFound | TimerFired, why: str) -> None:
    story = TakingStory().then(event)
    assert story.command(do.Play).file == REFUSE
    assert why in [e.why for e in story.entries(Passed)]


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (AloneChecked(False, PARKED.channel), "Talking"),
        (AloneChecked(False, "other-1"), "Refusing"),
        (AloneChecked(True), "Refusing"),
        (AloneChecked(None), "Refusing"),
    ],
)
def test_where_it_was_not_told_that_both_talk_the_switch_is_asked(found: AloneChecked, state: str) -> None:
    story = TakingStory().then(ParkedFound(PARKED)).then(TimerFired("step"))
    assert story.has(do.CheckAlone)
    assert story.then(found).state().__name__ == state


def test_a_phone_that_hangs_up_lets_the_caller_be() -> None:
    story = TakingStory().then(ParkedFound(PARKED)).then(CallerHungUp("NORMAL_CLEARING"))
    assert story.command(at_place.LetParkedBe) == at_place.LetParkedBe("701", "call-1")


def test_a_phone_at_another_switch_hears_that_it_will_be_rung() -> None:
    story = TakingStory().then(ParkedFound(replace(PARKED, switch="fs2")))
    story.then(AppEnded(story.command(do.Play).app_id))
    assert story.has(do.HangUp)
    assert isinstance(story.call.state, Ending)
    assert not story.has(at_place.LetParkedBe)


def test_after_its_worker_died_the_phone_asks_again_or_talks_already() -> None:
    story = TakingStory().then(ParkedFound(PARKED)).then(CallConnectionLost("worker w1 died"))
    assert story.has(do.CheckAlone)
    assert story.then(AloneChecked(True)).state() is not Talking
    assert story.then(Rearrived("701")).has(at_place.TakeParked)
    story = TakingStory().then(ParkedFound(PARKED)).then(CallConnectionLost("worker w1 died"))
    assert story.then(AloneChecked(False, PARKED.channel)).state() is Talking


def test_a_phone_that_dials_the_lot_holds_a_place_and_hears_it() -> None:
    story = TakingStory("700")
    claim = story.command(at_place.ClaimPlace)
    assert (claim.caller.held_for, claim.caller.channel, len(claim.places)) == ("102", "", 3)
    story.then(PlaceClaimed("702"))
    assert story.command(do.Play).file.count("queue/en/number-7.wav") == 2
    assert story.then(TimerFired("keep place")).command(at_place.KeepPlace).caller.place == "702"
    assert codec.decode(codec.encode(story.call)) == story.call
    assert story.then(TimerFired("step")).has(do.HangUp)
    assert TakingStory("700").then(PlaceClaimed("")).command(do.Play).file == REFUSE
