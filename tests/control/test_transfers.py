"""Transfers: a transferred party reaches the target or comes back; the end of an application hangs no party up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control import transfers
from callcontrol.control.call import Closed, Deciding, Ending, Talking
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
from callcontrol.routing.agents import OtherCall, other_calls
from callcontrol.vocabulary.call import Caller, Stamps
from callcontrol.vocabulary.leg import Certainty, Leg, Role, changes
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.move import Transferred
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import text_of
from callcontrol.vocabulary.trail import Bridged, LegEnded, Noted, Passed, Routed
from tests.control.story import Story
from tests.routing.world import DID, NOW, TENANT, facts

OTHER = "0b1c2d3e-4f50-5a6b-8c7d-9e0f1a2b3c4d"


def talking(tenant: str = TENANT) -> tuple[Story, str]:
    """A caller from outside talks with extension 101; and the leg."""
    story = Story(facts(tenant=tenant)).begin()
    leg = story.command(do.Bridge).legs[0][0]
    return story.then(LegBridged(leg, NOW, "101%acme.example")), leg


def referred(story: Story, leg: str, to: str, *, app_ends_first: bool = False) -> Story:
    """The callee's REFER: the caller's channel comes to us again."""
    if app_ends_first:
        assert isinstance(story.call.state, Talking)
        story.then(AppEnded(story.call.state.app_id, "SUCCESS", {leg: ""}))
        assert not story.has(do.HangUp)
    story.then(Rearrived(to, transfer=True, by_leg=leg))
    story.facts = replace(story.facts, dialled=to, transferred=True, transferred_by=by_whom(story))
    return story.gone(leg, answered_s=3).then(FactsFound())


def by_whom(story: Story) -> str:
    assert story.call.transfer is not None
    return story.call.transfer.by


def failed(story: Story, disposition: str = "USER_BUSY") -> Story:
    bridge = story.command(do.Bridge)
    return story.then(AppEnded(bridge.app_id, disposition, {leg: disposition for leg, _ in bridge.legs}))


@pytest.mark.parametrize("app_ends_first", [False, True])
def test_a_transferred_caller_is_never_hung_up_and_rings_the_new_one(app_ends_first: bool) -> None:
    story, leg = talking()
    referred(story, leg, "102", app_ends_first=app_ends_first)
    (rung, plan), *_ = story.command(do.Bridge).legs
    assert plan.to == "extension:102"
    assert "101 transferred to 102 (blind)" in [e.words for e in story.entries(Transferred)]
    assert [e.leg_id for e in story.entries(LegEnded)] == [leg]
    assert story.then(LegBridged(rung, NOW)).state() is Talking


def test_a_transfer_to_the_number_once_dialled_is_one_too() -> None:
    story, leg = talking()
    story.then(Rearrived(story.call.destination, transfer=True, by_leg=leg))
    assert story.state() is Deciding
    assert by_whom(story) == "101"


@pytest.mark.parametrize("to", ["*21*600700800#", "#21#", "*50#", "777"])
def test_a_transfer_to_a_forbidden_target_comes_back_to_the_transferor_with_an_announcement(to: str) -> None:
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


def test_a_transfer_that_is_not_answered_in_time_comes_back_to_the_transferor() -> None:
    story, leg = talking()
    referred(story, leg, "102")
    ((_, plan), *_) = story.command(do.Bridge).legs
    recall_s = story.facts.tenant.transfers.recall
    assert plan.ring_s <= recall_s
    bridge = story.command(do.Bridge)
    story.then(AppEnded(bridge.app_id, "NO_ANSWER", {i: "NO_ANSWER" for i, _ in bridge.legs}), after_s=recall_s)
    assert f"not answered for {recall_s} s" in [e.what for e in story.entries(Noted)]
    story.then(FactsFound())
    ((_, back), *_) = story.command(do.Bridge).legs
    assert back.to == "extension:101"


def test_the_transferors_own_rules_count_once_the_caller_is_back() -> None:
    story, leg = talking()
    referred(story, leg, "102")
    bridge = story.command(do.Bridge)
    story.then(AppEnded(bridge.app_id, "NO_ANSWER", {i: "NO_ANSWER" for i, _ in bridge.legs}), after_s=30)
    story.then(FactsFound())
    ((_, back), *_) = story.command(do.Bridge).legs
    assert transfers.rings_s(story.call, story.facts) is None
    assert back.ring_s == story.facts.tenant.extensions["101"].ring


def test_the_time_a_caller_has_waited_counts_where_the_agent_transfers_to() -> None:
    story, leg = talking()
    story.call = replace(story.call, waited_us=90_000_000)
    story.then(Rearrived("+48221234503", transfer=True, by_leg=leg))
    assert story.call.state == Deciding(joined=Instant(story.facts.now - 90_000_000))


@pytest.mark.parametrize("recall_s", [0, 300])
def test_phones_ring_as_long_as_their_rules_say_where_no_recall_is_due(recall_s: int) -> None:
    story, leg = talking(TENANT + f"transfers: {{recall: {recall_s}}}\n")
    referred(story, leg, "102")
    ((_, plan), *_) = story.command(do.Bridge).legs
    assert plan.ring_s == story.facts.tenant.extensions["102"].ring


def test_a_group_that_is_busy_is_no_recall_but_what_its_rules_say() -> None:
    story, leg = talking()
    referred(story, leg, "102")
    failed(story, "USER_BUSY")
    assert not [e for e in story.entries(Noted) if e.what.startswith("not answered for")]


def test_a_caller_the_transferor_does_not_answer_goes_to_the_last_resort() -> None:
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


def test_the_transferor_pays_for_the_leg_to_the_target() -> None:
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
    assert "101 transferred to 102 (attended)" in [e.words for e in story.entries(Transferred)]
    assert [e.leg_id for e in story.entries(Bridged)] == [leg]
    story.then(CallerHungUp("NORMAL_CLEARING")).gone("caller-1", answered_s=9, by="caller")
    assert story.state() is Closed
    assert {e.leg_id for e in story.entries(LegEnded)} == {leg, "caller-1"}


def test_a_caller_joined_with_a_phone_that_is_not_answered_comes_back_to_the_transferor() -> None:
    story, leg = talking()
    assert isinstance(story.call.state, Talking)
    story.then(AppEnded(story.call.state.app_id, "SUCCESS", {leg: ""})).gone(leg, answered_s=3)
    story.then(
        Rearrived("102", "USER_BUSY", by_leg=leg)
    )  # in the transferor's dialplan context, with the number the transferor had dialled
    story.facts = replace(story.facts, dialled="102", transferred=True, transferred_by=by_whom(story))
    failed(story.then(FactsFound())).then(FactsFound())
    assert story.command(do.Bridge).legs[0][1].to == "extension:101"


def test_after_an_attended_transfer_the_new_party_can_transfer_the_caller() -> None:
    story, leg = talking()
    story.then(LegBridged(OTHER, NOW, "102%acme.example")).gone(leg, answered_s=3)
    referred(story, OTHER, "777")
    assert story.command(do.LookUp).target.name == "102"


def moved(*, caller_ends_first: bool = False) -> tuple[Story, str]:
    """102 talks with 101, transfers 101 to 103 (REFER by the caller) and is gone; and 101's leg."""
    story = Story(facts(caller=Caller("102", extension="102"), dialled="101")).begin()
    leg = story.command(do.Bridge).legs[0][0]
    story.then(LegBridged(leg, NOW))
    if caller_ends_first:
        story.then(CallerHungUp("NORMAL_CLEARING")).gone("caller-1", answered_s=5, by="caller")
        assert story.state() is Ending
    story.then(Rearrived("103", transfer=True, by_leg="caller-1", channel=leg))
    if not caller_ends_first:
        story.gone("caller-1", answered_s=5, by="caller")
    assert story.state() is Deciding
    party = story.call.led_party
    story.facts = replace(story.facts, caller=party, dialled="103", transferred=True, transferred_by=by_whom(story))
    return story.then(FactsFound()), leg


@pytest.mark.parametrize("caller_ends_first", [False, True])
def test_a_transferred_callee_stays_in_the_call_which_controls_that_leg(caller_ends_first: bool) -> None:
    story, leg = moved(caller_ends_first=caller_ends_first)
    assert (story.call.led, story.call.led_party) == (leg, Caller("101", extension="101"))
    bridge = story.command(do.Bridge)
    rung, plan = bridge.legs[0]
    assert plan.to == "extension:103"
    assert "102 transferred extension:101 to 103 (blind)" in [e.words for e in story.entries(Transferred)]
    assert story.then(LegBridged(rung, story.facts.now)).state() is Talking
    assert [(e.leg_id, e.with_leg) for e in story.entries(Bridged)] == [(leg, ""), (rung, leg)]
    story.then(AppEnded(bridge.app_id, "SUCCESS", {rung: ""})).gone(rung, answered_s=2)
    assert story.state() is Talking
    assert story.gone(leg, answered_s=20).state() is Closed
    assert sorted(e.leg_id for e in story.entries(LegEnded)) == sorted(one.id for one in story.call.legs)


def test_the_record_of_such_a_call_has_all_legs_and_conversations_and_ends_with_the_callee() -> None:
    story, leg = moved()
    bridge = story.command(do.Bridge)
    rung = bridge.legs[0][0]
    story.then(LegBridged(rung, story.facts.now), 5).then(AppEnded(bridge.app_id, "SUCCESS", {rung: ""}))
    story.gone(rung, answered_s=3).then(CallerHungUp("NORMAL_CLEARING"), 0).gone(leg, answered_s=20)
    record = fold(story.call.trail)
    assert [one.leg_id for one in record.legs[:3]] == ["caller-1", leg, rung]
    assert [(one.leg_id, one.other_leg, one.party) for one in record.segments] == [
        ("caller-1", leg, "extension:101"),
        (leg, rung, "extension:103"),
    ]
    assert (record.caller.extension, record.answered_by, record.outcome) == ("102", "extension:101", Outcome.ANSWERED)
    assert record.ended == story.facts.now > (record.legs[0].ended or 0)


def test_a_transferred_callee_comes_back_to_the_caller_if_the_target_does_not_answer() -> None:
    story, leg = moved()
    failed(story)
    assert story.command(do.LookUp).target.name == "102"
    story.then(FactsFound())
    assert story.command(do.Bridge).legs[0][1].to == "extension:102"
    assert story.call.led == leg


def test_a_transferred_callee_can_be_transferred_again_by_the_new_party() -> None:
    story, leg = moved()
    rung = story.command(do.Bridge).legs[0][0]
    story.then(LegBridged(rung, story.facts.now))
    story.then(Rearrived("102", transfer=True, by_leg=rung, channel=leg))
    assert (story.state(), by_whom(story), story.call.led) == (Deciding, "103", leg)
    assert "103 transferred to 102 (blind)" in [e.words for e in story.entries(Transferred)]


def test_a_transferred_leg_that_has_ended_meanwhile_starts_nothing() -> None:
    story = Story(facts(caller=Caller("102", extension="102"), dialled="101")).begin()
    leg = story.command(do.Bridge).legs[0][0]
    story.then(LegBridged(leg, NOW)).gone(leg, answered_s=2)
    before = story.call
    assert story.then(Rearrived("103", transfer=True, by_leg="caller-1", channel=leg)).call is before


def test_legs_that_rang_with_the_transferred_one_and_never_became_channels_are_settled() -> None:
    """The caller's own connection, which would have reported their ends, is closed."""
    story = Story(facts(caller=Caller("102", extension="102"), dialled=DID["group"])).begin()
    legs = [leg for leg, _ in story.command(do.Bridge).legs]
    assert len(legs) > 1
    story.then(LegBridged(legs[0], NOW)).then(Rearrived("103", transfer=True, by_leg="caller-1", channel=legs[0]))
    assert story.call.open_legs == ("caller-1", legs[0])
    assert {leg.certainty for leg in story.call.legs[2:]} == {Certainty.TOLD}


def test_a_transferred_agent_is_busy_and_no_longer_an_agent_of_the_call() -> None:
    agent = Leg("l1", "fs1", Role.AGENT, "extension:101", NOW, answered=NOW)
    found = other_calls(changes((agent,), (replace(agent, role=Role.CALLEE),)), "", {"101": "anna"})
    assert list(found) == [OtherCall("anna", "l1", True)]


EVENTS = st.lists(
    st.sampled_from(["app", "again", "other", "timer", "talks", "leg"]),
    max_size=8,
)


@given(EVENTS)
def test_in_any_order_of_events_a_talking_caller_is_not_hung_up(order: list[str]) -> None:
    """Only the switch's answer that the caller's channel is alone leads to a hang-up."""
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
