"""What a call knows of its legs, and that knowing it costs the same however much the call has been through."""

from __future__ import annotations

import timeit
from dataclasses import replace

from callcontrol.control import commands as do
from callcontrol.control import machine
from callcontrol.control.call import OFFERS_KNOWN, Waiting
from callcontrol.control.events import KeyPressed, LegBridged, PlaceKnown
from callcontrol.vocabulary.leg import Certainty, Role
from callcontrol.vocabulary.queue import Entered, Place
from callcontrol.vocabulary.trail import Noted, Offered
from tests.control.queue_story import CallbackStory, QueueStory
from tests.control.story import Story
from tests.routing.world import NOW, facts


def test_legs_have_roles_and_the_caller_is_the_first() -> None:
    story = Story(facts()).begin()
    caller, callee = story.call.legs
    assert (caller.id, caller.role, caller.target) == (story.call.caller_channel, Role.CALLER, "")
    assert (callee.role, callee.target, callee.certainty) == (Role.CALLEE, "extension:101", Certainty.OPEN)
    waits = QueueStory().reach("talking")
    assert [leg.role for leg in waits.call.legs] == [Role.CALLER, Role.AGENT]
    called = CallbackStory().joined()
    assert [leg.role for leg in called.call.legs] == [Role.AGENT, Role.CUSTOMER]
    assert called.call.caller_channel == ""


def test_a_leg_knows_when_it_was_joined_and_how_it_ended() -> None:
    story = Story(facts()).begin()
    leg = story.command(do.Bridge).legs[0][0]
    story.then(LegBridged(leg, NOW)).gone(leg, answered_s=1, by="callee")
    caller, callee = story.call.legs
    assert (callee.bridged, callee.certainty, callee.end and callee.end.hung_up_by) == (NOW, Certainty.TOLD, "callee")
    assert (caller.answered, caller.bridged, caller.certainty) == (NOW, None, Certainty.OPEN)


def test_of_many_offers_the_latest_are_known() -> None:
    story = QueueStory().enter()
    for _ in range(OFFERS_KNOWN + 3):
        story.offer("nobody")
    offers = [entry.offer for entry in story.entries(Offered)]
    assert [known.offer for known in story.call.offers] == offers[-OFFERS_KNOWN:]


def long(story: QueueStory) -> QueueStory:
    """As if he had waited through 5,000 entries."""
    trail = story.call.trail.adding([Noted(NOW, "what there was to say")] * 5_000)
    story.call = replace(story.call, trail=trail)
    return story


def test_no_step_costs_time_in_the_trails_length() -> None:
    def cost_s(story: QueueStory) -> float:
        assert isinstance(story.call.state, Waiting)
        ticket, joined = story.waiting.ticket, story.waiting.joined
        events = (KeyPressed("9"), PlaceKnown(ticket, Entered(Place(1, 1, 1, 0), joined)))

        def steps() -> None:
            call = story.call
            for _ in range(20):
                for event in events:
                    call, _commands = machine.step(call, event, story.facts)

        steps()
        return min(timeit.repeat(steps, number=1, repeat=15))

    copy_s = min(timeit.repeat(lambda: list(long(QueueStory().enter()).call.trail), number=1, repeat=3))
    assert cost_s(long(QueueStory().enter())) < 2 * cost_s(QueueStory().enter()) + copy_s
