"""A callee who is asked to press 1 may decline the call by another key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Talking
from callcontrol.control.events import LegBridged, LegKey
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.trail import Noted
from tests.control.story import Story
from tests.routing.world import NOW, TENANT, facts, rule

MOBILE = {"101": [rule("always", "number:+48600100100"), rule("busy", "extension:102")]}


def asked(tenant: str = TENANT) -> tuple[Story, str]:
    story = Story(facts(rules=MOBILE, tenant=tenant)).begin()
    ((leg, _),) = story.command(do.Bridge).legs
    return story, leg


def test_two_declines() -> None:
    story, leg = asked()
    kill = story.then(LegKey(leg, "2")).command(do.KillLeg)
    assert (kill.leg_id, kill.cause) == (leg, "CALL_REJECTED")
    assert story.entries(Noted)[-1].what == "declined by key 2"


@pytest.mark.parametrize("key", ["1", "3", "#"])
def test_other_keys_decline_nothing(key: str) -> None:
    story, leg = asked()
    assert story.then(LegKey(leg, key)).commands == ()


def test_the_key_is_a_setting_and_may_be_none() -> None:
    story, leg = asked(TENANT.replace("confirm: {on: yes}", "confirm: {on: yes, decline: 9}"))
    assert not story.then(LegKey(leg, "2")).has(do.KillLeg)
    assert story.then(LegKey(leg, "9")).has(do.KillLeg)


def test_in_the_conversation_a_key_is_a_key() -> None:
    story, leg = asked()
    story.then(LegBridged(leg, NOW))
    assert story.state() is Talking
    assert story.then(LegKey(leg, "2")).commands == ()


def test_a_callee_who_is_not_asked_cannot_decline_by_key() -> None:
    story = Story(replace(facts("600100100"), caller=Caller("101", extension="101"))).begin()
    ((leg, _),) = story.command(do.Bridge).legs
    assert story.then(LegKey(leg, "2")).commands == ()
