"""Offers: which phones ring, which agents pass, which agent answers first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Ringing
from callcontrol.control.events import (
    CallbackAnswered,
    ChannelsChecked,
    FactsFound,
    KeyPressed,
    LegAnswered,
    OfferMade,
    OfferVoid,
    OriginateFailed,
    TimerFired,
)
from callcontrol.kinds.targets.queue.waiting import Waiting
from callcontrol.routing.plan import Account, TrunkNumber
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.leg import Leg, Role
from callcontrol.vocabulary.queue import Kept, Leaving, Offer
from callcontrol.vocabulary.trail import Dialled, LegEnded, Offered, OfferEnded, Passed
from tests.control.queue_story import QueueStory
from tests.routing.queue_world import RUSH, tenant


def ends(story: QueueStory) -> list[tuple[str, OfferEnd]]:
    return [(e.agent, e.how) for e in story.entries(OfferEnded)]


def passed(story: QueueStory) -> list[tuple[str, OfferEnd]]:
    return [(c.agent, c.how) for c in story.every(do.PassOffer)]


# --- ringing


def test_an_agents_phone_rings_and_the_offer_lasts_longer_than_it_does() -> None:
    story = QueueStory().reach("ringing")
    ((leg, plan),) = story.command(do.Originate).legs
    assert (plan.endpoint, plan.ring_s, plan.payer) == (Account("101", "acme.example"), 20, "")
    assert story.command(do.TakeUpOffer) == do.TakeUpOffer("call-1/1:1", 30)
    assert isinstance(story.commands[0], do.TakeUpOffer)
    assert story.entries(Offered)[0].legs == (leg,)
    assert [e.to for e in story.entries(Dialled)] == ["extension:101"]
    assert not story.has(do.StopPlaying)


def test_all_phones_of_an_agent_ring_together() -> None:
    story = QueueStory().reach("ringing", "bert")
    legs = story.command(do.Originate).legs
    assert [plan.endpoint for _, plan in legs] == [
        Account("103-desk", "acme.example"),
        Account("103-app", "acme.example"),
    ]
    story.fail("NO_ANSWER", *(leg for leg, _ in legs))
    assert passed(story) == [("bert", OfferEnd.NO_ANSWER)]


def test_an_external_agent_is_rung_through_a_trunk_at_the_tenants_expense_and_presses_1() -> None:
    story = QueueStory().reach("ringing", "carl")
    ((_, plan),) = story.command(do.Originate).legs
    assert plan.endpoint == TrunkNumber("a", "a", "48600100100")
    assert plan.payer == "tenant"
    assert plan.acceptance is not None
    spoken = "file_string://queue/en/accept.wav!queue/en/hint-decline.wav!queue/en/number-2.wav"
    assert (plan.acceptance.prompt, plan.acceptance.wait_s) == (spoken, 10)
    assert story.command(do.TakeUpOffer).for_s == 20 + 10 + 10


def test_an_external_agent_need_not_press_1_if_the_setting_says_so() -> None:
    relaxed = tenant().replace('{number: "+48600100100"}', '{number: "+48600100100", confirm: no}')
    story = QueueStory(written=relaxed).reach("ringing", "carl")
    ((_, plan),) = story.command(do.Originate).legs
    assert plan.acceptance is None


@pytest.mark.parametrize(
    ("known", "agent", "why"),
    [
        ({"offline": ("101",)}, "anna", "no phone registered"),
        ({"unpriced": ("+48600100100",)}, "carl", "no price in list retail"),
        ({}, "dora", "no longer an agent of this queue"),
    ],
)
def test_an_agent_without_a_phone_that_could_ring_passes_at_once(
    known: dict[str, object], agent: str, why: str
) -> None:
    story = QueueStory(**known)  # type: ignore[arg-type]  # kwargs of a test
    story.enter().offer(agent)
    assert passed(story) == [(agent, OfferEnd.UNREACHABLE)]
    assert ends(story) == [(agent, OfferEnd.UNREACHABLE)]
    assert (story.has(do.Originate), story.has(do.TakeUpOffer)) == (False, False)
    assert story.entries(Passed)[-1].why == why
    assert story.waiting.offering is None


def test_one_agent_without_a_phone_does_not_keep_others_from_ringing() -> None:
    story = QueueStory(RUSH, offline=("101",)).enter().offer("anna", "bert", "carl")
    assert passed(story) == [("anna", OfferEnd.UNREACHABLE)]
    assert [len(c.legs) for c in story.every(do.Originate)] == [2, 1]
    assert story.command(do.TakeUpOffer).for_s == 40  # the longest ring time of the agents


# --- ends


@pytest.mark.parametrize(
    ("cause", "how"),
    [
        ("USER_BUSY", OfferEnd.BUSY),
        ("CALL_REJECTED", OfferEnd.REJECTED),
        ("DECLINE", OfferEnd.REJECTED),
        ("NO_ANSWER", OfferEnd.NO_ANSWER),
        ("ALLOTTED_TIMEOUT", OfferEnd.NO_ANSWER),
        ("NORMAL_CLEARING", OfferEnd.NO_ANSWER),  # answered, but 1 was not pressed
        ("NO_USER_RESPONSE", OfferEnd.UNREACHABLE),
        ("USER_NOT_REGISTERED", OfferEnd.UNREACHABLE),
        ("NETWORK_OUT_OF_ORDER", OfferEnd.UNREACHABLE),
        ("SOMETHING_NEW", OfferEnd.UNREACHABLE),
    ],
)
def test_how_an_offer_ends_if_the_phone_is_not_answered(cause: str, how: OfferEnd) -> None:
    story = QueueStory().reach("ringing")
    story.fail(cause, *story.legs("anna"))
    assert passed(story) == [("anna", how)]
    assert [(e.how, e.detail) for e in story.entries(OfferEnded)] == [(how, cause)]
    assert story.waiting.offering is None
    assert story.state() is Waiting
    story.offer("bert")
    assert story.has(do.Originate)  # the next agent is rung for the same caller


def test_a_leg_without_a_reported_end_never_existed() -> None:
    story = QueueStory().reach("ringing")
    (leg,) = story.legs("anna")
    story.then(OriginateFailed((leg,), "USER_NOT_REGISTERED"))
    assert story.timers == {f"never:{leg}:USER_NOT_REGISTERED": 5}
    story.then(TimerFired(f"never:{leg}:USER_NOT_REGISTERED"))
    (ended,) = story.entries(LegEnded)
    assert (ended.leg_id, ended.cause, ended.stamps) == (leg, "USER_NOT_REGISTERED", None)


def test_an_external_agents_next_trunk_is_tried_and_the_offer_lasts_on() -> None:
    story = QueueStory().reach("ringing", "carl")
    (first,) = story.legs("carl")
    story.fail("GATEWAY_DOWN", first)
    ((second, plan),) = story.command(do.Originate).legs
    assert plan.endpoint == TrunkNumber("b", "b", "48600100100")
    assert plan.acceptance is not None
    assert story.command(do.TakeUpOffer) == do.TakeUpOffer("call-1/1:1", 40)
    assert passed(story) == []
    story.fail("GATEWAY_DOWN", second)
    assert passed(story) == [("carl", OfferEnd.UNREACHABLE)]
    assert not story.has(do.Originate)


def test_a_person_who_is_busy_behind_one_trunk_is_busy_behind_all() -> None:
    story = QueueStory().reach("ringing", "carl")
    story.fail("USER_BUSY", *story.legs("carl"))
    assert passed(story) == [("carl", OfferEnd.BUSY)]
    assert not story.has(do.Originate)


def test_a_registered_phone_has_no_next_trunk_to_try() -> None:
    story = QueueStory().reach("ringing")
    story.fail("GATEWAY_DOWN", *story.legs("anna"))
    assert passed(story) == [("anna", OfferEnd.UNREACHABLE)]


# --- all at once


def test_all_at_once_each_agent_passes_alone_and_the_offer_goes_on() -> None:
    story = QueueStory(RUSH).enter().offer("anna", "bert", "carl")
    story.fail("CALL_REJECTED", *story.legs("anna"))
    assert passed(story) == [("anna", OfferEnd.REJECTED)]
    story.fail("NO_ANSWER", *story.legs("carl"))
    assert story.under.agents == ("bert",)
    story.fail("USER_BUSY", *story.legs("bert"))
    assert story.waiting.offering is None


def test_all_at_once_the_others_ring_on_until_redis_confirms_the_first_to_answer() -> None:
    story = QueueStory(RUSH).enter().offer("anna", "bert", "carl")
    story.answer(story.legs("bert")[1])
    assert story.command(do.AcceptOffer) == do.AcceptOffer("call-1/1:1", "bert")
    story.answer(story.legs("anna")[0])
    assert story.commands == ()
    story.accept()
    losers = {story.legs("anna")[0], story.legs("carl")[0], story.legs("bert")[0]}
    assert {(c.leg_id, c.cause) for c in story.every(do.KillLeg)} == {(leg, "LOSE_RACE") for leg in losers}
    assert ends(story) == [
        ("bert", OfferEnd.ACCEPTED),
        ("anna", OfferEnd.ELSEWHERE),
        ("carl", OfferEnd.ELSEWHERE),
    ]
    assert passed(story) == []


def test_an_agent_who_declined_before_the_answer_is_not_booked_as_answered_elsewhere() -> None:
    story = QueueStory(RUSH).enter().offer("anna", "bert")
    story.answer(story.legs("bert")[0])
    story.fail("CALL_REJECTED", *story.legs("anna"))
    assert passed(story) == [("anna", OfferEnd.REJECTED)]
    story.accept()
    assert ends(story) == [("anna", OfferEnd.REJECTED), ("bert", OfferEnd.ACCEPTED)]


def test_an_agent_who_answers_second_is_hung_up() -> None:
    story = QueueStory(RUSH).enter().offer("anna", "bert")
    story.answer(story.legs("bert")[0]).accept().answer(story.legs("anna")[0])
    assert story.commands == (do.KillLeg(story.legs("anna")[0], "ORIGINATOR_CANCEL"),)


# --- offers that are no longer valid


def test_an_answer_that_comes_too_late_frees_all_agents_and_the_caller_waits_on() -> None:
    story = QueueStory(RUSH).enter().offer("anna", "bert")
    story.answer(story.legs("bert")[0]).then(OfferVoid("call-1/1:1", "bert"))
    legs = {*story.legs("anna"), *story.legs("bert")}
    assert {(c.leg_id, c.cause) for c in story.every(do.KillLeg)} == {(leg, "ORIGINATOR_CANCEL") for leg in legs}
    assert ends(story) == [("anna", OfferEnd.EXPIRED), ("bert", OfferEnd.EXPIRED)]
    assert story.waiting.offering is None
    # Redis may have failed after it gave the agent the caller: the agent is freed all the same.
    assert story.command(do.EndTalk).agent == "bert"
    assert {c.agent for c in story.every(do.PassOffer)} == {"anna", "bert"}


def test_an_offer_whose_lease_expired_before_ringing_rings_no_phone_and_is_asked_for_again() -> None:
    story = QueueStory().reach("ringing")
    (leg,) = story.legs("anna")
    story.then(OfferVoid(story.under.offer.id, ""))
    assert story.command(do.KillLeg) == do.KillLeg(leg, "ORIGINATOR_CANCEL")
    assert story.command(do.AskPlace) == do.AskPlace(story.waiting.ticket)
    assert ends(story) == [("anna", OfferEnd.EXPIRED)]
    assert story.waiting.offering is None
    assert not story.has(do.EndTalk)


def test_an_offer_lasts_longer_where_the_switch_is_slow() -> None:
    usual, slow = QueueStory().reach("ringing"), QueueStory(slack_s=8.0).reach("ringing")
    assert slow.command(do.TakeUpOffer).for_s == usual.command(do.TakeUpOffer).for_s + 8.0


def test_a_later_offer_replaces_an_expired_one() -> None:
    story = QueueStory().reach("ringing")
    story.offer("bert")
    assert [c.leg_id for c in story.every(do.KillLeg)] == list(story.legs("anna"))
    assert ends(story) == [("anna", OfferEnd.EXPIRED)]
    assert story.under.offer.agents == ("bert",)
    assert passed(story) == []  # Redis freed anna when the lease expired


def test_an_offer_that_arrives_twice_rings_once() -> None:
    story = QueueStory().enter()
    offer = story.offered("anna")
    story.then(OfferMade(offer))
    known = story.call
    assert story.then(OfferMade(offer)).call == known
    assert story.commands == ()
    story.fail("USER_BUSY", *story.legs("anna")).then(OfferMade(offer))
    assert story.commands == ()


def test_an_earlier_offer_that_arrives_after_a_later_one_does_not_ring() -> None:
    story = QueueStory().enter()
    earlier, later = story.offered("anna"), story.offered("bert")
    story.then(OfferMade(later)).then(OfferMade(earlier))
    assert (story.commands, story.under.offer) == ((), later)


def test_an_offer_of_an_earlier_visit_lets_its_agents_go() -> None:
    story = QueueStory().enter()
    now = story.facts.now
    stray = Offer("call-0/9:1", "call-0/9", "help", 1, ("anna", "bert"), now, now, "w1")
    story.then(OfferMade(stray))
    # Leaving the queue frees the agents of the offer, and this ticket is not offered again.
    assert story.commands == (do.LeaveQueue("call-0/9", Leaving.FAILED),)
    assert story.waiting.offering is None


def test_a_ticket_that_outlives_its_call_is_passed_on() -> None:
    story = QueueStory().enter().then(KeyPressed("1"))
    assert story.has(do.KeepCallback)
    ticket, now = story.command(do.KeepCallback).ticket, story.facts.now
    story.then(CallbackAnswered(ticket, Kept.KEPT))
    story.then(OfferMade(Offer(f"{ticket}:1", ticket, "help", 1, ("anna",), now, now, "w1")))
    assert passed(story) == [("anna", OfferEnd.CALLER_GONE)]
    assert not story.has(do.LeaveQueue)


def test_a_leg_that_answered_is_never_taken_for_one_that_never_existed() -> None:
    story = QueueStory().reach("accepting")
    story.then(OfferVoid(story.under.offer.id, "anna"))
    assert story.has(do.KillLeg)
    assert not [timer for timer in story.every(do.StartTimer) if timer.name.startswith("never:")]


def test_a_switch_that_cannot_be_asked_is_no_agents_fault() -> None:
    story = QueueStory().reach("ringing")
    (leg,) = story.legs("anna")
    story.then(OriginateFailed((leg,), "NETWORK_OUT_OF_ORDER", sent=False))
    assert passed(story) == [("anna", OfferEnd.EXPIRED)]
    (ended,) = [e for e in story.entries(LegEnded) if e.leg_id == leg]
    assert (ended.stamps, ended.estimated) == (None, False)
    assert leg not in story.call.open_legs


def test_past_the_limit_of_legs_no_agent_is_rung_any_more_and_the_caller_goes_on() -> None:
    story = QueueStory().enter()
    limit = story.facts.settings.limits.legs_per_call
    rung = Leg("rung", "fs1", Role.AGENT, "extension:101", story.facts.now)
    story.call = replace(story.call, legs=(*story.call.legs, *[rung] * limit))
    story.offer("anna")
    assert not story.has(do.Originate)
    assert story.command(do.LeaveQueue).how is Leaving.WAITED_OUT
    assert story.entries(Passed)[-1].why == f"leg limit: {limit} phones were rung"
    assert story.has(do.LookUp)


def test_a_call_that_waits_no_more_takes_no_offer_up() -> None:
    story = QueueStory("+48221234501").then(FactsFound())
    assert story.state() is Ringing
    now = story.facts.now
    story.then(OfferMade(Offer("call-1/1:1", "call-1/1", "help", 1, ("anna",), now, now, "w1")))
    assert story.commands == (do.LeaveQueue("call-1/1", Leaving.FAILED),)
    assert story.then(LegAnswered("some-leg")).commands == (do.KillLeg("some-leg", "ORIGINATOR_CANCEL"),)


# --- all at once: an agent who becomes free while it rings joins the offer


def joins(story: QueueStory, *agents: str) -> Offer:
    """More agents have the offer under way."""
    return replace(story.under.offer, agents=agents)


def test_an_agent_who_becomes_free_while_it_rings_is_rung_as_well() -> None:
    story = QueueStory(RUSH).enter().offer("anna")
    story.then(OfferMade(joins(story, "bert")))
    assert [plan.to for _, plan in story.command(do.Originate).legs] == ["extension:103", "extension:103"]
    assert story.command(do.TakeUpOffer).offer == story.under.offer.id
    assert story.under.agents == ("anna", "bert")


def test_an_agent_who_joined_the_offer_and_answers_first_has_the_caller() -> None:
    story = QueueStory(RUSH).enter().offer("anna")
    story.then(OfferMade(joins(story, "bert")))
    (first, second), (other,) = story.legs("bert"), story.legs("anna")
    story.answer(first)
    assert story.command(do.AcceptOffer).agent == "bert"
    story.accept()
    kills = [(kill.leg_id, kill.cause) for kill in story.every(do.KillLeg)]
    assert kills == [(other, "LOSE_RACE"), (second, "LOSE_RACE")]
    assert ends(story) == [("bert", OfferEnd.ACCEPTED), ("anna", OfferEnd.ELSEWHERE)]


def test_an_agent_who_joins_during_an_answer_rings_until_redis_confirms_it() -> None:
    story = QueueStory(RUSH).enter().offer("anna")
    (leg,) = story.legs("anna")
    story.answer(leg).then(OfferMade(joins(story, "bert")))
    assert story.under.stage == "accepting"
    story.accept()
    assert {kill.leg_id for kill in story.every(do.KillLeg)} == set(story.legs("bert"))
    story.then(OfferMade(joins(story, "carl")))  # a late event: carl's offer is over
    assert story.commands == ()


def test_an_agent_who_missed_the_offer_and_is_free_again_rings_again() -> None:
    story = QueueStory(RUSH).enter().offer("anna", "bert")
    story.fail("NO_ANSWER", *story.legs("anna"))
    story.then(OfferMade(joins(story, "anna")))
    assert [plan.to for _, plan in story.command(do.Originate).legs] == ["extension:101"]
    story.fail("NO_ANSWER", *story.legs("anna"))
    assert ends(story) == [("anna", OfferEnd.NO_ANSWER)] * 2


def test_an_agent_who_joins_without_a_phone_passes_and_the_others_ring_on() -> None:
    story = QueueStory(RUSH, offline=("103-desk", "103-app")).enter().offer("anna")
    story.then(OfferMade(joins(story, "bert")))
    assert passed(story) == [("bert", OfferEnd.UNREACHABLE)]
    assert not story.has(do.TakeUpOffer)
    assert story.under.agents == ("anna",)


def test_the_next_worker_rings_only_agents_who_were_not_rung_yet() -> None:
    story = QueueStory(RUSH).enter().offer("anna")
    both = joins(story, "anna", "bert")
    story.call = story.call.to(replace(story.waiting, offering=None))  # the agents that the dead worker rang were freed
    story.then(OfferMade(both))
    assert story.under.agents == ("bert",)


def test_a_lost_link_while_a_phone_rings_does_not_end_the_leg() -> None:
    """The offer ends without a miss; the leg stays open until its end is reported, and is booked once."""
    story = QueueStory().enter().offer("anna")
    (leg,) = story.legs("anna")
    story.then(OriginateFailed((leg,), "NETWORK_OUT_OF_ORDER", told=False))
    assert [e.how for e in story.entries(OfferEnded)] == [OfferEnd.EXPIRED]
    assert story.entries(LegEnded) == []
    assert leg in story.call.open_legs
    assert not [timer for timer in story.every(do.StartTimer) if timer.name.startswith("never:")]
    story.gone(leg, "ORIGINATOR_CANCEL", by="switch").gone(leg, "ORIGINATOR_CANCEL", by="switch")
    (ended,) = story.entries(LegEnded)
    assert (ended.cause, ended.estimated) == ("ORIGINATOR_CANCEL", False)


def test_a_leg_that_is_gone_when_the_link_is_back_has_an_estimated_end() -> None:
    story = QueueStory().enter().offer("anna")
    (leg,) = story.legs("anna")
    story.then(OriginateFailed((leg,), "NETWORK_OUT_OF_ORDER", told=False))
    story.then(ChannelsChecked(frozenset({"caller-1"}), story.facts.now))
    (ended,) = story.entries(LegEnded)
    assert (ended.leg_id, ended.estimated) == (leg, True)
    assert story.state() is Waiting
