"""*8: calls that ring at a colleague are picked up."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control import parked_commands as at_place
from callcontrol.control.call import Talking
from callcontrol.control.events import AloneChecked, AppEnded, CallConnectionLost, Rearrived, TimerFired
from callcontrol.control.parked_events import ParkedJoined
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.kinds.star_codes.storing import CONFIRM, REFUSE
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.trail import JoinedOutside
from tests.control.story import Story
from tests.routing.world import NOW, TENANT, facts

GROUP = TENANT.replace("'102': {}", "'102': {pickup_group: office}").replace("{name: Jan}", "{pickup_group: office}")


def dial(code: str, by: str = "102") -> Story:
    return Story(facts(code, tenant=GROUP, caller=Caller(by, extension=by))).begin()


@pytest.mark.parametrize("code", ["*8", "*8#", "*8101", "*8*101#"])
def test_every_worker_is_asked_for_a_call_that_rings_at_a_colleague(code: str) -> None:
    asked = dial(code).command(at_place.PickUpRinging)
    assert (asked.extensions, asked.taker.extension, asked.taker.channel) == (("101",), "102", "caller-1")


@pytest.mark.parametrize(("code", "by"), [("*8104#", "102"), ("*8102#", "102"), ("*8#", "104"), ("*8101#", "104")])
def test_only_calls_of_the_own_group_are_picked_up(code: str, by: str) -> None:
    story = dial(code, by)
    assert story.command(do.Play).file == REFUSE
    assert not story.has(at_place.PickUpRinging)


def test_both_talk() -> None:
    story = dial("*8#")
    assert decode(encode(story.call)) == story.call
    story.then(ParkedJoined(story.facts.now, "leg-9", "number:+48600700800"))
    assert isinstance(story.call.state, Talking)
    assert story.entries(JoinedOutside)[-1].party == "number:+48600700800"


@pytest.mark.parametrize(("alone", "is_refused"), [(True, True), (None, True), (False, False)])
def test_where_no_call_rings_a_low_tone_is_heard(alone: bool | None, is_refused: bool) -> None:
    story = dial("*8#").then(TimerFired("step"))
    assert story.has(do.CheckAlone)
    assert story.then(AloneChecked(alone)).has(do.Play) is is_refused


def test_after_its_worker_died_it_is_asked_for_again() -> None:
    story = dial("*8#").then(CallConnectionLost("worker w1 died"))
    assert story.has(do.CheckChannels)
    assert story.then(Rearrived("*8#")).has(at_place.PickUpRinging)


def test_a_call_at_another_switch_rings_here_after_the_tone() -> None:
    story = dial("*8#").then(ParkedJoined(NOW, "", "number:+48600700800"))
    tone = story.command(do.Play)
    assert tone.file == CONFIRM
    assert decode(encode(story.call)) == story.call
    assert story.then(AppEnded(tone.app_id)).has(do.HangUp)


def test_a_phone_that_comes_back_after_the_tone_is_let_go() -> None:
    story = dial("*8#").then(ParkedJoined(NOW, "", "number:+48600700800")).then(CallConnectionLost("worker w1 died"))
    assert story.then(Rearrived("*8#")).has(do.HangUp)
