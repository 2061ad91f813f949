"""What a call knows of its legs, and that a step costs the same however long the trail is."""

from __future__ import annotations

import timeit
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control import machine
from callcontrol.control.events import (
    KeyPressed,
    LegBridged,
    LegGone,
    OriginateFailed,
    PlaceKnown,
    Sent,
    TimerFired,
)
from callcontrol.control.legs import NEVER_TIMER, sent
from callcontrol.kinds.targets.queue.offering import OFFERS_KNOWN
from callcontrol.kinds.targets.queue.waiting import Waiting
from callcontrol.routing.plan import Account, LegPlan, Shown
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.leg import Certainty, Role
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Entered, Place
from callcontrol.vocabulary.trail import LegEnded, LegFound, Noted, Offered
from tests.control.queue_story import CallbackStory, QueueStory
from tests.control.story import Story
from tests.routing.world import NOW, facts

PLAN = LegPlan("extension:101", Account("101", "acme.example"), 15, Shown("+48221234500"))
NONCES = st.text("abcdef0123456789", min_size=8, max_size=8)


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
        story.offer("unknown")
    offers = [entry.offer for entry in story.entries(Offered)]
    assert [known.offer for known in story.call.offers] == offers[-OFFERS_KNOWN:]


def long(story: QueueStory) -> QueueStory:
    """A caller whose trail has 5,000 entries."""
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


@given(st.lists(st.tuples(NONCES, st.integers(0, 3)), unique_by=lambda taker: taker[0]))
def test_no_worker_uses_an_id_again_that_one_before_it_used_and_could_not_save(takers: list[tuple[str, int]]) -> None:
    """Each worker rings phones, plays, and dies before it saves: the next one begins from the same saved call."""
    saved = Story(facts()).call
    used: list[str] = []
    for nonce, times in takers:
        call = saved.taken_by(f"worker {nonce}", nonce)
        for _ in range(times):
            ids = call.next_legs(2)
            call = sent(call, ids, (PLAN, PLAN), Role.CALLEE, facts())
            call, app = call.next_app()
            used += [*ids, app]
    assert len(used) == len(set(used))


def test_a_leg_that_an_earlier_worker_could_not_save_becomes_the_calls_by_its_marks() -> None:
    story = Story(facts()).begin()
    stamps = Stamps(NOW, NOW, NOW, Instant(NOW + 5_000_000), Instant(NOW + 1_000_000))
    gone = LegGone("unsaved", "NORMAL_CLEARING", stamps, "callee", sent=Sent("48600100100", "a", "+4822", "tenant"))
    story.then(replace(gone, sent=None))
    assert story.call.leg("unsaved") is None
    story.then(gone).then(gone)
    leg = story.call.leg("unsaved")
    assert leg is not None
    assert (leg.target, leg.trunk, leg.payer, leg.bridged) == ("number:+48600100100", "a", "tenant", stamps.bridged)
    assert [entry.leg_id for entry in story.entries(LegFound)] == ["unsaved"]
    assert [entry.stamps for entry in story.entries(LegEnded)] == [stamps]
    (record,) = [one for one in fold(story.call.trail).legs if one.leg_id == "unsaved"]
    assert (record.payer, record.trunk, record.outcome, record.estimated) == ("tenant", "a", Outcome.ANSWERED, False)


def test_after_a_lost_link_a_leg_that_never_existed_is_an_estimate_that_a_report_replaces() -> None:
    """The link was lost while an agent's phone rang, so a report of its end may have been lost too."""
    story = QueueStory().reach("ringing")
    (leg,) = story.legs("anna")
    story.then(OriginateFailed((leg,), "NETWORK_OUT_OF_ORDER"))
    story.call = story.call.heard_until(story.facts.now)
    story.then(TimerFired(f"{NEVER_TIMER}{leg}:NETWORK_OUT_OF_ORDER"))
    guessed = story.call.leg(leg)
    assert guessed is not None
    assert guessed.certainty is Certainty.ESTIMATED
    story.gone(leg, "NORMAL_CLEARING", answered_s=3).gone(leg, "USER_BUSY")
    settled = story.call.leg(leg)
    assert settled is not None
    assert (settled.certainty, settled.end and settled.end.cause) == (Certainty.SETTLED, "NORMAL_CLEARING")
    assert [entry.estimated for entry in story.entries(LegEnded) if entry.leg_id == leg] == [True, False]
