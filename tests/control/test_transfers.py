"""Transfers: who is moved reaches the target or comes back; nobody is hung up for the end of an application."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.control import commands as do
from callcontrol.control.call import Closed, Deciding, Ending, Talking, new_moved_call
from callcontrol.control.events import (
    AloneChecked,
    AppEnded,
    CallerHungUp,
    Event,
    FactsFound,
    LegBridged,
    LegGone,
    Rearrived,
    TimerFired,
)
from callcontrol.kinds.targets.voicemail import TakingMessage
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Caller, Stamps
from callcontrol.vocabulary.target import text_of
from callcontrol.vocabulary.trail import Arrived, Bridged, LegEnded, Noted, Passed, Routed
from tests.control.story import Story
from tests.routing.world import NOW, facts

OTHER = "0b1c2d3e-4f50-5a6b-8c7d-9e0f1a2b3c4d"


def talking() -> tuple[Story, str]:
    """A caller from outside talks with extension 101; and the leg."""
    story = Story(facts()).begin()
    leg = story.command(do.Bridge).legs[0][0]
    return story.then(LegBridged(leg, NOW, "101%acme.example")), leg


def referred(story: Story, leg: str, to: str, *, app_ends_first: bool = False) -> Story:
    """The callee's REFER: the caller's channel comes to us again."""
    if app_ends_first:
        assert isinstance(story.call.state, Talking)
        story.then(AppEnded(story.call.state.app_id, "SUCCESS", {leg: ""}))
        assert not story.has(do.HangUp)
    story.then(Rearrived(to, transfer=True, by_leg=leg))
    story.facts = replace(story.facts, dialled=to, transferred=True, transferred_by=story.call.transferred_by)
    return story.gone(leg, answered_s=3).then(FactsFound())


def failed(story: Story, disposition: str = "USER_BUSY") -> Story:
    bridge = story.command(do.Bridge)
    return story.then(AppEnded(bridge.app_id, disposition, {leg: disposition for leg, _ in bridge.legs}))


@pytest.mark.parametrize("app_ends_first", [False, True])
def test_a_transferred_caller_is_never_hung_up_and_rings_the_new_one(app_ends_first: bool) -> None:
    story, leg = talking()
    referred(story, leg, "102", app_ends_first=app_ends_first)
    (rung, plan), *_ = story.command(do.Bridge).legs
    assert plan.to == "extension:102"
    assert "transferred to 102 by extension:101" in [e.what for e in story.entries(Noted)]
    assert [e.leg_id for e in story.entries(LegEnded)] == [leg]
    assert story.then(LegBridged(rung, NOW)).state() is Talking


def test_a_transfer_to_the_number_once_dialled_is_one_too() -> None:
    story, leg = talking()
    story.then(Rearrived(story.call.destination, transfer=True, by_leg=leg))
    assert story.state() is Deciding
    assert story.call.transferred_by == "101"


@pytest.mark.parametrize("to", ["600700800", "*21*600700800#", "#21#", "*50#", "777"])
def test_what_nobody_may_be_transferred_to_comes_back_to_the_transferor_in_words(to: str) -> None:
    story, leg = talking()
    referred(story, leg, to)
    assert not story.has(do.HangUp)
    assert story.command(do.LookUp).target.name == "101"
    assert not story.every(do.StoreRule)
    assert not story.every(do.ActOnAgent)
    assert [e.target for e in story.entries(Passed)] == [to]
    story.then(FactsFound())
    assert story.command(do.Bridge).legs[0][1].to == "extension:101"
    assert [e.why for e in story.entries(Routed)][-1] == "back to the transferor"


def test_a_phones_own_caller_cannot_be_made_to_dial_a_star_code() -> None:
    phone = facts(caller=Caller("102", extension="102"), dialled="101")
    story = Story(phone).begin()
    leg = story.command(do.Bridge).legs[0][0]
    story.then(LegBridged(leg, NOW))
    referred(story, leg, "*21*600700800#")
    assert not story.every(do.StoreRule)
    assert story.command(do.LookUp).target.name == "101"


def test_who_is_not_taken_back_either_goes_to_the_last_resort() -> None:
    story, leg = talking()
    failed(referred(story, leg, "102")).then(FactsFound())
    assert story.command(do.Bridge).legs[0][1].to == "extension:101"
    failed(story)
    assert text_of(story.command(do.LookUp).target) == "voicemail:101"
    assert story.then(FactsFound()).state() is TakingMessage
    assert [e.why for e in story.entries(Routed)][-2:] == ["back to the transferor", "last resort"]


def test_where_there_is_no_last_resort_the_call_ends_after_one_way_back_and_not_in_a_circle() -> None:
    story = Story(facts(dialled="+48221234509")).begin()
    leg = story.command(do.Bridge).legs[0][0]
    story.then(LegBridged(leg, NOW))
    failed(referred(story, leg, "102")).then(FactsFound())
    assert story.command(do.Bridge).legs[0][1].to == "extension:103"
    assert failed(story).command(do.HangUp).cause == "USER_BUSY"


def test_the_transferor_pays_for_where_he_sends_somebody() -> None:
    story, leg = talking()
    referred(story, leg, "+48221234504")  # a number of the company's, which leads to a mobile
    ((_, plan),) = story.command(do.Bridge).legs
    assert (plan.to, plan.payer) == ("number:+48600100100", "extension:101")


def test_attended_the_caller_talks_on_with_a_leg_of_another_call_which_is_not_ours_to_book() -> None:
    story, leg = talking()
    assert isinstance(story.call.state, Talking)
    story.then(AppEnded(story.call.state.app_id, "SUCCESS", {leg: ""}))
    story.then(LegBridged(OTHER, NOW, "102%acme.example")).gone(leg, answered_s=3)
    assert story.state() is Talking
    assert "transferred to 102 (attended) by extension:101" in [e.what for e in story.entries(Noted)]
    assert [e.leg_id for e in story.entries(Bridged)] == [leg]
    story.then(CallerHungUp("NORMAL_CLEARING")).gone("caller-1", answered_s=9, by="caller")
    assert story.state() is Closed
    assert {e.leg_id for e in story.entries(LegEnded)} == {leg, "caller-1"}


def test_who_is_joined_with_a_phone_that_rings_in_vain_comes_back_to_the_transferor() -> None:
    story, leg = talking()
    assert isinstance(story.call.state, Talking)
    story.then(AppEnded(story.call.state.app_id, "SUCCESS", {leg: ""})).gone(leg, answered_s=3)
    story.then(Rearrived("102", "USER_BUSY", by_leg=leg))  # in the transferor's dialplan, with what he had dialled
    story.facts = replace(story.facts, dialled="102", transferred=True, transferred_by=story.call.transferred_by)
    failed(story.then(FactsFound())).then(FactsFound())
    assert story.command(do.Bridge).legs[0][1].to == "extension:101"


def test_after_an_attended_transfer_whom_he_talks_with_can_transfer_him() -> None:
    story, leg = talking()
    story.then(LegBridged(OTHER, NOW, "102%acme.example")).gone(leg, answered_s=3)
    referred(story, OTHER, "777")
    assert story.command(do.LookUp).target.name == "102"


def test_the_callers_own_refer_is_told_by_his_channels_end_and_the_leg_is_booked_to_its_end() -> None:
    phone = facts(caller=Caller("102", extension="102"), dialled="101")
    story = Story(phone).begin()
    leg = story.command(do.Bridge).legs[0][0]
    story.then(LegBridged(leg, NOW)).then(CallerHungUp("NORMAL_CLEARING"))
    stamps = Stamps(story.call.arrived, None, NOW, story.facts.now)
    story.then(LegGone("caller-1", "NORMAL_CLEARING", stamps, moved_leg=leg, moved_to="105"))
    assert story.state() is Ending
    assert "extension:101 transferred to 105 by extension:102" in [e.what for e in story.entries(Noted)]
    assert story.gone(leg, answered_s=20).state() is Closed
    assert [e.leg_id for e in story.entries(LegEnded)] == ["caller-1", leg]


def moved(about: Facts) -> Story:
    story = Story(about)
    story.call = new_moved_call(
        channel=OTHER,
        id_=OTHER,
        switch="fs1",
        worker="w1",
        tenant=about.tenant_name,
        caller=about.caller,
        leg_of="call-0",
        to=about.dialled,
        by="102",
        now=about.now,
    )
    return story.begin()


def test_whom_we_dialled_is_a_caller_of_his_own_once_he_is_transferred() -> None:
    callee = Caller("101", extension="101")
    story = moved(replace(facts(caller=callee, dialled="103"), transferred=True, transferred_by="102"))
    assert story.command(do.Bridge).legs[0][1].to == "extension:103"
    (arrived,) = story.entries(Arrived)
    assert (arrived.channel, arrived.leg_of) == (OTHER, "call-0")
    failed(story).then(FactsFound())
    assert story.command(do.Bridge).legs[0][1].to == "extension:102"


EVENTS = st.lists(
    st.sampled_from(["app", "again", "other", "timer", "talks", "leg"]),
    max_size=8,
)


@given(EVENTS)
def test_no_order_of_what_a_switch_tells_hangs_up_a_caller_who_talks(order: list[str]) -> None:
    """Whatever comes first: but for the switch's own word that he is alone, nothing orders a hang-up."""
    story, leg = talking()
    assert isinstance(story.call.state, Talking)
    app = story.call.state.app_id
    stamps = Stamps(story.call.arrived, None, NOW, NOW)
    told: dict[str, Event] = {
        "app": AppEnded(app, "SUCCESS", {leg: ""}),
        "again": Rearrived("102", transfer=True, by_leg=leg),
        "other": LegBridged(OTHER, NOW, "102%acme.example"),
        "timer": TimerFired("parted"),
        "talks": AloneChecked(False),
        "leg": LegGone(leg, "NORMAL_CLEARING", stamps),
    }
    for what in order:
        story.then(told[what])
        assert not story.has(do.HangUp)
        assert "caller-1" in story.call.open_legs
