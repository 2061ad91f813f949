"""An emergency call, step by step."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.control import commands as do
from callcontrol.control.events import AppEnded, LegGone
from callcontrol.vocabulary.call import Caller, Stamps
from callcontrol.vocabulary.trail import Dialled
from tests.control.story import Story
from tests.routing.world import NOW, facts


def test_an_emergency_leg_that_is_refused_by_hand_is_no_fault_of_ours() -> None:
    story = Story(replace(facts("112"), caller=Caller("101", extension="101"))).begin()
    first = story.command(do.Bridge)
    ((leg, _),) = first.legs
    story.then(LegGone(leg, "USER_BUSY", Stamps(NOW, NOW, None, NOW), "callee"))
    story.then(AppEnded(first.app_id, "USER_BUSY", {leg: "USER_BUSY"}))
    assert [entry.trunk for entry in story.entries(Dialled)] == ["a", "b"]
