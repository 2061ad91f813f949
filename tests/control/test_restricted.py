"""Running legs whose payer is restricted: they end, only the payer hears why, the record has a cause of its own."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.control import commands as do
from callcontrol.control.credit_commands import ComeBack
from callcontrol.control.events import AppEnded, LegBridged, Rearrived, TimerFired
from callcontrol.control.restricted import TIMER
from callcontrol.control.restriction_events import PayersRestricted
from callcontrol.edges.live_state import codec
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import RESTRICTED
from callcontrol.vocabulary.restriction import Level, Restriction, by_payer
from callcontrol.vocabulary.trail import LegEnded, Noted
from tests.control.story import SECOND, Story
from tests.routing.world import NOW, facts, rule

OUTSIDE = "+48600100100"
JAN = Caller("101", "Jan", extension="101")


def restricted(story: Story, level: Level = Level.BLOCK_CLASS, payer: str = "extension:101") -> Story:
    one = Restriction("acme", payer, "money_per_day/all", level, (), NOW, None, "limit", "50 PLN a day")
    story.facts = replace(story.facts, restrictions=by_payer([one]))
    return story.then(PayersRestricted())


def dialling() -> tuple[Story, str]:
    story = Story(facts(OUTSIDE, caller=JAN)).begin()
    return story, story.command(do.Bridge).legs[0][0]


def talking() -> tuple[Story, str]:
    story, leg = dialling()
    return story.then(LegBridged(leg, Instant(story.facts.now + SECOND))), leg


def test_a_payer_in_a_conversation_comes_back_and_hears_why() -> None:
    story, leg = talking()
    restricted(story)
    assert story.has(ComeBack)
    timer = story.command(do.StartTimer)
    assert not story.has(do.KillLeg)
    story.then(TimerFired(timer.name), timer.after_s)
    assert story.command(do.KillLeg) == do.KillLeg(leg, "ALLOTTED_TIMEOUT")
    story.then(Rearrived(OUTSIDE, brought_back=True, channel="caller-1", at=Instant(story.facts.now)), 0)
    played = story.command(do.Play)
    assert played.file.endswith("outgoing/en/limit-reached.wav")
    story.gone(leg, "ALLOTTED_TIMEOUT", answered_s=4)
    assert [e.cause for e in story.entries(LegEnded)] == [RESTRICTED]
    story.then(AppEnded(played.app_id))
    assert story.command(do.HangUp).cause == "NORMAL_CLEARING"
    assert [e.what for e in story.entries(Noted)] == [
        f"the leg to number:{OUTSIDE} ends: extension:101 is restricted (block_class): 50 PLN a day"
    ]


def test_a_worker_that_took_the_call_over_ends_the_leg_without_the_timer() -> None:
    story, leg = talking()
    restricted(story)
    story.call = codec.decode(codec.encode(story.call))
    story.then(PayersRestricted())
    assert story.command(do.KillLeg).leg_id == leg
    assert not story.has(ComeBack)


def test_a_leg_that_rings_is_not_rung_any_more() -> None:
    story, leg = dialling()
    restricted(story)
    assert story.command(do.KillLeg).leg_id == leg
    story.gone(leg, "ALLOTTED_TIMEOUT")
    assert [e.cause for e in story.entries(LegEnded)] == [RESTRICTED]


def test_others_hear_nothing_of_a_restricted_payer() -> None:
    story = Story(facts(rules={"101": [rule("always", f"number:{OUTSIDE}")]})).begin()
    leg = story.command(do.Bridge).legs[0][0]
    story.then(LegBridged(leg, Instant(story.facts.now + SECOND)))
    restricted(story)
    assert story.command(do.KillLeg).leg_id == leg
    assert not story.has(ComeBack)


def test_what_blocks_nothing_or_concerns_others_ends_no_leg() -> None:
    for level, payer in (
        (Level.WARN, "extension:101"),
        (Level.ASK_PIN, "extension:101"),
        (Level.BLOCK_OUTGOING, "extension:102"),
        (Level.RELEASED, "tenant"),
    ):
        story, _ = talking()
        restricted(story, level, payer)
        assert story.commands == ()


def test_emergency_calls_and_calls_inside_go_on() -> None:
    for dialled in ("112", "102"):
        story = Story(facts(dialled, caller=JAN)).begin()
        leg = story.command(do.Bridge).legs[0][0]
        story.then(LegBridged(leg, story.facts.now))
        restricted(story, Level.BLOCK_OUTGOING, "tenant")
        assert story.commands == ()


def test_a_leg_that_has_ended_needs_no_end() -> None:
    story, leg = talking()
    restricted(story)
    story.gone(leg, "NORMAL_CLEARING", answered_s=2)
    story.then(TimerFired(TIMER + leg))
    assert not story.has(do.KillLeg)
    assert [e.cause for e in story.entries(LegEnded)] == ["NORMAL_CLEARING"]
