"""A trunk that has no channel for an emergency call: an ordinary call ends there, and it is tried once more."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.control import commands as do
from callcontrol.control.emergency_commands import MakeRoom
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.events import AppEnded, LegBridged, TimerFired
from callcontrol.control.trunk_events import GivesWay, LegNotSent, RoomMade
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.outcome import TRUNK_FULL
from callcontrol.vocabulary.trail import Dialled, Noted
from tests.control.story import Story
from tests.routing.world import facts


def refused(cause: str = "NORMAL_CIRCUIT_CONGESTION") -> Story:
    story = Story(replace(facts("112"), caller=Caller("101", extension="101"))).begin()
    ring = story.command(do.Bridge)
    ((leg, _),) = ring.legs
    story.gone(leg, cause)
    return story.then(AppEnded(ring.app_id, cause, {leg: cause}))


def trunks(story: Story) -> list[str]:
    return [entry.trunk for entry in story.entries(Dialled)]


def test_once_an_ordinary_call_has_ended_the_same_trunk_is_tried_again() -> None:
    story = refused()
    assert story.command(MakeRoom) == MakeRoom("a")
    assert not story.then(RoomMade("a", found=True)).has(do.Bridge)
    story.then(TimerFired(STEP_TIMER))
    assert trunks(story) == ["a", "a"]
    ring = story.command(do.Bridge)
    ((leg, _),) = ring.legs
    story.gone(leg, "SWITCH_CONGESTION").then(AppEnded(ring.app_id, "SWITCH_CONGESTION", {leg: "SWITCH_CONGESTION"}))
    assert trunks(story) == ["a", "a", "b"]  # it gives way once


def test_where_none_gives_way_or_nothing_is_heard_the_next_trunk_is_tried() -> None:
    assert trunks(refused().then(RoomMade("a", found=False))) == ["a", "b"]
    assert trunks(refused().then(TimerFired(STEP_TIMER))) == ["a", "b"]
    assert trunks(refused("UNALLOCATED_NUMBER")) == ["a", "b"]


def outside() -> Story:
    return Story(replace(facts("+48600100100"), caller=Caller("101", extension="101"))).begin()


def test_the_leg_that_gives_way_ends_and_the_record_says_why() -> None:
    story = outside()
    ((leg, _),) = story.command(do.Bridge).legs
    story.then(LegBridged(leg, story.facts.now)).then(GivesWay(leg))
    assert story.command(do.KillLeg) == do.KillLeg(leg, "PRE_EMPTED")
    assert "gives its channel of trunk a" in story.entries(Noted)[-1].what
    assert not story.gone(leg, "PRE_EMPTED", answered_s=1).then(GivesWay(leg)).has(do.KillLeg)


def test_a_leg_that_has_no_channel_is_no_fault_and_the_next_trunk_is_tried() -> None:
    story = outside()
    ring = story.command(do.Bridge)
    ((leg, _),) = ring.legs
    story.then(LegNotSent(leg, TRUNK_FULL, "trunk a is full")).then(AppEnded(ring.app_id, TRUNK_FULL))
    assert trunks(story) == ["a", "b"]
    assert story.entries(Noted)[0].what == "trunk a is full"
