"""A call declined on one of several devices: what the other devices do."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control.call import Ringing
from callcontrol.control.events import FactsFound, LegBridged, LegGone
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.trail import OfferEnded
from tests.control.queue_story import CallbackStory, QueueStory
from tests.control.story import SECOND, Story
from tests.routing import world
from tests.routing.queue_world import RUSH

TWO_PHONES, GROUP = "+48221234509", "+48221234502"


def ended(story: Story, leg: str, cause: str = "CALL_REJECTED", *, rang: bool = True, by: str = "callee") -> None:
    """The leg ends before it is answered."""
    now = story.facts.now
    ringing = Instant(now - SECOND) if rang else None
    story.then(LegGone(leg, cause, Stamps(story.call.arrived, ringing, None, now), by), 0)


def stopped(story: Story) -> list[tuple[str, str]]:
    return [(kill.leg_id, kill.cause) for kill in story.every(do.KillLeg)]


def ringing(dialled: str = TWO_PHONES, tenant: str | None = None) -> Story:
    facts = world.facts(dialled) if tenant is None else world.facts(dialled, tenant=tenant)
    story = Story(facts).begin()
    story.then(FactsFound())
    assert story.state() is Ringing
    return story


def legs(story: Story) -> tuple[str, ...]:
    assert isinstance(story.call.state, Ringing)
    return story.call.state.legs


@pytest.mark.parametrize("cause", ["CALL_REJECTED", "USER_BUSY"])
def test_declined_on_one_phone_the_other_stops_ringing(cause: str) -> None:
    story = ringing()
    desk, app = legs(story)
    ended(story, app, cause)
    assert stopped(story) == [(desk, cause)]


@pytest.mark.parametrize(
    ("cause", "rang", "by"),
    [
        ("USER_BUSY", False, "callee"),  # the phone is in use
        ("NO_ANSWER", True, "switch"),
        ("CALL_REJECTED", True, "switch"),  # ended by us, for the other one
        ("NORMAL_TEMPORARY_FAILURE", False, "callee"),
        ("UNALLOCATED_NUMBER", True, "callee"),
    ],
)
def test_an_end_that_is_no_decline_leaves_the_other_phone_ringing(cause: str, rang: bool, by: str) -> None:
    story = ringing()
    ended(story, legs(story)[1], cause, rang=rang, by=by)
    assert stopped(story) == []


def test_where_a_decline_is_the_devices_the_other_phone_rings_on() -> None:
    own = world.TENANT.replace("'103': {", "'103': {decline: device, ")
    assert own != world.TENANT
    story = ringing(tenant=own)
    ended(story, legs(story)[1])
    assert stopped(story) == []


def test_in_a_group_the_other_members_ring_on() -> None:
    story = ringing(GROUP, world.TENANT.replace("[extension:101, extension:102, ", "[extension:103, extension:102, "))
    desk, app, *others = legs(story)
    assert others
    ended(story, desk)
    assert stopped(story) == [(app, "CALL_REJECTED")]


def test_a_conversation_goes_on_when_another_device_declines() -> None:
    story = ringing()
    desk, app = legs(story)
    story.then(LegBridged(desk, story.facts.now))
    ended(story, app)
    assert stopped(story) == []


def test_an_agent_who_declines_on_one_phone_has_declined_the_offer() -> None:
    story = QueueStory().reach("ringing", "bert")
    desk, app = story.legs("bert")
    ended(story, app)
    assert stopped(story) == [(desk, "CALL_REJECTED")]
    story.fail("CALL_REJECTED", desk, app)
    assert [(e.agent, e.how) for e in story.entries(OfferEnded)] == [("bert", OfferEnd.REJECTED)]


def test_other_agents_ring_on() -> None:
    story = QueueStory(RUSH).enter().offer("anna", "bert")
    desk, app = story.legs("bert")
    ended(story, desk)
    assert stopped(story) == [(app, "CALL_REJECTED")]


def test_the_phone_that_has_answered_is_not_stopped() -> None:
    story = QueueStory().reach("accepting", "bert")
    _, app = story.legs("bert")
    ended(story, app)
    assert stopped(story) == []


def test_before_a_customer_is_called_back_it_is_the_same() -> None:
    story = CallbackStory("bert").ring()
    desk, app = story.legs("bert")
    ended(story, desk)
    assert stopped(story) == [(app, "CALL_REJECTED")]
