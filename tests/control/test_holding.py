"""A phone that holds a party for long is reminded; one that hangs up while holding rings again for the party."""

from __future__ import annotations

import pytest

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control import parked_commands as at_place
from callcontrol.control.call import Talking
from callcontrol.control.events import (
    AppEnded,
    CallConnectionLost,
    CallerHungUp,
    FactsFound,
    LegBridged,
    LegHolds,
    Rearrived,
    TimerFired,
)
from callcontrol.edges.freeswitch.translate import dial_string_of
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import Noted
from tests.control.story import Story
from tests.routing.world import TENANT, facts, rule

REMINDED = TENANT + "holding: {remind: 60}\n"


def talking(tenant: str = TENANT, caller: Caller | None = None, **more: object) -> tuple[Story, str]:
    """Both talk; the leg of extension 101 (of 102, where a phone of ours calls)."""
    known = facts("102", tenant=tenant, caller=caller) if caller else facts(tenant=tenant, **more)  # type: ignore[arg-type]
    story = Story(known).begin()
    leg = story.command(do.Bridge).legs[0][0]
    return story.then(LegBridged(leg, story.facts.now)), leg


def bridge_over(story: Story, leg: str) -> None:
    """The phone hangs up."""
    assert isinstance(story.call.state, Talking)
    story.then(AppEnded(story.call.state.app_id)).gone(leg)


def left(story: Story, leg: str, channel: str = "caller-1") -> Story:
    """The phone hung up; the switch transfers the held channel to us."""
    return story.then(Rearrived("held", transfer=True, by_leg=leg, channel=channel, left_on_hold=True))


def held(tenant: str = TENANT, **more: object) -> tuple[Story, str]:
    story, leg = talking(tenant, **more)  # type: ignore[arg-type]
    return story.then(LegHolds(leg, True, story.facts.now)), leg


def test_the_phone_is_reminded_again_and_again_while_it_holds() -> None:
    story, leg = held(REMINDED)
    timer = story.command(do.StartTimer)
    assert (timer.name, round(timer.after_s)) == (f"held too long {leg}", 59)
    story.then(TimerFired(timer.name))
    assert story.command(at_place.RemindHolder) == at_place.RemindHolder("101", "Jan Kowalski")
    assert story.command(do.StartTimer).after_s == 60
    assert "extension:101 is reminded of the party on hold" in [one.what for one in story.entries(Noted)]
    story.then(LegHolds(leg, False, story.facts.now))
    assert story.command(do.StopTimer).name == timer.name
    assert not story.then(TimerFired(timer.name)).commands


@pytest.mark.parametrize("tenant", [TENANT + "holding: {remind: 0}\n", REMINDED])
def test_it_is_not_reminded_where_that_is_not_wanted_or_the_party_outside_holds(tenant: str) -> None:
    story, leg = talking(tenant)
    who = leg if "remind: 0" in tenant else "caller-1"
    assert not story.then(LegHolds(who, True, story.facts.now)).has(do.StartTimer)


def test_another_worker_reminds_as_well() -> None:
    story, leg = held(REMINDED)
    assert decode(encode(story.call)) == story.call
    timers = {one.name: one.after_s for one in story.then(CallConnectionLost("w1 died"), 70).every(do.StartTimer)}
    assert round(timers[f"held too long {leg}"]) == 49


def test_a_phone_that_hangs_up_while_it_holds_rings_for_the_party_then_its_rules_apply() -> None:
    story, leg = held(rules={"101": [rule("busy", "extension:102")]})
    bridge_over(story, leg)
    left(story, leg)
    assert story.command(do.LookUp).target.name == "101"
    assert decode(encode(story.call)) == story.call
    bridge = story.then(FactsFound()).command(do.Bridge)
    assert [plan.to for _, plan in bridge.legs] == ["extension:101"]
    dialled = dial_string_of(bridge.legs, {}, story.call, "internal")
    assert "origination_caller_id_name='held Jan Kowalski'" in dialled
    assert "hold_hangup_xfer_exten=held:XML:held" in dialled
    busy = bridge.legs[0][0]
    story.gone(busy, "USER_BUSY").then(AppEnded(bridge.app_id, "USER_BUSY", {busy: "USER_BUSY"}))
    assert [plan.to for _, plan in story.command(do.Bridge).legs] == ["extension:102"]


def test_the_record_tells_both_conversations() -> None:
    story, leg = held()
    bridge_over(story, leg)
    bridge = left(story, leg).then(FactsFound()).command(do.Bridge)
    story.then(LegBridged(bridge.legs[0][0], story.facts.now)).then(CallerHungUp("NORMAL_CLEARING"), 5)
    record = fold(story.gone(bridge.legs[0][0]).gone("caller-1").call.trail)
    assert record.outcome is Outcome.ANSWERED
    assert [leg.to for leg in record.legs] == ["", "extension:101", "extension:101"]
    assert "left on hold by extension:101, which hung up" in [note.what for note in record.notes]


def test_a_phone_that_called_and_hangs_up_while_it_holds_rings_too() -> None:
    story, leg = talking(caller=Caller("101", extension="101"))
    story.then(LegHolds("caller-1", True, story.facts.now)).then(CallerHungUp("NORMAL_CLEARING")).gone("caller-1")
    assert left(story, "caller-1", channel=leg).command(do.LookUp).target.name == "101"
    assert story.call.led == leg
    assert [plan.to for _, plan in story.then(FactsFound()).command(do.Bridge).legs] == ["extension:101"]


def test_a_party_that_no_phone_has_moved_was_on_hold_also_where_that_was_not_told() -> None:
    story, leg = talking()
    story.gone(leg)
    assert left(story, leg).command(do.LookUp).target.name == "101"


def test_of_a_party_that_was_moved_the_switch_may_say_so_wrongly() -> None:
    story, leg = talking()
    story.then(Rearrived("102", transfer=True, by_leg=leg)).then(FactsFound())
    colleague = story.command(do.Bridge).legs[0][0]
    story.then(LegBridged(colleague, story.facts.now)).gone(colleague)
    assert left(story, colleague).commands == (do.HangUp("NORMAL_CLEARING"),)


@pytest.mark.parametrize("tenant", [TENANT + "holding: {recall: no}\n", TENANT])
def test_a_party_that_was_not_on_hold_is_hung_up(tenant: str) -> None:
    story, leg = held(tenant)
    other = leg if "recall" in tenant else "a leg of another call"
    assert left(story, other).commands == (do.HangUp("NORMAL_CLEARING"),)
    assert isinstance(story.call.state, Talking)
