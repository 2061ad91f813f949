"""An emergency call, step by step."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.control import commands as do
from callcontrol.control.emergency_commands import ExpectCallBack, TellOfEmergency
from callcontrol.control.events import AppEnded, LegGone
from callcontrol.vocabulary.call import Caller, Stamps
from callcontrol.vocabulary.trail import Dialled
from tests.control.story import Story
from tests.routing.world import NOW, TENANT, facts


def test_an_emergency_leg_that_is_refused_by_hand_is_no_fault_of_ours() -> None:
    story = Story(replace(facts("112"), caller=Caller("101", extension="101"))).begin()
    first = story.command(do.Bridge)
    ((leg, _),) = first.legs
    story.then(LegGone(leg, "USER_BUSY", Stamps(NOW, NOW, None, NOW), "callee"))
    story.then(AppEnded(first.app_id, "USER_BUSY", {leg: "USER_BUSY"}))
    assert [entry.trunk for entry in story.entries(Dialled)] == ["a", "b"]


PLACED = TENANT + 'locations: {hq: {number: "+48221234501"}}\nlocation: hq\n'


def test_people_inside_are_told_once_and_each_number_that_was_shown_is_awaited() -> None:
    story = Story(replace(facts("112", tenant=PLACED), caller=Caller("101", extension="101"))).begin()
    first = story.command(do.Bridge)
    assert story.every(TellOfEmergency) == [TellOfEmergency("112", "101")]
    assert story.every(ExpectCallBack) == [ExpectCallBack("+48221234501", "101", 3600)]
    ((leg, _),) = first.legs
    story.then(LegGone(leg, "USER_BUSY", Stamps(NOW, NOW, None, NOW), "callee"))
    story.then(AppEnded(first.app_id, "USER_BUSY", {leg: "USER_BUSY"}))
    assert not story.every(TellOfEmergency)
    assert story.every(ExpectCallBack) == [ExpectCallBack("+48222220000", "101", 3600)]


def test_other_calls_notify_and_register_nothing() -> None:
    story = Story(replace(facts("+48600100100"), caller=Caller("101", extension="101"))).begin()
    assert story.has(do.Bridge)
    assert not story.every(TellOfEmergency) + story.every(ExpectCallBack)
