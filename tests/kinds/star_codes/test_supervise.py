"""*53: a supervisor's phone at a conversation; the right is asked for at first, at each key, and all the while."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.billing.fold import fold
from callcontrol.control import commands as do
from callcontrol.control import supervise_commands as at_talk
from callcontrol.control.call import Talking
from callcontrol.control.events import (
    AloneChecked,
    AppEnded,
    CallConnectionLost,
    CallerHungUp,
    KeyPressed,
    Rearrived,
    TimerFired,
)
from callcontrol.control.parked_events import ParkedJoined
from callcontrol.control.supervise_events import ModeAsked, ReasonFound, TalkFound
from callcontrol.edges.live_state.codec import decode, encode
from callcontrol.kinds.star_codes.storing import REFUSE
from callcontrol.kinds.star_codes.supervise import code_for
from callcontrol.kinds.star_codes.supervising import LOOK_TIMER, UNANSWERED, AtTalk
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.leg import Role
from callcontrol.vocabulary.moment import instant_from
from callcontrol.vocabulary.supervision import ListeningEnd, ListeningRecord, Mode, SupervisedTalk
from callcontrol.vocabulary.trail import JoinedOutside
from tests.control.story import Story
from tests.routing.world import TENANT, facts

SUPERVISION = """
supervision:
  rights:
    - {who: ['102'], extensions: ['101', '103'], may: [listen, whisper, barge, take_over]}
    - {who: ['104'], extensions: ['101'], may: [listen]}
  reasons: {1: coaching}
"""
OFFICE = "hours:\n  office: {week: {mon-fri: 08:00-18:00}, open: extension:101}\n"
NEEDED = SUPERVISION + "  reason_needed: yes\n"
TALK = SupervisedTalk("call-9", "fs1", "customer-1", "leg-1", "101", "", "number:+48600700800")


def world(code: str, by: str = "102", written: str = SUPERVISION) -> Facts:
    return facts(code, tenant=TENANT + written, caller=Caller(by, extension=by))


def listening(code: str = "*53*101#", by: str = "102", talk: SupervisedTalk = TALK) -> Story:
    return Story(world(code, by)).begin().then(TalkFound(talk))


def noted(story: Story) -> ListeningRecord:
    return story.every(at_talk.NoteListening)[-1].listening


@pytest.mark.parametrize(
    ("code", "mode"),
    [("*53*101", Mode.LISTEN), ("*53*101#", Mode.LISTEN), ("*53*101*2#", Mode.WHISPER), ("*53*101*3*1#", Mode.BARGE)],
)
def test_the_conversation_is_looked_for_and_listened_to(code: str, mode: Mode) -> None:
    story = Story(world(code)).begin()
    assert story.command(at_talk.FindTalk).extension == "101"
    story.then(TalkFound(TALK))
    listens = story.command(at_talk.Eavesdrop)
    assert (listens.leg, listens.mode) == ("leg-1", mode)
    assert story.has(at_talk.BindKeys)
    assert story.command(at_talk.OrderListening).leg == "leg-1"
    row = noted(story)
    assert (row.supervisor, row.whom, row.call_id, row.mode) == ("extension:102", "extension:101", "call-9", mode)
    assert row.reason == ("coaching" if "*1#" in code else "")
    assert decode(encode(story.call)) == story.call
    (leg,) = fold(story.then(CallerHungUp("NORMAL_CLEARING")).gone("caller-1").call.trail).legs
    assert (leg.leg_id, leg.role) == ("caller-1", Role.SUPERVISOR)


@pytest.mark.parametrize(
    ("code", "by", "why"),
    [
        ("*53*101#", "103", "extension 103 may not listen to extension 101"),
        ("*53*101*2#", "104", "extension 104 may not whisper to extension 101"),
        ("*53*102#", "102", "own extension"),
        ("*53*109#", "102", "no extension 109"),
        ("*53*101*1*7#", "102", "no reason 7"),
    ],
)
def test_without_a_right_no_conversation_is_looked_for(code: str, by: str, why: str) -> None:
    story = Story(world(code, by)).begin()
    assert story.command(do.Play).file == REFUSE
    assert not story.has(at_talk.FindTalk)
    assert any(why in str(entry) for entry in story.call.trail)


def test_where_a_reason_is_needed_one_is_given() -> None:
    assert Story(world("*53*101#", written=NEEDED)).begin().command(do.Play).file == REFUSE
    assert Story(world("*53*101*1*1#", written=NEEDED)).begin().has(at_talk.FindTalk)


@pytest.mark.parametrize(("reason", "listens"), [("a complaint of yesterday", True), ("", False)])
def test_the_reason_of_a_command_is_looked_up(reason: str, listens: bool) -> None:
    story = Story(world(code_for("101", Mode.LISTEN, "1234567890"), written=NEEDED)).begin()
    assert story.command(at_talk.FindReason).token == "1234567890"
    story.then(ReasonFound(reason))
    assert story.has(at_talk.FindTalk)
    story.then(TalkFound(TALK))
    assert story.has(at_talk.Eavesdrop) is listens
    if listens:
        assert noted(story).reason == reason


def test_no_conversation_is_a_low_tone() -> None:
    assert Story(world("*53*101#")).begin().then(TimerFired("step")).command(do.Play).file == REFUSE


def test_a_conversation_at_another_switch_has_the_phone_rung_from_there() -> None:
    story = listening(talk=replace(TALK, switch="fs2"))
    assert story.command(at_talk.RingAtSwitch) == at_talk.RingAtSwitch("fs2", "102", "*53*101#")
    assert story.then(AppEnded(story.command(do.Play).app_id)).has(do.HangUp)


def test_keys_change_the_mode_and_the_row_has_its_spans() -> None:
    story = listening()
    for key, mode in (("2", Mode.WHISPER), ("3", Mode.BARGE), ("1", Mode.LISTEN)):
        story.then(KeyPressed(key, 0, f"BOUND{key}"))
        assert story.command(at_talk.ChangeMode).mode is mode
    story.then(CallerHungUp("NORMAL_CLEARING"))
    row = noted(story)
    assert [(span.mode, (span.ended or 0) - span.began) for span in row.spans] == [
        (Mode.LISTEN, 1_000_000),
        (Mode.WHISPER, 1_000_000),
        (Mode.BARGE, 1_000_000),
        (Mode.LISTEN, 1_000_000),
    ]
    assert row.how is ListeningEnd.HUNG_UP


def test_a_key_without_the_right_is_a_low_tone_and_listening_goes_on() -> None:
    story = listening(by="104")
    app = story.command(at_talk.Eavesdrop).app_id
    assert story.then(KeyPressed("2")).has(at_talk.StopListening)
    assert not story.has(at_talk.ChangeMode)
    tone = story.then(AppEnded(app)).command(do.Play)
    assert tone.file == REFUSE
    assert story.then(AppEnded(tone.app_id)).has(at_talk.FindTalk)
    assert story.then(TalkFound(TALK)).command(at_talk.Eavesdrop).mode is Mode.LISTEN


def test_a_person_changes_the_mode_elsewhere_and_the_row_has_its_spans() -> None:
    story = listening()
    for mode in (Mode.WHISPER, Mode.BARGE, Mode.BARGE, Mode.LISTEN):
        story.then(ModeAsked(mode, "r1", "panel, ewa"))
        assert story.command(at_talk.AnswerMode) == at_talk.AnswerMode("r1", "")
        assert noted_mode(story) is mode
    assert any("barge in on: asked by panel, ewa" in str(entry) for entry in story.call.trail)
    app = story.call.state.app_id  # type: ignore[attr-defined]  # of the state
    story.then(ModeAsked(Mode.TAKE_OVER, "r2", "panel, ewa"))
    assert story.has(at_talk.StopListening)
    assert story.command(at_talk.AnswerMode) == at_talk.AnswerMode("r2", "")
    # Nothing is asked for twice while it changes.
    assert "at this moment" in story.then(ModeAsked(Mode.BARGE, "r3", "x")).command(at_talk.AnswerMode).refusal
    story.then(AppEnded(app))
    assert story.has(at_talk.TakeOver)
    assert [span.mode for span in noted(story).spans] == [Mode.LISTEN, Mode.WHISPER, Mode.BARGE, Mode.LISTEN]


def noted_mode(story: Story) -> Mode | None:
    state = story.call.state
    assert isinstance(state, AtTalk)
    return state.noted.mode


def test_a_mode_asked_for_elsewhere_without_the_right_is_refused_in_words_and_the_phone_hears_nothing() -> None:
    story = listening(by="104").then(ModeAsked(Mode.WHISPER, "r1", "panel, ewa"))
    answer = story.command(at_talk.AnswerMode)
    assert (answer.request, answer.refusal) == ("r1", "extension 104 may not whisper to extension 101")
    assert len(story.commands) == 1
    assert noted_mode(story) is Mode.LISTEN
    assert any("may not whisper" in str(entry) and "panel, ewa" in str(entry) for entry in story.call.trail)
    story = listening(talk=replace(TALK, is_takable=False)).then(ModeAsked(Mode.TAKE_OVER, "r1", "x"))
    assert "worker has died" in story.command(at_talk.AnswerMode).refusal
    story = listening()
    story.then(AppEnded(story.command(at_talk.Eavesdrop).app_id), 3)
    assert "at this moment" in story.then(ModeAsked(Mode.BARGE, "r1", "x")).command(at_talk.AnswerMode).refusal


def test_what_a_recording_could_have_is_not_whispered() -> None:
    story = listening(talk=replace(TALK, is_whisperable=False))
    assert story.then(KeyPressed("2")).has(at_talk.StopListening)
    story = listening("*53*101*2#").then(TalkFound(replace(TALK, is_whisperable=False)))
    assert story.command(at_talk.ChangeMode).mode is Mode.LISTEN


def test_a_recording_that_begins_at_the_leg_has_the_listening_begun_anew_behind_it() -> None:
    story = listening()
    app = story.command(at_talk.Eavesdrop).app_id
    assert story.then(TalkFound(replace(TALK, recorded="m-1"))).has(at_talk.StopListening)
    story.then(AppEnded(app))
    assert story.then(TalkFound(replace(TALK, recorded="m-1"))).has(at_talk.Eavesdrop)


def test_the_right_is_withdrawn_by_a_reload() -> None:
    story = listening()
    story.facts = replace(story.facts, settings=world("*53*101#", written="").settings)
    story.then(TalkFound(TALK))
    assert story.has(at_talk.StopListening)
    assert noted(story).how is ListeningEnd.WITHDRAWN
    assert story.then(AppEnded(story.call.state.tone)).has(do.HangUp)  # type: ignore[attr-defined]  # of the state


def test_the_right_ends_with_its_hours() -> None:
    written = SUPERVISION.replace("take_over]}", "take_over], during: office}") + OFFICE
    story = Story(replace(world("*53*101#", written=written), now=instant_from("2026-11-27T17:59:30+01:00"))).begin()
    assert story.then(TalkFound(TALK)).has(at_talk.Eavesdrop)
    assert not story.then(TalkFound(TALK)).has(at_talk.StopListening)
    assert story.then(TalkFound(TALK), 60).has(at_talk.StopListening)
    assert noted(story).how is ListeningEnd.WITHDRAWN


@pytest.mark.parametrize(("extension", "follows"), [("103", True), ("104", False)])
def test_the_other_party_is_followed_as_far_as_the_right_goes(extension: str, follows: bool) -> None:
    story = listening()
    app = story.command(at_talk.Eavesdrop).app_id
    story.then(AppEnded(app), 3)
    assert story.has(at_talk.FindTalk)
    assert noted(story).mode is None
    assert not story.then(TalkFound(replace(TALK, leg="", extension=""))).has(at_talk.Eavesdrop)
    story.then(TalkFound(replace(TALK, leg="leg-2", extension=extension)))
    assert story.has(at_talk.Eavesdrop) is follows
    assert noted(story).how is (None if follows else ListeningEnd.OUT_OF_SCOPE)


def test_a_party_in_a_queue_without_the_right_is_not_followed() -> None:
    story = listening()
    story.then(AppEnded(story.command(at_talk.Eavesdrop).app_id), 3)
    story.then(TalkFound(replace(TALK, leg="", extension="", queue="support")))
    assert noted(story).how is ListeningEnd.OUT_OF_SCOPE


def test_once_no_worker_knows_of_the_call_it_is_over() -> None:
    story = listening()
    for _ in range(UNANSWERED * 2):  # the leg lives: the worker of that call may have died
        assert story.then(TimerFired(LOOK_TIMER)).has(at_talk.FindTalk)
    story.then(AppEnded(story.call.state.app_id))  # type: ignore[attr-defined]  # of the state
    story.then(TimerFired(LOOK_TIMER))
    assert noted(story).how is ListeningEnd.CALL_ENDED


def test_a_worker_that_dies_leaves_no_listening_unwatched() -> None:
    story = listening("*53*101*3#").then(CallConnectionLost("worker w1 died"))
    assert story.has(do.BringBack)
    story.then(Rearrived("*53*101*3#", brought_back=True))
    assert story.has(at_talk.FindTalk)
    assert not story.has(at_talk.Eavesdrop)
    assert story.then(TalkFound(TALK)).command(at_talk.Eavesdrop).mode is Mode.BARGE
    assert [span.mode for span in noted(story).spans] == [Mode.BARGE]


def taking() -> Story:
    story = listening()
    app = story.command(at_talk.Eavesdrop).app_id
    assert story.then(KeyPressed("4")).has(at_talk.StopListening)
    return story.then(AppEnded(app))


def test_taking_over_joins_both() -> None:
    story = taking()
    asked = story.command(at_talk.TakeOver)
    assert (asked.call, asked.leg, asked.taker.channel) == ("call-9", "leg-1", "caller-1")
    assert not story.command(at_talk.BindKeys).on
    story.then(ParkedJoined(story.facts.now, "customer-1", "number:+48600700800"))
    assert isinstance(story.call.state, Talking)
    assert story.entries(JoinedOutside)[-1].leg_id == "customer-1"
    assert noted(story).how is ListeningEnd.TAKEN_OVER


def test_what_cannot_be_taken_over_in_time_is_listened_to_again() -> None:
    story = taking().then(TimerFired("step"))
    assert story.has(do.CheckAlone)
    assert story.then(AloneChecked(True)).has(at_talk.FindTalk)
    assert isinstance(story.call.state, AtTalk)
    assert story.then(TalkFound(TALK)).has(at_talk.Eavesdrop)


def test_an_outgoing_call_is_not_taken_over() -> None:
    story = Story(world("*53*101*4#")).begin().then(TalkFound(replace(TALK, is_takable=False)))
    assert story.command(do.Play).file == REFUSE


def test_who_is_in_a_conference_room_is_not_listened_to() -> None:
    story = (
        Story(world("*53*101#")).begin().then(TalkFound(SupervisedTalk("call-9", "fs1", "", "", "101", room="board")))
    )
    assert "extension 101 is in conference:board" in str(list(story.call.trail))
    assert not story.has(at_talk.Eavesdrop)
