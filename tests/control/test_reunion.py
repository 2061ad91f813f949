"""A call begun by a second worker while Redis was away, and what the first one knew: one call, each leg once."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control import transfers
from callcontrol.control.call import Call, Closed, Talking
from callcontrol.control.events import FactsFound, LegBridged, LegGone, Sent
from callcontrol.control.reunion_events import Reunited
from callcontrol.vocabulary.call import NO_ORIGIN, Stamps
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.move import Transferred
from callcontrol.vocabulary.trail import LegFound
from tests.control.story import SECOND, Story
from tests.control.test_transfers import talking
from tests.routing.world import facts


def second_part(known: Call, after_s: float = 10) -> tuple[Story, str]:
    """Another worker has the caller's channel, does not know the call, and rings extension 102 for it."""
    found = replace(facts("102"), caller=known.caller, dialled="102", transferred=True)
    story = Story(replace(found, now=Instant(int(known.arrived + after_s * SECOND))))
    begun = replace(story.call, id=known.id, worker="w2", nonce="other", origin=NO_ORIGIN)
    story.call = transfers.strayed(begun, story.facts)
    rung = story.then(FactsFound()).command(do.Bridge).legs[0][0]
    return story, rung


def test_both_parts_are_one_call_in_which_each_leg_stands_once() -> None:
    first, leg = talking()
    story, rung = second_part(first.call)
    story.then(LegBridged(rung, story.facts.now)).then(Reunited(first.call, leg))
    assert [one.id for one in story.call.legs] == ["caller-1", leg, rung]
    assert story.state() is Talking
    assert (story.call.arrived, story.call.dialled) == (first.call.arrived, first.call.dialled)
    assert story.call.taken_over
    assert [one.words for one in story.entries(Transferred)] == ["101 transferred to 102 (blind)"]
    assert story.command(do.CheckChannels).legs == ("caller-1", leg, rung)
    for one in (leg, rung, "caller-1"):
        story.gone(one, answered_s=1)
    assert story.state() is Closed
    record = fold(story.call.trail)
    assert sorted(one.leg_id for one in record.legs) == sorted(["caller-1", leg, rung])
    assert [one.other_leg for one in record.segments] == [leg, rung]


def test_an_end_that_only_the_second_worker_was_told_of_is_known() -> None:
    first, leg = talking()
    story, rung = second_part(first.call)
    ended = Stamps(first.call.arrived, None, Instant(first.call.arrived + SECOND), story.facts.now)
    sent = Sent("101@acme.example", "", "", "")
    story.then(LegGone(leg, "NORMAL_CLEARING", ended, "callee", sent=sent), 0)
    assert len(story.entries(LegFound)) == 1
    story.then(Reunited(first.call, leg))
    assert story.call.open_legs == ("caller-1", rung)
    assert not story.entries(LegFound)
    assert len({one.leg_id for one in fold(story.call.trail).legs}) == len(story.call.legs) == 3


def test_who_waits_at_the_second_worker_goes_on_there() -> None:
    first, leg = talking()
    story, rung = second_part(first.call)
    before = story.call.state
    story.then(Reunited(first.call, leg))
    assert story.call.state is before
    assert story.call.transfer is not None
    assert story.call.transfer.by == "101"
    again = story.call.next_legs(1)[0]
    assert again not in {leg, rung}
