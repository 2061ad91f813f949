"""Credit of a call's legs, step by step: reserved before dialling, renewed while they talk, released afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Call, Closed, Ending, Talking
from callcontrol.control.credit_commands import (
    ComeBack,
    EndAt,
    EndReservation,
    LookAtAnswer,
    ReserveFirst,
    ReserveNext,
    WarnPayer,
)
from callcontrol.control.credit_events import AnswerFound, SpanAnswer, SpanAnswered, SpansReserved
from callcontrol.control.events import (
    AppEnded,
    CallConnectionLost,
    CallerHungUp,
    FactsFound,
    LegBridged,
    Rearrived,
    TimerFired,
)
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.credit import SpanWord
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import CREDIT_USED_UP, NO_CREDIT, Outcome
from callcontrol.vocabulary.trail import LegEnded, Passed
from tests.control.queue_story import CallbackStory, QueueStory
from tests.control.story import SECOND, Story
from tests.routing.queue_world import tenant as queue_tenant
from tests.routing.world import DID, TENANT, facts, rule

OUTSIDE = "+48600100100"
PREPAID = TENANT.replace("'101': {name: Jan}", "'101': {name: Jan, credit: {kind: prepaid}}")
JAN = Caller("101", "Jan", extension="101")
LIMIT_S = 14_400


def dialling(tenant: str = PREPAID, caller: Caller = JAN, number: str = OUTSIDE, **more: Any) -> Story:
    return Story(facts(number, tenant=tenant, caller=caller, **more)).begin()


def granted(talk_s: int = 30, ends_s: int = LIMIT_S, again_s: float = 15) -> SpanAnswer:
    return SpanAnswer(SpanWord.GRANTED, talk_s, ends_s, again_s)


def first_answered(story: Story, answer: SpanAnswer) -> str:
    """The only leg for which credit was asked; `answer` is delivered for it."""
    asked = story.command(ReserveFirst)
    (credit,) = asked.legs
    story.then(SpansReserved(asked.dial, {credit.leg: answer}), 0)
    return credit.leg


def talking(story: Story, answer: SpanAnswer | None = None) -> str:
    """The leg is dialled and answered at a whole second."""
    leg = first_answered(story, answer or granted())
    now = story.facts.now
    at = Instant(now + SECOND - now % SECOND)
    story.then(LegBridged(leg, at, answered=at), (at - now) / SECOND)
    return leg


def renewed(story: Story, leg: str, answer: SpanAnswer, after_s: float = 0) -> Story:
    return story.then(SpanAnswered(leg, answer), after_s)


def timers(story: Story) -> dict[str, float]:
    return {one.name.partition(":")[0]: one.after_s for one in story.every(do.StartTimer)}


def test_a_leg_with_an_account_is_dialled_when_its_first_span_is_reserved() -> None:
    story = dialling()
    assert not story.has(do.Bridge)
    asked = story.command(ReserveFirst)
    assert [(one.account, one.payer, one.number, one.limit_s) for one in asked.legs] == [
        ("extension:101", "extension:101", OUTSIDE, LIMIT_S)
    ]
    leg = first_answered(story, granted(30))
    ((dialled, plan),) = story.command(do.Bridge).legs
    assert (dialled, plan.credit_s, plan.cap_s) == (leg, 30, LIMIT_S)


@pytest.mark.parametrize(
    ("number", "tenant"),
    [
        ("102", PREPAID),  # inside
        (OUTSIDE, TENANT),  # the payer has no account
        ("112", PREPAID),  # emergency
    ],
)
def test_nothing_is_asked_for_legs_that_no_account_pays(number: str, tenant: str) -> None:
    story = dialling(tenant, number=number)
    assert story.has(do.Bridge)
    assert not story.has(ReserveFirst)


def test_the_extension_that_forwards_a_call_pays_for_it() -> None:
    story = Story(facts(tenant=PREPAID, rules={"101": [rule("always", f"number:{OUTSIDE}")]})).begin()
    assert [one.account for one in story.command(ReserveFirst).legs] == ["extension:101"]


RIGHTS = PREPAID + "outgoing: {rights: [{classes: [mobile]}]}\n"
TENANT_PAYS = "credit: {kind: prepaid}\n"


def test_the_transferor_of_a_party_to_a_number_outside_pays_for_it() -> None:
    story = Story(facts(tenant=RIGHTS)).begin()
    leg = story.command(do.Bridge).legs[0][0]
    story.then(LegBridged(leg, story.facts.now))
    story.then(Rearrived("600100100", transfer=True, by_leg=leg))
    story.facts = replace(story.facts, dialled="600100100", transferred=True, transferred_by="101")
    story.gone(leg, answered_s=3).then(FactsFound())
    assert [(one.account, one.payer) for one in story.command(ReserveFirst).legs] == [("extension:101",) * 2]
    assert not story.has(do.Bridge)
    first_answered(story, granted(30))
    assert [plan.credit_s for _, plan in story.command(do.Bridge).legs] == [30]


def test_an_agent_outside_is_rung_when_credit_of_the_tenant_is_reserved() -> None:
    story = QueueStory(written=queue_tenant() + TENANT_PAYS).reach("waiting").offer("carl")
    assert not story.has(do.Originate)
    assert [one.account for one in story.command(ReserveFirst).legs] == ["tenant"]
    leg = first_answered(story, granted(30))
    assert [(one, plan.credit_s) for one, plan in story.command(do.Originate).legs] == [(leg, 30)]
    story.answer(leg)
    asked = story.command(ReserveNext).leg
    assert (asked.leg, asked.answered is not None) == (leg, True)


def test_an_agent_outside_for_whom_there_is_no_credit_is_not_rung_and_the_caller_waits_on() -> None:
    story = QueueStory(written=queue_tenant() + TENANT_PAYS).reach("waiting").offer("carl")
    first_answered(story, SpanAnswer(SpanWord.SHORT))
    assert not story.has(do.Originate)
    assert story.has(do.PassOffer)
    assert story.waiting.offering is None


def test_a_customer_is_called_back_when_credit_of_the_tenant_is_reserved() -> None:
    story = CallbackStory(written=queue_tenant() + TENANT_PAYS).agent_there()
    assert not story.has(do.Originate)
    assert [(one.leg, one.account) for one in story.command(ReserveFirst).legs] == [(story.customer, "tenant")]
    first_answered(story, granted(30))
    assert [plan.credit_s for _, plan in story.command(do.Originate).legs] == [30]


def test_a_customer_for_whom_there_is_no_credit_is_not_called_back_now() -> None:
    story = CallbackStory(written=queue_tenant() + TENANT_PAYS).agent_there()
    first_answered(story, SpanAnswer(SpanWord.SHORT))
    assert not story.has(do.Originate)
    assert not story.command(do.CallbackTried).reached


def test_of_a_group_only_members_with_credit_ring_outside() -> None:
    tenant = PREPAID + "credit: {kind: prepaid}\n"
    story = Story(facts(DID["group"], tenant=tenant)).begin()
    asked = story.command(ReserveFirst)
    (credit,) = asked.legs
    assert credit.account == "tenant"
    story.then(SpansReserved(asked.dial, {credit.leg: SpanAnswer(SpanWord.SHORT)}), 0)
    assert [plan.to for _, plan in story.command(do.Bridge).legs] == ["extension:101", "extension:102"]
    assert [(e.cause, e.outcome) for e in story.entries(LegEnded)] == [(NO_CREDIT, Outcome.REJECTED)]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (SpanAnswer(SpanWord.SHORT), "the credit of extension:101 is not enough to begin the call"),
        (SpanAnswer(SpanWord.ON_HOLD), "the account extension:101 is on hold"),
        (SpanAnswer(None, 30, why="Redis is away"), "Redis is away"),
    ],
)
def test_without_credit_nothing_is_dialled_and_nothing_stays_reserved(answer: SpanAnswer, why: str) -> None:
    story = dialling()
    first_answered(story, answer)
    assert not story.has(do.Bridge)
    assert story.command(EndReservation).answered is None
    assert why in [e.why for e in story.entries(Passed)]
    assert "outgoing/en/" in story.command(do.Play).file
    story.then(AppEnded(story.command(do.Play).app_id))
    assert story.command(do.HangUp).cause == "CALL_REJECTED"


def test_a_caller_who_hangs_up_while_credit_is_asked_for_rings_no_phone() -> None:
    story = dialling()
    asked = story.command(ReserveFirst)
    story.then(CallerHungUp("ORIGINATOR_CANCEL"))
    assert story.command(EndReservation).leg.leg == asked.legs[0].leg
    story.then(SpansReserved(asked.dial, {asked.legs[0].leg: granted()}), 0)
    assert story.commands == ()
    assert story.state() is Ending


def test_the_next_trunk_is_tried_with_the_same_money() -> None:
    story = dialling()
    leg = first_answered(story, granted())
    bridge = story.command(do.Bridge)
    story.then(AppEnded(bridge.app_id, "GATEWAY_DOWN", {leg: "GATEWAY_DOWN"}))
    kinds = [type(one) for one in story.commands if isinstance(one, EndReservation | ReserveFirst)]
    assert kinds == [EndReservation, ReserveFirst]


def test_spans_follow_one_another_while_the_leg_talks() -> None:
    story = dialling()
    leg = talking(story)
    answered = story.facts.now // SECOND
    assert story.command(ReserveNext).leg.answered == story.facts.now
    renewed(story, leg, granted(31))
    assert story.command(EndAt) == EndAt(leg, answered + 31, 1)
    assert timers(story) == {"credit": 15}
    story.then(TimerFired(f"credit:{leg}"), 15)
    assert story.command(ReserveNext).leg.talk_s == 31
    renewed(story, leg, granted(45))
    assert story.command(EndAt) == EndAt(leg, answered + 45, 2)
    # no credit is left: the end stays, and credit is asked for again, because money may be added
    story.then(TimerFired(f"credit:{leg}"), 15)
    renewed(story, leg, granted(45, 45, 7.5))
    assert not story.has(EndAt)
    assert timers(story) == {"credit": 7.5, "credit-ends": 5}


def test_the_payer_is_warned_before_the_end_and_the_caller_comes_back_after_it() -> None:
    story = dialling()
    leg = talking(story)
    renewed(story, leg, granted(30, 100))
    assert timers(story)["credit-ends"] == 40
    story.then(TimerFired(f"credit-ends:{leg}"), 40)
    assert story.command(WarnPayer).leg_id == "caller-1"
    assert timers(story) == {"credit-ends": 50}
    # the end moves by less than the tolerance: it counts as the same end
    renewed(story, leg, granted(75, 101))
    assert timers(story)["credit-ends"] == 51
    # a top-up: there is another warning later
    renewed(story, leg, granted(75, 200))
    assert timers(story)["credit-ends"] == 100
    renewed(story, leg, granted(101, 101))
    story.then(TimerFired(f"credit-ends:{leg}"), 51)
    assert story.command(WarnPayer).leg_id == "caller-1"
    story.then(TimerFired(f"credit-ends:{leg}"), 6)
    assert story.has(ComeBack)
    assert not story.has(WarnPayer)


@pytest.mark.parametrize("tenant", [PREPAID, PREPAID + "credit: {kind: prepaid}\n"])
def test_other_parties_are_not_warned(tenant: str) -> None:
    story = Story(facts(tenant=tenant, rules={"101": [rule("always", f"number:{OUTSIDE}")]})).begin()
    leg = talking(story)
    renewed(story, leg, granted(30, 65))
    story.then(TimerFired(f"credit-ends:{leg}"), 5)
    assert not story.has(WarnPayer)
    assert not story.has(ComeBack)


def test_the_end_of_the_credit_has_a_cause_of_its_own_and_the_rest_falls_back_once() -> None:
    story = dialling()
    leg = talking(story)
    renewed(story, leg, granted(30, 30))
    story.then(TimerFired("nothing"), 30)
    story.gone(leg, "ALLOTTED_TIMEOUT", answered_s=30)
    over = story.command(EndReservation)
    assert (over.talk_us, over.answered) == (30 * SECOND, story.facts.now - 30 * SECOND)
    assert [e.cause for e in story.entries(LegEnded)] == [CREDIT_USED_UP]
    story.gone("caller-1", answered_s=30)
    assert not story.has(EndReservation)
    assert story.state() is Closed


def test_the_payer_hears_that_the_credit_is_used_up() -> None:
    story = dialling()
    leg = talking(story)
    renewed(story, leg, granted(30, 30))
    story.then(Rearrived(OUTSIDE, brought_back=True, channel="caller-1", at=Instant(story.facts.now + 30 * SECOND)), 30)
    played = story.command(do.Play)
    assert played.file.endswith("outgoing/en/credit-used-up.wav")
    story.then(AppEnded(played.app_id))
    assert story.command(do.HangUp).cause == "NORMAL_CLEARING"


def test_a_caller_who_comes_back_from_a_conversation_ended_by_others_is_hung_up() -> None:
    story = dialling()
    leg = talking(story)
    renewed(story, leg, granted(30, 30))
    story.then(Rearrived(OUTSIDE, brought_back=True, channel="caller-1", at=Instant(story.facts.now + 26 * SECOND)), 26)
    assert story.has(do.HangUp)
    assert not story.has(do.Play)


def test_a_leg_that_ends_before_its_credit_ends_as_it_did() -> None:
    story = dialling()
    leg = talking(story)
    story.gone(leg, "ALLOTTED_TIMEOUT", answered_s=5)
    assert [e.cause for e in story.entries(LegEnded)] == ["ALLOTTED_TIMEOUT"]
    assert story.command(EndReservation).talk_us == 5 * SECOND


def test_a_worker_that_takes_the_call_over_goes_on_reserving() -> None:
    story = dialling()
    leg = talking(story)
    story.call = story.call.taken_by("w2", "n")
    story.then(CallConnectionLost("worker w1 died"))
    assert story.command(ReserveNext).leg.leg == leg
    renewed(story, leg, granted(60))
    assert story.command(EndAt).number == 1
    assert not isinstance(story.call.state, Talking)


def test_a_worker_that_takes_over_a_ringing_leg_asks_whether_it_was_answered_and_goes_on_reserving() -> None:
    story = dialling()
    leg = first_answered(story, granted(30))
    answered = Instant(story.facts.now + 2 * SECOND)
    story.call = story.call.taken_by("w2", "n")
    story.then(CallConnectionLost("worker w1 died"), 3)
    assert story.command(LookAtAnswer).leg_id == leg
    # the leg rings, as far as is known: the span the switch has stays reserved, no further one
    renewed(story, leg, granted(31))
    assert not story.has(EndAt)
    assert timers(story) == {"credit": 2}
    story.then(TimerFired(f"credit:{leg}"), 2)
    assert (story.command(LookAtAnswer).leg_id, story.command(ReserveNext).leg.talk_s) == (leg, 30)
    story.then(AnswerFound(leg, answered), 0)
    assert (story.command(ReserveNext).leg.answered, story.command(ReserveNext).leg.talk_s) == (answered, 30)
    renewed(story, leg, granted(36))
    assert story.command(EndAt).at_s == (answered + 36 * SECOND) // SECOND
    story.then(TimerFired(f"credit:{leg}"), 15)
    assert not story.has(LookAtAnswer)


@pytest.mark.parametrize(
    ("policy", "first_s", "next_s"),
    [("refuse", 0, 30), ("short", 30, 90), ("allow", LIMIT_S, LIMIT_S)],
)
def test_while_credit_cannot_be_asked_for_the_tenants_policy_counts(policy: str, first_s: int, next_s: int) -> None:
    tenant = PREPAID + f"credit: {{kind: prepaid, without_redis: {policy}}}\n"
    story = dialling(tenant)
    first_answered(story, SpanAnswer(None, 30, why="Redis is away"))
    dialled = [plan.credit_s for bridge in story.every(do.Bridge) for _, plan in bridge.legs]
    assert dialled == ([first_s] if first_s else [])
    story = dialling(tenant)
    leg = talking(story)
    renewed(story, leg, SpanAnswer(None, 500, why="Redis is away"))
    assert _credit(story.call).talk_s == next_s
    assert timers(story)["credit"] == 2
    # once credit can be asked for again, its answer counts
    renewed(story, leg, granted(40))
    assert _credit(story.call).talk_s == 40


def test_a_call_of_an_earlier_version_has_no_credit() -> None:
    assert replace(dialling(TENANT).call).credits == ()


def _credit(call: Call) -> Any:
    (credit,) = call.credits
    return credit


def test_a_leg_that_was_joined_with_another_calls_party_goes_on_being_reserved_by_its_own_call_until_it_ends() -> None:
    """An attended transfer to a mobile: the leg's credit stays with the leg."""
    story = dialling()
    leg = talking(story)
    renewed(story, leg, granted(30))
    assert isinstance(story.call.state, Talking)
    story.then(AppEnded(story.call.state.app_id, "SUCCESS", {leg: ""}))
    story.then(CallerHungUp("ATTENDED_TRANSFER"), after_s=2).gone("caller-1", "ATTENDED_TRANSFER", answered_s=9)
    assert story.state() is Ending
    (before,) = story.call.credits
    assert not before.is_over
    story.then(TimerFired(f"credit:{leg}"), after_s=10)
    assert story.command(ReserveNext).leg.leg == leg
    renewed(story, leg, granted(60))
    assert story.command(EndAt).leg_id == leg
    story.gone(leg, "NORMAL_CLEARING", answered_s=40, by="callee")
    assert story.command(EndReservation).leg.leg == leg
    assert story.state() is Closed
