"""Transfers by DTMF code: no party is lost, not even by a wrong number, and all of it is one call."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control.call import Closed, Deciding, Ending, Talking
from callcontrol.control.events import (
    AloneChecked,
    AppEnded,
    CallConnectionLost,
    CallerHungUp,
    Event,
    FactsFound,
    Joined,
    JoinFailed,
    LegAnswered,
    LegBridged,
    LegHeard,
    LegKey,
    OriginateFailed,
    Rearrived,
    TimerFired,
)
from callcontrol.control.key_transfer import KeyTransfer
from callcontrol.control.key_transfer_state import Phase
from callcontrol.control.key_transfer_steps import (
    AGAIN_S,
    AGAIN_TIMER,
    GIVE_UP_TIMER,
    IN_TALK,
    JOINS_FOR_S,
    RECALL_TIMER,
    SILENCE,
    WHILE_ASKING,
)
from callcontrol.control.transfer_commands import DialFor, JoinAsThird, KeepLeg, ListenForCodes, Part
from callcontrol.control.transfer_events import CodePressed, DialFactsFound
from callcontrol.edges.live_state.codec import CALLS
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.leg import Role
from callcontrol.vocabulary.move import Transferred
from callcontrol.vocabulary.target import ExtensionTarget
from tests.control.story import Story
from tests.routing.world import DID, NOW, TENANT, facts

WITH_KEYS = TENANT + "transfers: {recall: 20, keys: {on: yes}}\n"
ONLY_102 = TENANT + "transfers: {keys: {on: yes, allowed: ['102']}}\n"
BLIND, ATTENDED, SWAP, TOGETHER, BACK = "*1", "*2", "*5", "*6", "*0"


def talking(
    tenant: str = WITH_KEYS, *, caller: Caller | None = None, dialled: str = DID["extension"]
) -> tuple[Story, str]:
    """A conversation of a caller (from outside, if nothing else is said) with extension 101; and its leg."""
    story = Story(facts(dialled, tenant=tenant, caller=caller)).begin()
    leg = story.command(do.Bridge).legs[0][0]
    return story.then(LegBridged(leg, NOW, "101%acme.example")), leg


def held(code: str = ATTENDED) -> tuple[Story, str]:
    """101 has pressed a code: the caller is parked, 101 hears a dial tone."""
    story, leg = talking()
    story.then(CodePressed(leg, code))
    story.command(Part)
    return story.then(Rearrived(story.call.destination, brought_back=True, by_leg=leg)), leg


def typed(story: Story, leg: str, number: str) -> Story:
    for key in number:
        story.then(LegKey(leg, key), after_s=0.2)
    return story


def dialled(story: Story, leg: str, number: str) -> Story:
    """The number is complete, and its plan has been looked up."""
    typed(story, leg, f"{number}#")
    asked = story.command(DialFor)
    as_101 = replace(story.facts, caller=Caller("101", extension="101"), dialled=asked.dialled, transferred=False)
    return story.then(DialFactsFound(as_101))


def ringing(number: str = "102") -> tuple[Story, str, str]:
    """The colleague's phone rings; the transferor's leg and the colleague's."""
    story, leg = held()
    dialled(story, leg, number)
    return story, leg, story.command(do.Originate).legs[0][0]


def asking() -> tuple[Story, str, str]:
    """101 and the colleague talk."""
    story, leg, colleague = ringing()
    story.then(LegAnswered(colleague)).then(Joined(leg, colleague))
    return story, leg, colleague


def phase(story: Story) -> Phase:
    assert isinstance(story.call.state, KeyTransfer)
    return story.call.state.phase


def joins(story: Story) -> list[tuple[str, str]]:
    return [(one.first, one.second) for one in story.every(do.Join)]


# --- who may


def test_codes_count_at_the_phones_of_the_tenants_own_people_and_at_no_other_leg() -> None:
    story, leg = talking()
    assert [(one.leg_id, one.codes) for one in story.every(ListenForCodes)] == [(leg, (BLIND, ATTENDED))]


def test_in_an_internal_conversation_either_may() -> None:
    story, leg = talking(caller=Caller("102", extension="102"), dialled="101")
    assert {one.leg_id for one in story.every(ListenForCodes)} == {leg, "caller-1"}


@pytest.mark.parametrize("tenant", [TENANT, ONLY_102])
def test_where_there_are_no_keys_or_they_are_for_others_nothing_is_listened_for(tenant: str) -> None:
    story, leg = talking(tenant)
    assert not story.has(ListenForCodes)
    before = story.call
    assert story.then(CodePressed(leg, BLIND)).call is before


def test_the_outside_party_has_no_code_whatever_events_arrive() -> None:
    story, _ = talking()
    before = story.call
    assert story.then(CodePressed("caller-1", BLIND)).call is before


# --- blind


def test_blind_the_party_is_sent_there_and_only_then_the_transferor_is_let_go() -> None:
    story, leg = held(BLIND)
    typed(story, leg, "102")
    assert not story.has(do.KillLeg)
    dialled(story, leg, "")
    assert story.state() is Deciding
    assert [one.leg_id for one in story.every(do.KillLeg)] == [leg]
    assert story.command(do.FindFacts).dialled == "102"
    assert story.call.transfer is not None
    assert story.call.transfer.by == "101"
    story.facts = replace(story.facts, dialled="102", transferred=True, transferred_by="101")
    ((_, plan), *_) = story.then(FactsFound()).command(do.Bridge).legs
    assert plan.to == "extension:102"


@pytest.mark.parametrize("number", ["777", "*21*103", "0701234567"])
def test_a_number_that_may_not_be_dialled_is_refused_before_the_party_leaves(number: str) -> None:
    story, leg = held(BLIND)
    dialled(story, leg, number)
    assert phase(story) is Phase.REFUSED
    assert story.command(do.Whisper).leg_id == leg
    story.then(LegHeard(leg))
    assert joins(story) == [("caller-1", leg)]
    story.then(Joined("caller-1", leg))
    assert isinstance(story.call.state, Talking)
    assert story.call.transfer is None


def test_a_code_in_place_of_a_number_or_no_number_at_all_brings_the_party_back() -> None:
    for event in (CodePressed("", ATTENDED), TimerFired("step"), LegKey("", "#")):
        story, leg = held()
        story.then(replace(event, leg_id=leg) if not isinstance(event, TimerFired) else event)
        assert joins(story) == [("caller-1", leg)]
    story, leg = held()
    assert joins(typed(story, leg, "*0")) == [("caller-1", leg)]


def test_the_number_is_complete_when_no_key_follows() -> None:
    story, leg = held(BLIND)
    typed(story, leg, "102").then(TimerFired("step"))
    assert story.command(DialFor) == DialFor("102", "101")


def test_an_attended_transfer_to_a_target_without_a_phone_is_made_blind() -> None:
    story, leg = held()
    dialled(story, leg, "+48221234507")  # a voicemail box
    assert story.state() is Deciding
    assert story.command(do.FindFacts).dialled == "+48221234507"


# --- attended


def test_the_colleague_is_rung_at_the_transferors_cost_as_called_by_the_transferor() -> None:
    story, leg = held()
    dialled(story, leg, "600100100")
    ((colleague, plan), *_) = story.command(do.Originate).legs
    assert plan.payer == "extension:101"
    found = story.call.leg(colleague)
    assert found is not None
    assert found.role is Role.CONSULT


def test_while_they_talk_each_stays_if_the_other_leaves_and_the_other_codes_count() -> None:
    story, leg, colleague = ringing()
    story.then(LegAnswered(colleague))
    assert set(story.every(KeepLeg)) == {KeepLeg(leg), KeepLeg(colleague)}
    assert joins(story) == [(leg, colleague)]
    story.then(Joined(leg, colleague))
    assert story.command(ListenForCodes).codes == (ATTENDED, SWAP, TOGETHER, BACK)


def test_hanging_up_connects_both() -> None:
    story, leg, colleague = asking()
    story.then(TimerFired("none of its"), after_s=14).gone(leg, answered_s=9)
    assert joins(story) == [("caller-1", colleague)]
    assert KeepLeg(colleague, on=False) in story.every(KeepLeg)
    story.then(Joined("caller-1", colleague), after_s=0)
    assert isinstance(story.call.state, Talking)
    assert story.call.state.leg_id == colleague
    (note,) = [e.words for e in story.entries(Transferred)]
    assert note == "101 transferred to 102 (attended, consulted 14 s)"
    legs = {one.leg_id: one for one in fold(story.call.trail).legs}
    assert (legs[leg].moved_to, legs[colleague].moved_from) == (colleague, leg)


def test_the_code_pressed_again_connects_both_and_lets_the_transferor_go() -> None:
    story, leg, colleague = asking()
    story.then(CodePressed(leg, ATTENDED))
    assert joins(story) == [("caller-1", colleague)]
    assert [one.leg_id for one in story.every(do.KillLeg)] == [leg]


def test_while_the_colleague_rings_the_codes_count_and_back_has_the_party_back() -> None:
    story, leg, _ = ringing()
    assert story.command(ListenForCodes) == ListenForCodes(leg, WHILE_ASKING, (ATTENDED, SWAP, TOGETHER, BACK))
    story.then(CodePressed(leg, BACK))
    assert joins(story) == [("caller-1", leg)]
    story.then(Joined("caller-1", leg))
    assert story.command(ListenForCodes).realm == IN_TALK


def test_back_while_dialling_and_a_star_code_of_the_tenants_plays_nothing_before_its_second_key() -> None:
    story, leg = held()
    assert not typed(story, leg, "*").has(do.Whisper)
    typed(story, leg, "0")
    assert joins(story) == [("caller-1", leg)]
    story, leg = held()
    assert typed(story, leg, "*8").command(do.Whisper) == do.Whisper(leg, SILENCE)
    assert not typed(story, leg, "1").has(do.Whisper)


def test_a_colleague_who_leaves_leaves_the_transferor_with_the_party() -> None:
    story, leg, colleague = asking()
    story.gone(colleague, answered_s=2)
    assert joins(story) == [("caller-1", leg)]


def test_swap_then_all_three_then_back_to_the_party() -> None:
    story, leg, colleague = asking()
    story.then(CodePressed(leg, SWAP))
    assert joins(story) == [("caller-1", leg)]
    story.then(Joined("caller-1", leg))
    assert story.command(do.Whisper).leg_id == colleague  # music
    story.then(CodePressed(leg, SWAP))
    assert joins(story) == [(leg, colleague)]
    story.then(Joined(leg, colleague)).then(Rearrived(story.call.destination, brought_back=True))
    assert story.has(do.Play)
    story.then(CodePressed(leg, TOGETHER)).then(Joined("caller-1", colleague))
    assert story.command(JoinAsThird) == JoinAsThird(leg, "caller-1")
    story.then(CodePressed(leg, BACK))
    assert [one.leg_id for one in story.every(do.KillLeg)] == [colleague]
    assert joins(story) == [("caller-1", leg)]


def test_the_other_two_stay_together_when_one_of_three_leaves() -> None:
    story, leg, colleague = asking()
    story.then(CodePressed(leg, TOGETHER)).then(Joined("caller-1", colleague)).gone(leg, answered_s=9)
    assert isinstance(story.call.state, Talking)
    assert story.call.state.leg_id == colleague


def test_a_transferor_who_hangs_up_while_it_rings_leaves_the_party_to_the_colleague() -> None:
    story, leg, colleague = ringing()
    story.gone(leg, answered_s=9)
    assert phase(story) is Phase.RINGS_ALONE
    story.then(LegAnswered(colleague))
    assert joins(story) == [("caller-1", colleague)]


@pytest.mark.parametrize("how", ["failed", "too long"])
def test_and_where_the_colleague_does_not_answer_either_the_party_is_recalled(how: str) -> None:
    story, leg, colleague = ringing()
    story.gone(leg, answered_s=9)
    if how == "failed":
        story.then(OriginateFailed((colleague,), "NO_ANSWER")).then(DialFactsFound(story.facts))
    else:
        story.then(TimerFired(RECALL_TIMER))
        assert [one.leg_id for one in story.every(do.KillLeg)] == [colleague]
    assert story.state() is Deciding
    ((_, plan), *_) = story.then(FactsFound()).command(do.Bridge).legs
    assert plan.to == "extension:101"


def test_a_colleague_who_does_not_answer_leaves_the_transferor_with_the_party() -> None:
    story, leg, colleague = ringing()
    story.then(OriginateFailed((colleague,), "USER_BUSY"))
    as_101 = replace(story.facts, caller=Caller("101", extension="101"), dialled="102")
    story.then(DialFactsFound(as_101))
    assert phase(story) is Phase.REFUSED
    assert joins(story.then(LegHeard(leg))) == [("caller-1", leg)]


# --- the caller is the transferor


def test_the_caller_transfers_the_callee_who_leads_the_call_from_then_on() -> None:
    story, leg = talking(caller=Caller("102", extension="102"), dialled="101")
    story.then(CodePressed("caller-1", ATTENDED))
    assert story.command(Part) == Part("caller-1")
    assert story.call.led == leg
    story.then(Rearrived(story.call.destination, brought_back=True, channel=leg))
    dialled(story, "caller-1", "103")
    colleague = story.command(do.Originate).legs[0][0]
    story.then(LegAnswered(colleague)).then(Joined("caller-1", colleague)).gone("caller-1", answered_s=5)
    assert joins(story) == [(leg, colleague)]
    story.then(Joined(leg, colleague)).gone(leg, answered_s=9)
    for one in story.call.open_legs:
        story.gone(one, answered_s=4)
    assert story.state() is Closed
    record = fold(story.call.trail)
    assert [one.to for one in record.legs] == ["", "extension:101", *["extension:103"] * (len(record.legs) - 2)]


# --- a worker dies


def test_a_conversation_that_no_worker_directs_is_transferred_by_keys_as_well() -> None:
    story, leg = talking()
    story.then(CallConnectionLost("the worker is gone"))
    assert story.state() is Ending
    story.then(CodePressed(leg, ATTENDED))
    assert story.command(Part) == Part(leg)


def test_the_state_of_each_step_is_saved_and_read() -> None:
    for story, *_ in (held(), ringing(), asking()):
        assert CALLS.decode(CALLS.encode(story.call)) == story.call


def test_the_party_is_fetched_where_it_is_alone_and_hears_music_again_while_the_colleague_is_asked() -> None:
    story, leg, colleague = asking()
    story.then(CallConnectionLost("the worker is gone"))
    assert story.has(do.BringBack)
    story.then(Rearrived(story.call.destination, brought_back=True))
    assert story.has(do.Play)
    assert joins(story.gone(leg, answered_s=9)) == [("caller-1", colleague)]


def test_who_leaves_while_the_party_is_fetched_is_found_gone_when_it_arrives() -> None:
    """The transferor's end is told before the channel has come: nothing could be done with it yet."""
    story, leg = held()
    story.then(CallConnectionLost("worker w1 died, w2 took over"))
    story.command(do.BringBack)
    story.gone(leg, answered_s=2, by="callee")
    assert story.state() is KeyTransfer
    assert not story.commands
    story.then(Rearrived(story.call.destination, brought_back=True))
    assert story.command(do.LookUp).target == ExtensionTarget("101")
    story.then(FactsFound())
    assert story.command(do.Bridge).legs[0][1].to == "extension:101"


def test_a_colleagues_phone_that_rang_when_the_worker_died_stops_and_the_party_is_back() -> None:
    story, leg, colleague = ringing()
    story.then(CallConnectionLost("the worker is gone")).then(Rearrived(story.call.destination, brought_back=True))
    assert [one.leg_id for one in story.every(do.KillLeg)] == [colleague]
    assert joins(story) == [("caller-1", leg)]


def not_joined_back() -> tuple[Story, str]:
    """The party was to be joined with the transferor again, and the switch could not be told."""
    story, leg = held()
    story.then(CodePressed(leg, BACK))
    assert do.StartTimer(GIVE_UP_TIMER, JOINS_FOR_S) in story.commands
    return story.then(JoinFailed("caller-1", leg, "there is no connection")), leg


def test_a_join_that_failed_is_not_ordered_again_at_once_but_a_while_later() -> None:
    story, leg = not_joined_back()
    assert not joins(story)  # the same answer would come at once, for ever
    assert do.StartTimer(AGAIN_TIMER, AGAIN_S) in story.commands
    trail = story.call.trail
    story.then(TimerFired(AGAIN_TIMER))
    assert joins(story) == [("caller-1", leg)]
    assert do.StopTimer(GIVE_UP_TIMER) not in story.commands
    assert story.then(JoinFailed("caller-1", leg, "there is no connection")).call.trail == trail
    story.then(TimerFired(AGAIN_TIMER)).then(Joined("caller-1", leg))
    assert story.state() is Talking
    assert do.StopTimer(GIVE_UP_TIMER) in story.commands


def test_a_transferor_whose_end_is_told_meanwhile_is_rung() -> None:
    story, leg = not_joined_back()
    story.gone(leg, answered_s=3).then(TimerFired(AGAIN_TIMER))
    assert story.command(do.LookUp).target == ExtensionTarget("101")


def test_where_the_switch_does_not_join_them_for_long_the_transferor_is_rung_anew() -> None:
    story, leg = not_joined_back()
    story.then(TimerFired(GIVE_UP_TIMER))
    assert [one.leg_id for one in story.every(do.KillLeg)] == [leg]
    assert story.command(do.LookUp).target == ExtensionTarget("101")


def joined_back_twice() -> tuple[Story, str]:
    """Both were joined again, the party came back at once, and the answer to the first order came after the second."""
    story, leg = held()
    story.then(CodePressed(leg, BACK)).then(Rearrived(story.call.destination, brought_back=True))
    assert joins(story) == [("caller-1", leg)]
    return story.then(Joined("caller-1", leg)), leg


def test_a_transferor_who_leaves_as_both_are_joined_again_is_rung_though_the_answers_come_late() -> None:
    story, leg = joined_back_twice()
    story.gone(leg, answered_s=3).then(JoinFailed("caller-1", leg, "no such channel"))
    assert story.command(do.LookUp).target == ExtensionTarget("101")
    assert not story.call.open_legs[1:]


def test_whether_they_talk_is_looked_at_where_the_second_join_fails_and_none_has_left() -> None:
    story, leg = joined_back_twice()
    timer = story.then(JoinFailed("caller-1", leg, "already joined")).command(do.StartTimer)
    assert story.then(TimerFired(timer.name)).has(do.CheckAlone)
    assert not story.then(AloneChecked(False)).has(do.HangUp)


# --- any order of events

HAPPENINGS = st.lists(
    st.sampled_from([
        "blind", "attended", "swap", "together", "back", "digits", "hash", "known", "answered", "failed", "joined",
        "not joined", "transferor leaves", "colleague leaves", "comes", "lost", "late", "recall", "silence", "heard",
        "again", "given up",
    ]),
    max_size=14,
)  # fmt: skip


def happening(story: Story, leg: str, what: str) -> list[Event]:
    state = story.call.state
    rung = state.being_rung if isinstance(state, KeyTransfer) else ()
    colleague = state.colleague if isinstance(state, KeyTransfer) else ""
    wanted = story.every(do.Join)
    match what:
        case "digits":
            return [LegKey(leg, key) for key in "102"]
        case "hash":
            return [LegKey(leg, "#")]
        case "known":
            return [DialFactsFound(replace(story.facts, caller=Caller("101", extension="101"), dialled="102"))]
        case "answered":
            return [LegAnswered(one) for one in rung[:1]]
        case "failed":
            return [OriginateFailed(rung, "NO_ANSWER")] if rung else []
        case "joined":
            return [Joined(one.first, one.second) for one in wanted]
        case "not joined":
            return [JoinFailed(one.first, one.second, "gone") for one in wanted]
        case "comes":
            return [Rearrived(story.call.destination, brought_back=True)]
        case "lost":
            return [CallConnectionLost("gone")]
        case "late":
            return [TimerFired("step")]
        case "again":
            return [TimerFired(AGAIN_TIMER)]
        case "given up":
            return [TimerFired(GIVE_UP_TIMER)]
        case "recall":
            return [TimerFired(RECALL_TIMER)]
        case "silence":
            return [AppEnded(state.music)] if isinstance(state, KeyTransfer) and state.music else []
        case "heard":
            return [LegHeard(one) for one in (leg, colleague) if one]
        case _:
            codes = {"blind": BLIND, "attended": ATTENDED, "swap": SWAP, "together": TOGETHER, "back": BACK}
            return [CodePressed(leg, codes[what])]


@given(HAPPENINGS)
@settings(max_examples=300)
def test_in_any_order_of_events_the_party_is_never_hung_up_and_every_leg_ends_once(happenings: list[str]) -> None:
    story, leg = held()
    for what in happenings:
        if what in ("transferor leaves", "colleague leaves"):
            colleague = story.call.state.colleague if isinstance(story.call.state, KeyTransfer) else ""
            gone = leg if what == "transferor leaves" else colleague
            if gone and story.call.is_open(gone):
                story.gone(gone, answered_s=3)
            continue
        if isinstance(story.call.state, KeyTransfer):
            for event in happening(story, leg, what):
                story.then(event)
                hung_up = story.has(do.HangUp) and not isinstance(story.call.state, Ending)
                assert not hung_up
    story.then(CallerHungUp("NORMAL_CLEARING"))
    for one in story.call.open_legs:
        story.gone(one, answered_s=1)
    assert story.state() is Closed
    record = fold(story.call.trail)
    assert len({one.leg_id for one in record.legs}) == len(record.legs)
