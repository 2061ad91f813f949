"""Limits that count the calls of a payer: what a call does when one of its legs is refused by a limit."""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control.call import Closed, Ringing
from callcontrol.control.events import AppEnded, CallerHungUp
from callcontrol.control.legs import is_of_next_trunk
from callcontrol.control.limit_events import LimitsReached
from callcontrol.routing.outgoing.counting import counters_of, without_released
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.counters import Cap, Counter, Reached
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import LIMIT_REACHED, Outcome
from callcontrol.vocabulary.refusal_reason import RefusalReason
from callcontrol.vocabulary.restriction import Level, Restriction, RestrictPayer, by_payer
from callcontrol.vocabulary.trail import Passed
from tests.control.queue_story import CallbackStory, QueueStory
from tests.control.story import SECOND, Story
from tests.routing.world import DID, facts, rule

OUTSIDE = "+48600100100"
JAN = Caller("101", "Jan", extension="101")
REACHED = Reached(Counter("extension:101", "all", calls_at_once=2), Cap.CALLS_AT_ONCE, OUTSIDE)
WHY = "extension:101 has 2 calls outside at once already, and may have no more"


def refused(story: Story, kind: type[do.Bridge] | type[do.Originate] = do.Bridge) -> Story:
    """The story after every leg it wanted to dial was refused."""
    dial = story.command(kind)
    return story.then(LimitsReached(dial, {leg: REACHED for leg, _ in dial.legs}, LIMIT_REACHED), 0)


def test_an_extension_that_dialled_the_number_hears_why_it_is_refused() -> None:
    story = refused(Story(facts(OUTSIDE, caller=JAN)).begin())
    assert "outgoing/en/limit-reached.wav" in story.command(do.Play).file
    (passed,) = [one for one in story.entries(Passed) if one.reason]
    assert (passed.reason, passed.why) == (RefusalReason.LIMIT_REACHED, WHY)
    (leg,) = [one for one in story.call.legs if one.target]
    assert leg.end is not None
    assert (leg.end.cause, leg.end.outcome, leg.end.stamps) == (LIMIT_REACHED, Outcome.REJECTED, None)


def test_a_caller_who_is_forwarded_outside_hears_nothing_of_the_payers_limits() -> None:
    forward = {"101": [rule("always", f"number:{OUTSIDE}")]}
    story = refused(Story(facts(DID["extension"], rules=forward)).begin())
    assert not story.has(do.Play)
    assert not story.has(do.Bridge)


def test_of_a_group_the_other_members_ring() -> None:
    story = Story(facts(DID["group"])).begin()
    dial = story.command(do.Bridge)
    (outside,) = [leg for leg, plan in dial.legs if plan.to == f"number:{OUTSIDE}"]
    story.then(LimitsReached(dial, {outside: REACHED}), 0)
    assert story.state() is Ringing
    assert [leg.target for leg in story.call.legs if leg.target and leg.end is None] == [
        "extension:101",
        "extension:102",
    ]


def test_an_agent_outside_is_not_rung_and_the_caller_waits_on() -> None:
    story = refused(QueueStory().reach("waiting").offer("carl"), do.Originate)
    assert isinstance(story, QueueStory)
    assert story.has(do.PassOffer)
    assert story.waiting.offering is None


def test_a_customer_is_not_called_back_now() -> None:
    story = refused(CallbackStory().agent_there(), do.Originate)
    assert not story.command(do.CallbackTried).reached


def test_a_caller_who_has_hung_up_meanwhile_is_told_nothing_and_the_book_is_closed() -> None:
    story = Story(facts(OUTSIDE, caller=JAN)).begin()
    dial = story.command(do.Bridge)
    story.then(CallerHungUp("ORIGINATOR_CANCEL"))
    story.gone("caller-1")
    story.then(LimitsReached(dial, {leg: REACHED for leg, _ in dial.legs}, LIMIT_REACHED), 0)
    assert not story.has(do.Play)
    assert story.state() is Closed


def test_a_leg_through_the_next_trunk_is_no_further_call() -> None:
    story = Story(facts(OUTSIDE, caller=JAN)).begin()
    bridge = story.command(do.Bridge)
    ((first, _),) = bridge.legs
    assert not is_of_next_trunk(story.call, first)
    story.then(AppEnded(bridge.app_id, "GATEWAY_DOWN", {first: "GATEWAY_DOWN"}))
    ((second, _),) = story.command(do.Bridge).legs
    assert is_of_next_trunk(story.call, second)
    assert not is_of_next_trunk(story.call, "unknown")


def test_the_payer_whose_limit_is_reached_is_restricted_as_the_cap_says() -> None:
    story = refused(Story(facts(OUTSIDE, caller=JAN)).begin())
    assert not story.has(do.RestrictPayer)  # this counter says nothing
    dear = Counter("extension:101", "dear", numbers_per_hour=3, level=Level.BLOCK_CLASS)
    reached = Reached(dear, Cap.NUMBERS_PER_HOUR, OUTSIDE)
    story = Story(facts(OUTSIDE, caller=JAN)).begin()
    dial = story.command(do.Bridge)
    story.then(LimitsReached(dial, {leg: reached for leg, _ in dial.legs}, LIMIT_REACHED), 0)
    assert story.command(do.RestrictPayer) == RestrictPayer(
        payer="extension:101",
        limit="numbers_per_hour/dear",
        level=Level.BLOCK_CLASS,
        classes=("international", "premium", "satellite"),
        until=Instant(story.facts.now + 3600 * SECOND),
        why=reached.why,
    )
    assert "outgoing/en/limit-reached.wav" in story.command(do.Play).file


def test_a_payer_whom_a_person_has_released_from_a_limit_is_not_counted_out_by_it() -> None:
    known = facts(OUTSIDE, caller=JAN)
    counters = counters_of("extension:101", Direction.PREMIUM, known.tenant, dear=True)
    until = Instant(known.now + SECOND)
    said = Restriction(
        "acme", "extension:101", "calls_at_once/premium", Level.RELEASED, (), known.now, until, "jan", "fair"
    )
    free = without_released(counters, replace(known, restrictions=by_payer([said])))
    assert [(one.payer, one.capped, one.calls_at_once) for one in free][:2] == [
        ("extension:101", "premium", 0),
        ("extension:101", "dear", 5),
    ]
    assert without_released(counters, replace(known, now=until, restrictions=by_payer([said]))) == counters
