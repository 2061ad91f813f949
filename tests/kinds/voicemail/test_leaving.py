"""Leaving a message: the greeting in force, and how the message comes into the box."""

from __future__ import annotations

import pytest

from callcontrol.control import box_commands as in_box
from callcontrol.control import commands as do
from callcontrol.control.box_events import BoxChanged, BoxFound, SoundBrought
from callcontrol.control.call import Deciding, Ending
from callcontrol.control.events import AppEnded, CallerHungUp, FactsFound, KeyPressed, LegGone, Rearrived, TimerFired
from callcontrol.kinds.targets.voicemail.leaving import FullBox, ReviewingMessage, TakingMessage
from callcontrol.vocabulary.call import Caller, Stamps
from callcontrol.vocabulary.mailbox import AddMessage, Box, Greeting, GreetingKind, Message
from callcontrol.vocabulary.media import MediaState
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import Noted, Recorded, StepEnded
from tests.control.story import SECOND, Story
from tests.routing.world import DID, NOW, TENANT, facts, rule

EWA = Caller("+48600700800", "Ewa")


def greeting(path: str, until_s: int | None = None, switch: str = "fs1") -> Greeting:
    until = None if until_s is None else Instant(NOW + until_s * SECOND)
    return Greeting(switch, path, 4_000, NOW, "extension:101", until)


def heard(box: Box) -> str:
    story = Story(facts(DID["voicemail"]))
    story.boxes = {"101": box}
    return story.begin().every(do.Play)[0].file


def test_what_the_owner_has_recorded_is_heard_and_away_before_all() -> None:
    normal, away = greeting("normal.wav"), greeting("away.wav", until_s=60)
    assert heard(Box()) == "hello.wav"
    assert heard(Box(greetings={GreetingKind.NORMAL: normal})) == "normal.wav"
    assert heard(Box(greetings={GreetingKind.NORMAL: normal, GreetingKind.AWAY: away})) == "away.wav"
    over = greeting("away.wav", until_s=0)
    assert heard(Box(greetings={GreetingKind.NORMAL: normal, GreetingKind.AWAY: over})) == "normal.wav"


BROUGHT = "/var/lib/freeswitch/recordings/brought/g-1.wav"


def test_a_greeting_of_another_switch_is_brought_before_it_is_heard() -> None:
    story = Story(facts(DID["voicemail"]))
    story.boxes = {"101": Box(greetings={GreetingKind.NORMAL: greeting("/rec/g-1.wav", switch="fs2")})}
    story.begin()
    assert story.command(in_box.BringSound).media_id == "g-1"
    assert not story.has(do.Play)
    story.then(SoundBrought("g-1", BROUGHT))
    assert [one.file for one in story.every(do.Play)] == [BROUGHT, "tone_stream://%(500,0,800)"]


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (SoundBrought("g-1", "", "storage is away"), "storage is away"),
        (TimerFired("step"), "the greeting g-1 was not brought to fs1 in time"),
    ],
)
def test_or_that_of_the_settings_is_heard(event: SoundBrought | TimerFired, why: str) -> None:
    story = Story(facts(DID["voicemail"]))
    story.boxes = {"101": Box(greetings={GreetingKind.NORMAL: greeting("/rec/g-1.wav", switch="fs2")})}
    story.begin().then(event)
    assert (story.command(do.Play).file, story.entries(Noted)[-1].what) == ("hello.wav", why)


def test_the_recorded_name_stands_in_our_own_greeting_and_in_none_of_the_tenants() -> None:
    named = Box(greetings={GreetingKind.NAME: greeting("/rec/n-1.wav")})
    assert heard(named) == "hello.wav"
    story = Story(facts(DID["voicemail"], tenant=TENANT.replace("{greeting: hello.wav}", "{}")))
    story.boxes = {"101": named}
    said, tone = (one.file for one in story.begin().every(do.Play))
    assert said == "file_string:///rec/n-1.wav!voicemail/en/after-name.wav"
    assert tone.startswith("tone_stream")
    story = Story(facts(DID["voicemail"], tenant=TENANT.replace("{greeting: hello.wav}", "{}")))
    story.boxes = {"101": Box(greetings={GreetingKind.NAME: greeting("/rec/g-1.wav", switch="fs2")})}
    story.begin().then(SoundBrought("g-1", BROUGHT))
    assert story.every(do.Play)[0].file == f"file_string://{BROUGHT}!voicemail/en/after-name.wav"


def test_a_box_that_is_not_known_is_greeted_for_by_the_settings() -> None:
    story = Story(facts(DID["voicemail"]))
    story.boxes = None
    assert not story.begin().has(do.Play)
    story.then(BoxFound("101", None, "Redis unreachable"))
    assert story.command(do.Play).file == "hello.wav"
    assert story.entries(Noted)[-1].what == "Redis unreachable"
    silent = Story(facts(DID["voicemail"]))
    silent.boxes = None
    assert silent.begin().then(TimerFired("step")).command(do.Play).file == "hello.wav"


def message(story: Story, began: int) -> Message:
    path = "/var/lib/freeswitch/recordings/call-1-2.wav"
    return Message("call-1-2", "+48600700800", "Ewa", Instant(began), 4_200, "fs1", path)


def test_a_message_comes_into_the_box_when_its_recording_ends() -> None:
    story = Story(facts(DID["voicemail"], caller=EWA)).begin()
    record = story.command(do.Record)
    began = story.then(AppEnded(story.command(do.Play).app_id)).facts.now
    story.then(AppEnded(record.app_id, recorded_ms=4200))
    assert story.command(in_box.ChangeBox) == in_box.ChangeBox("101", AddMessage(message(story, began)))
    story.then(BoxChanged("101", AddMessage(message(story, began)), None, "Redis unreachable"))
    assert story.entries(Noted)[-1].what == "a message is not in voicemail:101 yet: Redis unreachable"


def test_or_when_its_caller_hangs_up_even_before_the_book_is_closed() -> None:
    story = Story(facts(DID["voicemail"], caller=EWA)).begin()
    began = story.then(AppEnded(story.command(do.Play).app_id)).facts.now
    story.then(CallerHungUp("NORMAL_CLEARING"))
    story.then(LegGone("caller-1", "NORMAL_CLEARING", Stamps(NOW, None, NOW, NOW), "caller", recorded_ms=4200))
    kinds = [type(command) for command in story.commands]
    assert story.command(in_box.ChangeBox).change == AddMessage(message(story, began))
    assert kinds.index(in_box.ChangeBox) < kinds.index(do.CloseBook)


def test_a_caller_who_shows_no_number_leaves_none() -> None:
    story = Story(facts(DID["voicemail"], caller=Caller("+48600700800", "Ewa", anonymous=True))).begin()
    record = story.command(do.Record)
    story.then(AppEnded(record.app_id, recorded_ms=4200))
    change = story.command(in_box.ChangeBox).change
    assert isinstance(change, AddMessage)
    assert (change.message.caller, change.message.name) == ("", "")


# A box with everything: a tone, an operator, room for two messages.
BOX = TENANT.replace(
    "greeting: hello.wav}",
    "greeting: hello.wav, busy: busy.wav, beep: yes, operator: extension:102, messages: 2, when_full: group:sales}",
)


def leaving(box: Box | None = None) -> Story:
    """A caller is greeted by that box."""
    story = Story(facts(DID["voicemail"], caller=EWA, tenant=BOX))
    story.boxes = {"101": box or Box()}
    return story.begin()


def speaking() -> tuple[Story, str]:
    """The tone was heard; and the application that records."""
    story = leaving()
    record = story.command(do.Record).app_id
    return story.then(AppEnded(story.every(do.Play)[1].app_id)), record


def gone(story: Story, recorded_ms: int = 0, cause: str = "NORMAL_CLEARING", by: str = "caller", **more: bool) -> Story:
    end = LegGone("caller-1", cause, Stamps(NOW, None, NOW, NOW), by, recorded_ms=recorded_ms, **more)  # type: ignore[arg-type]  # estimated
    return story.then(CallerHungUp(cause)).then(end)


def states(story: Story) -> list[MediaState]:
    return [noted.change.state for noted in story.every(do.NoteMedia)]


def ended(story: Story) -> StepEnded:
    return story.entries(StepEnded)[-1]


def test_a_tone_follows_the_greeting_and_the_recording_follows_the_tone() -> None:
    story = leaving()
    assert [play.file for play in story.every(do.Play)] == ["hello.wav", "tone_stream://%(500,0,800)"]
    assert states(story) == [MediaState.WANTED]
    greeting, tone = (play.app_id for play in story.every(do.Play))
    assert states(story.then(AppEnded(greeting))) == []
    assert states(story.then(AppEnded(tone))) == [MediaState.RUNNING]


def test_where_the_phone_is_busy_the_greeting_for_that_is_heard() -> None:
    story = Story(facts(rules={"101": [rule("busy", "voicemail:101")]}, tenant=BOX)).begin()
    (leg, _), *_ = story.command(do.Bridge).legs
    story.then(AppEnded(story.command(do.Bridge).app_id, "USER_BUSY", {leg: "USER_BUSY"}))
    assert story.every(do.Play)[0].file == "busy.wav"


def test_the_greeting_may_be_cut_short() -> None:
    story = leaving().then(KeyPressed("#"))
    assert story.command(do.StopPlaying) == do.StopPlaying()
    assert story.state() is TakingMessage
    assert not story.then(KeyPressed("7")).has(do.StopPlaying)


def test_0_leads_to_the_boxs_own_target() -> None:
    story = leaving().then(KeyPressed("0"))
    assert (story.command(do.StopPlaying).all, states(story)) == (True, [MediaState.LOST])
    assert story.state() is Deciding
    assert story.then(FactsFound()).command(do.Bridge).legs[0][1].to == "extension:102"


def test_0_while_speaking_sends_what_was_said_and_leads_on() -> None:
    story, record = speaking()
    assert story.then(KeyPressed("0")).has(do.StopPlaying)
    story.then(AppEnded(record, recorded_ms=2_000))
    assert (story.state(), story.has(in_box.ChangeBox), states(story)) == (Deciding, True, [MediaState.CLOSED])


@pytest.mark.parametrize("key", ["1", "#", ""])
def test_a_message_that_was_ended_by_key_can_be_heard_and_is_sent_by_key_or_in_time(key: str) -> None:
    story, record = speaking()
    story.then(KeyPressed("#")).then(AppEnded(record, recorded_ms=2_000))
    assert (story.state(), story.has(in_box.ChangeBox)) == (ReviewingMessage, False)
    assert story.command(do.Play).file.endswith("voicemail/en/review.wav")
    assert story.then(KeyPressed("2")).command(do.Play).file == "/var/lib/freeswitch/recordings/call-1-3.wav"
    story.then(AppEnded(story.command(do.Play).app_id)).then(KeyPressed(key) if key else TimerFired("step"))
    assert (story.state(), story.command(do.HangUp).cause, states(story)) == (
        Ending,
        "NORMAL_CLEARING",
        [MediaState.CLOSED],
    )
    assert story.has(in_box.ChangeBox)
    gone(story)
    assert len(story.entries(Recorded)) == 1  # once


def test_a_message_that_is_recorded_again_is_the_same_message() -> None:
    story, record = speaking()
    story.then(KeyPressed("#")).then(AppEnded(record, recorded_ms=2_000)).then(KeyPressed("3"))
    again = story.command(do.Record)
    assert again.path == "/var/lib/freeswitch/recordings/call-1-3.wav"
    story.then(AppEnded(story.command(do.Play).app_id)).then(AppEnded(again.app_id, recorded_ms=700))
    change = story.command(in_box.ChangeBox).change
    assert isinstance(change, AddMessage)
    assert (change.message.id, change.message.length_ms) == ("call-1-3", 700)


def test_a_hang_up_at_the_prompt_for_keys_sends_the_message() -> None:
    story, record = speaking()
    gone(story.then(KeyPressed("#")).then(AppEnded(record, recorded_ms=2_000)))
    assert (story.has(in_box.ChangeBox), ended(story).outcome) == (True, Outcome.VOICEMAIL)


def test_after_a_workers_death_the_keys_are_told_again() -> None:
    story, record = speaking()
    story.then(KeyPressed("#")).then(AppEnded(record, recorded_ms=2_000)).then(Rearrived("+48221234507"))
    assert (story.state(), story.command(do.Play).file[-10:]) == (ReviewingMessage, "review.wav")


@pytest.mark.parametrize("stage", ["greeting", "tone", "short", "silence"])
def test_a_caller_who_leaves_no_message_is_a_missed_caller(stage: str) -> None:
    story, record = speaking() if stage in ("short", "silence") else (leaving(), "")
    story = (
        story.then(AppEnded(record, recorded_ms=499)) if stage == "silence" else gone(story, 499 * (stage == "short"))
    )
    assert (ended(story).outcome, states(story)) == (Outcome.MISSED, [MediaState.LOST])
    assert story.entries(Recorded) == []
    assert "no message for voicemail:101: the caller" in story.entries(Noted)[-1].what


def test_a_disk_that_cannot_be_written_is_our_failure() -> None:
    story = gone(speaking()[0], cause="DESTINATION_OUT_OF_ORDER", by="switch")
    assert (ended(story).outcome, states(story)) == (Outcome.FAILED, [MediaState.LOST])
    assert "cannot write it" in story.entries(Noted)[-1].what


@pytest.mark.parametrize(("speaks", "outcome"), [(True, Outcome.FAILED), (False, Outcome.MISSED)])
def test_where_the_end_was_not_heard_the_file_decides(speaks: bool, outcome: Outcome) -> None:
    """Another worker may have closed it, and could not save that: its row is not told as lost."""
    story = gone(speaking()[0] if speaks else leaving(), estimated=True)
    assert (ended(story).outcome, states(story)) == (outcome, [])
    assert ended(gone(speaking()[0], cause="DESTINATION_OUT_OF_ORDER")).outcome is Outcome.MISSED


def full() -> Box:
    return Box(tuple(Message(f"c-{n}", "", "", NOW, 1, "fs1", "") for n in range(2)))


def test_the_caller_of_a_full_box_is_told_and_goes_on() -> None:
    story = leaving(full())
    assert (story.state(), story.has(do.Record), ended(story).outcome) == (FullBox, False, Outcome.OVERFLOW)
    assert story.entries(Noted)[-1].what == "voicemail:101 is full: 2 messages"
    story.then(AppEnded(story.command(do.Play).app_id)).then(FactsFound())
    assert story.command(do.Bridge).legs[0][1].to == "extension:101"


def test_or_hears_no_more_where_nothing_follows() -> None:
    story = Story(facts(DID["voicemail"], tenant=BOX.replace(", when_full: group:sales", "")))
    story.boxes = {"101": full()}
    assert story.begin().then(Rearrived("+48221234507")).command(do.HangUp).cause == "NORMAL_CLEARING"
