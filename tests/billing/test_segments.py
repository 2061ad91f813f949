"""Conversations, as the record tells of them: who with whom, from when to when."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.billing.fold import fold
from callcontrol.billing.reconciling import CdrSource, completed
from callcontrol.billing.record import RatedRecord, SegmentRecord
from callcontrol.billing.record_json import from_json, to_json
from callcontrol.billing.switch_cdr import LegEnd
from callcontrol.control import commands as do
from callcontrol.control.events import AppEnded, CallerHungUp, FactsFound, LegBridged, Rearrived
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.trail import Bridged, JoinedOutside, Parted
from tests.billing.trails import NOON, Entries, Story, answered_in_queue, called_back, forwarded
from tests.control.queue_story import CallbackStory
from tests.control.story import Story as Steps
from tests.control.test_transfers import OTHER
from tests.routing.world import facts


def at(seconds: float) -> Instant:
    return Instant(NOON + round(seconds * SECOND_US))


def segments(trail: Entries) -> list[tuple[str, str, str, float, float]]:
    """Legs, party, and begin and end in seconds after noon."""
    found = fold(trail).segments
    assert from_json(to_json(RatedRecord(fold(trail)))).call.segments == found
    return [(s.leg_id, s.other_leg, s.party, (s.began - NOON) / SECOND_US, (s.ended - NOON) / SECOND_US) for s in found]


def test_a_forwarded_call_has_one_conversation_until_the_first_of_both_legs_ends() -> None:
    story = Story()
    (found,) = segments(forwarded(talk_s=60))
    leg = next(leg for leg in fold(forwarded(talk_s=60)).legs if leg.bridged is not None)
    assert found[:3] == (story.call, leg.leg_id, leg.to)
    assert leg.bridged is not None
    assert leg.ended is not None
    assert (at(found[3]), at(found[4])) == (leg.bridged, min(leg.ended, fold(forwarded(talk_s=60)).ended))


def test_a_call_nobody_answers_has_none() -> None:
    assert segments(tuple(Story().rings(1, 0).ended(5, by="caller"))) == []


def test_a_trail_told_twice_tells_each_conversation_once() -> None:
    for sample in (forwarded(), answered_in_queue(), called_back()):
        assert len(segments(sample)) == 1
        assert segments((*sample, *sample)) == segments(sample)


def test_a_conversation_whose_end_is_a_guess_says_so_until_the_switchs_record_tells() -> None:
    guessed = fold(forwarded(estimated=True))
    (segment,) = guessed.segments
    assert segment.estimated
    legs = [leg for leg in guessed.legs if leg.estimated]
    ends = [
        LegEnd(
            leg.leg_id, guessed.call_id, "acme", leg.payer, True, False, True, False, "", leg.address, "",
            Stamps(leg.dialled, None, leg.answered, at(50)), "NORMAL_CLEARING", "callee",
        )
        for leg in legs
    ]  # fmt: skip
    (true,) = completed(guessed, ends, CdrSource("fs1", {})).segments
    assert (true.ended, true.estimated) == (at(50), False)
    assert replace(true, ended=segment.ended, estimated=True) == segment


def test_after_an_attended_transfer_the_caller_has_two_conversations_one_after_the_other() -> None:
    story = Steps(facts()).begin()
    bridge = story.command(do.Bridge)
    leg = bridge.legs[0][0]
    began = story.facts.now
    story.then(LegBridged(leg, began)).then(AppEnded(bridge.app_id, "SUCCESS", {leg: ""}))
    parted = story.facts.now
    story.then(LegBridged(OTHER, Instant(parted + 5), "102%acme.example")).gone(leg, answered_s=9)
    story.then(CallerHungUp("NORMAL_CLEARING")).gone("caller-1", answered_s=1, by="caller")
    first, second = fold(story.call.trail).segments
    assert first == SegmentRecord("caller-1", leg, "extension:101", began, parted)
    assert second == SegmentRecord("caller-1", OTHER, "extension:102", Instant(parted + 5), story.facts.now)


def test_after_a_blind_transfer_the_conversation_is_over_though_the_caller_lives() -> None:
    story = Steps(facts()).begin()
    leg = story.command(do.Bridge).legs[0][0]
    story.then(LegBridged(leg, story.facts.now)).then(Rearrived("102", transfer=True, by_leg=leg))
    over = story.facts.now
    assert [entry.at for entry in story.entries(Parted)] == [over]
    story.facts = replace(story.facts, dialled="102", transferred=True)
    story.then(FactsFound())
    other = story.command(do.Bridge).legs[0][0]
    story.then(LegBridged(other, story.facts.now)).gone(leg, answered_s=9)
    story.gone(other, answered_s=1).gone("caller-1", answered_s=9)
    first, second = fold(story.call.trail).segments
    assert (first.other_leg, first.ended, second.other_leg, second.party) == (leg, over, other, "extension:102")


def test_where_nobody_called_agent_and_customer_are_the_two() -> None:
    story = CallbackStory().joined()
    agent, customer = (leg.id for leg in story.call.legs)
    story.gone(customer, answered_s=1, by="callee").gone(agent, answered_s=2)
    (segment,) = fold(story.call.trail).segments
    assert (segment.leg_id, segment.other_leg, segment.party) == (agent, customer, "number:+48600700800")
    assert not segment.estimated


def test_a_conversation_the_trail_breaks_off_in_ends_with_it() -> None:
    trail = (*Story().rings(0, 0).entries, Bridged(at(3), Story().leg(0)), JoinedOutside(at(6), "elsewhere", "102"))
    assert segments(trail) == [
        (Story().call, Story().leg(0), "extension:101", 3.0, 6.0),
        (Story().call, "elsewhere", "102", 6.0, 6.0),
    ]
    assert fold(trail).segments[1].estimated
