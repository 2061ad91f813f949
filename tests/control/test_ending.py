"""Ends nobody reports, connections lost, switches restarted; nothing leaves a closed call."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.control import commands as do
from callcontrol.control.call import Closed, Ending
from callcontrol.control.events import (
    AppEnded,
    CallerHungUp,
    ChannelsChecked,
    CommandRefused,
    ConnectionLost,
    Event,
    FactsFound,
    LegBridged,
    LegGone,
    Rearrived,
    Stored,
    SwitchGone,
    TimerFired,
)
from callcontrol.vocabulary.call import Caller, Stamps, leg_id
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import Bridged, Dialled, LegEnded
from tests.control.story import Story
from tests.routing.world import DID, NOW, facts


def ringing() -> tuple[Story, str]:
    story = Story(facts()).begin()
    return story, story.command(do.Bridge).legs[0][0]


def test_a_restarted_switch_ends_all_its_calls_as_estimated() -> None:
    story, leg = ringing()
    story.then(LegBridged(leg, NOW)).then(SwitchGone("switch fs1 was restarted"), after_s=30)
    assert isinstance(story.call.state, Closed)
    ends = story.entries(LegEnded)
    assert {e.leg_id for e in ends} == {leg, "call-1"}
    assert all(e.estimated and e.outcome is Outcome.ANSWERED for e in ends)


def test_a_lost_connection_leaves_the_call_to_the_switch_and_waits_for_its_ends() -> None:
    story, leg = ringing()
    story.then(LegBridged(leg, NOW)).then(ConnectionLost("connection reset"))
    assert isinstance(story.call.state, Ending)
    assert not story.has(do.HangUp)
    story.then(TimerFired("legs"))
    assert story.command(do.CheckChannels).legs == ("call-1", leg)
    story.then(ChannelsChecked(None)).then(ChannelsChecked(frozenset({"call-1", leg})))
    assert isinstance(story.call.state, Ending)
    story.then(TimerFired("legs")).then(ChannelsChecked(frozenset()))
    assert isinstance(story.call.state, Closed)
    assert all(e.estimated for e in story.entries(LegEnded))


def test_a_bridge_we_did_not_see_is_known_from_the_switchs_stamps() -> None:
    story, leg = ringing()
    story.then(ConnectionLost("worker died"))
    now = story.facts.now
    story.then(LegGone(leg, "NORMAL_CLEARING", Stamps(NOW, None, now, now, bridged=now)))
    assert [e.leg_id for e in story.entries(Bridged)] == [leg]
    assert story.entries(LegEnded)[0].outcome is Outcome.ANSWERED


def test_transfer_decides_anew() -> None:
    story, leg = ringing()
    story.then(LegBridged(leg, NOW)).then(Rearrived("102"))
    assert story.command(do.FindFacts).dialled == "102"
    story.facts = replace(story.facts, dialled="102", transferred=True)
    story.then(FactsFound())
    assert story.command(do.Bridge).legs[0][1].to == "extension:102"


LEGS = [leg_id("call-1", n) for n in range(4)]
STAMPS = Stamps(NOW, None, None, NOW)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.just(FactsFound()),
    st.builds(
        AppEnded,
        st.sampled_from([f"call-1:{n}" for n in range(4)]),
        st.sampled_from(["", "USER_BUSY", "NO_ANSWER", "GATEWAY_DOWN", "SUCCESS"]),
        st.dictionaries(st.sampled_from(LEGS), st.sampled_from(["USER_BUSY", "GATEWAY_DOWN"]), max_size=2),
    ),
    st.builds(LegBridged, st.sampled_from(LEGS), st.just(NOW)),
    st.builds(CallerHungUp, st.just("NORMAL_CLEARING")),
    st.builds(LegGone, st.sampled_from([*LEGS, "call-1"]), st.just("NORMAL_CLEARING"), st.just(STAMPS)),
    st.builds(Stored, st.sampled_from(["", "away"])),
    st.builds(TimerFired, st.sampled_from(["step", "legs", "alone"])),
    st.just(ConnectionLost("gone")),
    st.just(SwitchGone("gone")),
    st.builds(Rearrived, st.sampled_from([*DID.values(), "102", "*21*102#"]), st.sampled_from(["", "USER_BUSY"])),
    st.just(CommandRefused("bridge", "-ERR")),
    st.builds(ChannelsChecked, st.one_of(st.none(), st.frozensets(st.sampled_from([*LEGS, "call-1"])))),
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([*DID.values(), "*21*102#"]), st.lists(EVENTS, max_size=25))
def test_whatever_happens_each_leg_ends_once_and_the_book_is_closed_once(dialled: str, events: list[Event]) -> None:
    caller = Caller("101", extension="101") if dialled.startswith("*") else None
    story = Story(facts(dialled, caller=caller))
    closed = 0
    for event in [FactsFound(), *events, SwitchGone("the end")]:
        was_closed = isinstance(story.call.state, Closed)
        before = story.call
        story.then(event)
        closed += story.has(do.CloseBook)
        assert not was_closed or story.call == before
        assert story.call.trail[: len(before.trail)] == before.trail
    ends = [e.leg_id for e in story.entries(LegEnded)]
    assert len(ends) == len(set(ends))
    assert set(ends) == {"call-1", *(e.leg_id for e in story.entries(Dialled))}
    assert isinstance(story.call.state, Closed)
    assert closed == 1
    assert story.call.open_legs == ()
