"""Ends that are not reported, lost connections, restarted switches; a closed call gives no commands."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control.call import Closed, Ending
from callcontrol.control.events import (
    AppEnded,
    CallConnectionLost,
    CallerHungUp,
    ChannelsChecked,
    CommandFailed,
    Event,
    FactsFound,
    KeyPressed,
    LegBridged,
    LegGone,
    Rearrived,
    Stored,
    SwitchGone,
    TimerFired,
)
from callcontrol.vocabulary.call import Caller, Stamps, leg_id
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import Bridged, Dialled, LegEnded
from tests.control.story import SECOND, Story
from tests.routing.world import DID, NOW, facts


def ringing() -> tuple[Story, str]:
    story = Story(facts()).begin()
    return story, story.command(do.Bridge).legs[0][0]


def test_a_restarted_switch_ends_all_its_calls_as_estimated() -> None:
    story, leg = ringing()
    story.then(LegBridged(leg, NOW)).then(SwitchGone("switch fs1 was restarted"), after_s=30)
    assert isinstance(story.call.state, Closed)
    ends = story.entries(LegEnded)
    assert {e.leg_id for e in ends} == {leg, "caller-1"}
    assert all(e.estimated and e.outcome is Outcome.ANSWERED for e in ends)


def test_a_lost_connection_leaves_the_call_to_the_switch_and_waits_for_its_ends() -> None:
    story, leg = ringing()
    story.then(LegBridged(leg, NOW)).then(CallConnectionLost("connection reset"))
    assert isinstance(story.call.state, Ending)
    assert not story.has(do.HangUp)
    story.then(TimerFired("legs"))
    assert story.command(do.CheckChannels).legs == ("caller-1", leg)
    story.then(ChannelsChecked(None)).then(ChannelsChecked(frozenset({"caller-1", leg})))
    assert isinstance(story.call.state, Ending)
    story.then(TimerFired("legs")).then(ChannelsChecked(frozenset()))
    assert isinstance(story.call.state, Closed)
    assert all(e.estimated for e in story.entries(LegEnded))


def talking(talked_s: float) -> tuple[Story, str]:
    """A conversation that began `talked_s` seconds ago."""
    story, leg = ringing()
    bridged = story.facts.now + SECOND
    story.then(LegBridged(leg, Instant(bridged))).then(KeyPressed("1"), after_s=talked_s)
    return story, leg


def ends_of(story: Story, leg: str) -> list[tuple[float, bool]]:
    """When the leg ended, in seconds after it was answered, and whether that is an estimate."""
    (bridged,) = (e.at for e in story.entries(Bridged) if e.leg_id == leg)
    return [
        ((e.stamps.ended - bridged) / SECOND, e.estimated)
        for e in story.entries(LegEnded)
        if e.leg_id == leg and e.stamps
    ]


def test_an_unreported_end_is_booked_at_the_last_sign_of_life_so_downtime_costs_nothing() -> None:
    """The worker dies ten seconds into the conversation; three minutes later another worker asks the switch, and the
    channels are gone."""
    story, leg = talking(10)
    story.call = story.call.heard_until(story.facts.now)
    story.then(CallConnectionLost("worker died"), after_s=180).then(TimerFired("legs"), after_s=2)
    story.then(ChannelsChecked(frozenset()))
    assert ends_of(story, leg) == [(10, True)]
    (mobile,) = (e for e in fold(story.call.trail).legs if e.leg_id == leg)
    assert (mobile.talk_us, mobile.estimated) == (10 * SECOND, True)
    assert "last sign of life" in mobile.estimate


def test_a_conversation_without_a_sign_of_life_costs_nothing() -> None:
    """A worker of an earlier version saved no sign of life: only the moment of the bridge is known."""
    story, leg = talking(10)
    story.call = replace(story.call, seen=None, watched=False)
    story.then(CallConnectionLost("worker died"), after_s=180).then(TimerFired("legs")).then(
        ChannelsChecked(frozenset())
    )
    assert ends_of(story, leg) == [(0, True)]


def test_a_channel_that_was_seen_alive_lived_until_then_and_on_while_its_worker_listened() -> None:
    story, leg = talking(10)
    story.call = story.call.heard_until(story.facts.now)
    story.then(CallConnectionLost("worker died"), after_s=20).then(ChannelsChecked(frozenset({"caller-1", leg})))
    assert story.call.watched
    seen = story.facts.now
    story.call = story.call.heard_until(Instant(seen + 5 * SECOND))
    story.then(ChannelsChecked(frozenset()), after_s=300)
    assert ends_of(story, leg) == [(10 + 20 + 1 + 5, True)]


def test_a_switch_that_died_is_paid_for_as_long_as_it_was_heard() -> None:
    story, leg = talking(10)
    heard = story.facts.now
    story.then(SwitchGone("switch fs1 was restarted", heard), after_s=300)
    assert ends_of(story, leg) == [(10, True)]


def test_ends_that_fell_into_a_lost_connection_are_found_out_in_every_state() -> None:
    story, leg = talking(10)
    lost = story.facts.now
    story.then(ChannelsChecked(frozenset(), lost), after_s=60)
    assert story.state() is Closed
    assert ends_of(story, leg) == [(10, True)]


def test_the_callers_own_connection_tells_how_long_the_caller_talked() -> None:
    """The inbound connection to the switch is down; the caller's connection reports the end of the conversation."""
    story, leg = talking(10)
    lost = story.facts.now
    story.then(CallerHungUp("NORMAL_CLEARING"), after_s=20).then(ChannelsChecked(frozenset(), lost), after_s=60)
    assert ends_of(story, leg) == [(30, True)]


def test_a_truth_that_comes_late_replaces_the_estimate_once() -> None:
    story, leg = talking(10)
    lost = story.facts.now
    story.then(ChannelsChecked(frozenset({"caller-1"}), lost), after_s=60)
    assert ends_of(story, leg) == [(10, True)]
    true = LegGone(leg, "NORMAL_CLEARING", Stamps(NOW, None, lost, Instant(lost + 33)), "callee")
    story.then(true).then(true)
    assert [e.estimated for e in story.entries(LegEnded) if e.leg_id == leg] == [True, False]
    story.gone("caller-1", answered_s=9, by="caller")
    record = fold(story.call.trail)
    assert [(found.ended, found.hung_up_by) for found in record.legs if found.leg_id == leg] == [(lost + 33, "callee")]
    assert not record.estimated


def test_a_bridge_that_was_not_reported_is_known_from_the_switchs_stamps() -> None:
    story, leg = ringing()
    story.then(CallConnectionLost("worker died"))
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


LEGS = [leg_id("caller-1", n) for n in range(4)]
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
    st.builds(LegGone, st.sampled_from([*LEGS, "caller-1"]), st.just("NORMAL_CLEARING"), st.just(STAMPS)),
    st.builds(Stored, st.sampled_from(["", "away"])),
    st.builds(TimerFired, st.sampled_from(["step", "legs", "alone"])),
    st.just(CallConnectionLost("gone")),
    st.just(SwitchGone("gone")),
    st.builds(Rearrived, st.sampled_from([*DID.values(), "102", "*21*102#"]), st.sampled_from(["", "USER_BUSY"])),
    st.just(CommandFailed("bridge", "-ERR")),
    st.builds(ChannelsChecked, st.one_of(st.none(), st.frozensets(st.sampled_from([*LEGS, "caller-1"])))),
)


def _sureness(end: LegEnded) -> int:
    """0: an estimate; 1: the channel never existed; 2: reported, with the channel's own times."""
    return 0 if end.estimated else 1 if end.stamps is None else 2


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([*DID.values(), "*21*102#"]), st.lists(EVENTS, max_size=25))
@example(
    "+48221234500",
    [
        AppEnded("call-1:0"),
        LegGone("2fb215cd-268b-57ea-994e-6b2fd2159a95", "NORMAL_CLEARING", STAMPS),
    ],
)
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
        assert story.call.trail[: len(before.trail)] == before.trail[:]
    told = story.entries(LegEnded)
    ended = {e.leg_id for e in told}
    for leg in ended:  # a reported end replaces an estimate once, never the other way round
        sure = [_sureness(e) for e in told if e.leg_id == leg]
        assert len(sure) <= 2
        assert sure == sorted(set(sure))
    assert ended == {"caller-1", *(e.leg_id for e in story.entries(Dialled))}
    assert isinstance(story.call.state, Closed)
    assert closed == 1
    assert story.call.open_legs == ()
