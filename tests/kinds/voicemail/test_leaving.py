"""Leaving a message: the greeting in force, and how the message comes into the box."""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control.events import AppEnded, BoxChanged, BoxFound, CallerHungUp, LegGone, TimerFired
from callcontrol.vocabulary.call import Caller, Stamps
from callcontrol.vocabulary.mailbox import AddMessage, Box, Greeting, GreetingKind, Message
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.trail import Noted
from tests.control.story import SECOND, Story
from tests.routing.world import DID, NOW, facts

EWA = Caller("+48600700800", "Ewa")


def greeting(path: str, until_s: int | None = None, switch: str = "fs1") -> Greeting:
    until = None if until_s is None else Instant(NOW + until_s * SECOND)
    return Greeting(switch, path, 4_000, NOW, "extension:101", until)


def heard(box: Box) -> str:
    story = Story(facts(DID["voicemail"]))
    story.boxes = {"101": box}
    return story.begin().command(do.Play).file


def test_what_the_owner_has_recorded_is_heard_and_away_before_all() -> None:
    normal, away = greeting("normal.wav"), greeting("away.wav", until_s=60)
    assert heard(Box()) == "hello.wav"
    assert heard(Box(greetings={GreetingKind.NORMAL: normal})) == "normal.wav"
    assert heard(Box(greetings={GreetingKind.NORMAL: normal, GreetingKind.AWAY: away})) == "away.wav"
    over = greeting("away.wav", until_s=0)
    assert heard(Box(greetings={GreetingKind.NORMAL: normal, GreetingKind.AWAY: over})) == "normal.wav"
    elsewhere = greeting("normal.wav", switch="fs2")
    assert heard(Box(greetings={GreetingKind.NORMAL: elsewhere})) == "hello.wav"  # the file is on another switch


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
    assert story.command(do.ChangeBox) == do.ChangeBox("101", AddMessage(message(story, began)))
    story.then(BoxChanged("101", AddMessage(message(story, began)), None, "Redis unreachable"))
    assert story.entries(Noted)[-1].what == "a message is not in voicemail:101 yet: Redis unreachable"


def test_or_when_its_caller_hangs_up_even_before_the_book_is_closed() -> None:
    story = Story(facts(DID["voicemail"], caller=EWA)).begin()
    began = story.then(AppEnded(story.command(do.Play).app_id)).facts.now
    story.then(CallerHungUp("NORMAL_CLEARING"))
    story.then(LegGone("caller-1", "NORMAL_CLEARING", Stamps(NOW, None, NOW, NOW), "caller", recorded_ms=4200))
    kinds = [type(command) for command in story.commands]
    assert story.command(do.ChangeBox).change == AddMessage(message(story, began))
    assert kinds.index(do.ChangeBox) < kinds.index(do.CloseBook)


def test_a_caller_who_shows_no_number_leaves_none() -> None:
    story = Story(facts(DID["voicemail"], caller=Caller("+48600700800", "Ewa", anonymous=True))).begin()
    record = story.command(do.Record)
    story.then(AppEnded(record.app_id, recorded_ms=4200))
    change = story.command(do.ChangeBox).change
    assert isinstance(change, AddMessage)
    assert (change.message.caller, change.message.name) == ("", "")
