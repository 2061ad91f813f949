"""Recordings of conversations: none before answer, acceptance and announcement; what later events do to them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.control import commands as do
from callcontrol.control import talk_commands as say
from callcontrol.control.events import (
    AppEnded,
    CallConnectionLost,
    CallerHungUp,
    Event,
    FactsFound,
    KeyPressed,
    LegBridged,
    LegGone,
    LegKey,
    Rearrived,
    TimerFired,
)
from callcontrol.control.recording_pieces import ANNOUNCE_TIMER, PAUSE_TIMER
from callcontrol.control.talk_events import Announced, RecordingAsked, RecordingBegan, RecordingEnded, RecordingFailed
from callcontrol.control.talk_recording import TalkRecording
from callcontrol.edges.live_state import codec
from callcontrol.vocabulary.call import Caller, Stamps
from callcontrol.vocabulary.media import MediaState
from callcontrol.vocabulary.recording import RecordingAction, RecordingMode, RecordingNoted
from tests.control.queue_story import CallbackStory, QueueStory
from tests.control.story import Story
from tests.routing import queue_world
from tests.routing.queue_world import tenant
from tests.routing.world import DID

RULES = """
recording:
  pause: 30
  longest: 600
  on_demand_by: [101]
  rules:
    - {queues: [help], record: announce}
    - {extensions: [101], record: RECORD}
    - {extensions: [102], record: never}
    - {extensions: [103], direction: internal, record: on_demand}
"""
OUTSIDE, INSIDE = Caller("+48600700800"), Caller("102", extension="102")
CALLER = "caller-1"


def written(record: str) -> str:
    return tenant() + RULES.replace("RECORD", record)


def ringing(record: str = "announce", caller: Caller = OUTSIDE) -> tuple[Story, str]:
    story = Story(queue_world.facts(DID["extension"], caller=caller, written=written(record))).begin()
    return story, story.command(do.Bridge).legs[0][0]


def talking(record: str = "announce", caller: Caller = OUTSIDE) -> tuple[Story, str]:
    story, leg = ringing(record, caller)
    return story.then(LegBridged(leg, story.facts.now)), leg


def recorded(record: str = "announce", caller: Caller = OUTSIDE) -> tuple[Story, str]:
    """The conversation is being recorded."""
    story, leg = talking(record, caller)
    if record == "on_demand":
        press(story, leg, "*3")
    begin(story, leg)
    return story, leg


def begin(story: Story, leg: str) -> None:
    story.then(Announced(leg)).then(Announced(CALLER))
    story.then(RecordingBegan(now(story).media_id))


def press(story: Story, leg: str, keys: str) -> Story:
    for key in keys:
        story.then(LegKey(leg, key))
    return story


def now(story: Story) -> TalkRecording:
    assert story.call.recording is not None
    return story.call.recording


def facts_of(story: Story) -> list[str]:
    return [entry.what.value for entry in story.entries(RecordingNoted)]


def states(story: Story) -> list[MediaState]:
    return [noted.change.state for noted in story.every(do.NoteMedia)]


def masked(story: Story) -> list[bool]:
    return [one.on for one in story.every(say.MaskRecording)]


def test_nothing_is_said_or_recorded_before_they_talk() -> None:
    story, leg = ringing()
    assert not story.has(say.AnnounceRecording)
    story.then(CallerHungUp("ORIGINATOR_CANCEL"))
    story.gone(leg, "ORIGINATOR_CANCEL").gone(CALLER, "ORIGINATOR_CANCEL")
    assert facts_of(story) == []
    assert story.call.recording is None


def test_both_hear_it_and_the_last_one_begins_the_file() -> None:
    story, leg = talking()
    assert [one.leg_id for one in story.every(say.AnnounceRecording)] == [CALLER, leg]
    assert not story.then(Announced(leg)).has(say.StartRecording)
    started = story.then(Announced(CALLER)).command(say.StartRecording)
    assert (started.channel, started.limit_s, started.swapped) == (CALLER, 600, False)
    assert states(story) == [MediaState.WANTED]
    assert states(story.then(RecordingBegan(started.media_id))) == [MediaState.RUNNING]
    assert facts_of(story) == ["announce", "started"]
    assert next(entry.source for entry in story.entries(RecordingNoted)).startswith("tenants/acme.yaml:")


def test_only_a_party_who_may_object_hears_the_key() -> None:
    story, leg = talking()
    told = {one.leg_id: one.file for one in story.every(say.AnnounceRecording)}
    assert "hint-object" in told[CALLER]
    assert "hint-object" not in told[leg]


def test_the_row_says_whose_it_is() -> None:
    story, leg = talking()
    story.then(Announced(leg)).then(Announced(CALLER))
    change = story.command(do.NoteMedia).change
    assert (change.owner, change.agent, change.caller) == ("extension:101", "anna", "+48600700800")
    assert (change.call_id, change.channel, change.path) == ("call-1", CALLER, now(story).path)


@pytest.mark.parametrize(("caller", "leg", "objects"), [
    (OUTSIDE, "caller", True), (OUTSIDE, "callee", False), (INSIDE, "caller", True), (INSIDE, "callee", True)
])  # fmt: skip
def test_who_may_object(caller: Caller, leg: str, objects: bool) -> None:
    story, callee = talking(caller=caller)
    story.then(LegKey(CALLER if leg == "caller" else callee, "9"))
    assert facts_of(story) == (["announce", "objected"] if objects else ["announce"])
    assert len(story.every(say.EndPrompt)) == (2 if objects else 0)
    story.then(Announced(CALLER)).then(Announced(callee))
    assert story.has(say.StartRecording) is not objects


def test_a_key_that_comes_twice_counts_once() -> None:
    story, _ = talking()
    assert not story.then(KeyPressed("9")).has(say.EndPrompt)


def test_a_party_who_has_objected_is_not_recorded_later_in_the_call() -> None:
    story, leg = talking()
    story.then(LegKey(CALLER, "9"))
    moved(story, leg, "103")
    assert facts_of(story) == ["announce", "objected"]


def test_what_was_not_announced_is_not_recorded_and_that_is_known() -> None:
    story, _ = talking()
    story.then(TimerFired(ANNOUNCE_TIMER))
    (change,) = (noted.change for noted in story.every(do.NoteMedia))
    assert (change.state, change.cause) == (MediaState.LOST, "the announcement was not heard to its end")
    assert not story.has(say.StartRecording)


def test_a_switch_that_refuses_leaves_the_call_alone() -> None:
    story, leg = talking()
    story.then(Announced(leg)).then(Announced(CALLER))
    story.then(RecordingFailed(now(story).media_id, "-ERR Cannot record session!"))
    assert states(story) == [MediaState.LOST]
    assert facts_of(story)[-1] == "lost"
    assert not story.has(do.HangUp)


@pytest.mark.parametrize(("event", "state", "cause"), [
    (("success-silence", 5_000), MediaState.CLOSED, "the channel hung up"),
    (("success-maxtime", 5_000), MediaState.CLOSED, "it was as long as a recording may be"),
    (("uri-failure", 5_000), MediaState.LOST, "the switch could not write it (uri-failure)"),
    (("empty-file", 0), MediaState.LOST, "the switch could not write it (empty-file)"),
])  # fmt: skip
def test_how_it_ends(event: tuple[str, int], state: MediaState, cause: str) -> None:
    story, _ = recorded()
    story.then(RecordingEnded(now(story).media_id, *event))
    (change,) = (noted.change for noted in story.every(do.NoteMedia))
    assert (change.state, change.cause) == (state, cause)


def test_on_demand_nothing_happens_by_itself() -> None:
    story, leg = talking("on_demand")
    assert not story.has(say.AnnounceRecording)
    assert facts_of(story) == ["on_demand"]
    assert press(story, leg, "*3").has(say.AnnounceRecording)
    begin(story, leg)
    assert press(story, leg, "*3").command(say.StopRecording).path == now(story).path
    story.then(RecordingEnded(now(story).media_id, "success-maxtime", 4_000))
    assert [entry.why for entry in story.entries(RecordingNoted)][-1] == "*3 of extension:101"
    assert press(story, leg, "*3").has(say.AnnounceRecording)


def test_keys_of_the_party_outside_start_stop_and_pause_nothing() -> None:
    story, _ = talking("on_demand")
    assert not press(story, CALLER, "*3").has(say.AnnounceRecording)
    story, _ = recorded()
    assert masked(press(story, CALLER, "*4")) == []


def test_an_extension_without_the_right_does_not_start_a_recording() -> None:
    story, _ = talking("on_demand", INSIDE)
    assert not press(story, CALLER, "*3").has(say.AnnounceRecording)


def test_what_the_rules_record_is_not_stopped_by_a_key() -> None:
    story, leg = recorded()
    assert not press(story, leg, "*3").has(say.StopRecording)


def test_a_pause_is_silence_and_ends_by_itself() -> None:
    story, leg = recorded()
    assert masked(press(story, leg, "*4")) == [True]
    assert story.command(do.StartTimer).after_s == 30
    assert masked(story.then(TimerFired(PAUSE_TIMER))) == [False]
    assert facts_of(story)[-2:] == ["paused", "resumed"]


def test_a_pause_ends_by_the_key_too() -> None:
    story, leg = recorded()
    press(story, leg, "*4")
    assert masked(press(story, leg, "*4")) == [False]


def test_keys_are_hidden_at_both_legs_while_it_is_paused() -> None:
    story, leg = recorded()
    assert hidden(press(story, leg, "*4")) == [(CALLER, True), (leg, True)]
    assert hidden(press(story, leg, "7")) == []
    assert hidden(story.then(TimerFired(PAUSE_TIMER))) == [(CALLER, False), (leg, False)]


def test_keys_count_again_when_a_paused_conversation_is_over() -> None:
    """For example, the caller comes to a menu during the pause; the next party's objection counts too."""
    story, leg = recorded()
    press(story, leg, "*4")
    app_id = story.call.state.app_id  # type: ignore[attr-defined]  # of Talking
    assert hidden(story.then(AppEnded(app_id, "SUCCESS", {leg: ""}))) == [(CALLER, False), (leg, False)]
    rung = moved_on(story, leg, "103")
    assert hidden(story) == [(CALLER, True), (rung, True)]


def hidden(story: Story) -> list[tuple[str, bool]]:
    return [(one.leg_id, one.on) for one in story.every(say.HideKeys)]


def test_no_digit_of_a_pause_is_kept() -> None:
    story, leg = recorded()
    press(story, leg, "*4")
    before = codec.encode(story.call)
    for key in "4242123456789012":
        story.then(LegKey(CALLER, key)).then(KeyPressed(key)).then(LegKey(leg, key))
    assert story.call.pressed == ""
    assert codec.encode(story.call) == before


@pytest.mark.parametrize("typed", ["**4", "*3*4", "12*4", "*5*4"])
def test_a_code_is_known_behind_other_keys(typed: str) -> None:
    story, leg = recorded()
    assert masked(press(story, leg, typed)) == [True]


@pytest.mark.parametrize(("actions", "words"), [
    (["pause", "resume"], ["paused", "resumed"]), (["pause", "pause"], ["paused"]), (["resume"], []), (["start"], [])
])  # fmt: skip
def test_commands(actions: list[str], words: list[str]) -> None:
    story, _ = recorded()
    for action in actions:
        story.then(RecordingAsked(RecordingAction(action), "jan (command)"))
    assert facts_of(story)[2:] == words


def test_a_command_may_stop_what_the_rules_have_begun() -> None:
    story, _ = recorded()
    assert story.then(RecordingAsked(RecordingAction.STOP, "jan (command)")).has(say.StopRecording)


def moved(story: Story, leg: str, to: str) -> str:
    """The callee transfers the caller blindly; the leg that answers there."""
    app_id = story.call.state.app_id  # type: ignore[attr-defined]  # of Talking
    story.then(AppEnded(app_id, "SUCCESS", {leg: ""}))
    story.then(Rearrived(to, transfer=True, by_leg=leg))
    by = story.call.transfer.by if story.call.transfer else ""
    story.facts = replace(story.facts, dialled=to, transferred=True, transferred_by=by)
    story.then(FactsFound())
    (rung, _), *_ = story.command(do.Bridge).legs
    story.then(LegBridged(rung, story.facts.now))
    return rung


def test_between_two_conversations_silence_is_recorded_until_the_next_party_has_heard_the_announcement() -> None:
    story, leg = recorded()
    media_id = now(story).media_id
    app_id = story.call.state.app_id  # type: ignore[attr-defined]  # of Talking
    assert masked(story.then(AppEnded(app_id, "SUCCESS", {leg: ""}))) == [True]
    rung = moved_on(story, leg, "103")
    assert {one.leg_id for one in story.every(say.AnnounceRecording)} == {CALLER, rung}
    assert masked(story.then(Announced(rung))) == []
    assert masked(story.then(Announced(CALLER))) == [False]
    assert now(story).media_id == media_id
    assert facts_of(story) == ["announce", "started", "announce"]


def moved_on(story: Story, leg: str, to: str) -> str:
    story.then(Rearrived(to, transfer=True, by_leg=leg))
    by = story.call.transfer.by if story.call.transfer else ""
    story.facts = replace(story.facts, dialled=to, transferred=True, transferred_by=by)
    story.then(FactsFound())
    (rung, _), *_ = story.command(do.Bridge).legs
    story.then(LegBridged(rung, story.facts.now))
    return rung


def test_a_transfer_to_an_extension_that_is_never_recorded_ends_the_recording() -> None:
    story, leg = recorded()
    moved(story, leg, "102")
    assert story.command(say.StopRecording).path == now(story).path
    assert facts_of(story) == ["announce", "started", "never"]


def test_an_attended_transfer_goes_on_with_the_colleague() -> None:
    story, _ = recorded()
    story.then(LegBridged("of-another-call", story.facts.now, "103-desk%acme.example"))
    assert {one.leg_id for one in story.every(say.AnnounceRecording)} == {CALLER, "of-another-call"}
    assert masked(story) == [True]


def test_the_colleague_of_an_attended_transfer_pauses_it() -> None:
    """The colleague's leg belongs to the consultation call."""
    story, _ = recorded()
    story.then(LegBridged("of-another-call", story.facts.now, "103-desk%acme.example"))
    story.then(Announced("of-another-call")).then(Announced(CALLER))
    assert masked(press(story, "of-another-call", "*4")) == [True]
    assert hidden(story) == [(CALLER, True), ("of-another-call", True)]


def test_a_menu_behind_the_conversation_ends_it() -> None:
    story, leg = recorded()
    app_id = story.call.state.app_id  # type: ignore[attr-defined]  # of Talking
    story.then(AppEnded(app_id, "SUCCESS", {leg: ""}))
    story.then(Rearrived("+48221234507", transfer=True, by_leg=leg))
    story.facts = replace(story.facts, dialled="+48221234507", transferred=True, transferred_by="101")
    story.then(FactsFound())
    assert story.has(do.Record)
    assert story.has(say.StopRecording)


def test_the_party_who_takes_the_callers_place_is_on_a_second_recording() -> None:
    story, leg = recorded(caller=Caller("101", extension="101"))
    first = now(story).media_id
    story.then(CallerHungUp("NORMAL_CLEARING"))
    story.then(RecordingEnded(first, "success-silence", 5_000))
    story.then(gone(story, joined_with="of-another-call"))
    assert {one.leg_id for one in story.every(say.AnnounceRecording)} == {leg, "of-another-call"}
    story.then(Announced("of-another-call"))
    started = story.then(Announced(leg)).command(say.StartRecording)
    assert (started.channel, started.swapped) == (leg, True)
    assert started.media_id not in ("", first)
    assert story.command(do.NoteMedia).change.call_id == "call-1"


def test_a_caller_who_hangs_up_leaves_no_second_recording() -> None:
    story, _ = recorded()
    story.then(CallerHungUp("NORMAL_CLEARING"))
    assert masked(story) == []
    story.then(RecordingEnded(now(story).media_id, "success-silence", 5_000)).then(gone(story))
    assert story.call.recording is None


def gone(story: Story, joined_with: str = "") -> Event:
    stamps = Stamps(story.call.arrived, None, story.call.arrived, story.facts.now)
    return LegGone(CALLER, "NORMAL_CLEARING", stamps, joined_with=joined_with)


TAKEN_OVER = CallConnectionLost("worker w1 died, w2 took over")


def test_a_worker_that_takes_over_announces_again() -> None:
    story, leg = talking()
    story.then(TAKEN_OVER)
    assert {one.leg_id for one in story.every(say.AnnounceRecording)} == {CALLER, leg}
    story.then(Announced(leg)).then(Announced(CALLER))
    assert story.has(say.StartRecording)


def test_a_worker_that_takes_over_asks_again_where_nothing_was_heard() -> None:
    story, leg = talking()
    story.then(Announced(leg)).then(Announced(CALLER))
    started = story.command(say.StartRecording)
    assert story.then(TAKEN_OVER).command(say.StartRecording) == started
    story.then(RecordingBegan(started.media_id))
    assert not story.then(TAKEN_OVER).has(say.StartRecording)


def test_a_worker_that_takes_over_tells_the_row_again() -> None:
    """The row the dead worker noted may not have reached its spool on disk, so the file would have no row."""
    story, leg = talking()
    assert states(story.then(TAKEN_OVER)) == []
    story.then(Announced(leg)).then(Announced(CALLER))
    assert states(story.then(TAKEN_OVER)) == [MediaState.WANTED]
    story.then(RecordingBegan(now(story).media_id))
    assert states(story.then(TAKEN_OVER)) == [MediaState.RUNNING]


def test_a_pause_outlives_its_worker() -> None:
    story, leg = recorded()
    press(story, leg, "*4").then(TAKEN_OVER, 10)
    assert [one.after_s for one in story.every(do.StartTimer) if one.name == PAUSE_TIMER] == [20]
    assert masked(press(story, leg, "*4")) == [False]


def test_a_queues_caller_is_recorded_after_the_whisper() -> None:
    story = QueueStory(written=written("never")).reach("joining")
    assert facts_of(story) == []
    winner = story.under.winner
    story.then(LegBridged(winner, story.facts.now))
    assert {one.leg_id for one in story.every(say.AnnounceRecording)} == {CALLER, winner}
    assert (now(story).owner, now(story).agent) == ("queue:help", "anna")


def test_a_callback_is_recorded_on_the_customers_leg() -> None:
    story = CallbackStory(written=written("never")).joined()
    assert now(story).owner == "queue:help"
    assert now(story).channel == story.call.state.leg_id  # type: ignore[attr-defined]  # of Talking
    assert now(story).partner == story.legs("anna")[0]


def test_it_is_saved_with_the_call() -> None:
    story, leg = recorded("on_demand")
    press(story, leg, "*4*")
    read = codec.decode(codec.encode(story.call))
    assert read == story.call
    assert read.recording.mode is RecordingMode.ON_DEMAND


def test_without_rules_nothing_is_noted() -> None:
    story = Story(queue_world.facts(DID["extension"], caller=OUTSIDE, written=tenant())).begin()
    story.then(LegBridged(story.command(do.Bridge).legs[0][0], story.facts.now))
    assert facts_of(story) == []
