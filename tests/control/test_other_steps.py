"""Voicemail, announcements, star codes, refusals."""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control.call import Closed, Ringing
from callcontrol.control.events import AppEnded, CallerHungUp, LegGone, Stored, TimerFired
from callcontrol.control.playing import Announcing
from callcontrol.kinds.star_codes.forwarding import Changing
from callcontrol.kinds.star_codes.storing import CONFIRM, OFF, REFUSE
from callcontrol.vocabulary.call import Caller, Stamps
from callcontrol.vocabulary.media import MediaKind, MediaState
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.vocabulary.trail import Noted, Recorded, StepEnded
from tests.control.story import Story
from tests.routing.world import DID, NOW, facts, rule

PHONE = Caller("101", "Jan", extension="101")


def test_voicemail_greets_records_and_names_the_file() -> None:
    story = Story(facts(DID["voicemail"])).begin()
    assert story.has(do.Answer)
    greeting, record = story.command(do.Play), story.command(do.Record)
    assert (greeting.file, record.max_s) == ("hello.wav", 180)
    story.then(AppEnded(greeting.app_id))
    assert story.entries(Recorded) == []
    story.then(AppEnded(record.app_id, recorded_ms=4200))
    assert [e.path for e in story.entries(Recorded)] == [record.path]
    assert story.command(do.HangUp).cause == "NORMAL_CLEARING"
    story.gone("caller-1", answered_s=9)
    assert isinstance(story.call.state, Closed)


def test_a_caller_who_leaves_during_the_greeting_has_left_no_message() -> None:
    story = Story(facts(DID["voicemail"])).begin().then(CallerHungUp("NORMAL_CLEARING")).gone("caller-1", answered_s=1)
    assert story.entries(Recorded) == []
    assert story.has(do.CloseBook)


def test_a_caller_who_hangs_up_while_speaking_has_left_a_message() -> None:
    story = Story(facts(DID["voicemail"])).begin()
    story.then(AppEnded(story.command(do.Play).app_id)).then(CallerHungUp("NORMAL_CLEARING"))
    story.then(LegGone("caller-1", "NORMAL_CLEARING", Stamps(NOW, None, NOW, NOW), "caller", recorded_ms=900))
    assert len(story.entries(Recorded)) == 1
    assert story.entries(StepEnded)[-1].outcome is Outcome.VOICEMAIL
    assert isinstance(story.call.state, Closed)


def test_a_recording_that_wrote_nothing_is_told_and_no_message() -> None:
    story = Story(facts(DID["voicemail"])).begin()
    greeting, record = story.command(do.Play), story.command(do.Record)
    story.then(AppEnded(greeting.app_id)).then(AppEnded(record.app_id))
    assert story.entries(Recorded) == []
    assert story.entries(StepEnded)[-1].outcome is Outcome.FAILED
    assert "nothing was recorded" in story.entries(Noted)[-1].what


def states(story: Story) -> list[MediaState]:
    """The states of media that the last answer notes; they are all of one medium."""
    noted = story.every(do.NoteMedia)
    assert len({one.change.media_id for one in noted}) <= 1
    return [one.change.state for one in noted]


def test_a_message_is_a_row_before_the_switch_is_told_to_record() -> None:
    story = Story(facts(DID["voicemail"])).begin()
    greeting, record = story.command(do.Play), story.command(do.Record)
    names = [type(command).__name__ for command in story.commands]
    assert names.index("NoteMedia") < names.index("Record")
    wanted = story.command(do.NoteMedia).change
    assert (wanted.state, wanted.kind, wanted.path) == (MediaState.WANTED, MediaKind.MESSAGE, record.path)
    assert wanted.path.endswith(f"/{wanted.media_id}.wav")
    assert (wanted.owner, wanted.channel, wanted.switch) == ("voicemail:101", "caller-1", "fs1")
    assert states(story.then(AppEnded(greeting.app_id))) == [MediaState.RUNNING]
    assert states(story.then(AppEnded(record.app_id, recorded_ms=4200))) == [MediaState.CLOSED]
    closed = story.command(do.NoteMedia).change
    assert (closed.media_id, closed.length_ms) == (wanted.media_id, 4200)


def test_a_hang_up_while_speaking_closes_the_row_and_a_message_without_a_file_is_lost() -> None:
    for recorded_ms, state in ((900, MediaState.CLOSED), (0, MediaState.LOST)):
        story = Story(facts(DID["voicemail"])).begin()
        story.then(AppEnded(story.command(do.Play).app_id)).then(CallerHungUp("NORMAL_CLEARING"))
        gone = LegGone("caller-1", "NORMAL_CLEARING", Stamps(NOW, None, NOW, NOW), "caller", recorded_ms=recorded_ms)
        assert states(story.then(gone)) == [state]
        assert story.has(do.CloseBook)


def test_announcement_goes_on_to_its_then() -> None:
    story = Story(facts(DID["announcement"])).begin()
    assert story.state() is Announcing
    story.then(AppEnded(story.command(do.Play).app_id))
    assert story.state() is Ringing
    assert story.command(do.Bridge).legs[0][1].to == "extension:102"


def test_announcement_that_never_ends_is_cut() -> None:
    story = Story(facts(DID["announcement"])).begin().then(TimerFired("step"))
    assert story.has(do.HangUp)


def test_star_code_stores_first_and_then_says_how_it_went() -> None:
    for trouble, tone, outcome in (("", CONFIRM, Outcome.CHANGED), ("Redis unreachable", REFUSE, Outcome.FAILED)):
        story = Story(facts("*21*102#", caller=PHONE)).begin()
        stored = story.command(do.StoreRule)
        assert (stored.extension, [kind.value for kind in stored.rules]) == ("101", ["always"])
        story.then(Stored(trouble))
        play = story.command(do.Play)
        assert play.file == tone
        assert story.entries(StepEnded)[-1].outcome is outcome
        assert story.then(AppEnded(play.app_id)).has(do.HangUp)


def test_star_code_that_cannot_be_stored_in_time_says_so() -> None:
    story = Story(facts("*21*102#", caller=PHONE)).begin().then(TimerFired("step"))
    assert story.command(do.Play).file == REFUSE
    assert isinstance(story.call.state, Changing)


def test_asking_stores_nothing() -> None:
    on = Story(facts("*#21#", caller=PHONE, rules={"101": [rule("always", "extension:102")]})).begin()
    assert not on.has(do.StoreRule)
    assert on.command(do.Play).file == CONFIRM
    off = Story(facts("*#21#", caller=PHONE)).begin()
    assert off.command(do.Play).file == OFF
    assert off.entries(Noted)[-1].what == "extension:101 asked: always is off"
    assert [story.entries(StepEnded)[-1].outcome for story in (on, off)] == [Outcome.CHANGED, Outcome.CHANGED]


def test_all_rules_are_removed_by_one_code_and_in_one_go() -> None:
    rules = {"101": [rule("always", "extension:102"), rule("busy", "extension:102")]}
    story = Story(facts("##002#", caller=PHONE, rules=rules)).begin()
    stored = story.command(do.StoreRule)
    assert stored.rules == dict.fromkeys(RuleKind)
    story.then(Stored(""))
    assert story.command(do.Play).file == CONFIRM
    assert story.entries(Noted)[-1].what.count("removed its") == 4


def test_all_rules_are_switched_off_and_asked_for() -> None:
    rules = {"101": [rule("always", "extension:102"), rule("busy", "extension:102")]}
    stored = Story(facts("#004#", caller=PHONE, rules=rules)).begin().command(do.StoreRule).rules
    assert {kind.value: found and found.on for kind, found in stored.items()} == {
        "busy": False,
        "no_answer": None,
        "unavailable": None,
    }
    asked = Story(facts("*#002#", caller=PHONE, rules=rules)).begin()
    assert asked.command(do.Play).file == CONFIRM
    assert asked.entries(Noted)[-1].what.startswith("extension:101 asked: always is on, busy is on, no_answer is off")


def test_all_rules_are_not_set_at_once() -> None:
    refused = Story(facts("*002*102#", caller=PHONE)).begin()
    assert refused.command(do.Play).file == REFUSE
    assert not refused.has(do.StoreRule)


def test_a_refused_caller_hears_the_reason_before_the_call_ends() -> None:
    story = Story(facts("+48701234567", caller=PHONE)).begin()
    assert (story.has(do.OpenEarlyMedia), story.has(do.Answer), story.has(do.HangUp)) == (True, False, False)
    story.then(AppEnded(story.command(do.Play).app_id))
    assert story.command(do.HangUp).cause == "CALL_REJECTED"
    assert story.entries(StepEnded)[-1].outcome is Outcome.REJECTED


def test_a_sentence_that_never_ends_is_cut() -> None:
    story = Story(facts("+48701234567", caller=PHONE)).begin().then(TimerFired("step"))
    assert story.command(do.HangUp).cause == "CALL_REJECTED"


def test_refusal_hangs_up_with_its_cause() -> None:
    story = Story(facts(DID["hangup"])).begin()
    assert story.command(do.HangUp).cause == "USER_BUSY"
    assert story.entries(StepEnded)[-1].outcome is Outcome.BUSY
