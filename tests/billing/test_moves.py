"""Which leg took which one's place in a conversation, and when a party was parked or held."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.billing.fold import fold
from callcontrol.billing.moves import InterruptionRecord, Moves
from callcontrol.billing.record import RatedRecord
from callcontrol.billing.record_json import from_json, to_json
from callcontrol.control import commands as do
from callcontrol.control.call import Talking
from callcontrol.control.events import AppEnded, CallerHungUp, FactsFound, LegBridged, LegGone, Rearrived
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.move import HandedOver, Interrupted, Interruption, Manner, Resumed, Transferred
from callcontrol.vocabulary.trail import Entry
from tests.billing.trails import NOON, Story
from tests.control.story import Story as Steps
from tests.control.test_transfers import OTHER, talking
from tests.routing.world import NOW


def at(seconds: float) -> Instant:
    return Instant(NOON + round(seconds * SECOND_US))


def over(story: Steps, leg: str) -> Instant:
    """The bridge ends, and both legs live on: when, by the switch's clock."""
    assert isinstance(story.call.state, Talking)
    ended = Instant(story.facts.now + SECOND_US)
    story.then(AppEnded(story.call.state.app_id, "SUCCESS", {leg: ""}, at=ended))
    return ended


def moves(story: Steps) -> dict[str, tuple[str, str]]:
    """`moved_from` and `moved_to` of the legs that have one, also after a way through JSON."""
    record = fold(story.call.trail)
    assert from_json(to_json(RatedRecord(record))).call == record
    return {leg.leg_id: (leg.moved_from, leg.moved_to) for leg in record.legs if leg.moved_from or leg.moved_to}


def test_after_a_blind_transfer_the_new_leg_has_the_place_of_the_transferors() -> None:
    story, leg = talking()
    story.then(Rearrived("102", transfer=True, by_leg=leg))
    story.facts = replace(story.facts, dialled="102", transferred=True)
    story.then(FactsFound())
    other = story.command(do.Bridge).legs[0][0]
    story.then(LegBridged(other, story.facts.now)).gone(leg, answered_s=9)
    assert moves(story) == {leg: ("", other), other: (leg, "")}


def test_after_an_attended_one_it_is_a_leg_of_another_call_and_the_trail_says_how_long_that_was_asked() -> None:
    story, leg = talking()
    over(story, leg)
    joined = story.facts.now
    asked = Instant(joined - 14 * SECOND_US)
    story.then(LegBridged(OTHER, joined, "102%acme.example", asked))
    assert moves(story) == {leg: ("", OTHER)}
    (told,) = story.entries(Transferred)
    assert told.words == "101 transferred to 102 (attended, consulted 14 s)"


def test_a_transferors_leg_whose_bridge_is_told_late_takes_no_place() -> None:
    heard = Moves()
    heard.hear(Transferred(at(3), "103", "121", "leg-121"))
    for leg in ("leg-121", "leg-103"):
        heard.join(leg)
    assert (heard.to, heard.of) == ({"leg-121": "leg-103"}, {"leg-103": "leg-121"})


def test_a_transferor_whose_colleagues_phone_still_rang_has_consulted_no_one() -> None:
    story, leg = talking()
    over(story, leg)
    story.then(LegBridged(OTHER, story.facts.now, "102%acme.example", story.facts.now))
    assert [one.words for one in story.entries(Transferred)] == ["101 transferred to 102 (attended)"]


def test_a_caller_who_joins_the_callee_with_another_call_leaves_a_conversation_that_goes_on() -> None:
    """The transferor's channel outlives the bridge by a while: that is no talk."""
    story, leg = talking()
    began = fold(story.call.trail).segments[0].began
    ended = over(story, leg)
    story.then(CallerHungUp("ATTENDED_TRANSFER"), after_s=2)
    gone = Stamps(NOW, None, NOW, Instant(ended + 2 * SECOND_US))
    story.then(LegGone("caller-1", "ATTENDED_TRANSFER", gone, joined_with=OTHER))
    story.gone(leg, answered_s=20)
    (handed,) = story.entries(HandedOver)
    assert handed.words == "extension:101 goes on in another call (attended)"
    first, second = fold(story.call.trail).segments
    assert (first.leg_id, first.other_leg, first.began, first.ended) == ("caller-1", leg, began, ended)
    assert (second.leg_id, second.other_leg, second.began, second.ended) == (leg, OTHER, ended, story.facts.now)
    assert moves(story) == {"caller-1": ("", OTHER)}


def test_a_transfer_that_reached_no_one_moves_nothing() -> None:
    trail = (*Story().rings(0, 0).bridged(1, 0).entries, Transferred(at(5), "102", "101", Story().leg(0)))
    assert [(leg.moved_from, leg.moved_to) for leg in fold(trail).legs] == [("", ""), ("", "")]


def test_a_trail_told_twice_moves_nothing_twice() -> None:
    story, leg = talking()
    over(story, leg)
    story.then(LegBridged(OTHER, story.facts.now, "102%acme.example"))
    once, twice = fold(story.call.trail), fold((*story.call.trail, *story.call.trail))
    assert (once.legs, once.segments, once.interruptions) == (twice.legs, twice.segments, twice.interruptions)


def test_a_party_is_parked_until_taken_parked_anew_or_gone() -> None:
    story = Story().rings(0, 0)
    told: tuple[Entry, ...] = (
        Interrupted(at(2), Interruption.PARKED, story.call, "701"),
        Resumed(at(5), Interruption.PARKED, story.call),
        Interrupted(at(6), Interruption.HELD, story.call, "extension:101"),
        Interrupted(at(8), Interruption.HELD, story.call, "extension:102"),
    )
    trail = (*story.entries, *told, *story.ended(20, by="caller"))
    assert fold(trail).interruptions == (
        InterruptionRecord("parked", story.call, at(2), at(5), "701"),
        InterruptionRecord("held", story.call, at(6), at(8), "extension:101"),
        InterruptionRecord("held", story.call, at(8), at(20), "extension:102"),
    )
    assert fold((*trail, *trail)).interruptions == fold(trail).interruptions
    assert Manner.BLIND in Transferred(at(0), "102").words
