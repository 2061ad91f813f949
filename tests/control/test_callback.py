"""Callbacks: the agent is rung first, then the customer; every attempt is reported once, however it ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control.call import Closed, Ending, Talking
from callcontrol.control.commands import Command
from callcontrol.control.events import (
    AloneChecked,
    CallConnectionLost,
    ChannelsChecked,
    CommandFailed,
    Event,
    Joined,
    JoinFailed,
    LegAnswered,
    LegGone,
    LegHeard,
    Noticed,
    OfferAccepted,
    OfferMade,
    OfferVoid,
    OriginateFailed,
    SwitchGone,
    TimerFired,
)
from callcontrol.kinds.targets.queue.callback import CallingBack
from callcontrol.routing.plan import TrunkNumber
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.call import Caller, Stamps
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving, Notice, TalkEnd
from callcontrol.vocabulary.trail import (
    Arrived,
    Bridged,
    Dialled,
    LeftQueue,
    OfferEnded,
    Queued,
    StepEnded,
    WrapUpBegan,
)
from tests.control.queue_story import CallbackStory, QueueStory
from tests.control.story import SECOND
from tests.routing.queue_world import CUSTOMER, QUEUES, tenant
from tests.routing.world import NOW

HOUR = 3_600 * SECOND
AT_NOON = Instant(NOW + 7 * HOUR)
CLOSES_IN_2_MIN = Instant(NOW + 12 * HOUR - 120 * SECOND)
OPENS_TOMORROW = Instant(NOW + 27 * HOUR)
TICKET = "asked/1"
DROPPED, ABANDONED = TalkEnd.DROPPED, TalkEnd.ABANDONED


def to_the_live_state(story: QueueStory) -> list[Command]:
    """The commands of the last step that go to Redis."""
    return [c for c in story.commands if isinstance(c, do.PassOffer | do.EndTalk | do.CallbackTried)]


def ends(story: QueueStory) -> list[OfferEnd]:
    return [e.how for e in story.entries(OfferEnded)]


def tried_again(story: QueueStory, after_s: int) -> do.CallbackTried:
    """The customer was not reached; the next attempt is due `after_s` seconds from now."""
    return do.CallbackTried(TICKET, False, Instant(story.facts.now + after_s * SECOND))


# --- all goes well


def test_a_callback_begins_without_a_channel() -> None:
    story = CallbackStory()
    assert story.call.caller_channel == ""
    assert story.call.open_legs == ()
    (arrived,) = story.entries(Arrived)
    assert (arrived.channel, arrived.caller, arrived.dialled) == ("", Caller(CUSTOMER.number), "queue:help")


def test_the_agent_is_rung_first_and_the_customers_wait_is_told() -> None:
    story = CallbackStory().ring()
    ((_, plan),) = story.command(do.Originate).legs
    assert (plan.to, plan.shown.number) == ("extension:101", CUSTOMER.number)
    assert story.command(do.TakeUpOffer) == do.TakeUpOffer("asked/1:1", 30)
    (queued,) = story.entries(Queued)
    assert (queued.ticket, queued.took_up, queued.at - queued.joined) == (TICKET, "callback", 601 * SECOND)


def test_an_agent_who_becomes_free_while_another_is_rung_is_rung_as_well() -> None:
    story = CallbackStory(queue="rush", now=AT_NOON).ring()
    story.then(OfferMade(replace(story.first, agents=("bert",))))
    assert story.under.agents == ("anna", "bert")
    story.answer(story.legs("bert")[0]).accept()
    assert story.under.agent_of(story.under.winner) == "bert"
    story.then(OfferMade(replace(story.first, agents=("carl",))))  # an event that is late
    assert story.has(do.PassOffer) is False


def test_then_the_agent_hears_why_while_the_customer_is_dialled_at_the_tenants_expense() -> None:
    story = CallbackStory().agent_there()
    assert story.command(do.Whisper) == do.Whisper(story.legs("anna")[0], "queue/en/calling-back.wav")
    ((leg, plan),) = story.command(do.Originate).legs
    assert leg == story.customer
    assert plan.endpoint == TrunkNumber("a", "a", "48600700800")
    assert (plan.payer, plan.shown.number, plan.ring_s) == ("tenant", "+48221234500", 30)
    assert plan.acceptance is None
    assert ends(story) == [OfferEnd.ACCEPTED]
    assert to_the_live_state(story) == []
    heard = story.call
    assert story.then(LegHeard(story.legs("anna")[0])).call == heard


def test_both_are_joined_and_the_customer_was_reached() -> None:
    story = CallbackStory().agent_there()
    agent, customer = story.legs("anna")[0], story.customer
    story.answer(customer)
    assert story.command(do.Join) == do.Join(agent, customer)
    story.then(Joined(agent, customer))
    assert story.state() is Talking
    assert to_the_live_state(story) == [do.CallbackTried(TICKET, True, Instant(0))]
    (left,) = story.entries(LeftQueue)
    assert (left.how, left.detail, left.wait_ms) == (Leaving.ANSWERED, "anna", 605_000)


@pytest.mark.parametrize("first", ["agent", "customer"])
def test_either_party_hanging_up_ends_the_call_and_frees_the_agent_once(first: str) -> None:
    story = CallbackStory().joined()
    legs = {"agent": story.legs("anna")[0], "customer": story.entries(Bridged)[0].leg_id}
    other = {"agent": "customer", "customer": "agent"}[first]
    over = []
    for who in (first, other):
        story.gone(legs[who], answered_s=8)
        over += story.every(do.EndTalk)
    assert story.state() is Closed
    assert [(c.agent, c.ticket, c.how) for c in over] == [("anna", TICKET, TalkEnd.TALKED)]
    assert len(story.entries(WrapUpBegan)) == 1
    record = fold(story.call.trail)
    assert (record.outcome, [leg.payer for leg in record.legs]) == (Outcome.ANSWERED, ["", "tenant"])


def test_a_conversation_whose_end_is_not_reported_is_polled() -> None:
    """There is no caller's connection whose closing would report the end."""
    story = CallbackStory().joined()
    assert story.timers == {"legs": 60}
    story.then(TimerFired("legs"))
    legs = story.command(do.CheckChannels).legs
    assert story.timers == {"legs": 60}
    assert story.then(ChannelsChecked(frozenset(legs))).state() is Talking
    assert story.then(ChannelsChecked(None)).state() is Talking
    story.then(ChannelsChecked(frozenset()))
    assert story.command(do.EndTalk).how is TalkEnd.TALKED
    assert story.state() is Closed


# --- no agent takes it


@pytest.mark.parametrize(
    ("cause", "how"),
    [("USER_BUSY", OfferEnd.BUSY), ("CALL_REJECTED", OfferEnd.REJECTED), ("NO_ANSWER", OfferEnd.NO_ANSWER)],
)
def test_an_agent_who_does_not_take_it_passes_and_that_is_no_attempt(cause: str, how: OfferEnd) -> None:
    story = CallbackStory().ring()
    story.fail(cause, *story.legs("anna"))
    assert to_the_live_state(story) == [do.PassOffer("asked/1:1", "anna", how)]
    assert story.state() is Closed
    assert fold(story.call.trail).outcome is Outcome.NO_ANSWER


def test_agents_without_a_phone_pass_and_it_is_over_at_once() -> None:
    story = CallbackStory("anna", "dora", offline=("101",)).ring()
    assert to_the_live_state(story) == [
        do.PassOffer("asked/1:1", "anna", OfferEnd.UNREACHABLE),
        do.PassOffer("asked/1:1", "dora", OfferEnd.UNREACHABLE),
    ]
    assert story.state() is Closed


def test_an_external_agents_next_trunk_is_tried() -> None:
    story = CallbackStory("carl").ring()
    story.fail("GATEWAY_DOWN", *story.legs("carl"))
    ((_, plan),) = story.command(do.Originate).legs
    assert plan.endpoint == TrunkNumber("b", "b", "48600100100")
    assert story.state() is CallingBack


def test_all_at_once_the_losers_are_told_answered_elsewhere() -> None:
    story = CallbackStory("anna", "bert", queue="rush", now=AT_NOON).agent_there("bert")
    kills = {(c.leg_id, c.cause) for c in story.every(do.KillLeg)}
    assert kills == {(leg, "LOSE_RACE") for leg in (story.legs("anna")[0], story.legs("bert")[1])}
    assert set(ends(story)) == {OfferEnd.ACCEPTED, OfferEnd.ELSEWHERE}


@pytest.mark.parametrize("how", ["answer", "notice"])
def test_an_offer_that_does_not_stand_any_more_ends_and_is_no_attempt(how: str) -> None:
    """Another agent has the callback, or the customer called again meanwhile."""
    story = CallbackStory().ring()
    (leg,) = story.legs("anna")
    if how == "answer":
        story.answer(leg).then(OfferVoid("asked/1:1", "anna"))
    else:
        story.then(Noticed(Notice(TICKET, "w1", "offer_void", "asked/1:1")))
    assert story.command(do.KillLeg).leg_id == leg
    # Redis may have failed after it gave the agent the customer: the agent is freed all the same.
    assert to_the_live_state(story) == ([do.EndTalk("anna", TICKET, 0, ABANDONED)] if how == "answer" else [])
    assert ends(story) == [OfferEnd.EXPIRED]
    story.gone(leg, "ORIGINATOR_CANCEL")
    assert story.state() is Closed


def test_a_notice_that_comes_too_late_means_nothing() -> None:
    story = CallbackStory().agent_there()
    before = story.call
    assert story.then(Noticed(Notice(TICKET, "w1", "offer_void", "asked/1:1"))).call == before


# --- failed attempts: each is reported once, and the agent is freed once


@pytest.mark.parametrize("cause", ["USER_BUSY", "NO_ANSWER", "CALL_REJECTED", "UNALLOCATED_NUMBER", "NORMAL_CLEARING"])
def test_a_customer_who_is_not_reached_is_tried_again_after_the_interval(cause: str) -> None:
    story = CallbackStory().agent_there()
    agent, customer = story.legs("anna")[0], story.customer
    story.fail(cause, customer)
    assert to_the_live_state(story) == [do.EndTalk("anna", TICKET, 0, ABANDONED), tried_again(story, 300)]
    assert [c.leg_id for c in story.every(do.KillLeg)] == [agent]
    assert ends(story) == [OfferEnd.ACCEPTED, OfferEnd.CALLER_GONE]
    assert story.state() is Ending
    story.gone(agent, "ORIGINATOR_CANCEL", answered_s=9)
    assert story.state() is Closed
    assert to_the_live_state(story) == []
    assert story.entries(StepEnded)[-1].step == "callback"


def test_a_trunk_that_fails_is_no_attempt_yet() -> None:
    story = CallbackStory().agent_there()
    first = story.customer
    story.fail("GATEWAY_DOWN", first)
    ((second, plan),) = story.command(do.Originate).legs
    assert (story.customer, plan.endpoint) == (second, TrunkNumber("b", "b", "48600700800"))
    assert to_the_live_state(story) == []
    story.fail("GATEWAY_DOWN", second)
    assert to_the_live_state(story) == [do.EndTalk("anna", TICKET, 0, ABANDONED), tried_again(story, 300)]
    assert [e.trunk for e in story.entries(Dialled)] == ["", "a", "b"]


def test_the_customer_whom_the_second_trunk_reached_is_the_one_the_agent_talks_with() -> None:
    story = CallbackStory().agent_there()
    agent = story.under.winner
    story.fail("GATEWAY_DOWN", story.customer)
    second = story.customer
    story.answer(second).then(Joined(agent, second))
    (entry,) = story.entries(Bridged)
    assert {entry.leg_id, entry.with_leg} == {agent, second}


def test_a_number_that_may_not_be_dialled_is_no_reason_to_keep_the_agent() -> None:
    story = CallbackStory(unpriced=("+48600",)).agent_there()
    assert to_the_live_state(story) == [do.EndTalk("anna", TICKET, 0, ABANDONED), tried_again(story, 300)]
    assert [c.leg_id for c in story.every(do.KillLeg)] == list(story.legs("anna"))
    assert not story.has(do.Originate)


def test_both_legs_end_if_the_switch_cannot_join_them() -> None:
    for event in ("refused", "never"):
        story = CallbackStory().agent_there()
        agent, customer = story.legs("anna")[0], story.customer
        story.answer(customer)
        assert story.timers == {"offer": 5}
        story.then(JoinFailed(agent, customer, "-ERR") if event == "refused" else TimerFired("offer"))
        assert [c.leg_id for c in story.every(do.KillLeg)] == [agent, customer]
        assert to_the_live_state(story) == [do.EndTalk("anna", TICKET, 0, ABANDONED), tried_again(story, 300)]


def test_a_customer_who_hangs_up_before_they_are_joined_is_tried_again() -> None:
    story = CallbackStory().agent_there()
    story.answer(story.customer).gone(story.customer, answered_s=1)
    assert to_the_live_state(story) == [do.EndTalk("anna", TICKET, 0, ABANDONED), tried_again(story, 300)]


@pytest.mark.parametrize("stage", ["ringing the customer", "joining"])
def test_an_agent_who_hangs_up_has_missed_it_and_the_next_one_is_rung_at_once(stage: str) -> None:
    story = CallbackStory().agent_there()
    customer = story.customer
    if stage == "joining":
        story.answer(customer)
    story.gone(story.legs("anna")[0], answered_s=2, by="callee")
    assert to_the_live_state(story) == [do.EndTalk("anna", TICKET, 0, DROPPED), tried_again(story, 1)]
    assert [c.leg_id for c in story.every(do.KillLeg)] == [customer]
    assert ends(story) == [OfferEnd.ACCEPTED, OfferEnd.REJECTED]
    story.answer(customer)  # too late
    assert story.commands == (do.KillLeg(customer, "ORIGINATOR_CANCEL"),)


def test_no_customer_is_dialled_if_the_agent_hangs_up_before_the_offer_is_confirmed() -> None:
    story = CallbackStory().ring()
    (leg,) = story.legs("anna")
    story.answer(leg).gone(leg, answered_s=1)
    assert to_the_live_state(story) == []
    story.then(OfferAccepted("asked/1:1", "anna"))
    assert to_the_live_state(story) == [do.EndTalk("anna", TICKET, 0, DROPPED), tried_again(story, 1)]
    assert not story.has(do.Originate)
    assert story.state() is Closed


def test_a_bridge_that_was_not_reported_is_known_from_the_switchs_stamps() -> None:
    for who in ("agent", "customer"):
        story = CallbackStory().agent_there()
        legs = {"agent": story.legs("anna")[0], "customer": story.customer}
        story.answer(story.customer)
        at = story.facts.now
        stamps = Stamps(at, None, at, Instant(at + 30 * SECOND), Instant(at + SECOND))
        told: list[Command] = []
        for leg in (legs.pop(who), *legs.values()):
            told += to_the_live_state(story.then(LegGone(leg, "NORMAL_CLEARING", stamps), after_s=15))
        assert story.state() is Closed
        assert sorted(type(c).__name__ for c in told) == ["CallbackTried", "EndTalk"]
        assert do.CallbackTried(TICKET, True, Instant(0)) in told
        assert do.EndTalk("anna", TICKET, 29 * SECOND, TalkEnd.TALKED) in told
        assert fold(story.call.trail).outcome is Outcome.ANSWERED


# --- how often, and when


@pytest.mark.parametrize(("attempt", "again"), [(1, True), (2, True), (3, False)])
def test_two_retries_are_two_further_attempts(attempt: int, again: bool) -> None:
    story = CallbackStory(attempt=attempt).agent_there()
    story.fail("USER_BUSY", story.customer)
    given_up = do.CallbackTried(TICKET, False, Instant(0))
    assert to_the_live_state(story)[-1] == (tried_again(story, 300) if again else given_up)


def test_an_agent_who_hangs_up_is_no_reason_to_give_a_customer_up() -> None:
    story = CallbackStory(attempt=3).agent_there()
    story.gone(story.legs("anna")[0], answered_s=2)
    assert to_the_live_state(story)[-1] == tried_again(story, 1)


def test_no_customer_is_tried_again_outside_the_hours() -> None:
    """It is two minutes to five, when it closes; it opens at eight."""
    story = CallbackStory(queue="rush", now=CLOSES_IN_2_MIN).agent_there()
    story.fail("USER_BUSY", story.customer)
    assert to_the_live_state(story)[-1] == do.CallbackTried(TICKET, False, OPENS_TOMORROW)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (NOW, Instant(NOW + 3 * HOUR)),  # five in the morning
        (Instant(NOW + 12 * HOUR), OPENS_TOMORROW),  # five in the afternoon: it has just closed
        (Instant(NOW + 12 * HOUR - 10 * SECOND), OPENS_TOMORROW),  # an agent may take longer to answer
    ],
)
def test_outside_the_hours_no_agent_is_rung_and_the_callback_is_due_at_the_next_opening(
    now: Instant, then: Instant
) -> None:
    story = CallbackStory(queue="rush", now=now).ring()
    assert not story.has(do.Originate)
    assert to_the_live_state(story) == [do.CallbackTried(TICKET, False, then)]
    assert story.state() is Closed
    assert story.entries(StepEnded)[-1].detail == "customers are not called at this time"


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (NOW, Instant(NOW + 27 * HOUR)),  # Sunday
        (Instant(NOW + 36 * HOUR - 10 * SECOND), Instant(NOW + 51 * HOUR)),  # Monday, just before five
    ],
)
def test_the_hours_may_be_those_of_a_schedule(now: Instant, then: Instant) -> None:
    rush = QUEUES["rush"].replace('opens: "08:00", closes: "17:00"', "hours: office")
    written = tenant(rush=rush) + "hours:\n  office: {week: {mon-fri: '08:00-17:00'}}\n"
    story = CallbackStory(queue="rush", now=now, written=written).ring()
    assert not story.has(do.Originate)
    assert to_the_live_state(story) == [do.CallbackTried(TICKET, False, then)]


def test_a_customer_is_not_dialled_after_closing_though_the_agent_answered_before() -> None:
    story = CallbackStory(queue="rush", now=CLOSES_IN_2_MIN).ring()
    story.then(LegAnswered(story.legs("anna")[0]), 119)
    story.then(OfferAccepted(story.under.offer.id, "anna"), 2)
    assert not story.has(do.Originate)
    assert [c.leg_id for c in story.every(do.KillLeg)] == [story.legs("anna")[0]]
    assert to_the_live_state(story)[-1] == do.CallbackTried(TICKET, False, OPENS_TOMORROW)


def test_a_queue_removed_from_the_yaml_makes_no_further_attempt() -> None:
    story = CallbackStory().agent_there()
    story.facts = replace(story.facts, settings=QueueStory("+48221234511", written=tenant(help="")).facts.settings)
    story.fail("USER_BUSY", story.customer)
    assert to_the_live_state(story) == [
        do.EndTalk("anna", TICKET, 0, ABANDONED),
        do.CallbackTried(TICKET, False, Instant(0)),
    ]


# --- dead workers, lost switches, and answers that never arrive


def lose(story: CallbackStory, how: str) -> None:
    lost: dict[str, Event] = {"switch": SwitchGone("restarted"), "worker": CallConnectionLost("died")}
    story.then(lost.get(how, TimerFired("offer")))


@pytest.mark.parametrize("how", ["switch", "worker", "clock"])
def test_lost_while_the_agent_is_rung_it_is_no_attempt(how: str) -> None:
    story = CallbackStory("anna", "bert").ring()
    story.fail("USER_BUSY", *story.legs("anna"))
    lose(story, how)
    assert to_the_live_state(story) == [do.PassOffer("asked/1:1", "bert", OfferEnd.CALLER_GONE)]
    assert {c.leg_id for c in story.every(do.KillLeg)} == set(story.legs("bert"))
    assert story.state() is (Closed if how == "switch" else Ending)
    assert len(story.every(do.CloseBook)) == (how == "switch")


@pytest.mark.parametrize("how", ["switch", "worker", "clock"])
def test_lost_while_redis_is_asked_the_offer_is_passed_and_its_conversation_ended(how: str) -> None:
    story = CallbackStory().ring()
    story.answer(story.legs("anna")[0])
    lose(story, how)
    assert to_the_live_state(story) == [do.EndTalk("anna", TICKET, 0, ABANDONED), tried_again(story, 300)]
    late = story.then(OfferAccepted("asked/1:1", "anna"))
    assert late.commands == ()


@pytest.mark.parametrize("how", ["switch", "worker", "clock"])
def test_lost_while_the_customer_is_rung_it_is_an_attempt(how: str) -> None:
    story = CallbackStory().agent_there()
    legs = {story.legs("anna")[0], story.customer}
    lose(story, how)
    if how == "worker":
        assert story.command(do.CheckAlone).leg == story.customer
        story.then(AloneChecked(True))
    assert to_the_live_state(story) == [do.EndTalk("anna", TICKET, 0, ABANDONED), tried_again(story, 300)]
    assert {c.leg_id for c in story.every(do.KillLeg)} == legs


def test_a_command_that_the_switch_refuses_lets_the_agent_go_and_is_an_attempt() -> None:
    story = CallbackStory().agent_there().then(CommandFailed("uuid_broadcast", "-ERR"))
    assert story.state() is Ending
    assert to_the_live_state(story) == [do.EndTalk("anna", TICKET, 0, ABANDONED), tried_again(story, 300)]


def test_lost_with_no_leg_left_it_is_closed_once() -> None:
    story = CallbackStory().ring()
    story.gone(story.legs("anna")[0], "USER_BUSY").then(SwitchGone("restarted"))
    assert story.state() is Closed
    assert story.commands[-1] == do.CloseBook()
    assert len(story.every(do.CloseBook)) == 1


def test_a_conversation_that_is_taken_over_is_watched_to_its_end() -> None:
    story = CallbackStory().joined()
    customer = story.entries(Bridged)[0].leg_id
    story.then(CallConnectionLost("worker died"))
    assert to_the_live_state(story) == []
    story.gone(story.legs("anna")[0], answered_s=9)
    assert [c.how for c in story.every(do.EndTalk)] == [TalkEnd.TALKED]
    story.gone(customer, answered_s=9)
    assert story.state() is Closed


def test_a_conversation_that_its_worker_died_too_soon_to_save_goes_on() -> None:
    story = CallbackStory().agent_there()
    customer = [e.leg_id for e in story.entries(Dialled)][-1]
    story.then(LegAnswered(customer)).then(CallConnectionLost("worker died"))
    assert story.command(do.CheckAlone).leg == customer
    assert not story.has(do.KillLeg)
    since = Instant(story.facts.now - SECOND)
    story.then(AloneChecked(False, story.legs("anna")[0], since))
    assert story.state() is Talking
    assert [e.at for e in story.entries(Bridged)] == [since]
    assert next(c for c in to_the_live_state(story) if isinstance(c, do.CallbackTried)).reached


def test_an_agent_and_a_customer_whose_worker_died_before_they_were_joined_are_let_go() -> None:
    story = CallbackStory().agent_there()
    customer = [e.leg_id for e in story.entries(Dialled)][-1]
    story.then(LegAnswered(customer)).then(CallConnectionLost("worker died")).then(AloneChecked(True))
    assert {c.leg_id for c in story.every(do.KillLeg)} == {customer, story.legs("anna")[0]}
    assert story.state() is Ending


@pytest.mark.parametrize("talking", [False, True])
def test_repeated_events_and_events_of_others_change_nothing(talking: bool) -> None:
    story = CallbackStory().joined() if talking else CallbackStory().agent_there()
    agent = story.legs("anna")[0]
    customer = [e.leg_id for e in story.entries(Dialled)][-1]
    before = story.call
    again: list[Event] = [LegAnswered(agent), OfferAccepted("asked/1:1", "anna"), OfferMade(story.first)]
    again += [LegAnswered(customer), Joined(agent, customer)] if talking else [JoinFailed(agent, "another", "-ERR")]
    for event in (*again, OriginateFailed(("another",), "USER_BUSY"), LegHeard(agent)):
        story.then(event)
        assert (story.call, story.commands) == (before, ()), event
    assert story.then(LegAnswered("another")).commands == (do.KillLeg("another", "ORIGINATOR_CANCEL"),)


def test_another_offer_lets_its_agents_go() -> None:
    story = CallbackStory().ring()
    story.then(OfferMade(replace(story.first, id="asked/1:2", epoch=2, agents=("bert",))))
    assert to_the_live_state(story) == [do.PassOffer("asked/1:2", "bert", OfferEnd.CALLER_GONE)]
