"""What is spoken by phone: greetings, the name, a word in front of a message; and a new PIN."""

from __future__ import annotations

import pytest

from callcontrol.control import box_commands as in_box
from callcontrol.control import commands as do
from callcontrol.control.call import Ending
from callcontrol.control.events import AppEnded, CallConnectionLost, CallerHungUp, LegGone, Rearrived
from callcontrol.kinds.targets.voicemail.by_phone.visit import InBox
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.mailbox import Box, Greeting, GreetingKind, MessageState
from callcontrol.vocabulary.media import MediaKind, MediaState
from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of
from tests.kinds.by_phone.story import PIN, BoxStory, known, message
from tests.routing.world import NOW

WANTED, RUNNING, CLOSED, LOST = MediaState.WANTED, MediaState.RUNNING, MediaState.CLOSED, MediaState.LOST
REVIEW = "Save it one Hear it two Record it three Back star"


def begun(box: Box | None = None, by: str = "101", language: str = "en") -> BoxStory:
    story = BoxStory(known("*97", by, language=language), {by: box or Box((message(1),))})
    story.begin()
    return story


def test_a_greeting_is_recorded_heard_and_saved() -> None:
    story = begun()
    assert story.hears("3") == [
        "Normal greeting one Greeting while away two Greeting when busy three Your name four Back star"
    ]
    assert story.hears("1") == ["Nothing is recorded", "Record it two Back star"]
    assert story.hears("2") == ["file_string://mailbox/en/speak.wav!tone_stream://%(500,0,640)"]
    assert story.speaks(3_000).hears() == [REVIEW]
    path = story.media[0].path
    assert story.hears("2") == [path, REVIEW]
    assert story.hears("1") == [
        "Saved",
        "It is in force",
        "Hear it one Record it two Back to the default one zero Back star",
    ]
    greeting = story.box().greetings[GreetingKind.NORMAL]
    assert (greeting.path, greeting.length_ms, greeting.by, greeting.until) == (path, 3_000, "extension:101", None)
    assert [(one.state, one.kind, one.owner) for one in story.media] == [
        (state, MediaKind.GREETING, "voicemail:101") for state in (WANTED, RUNNING, CLOSED)
    ]
    assert len({one.media_id for one in story.media}) == 1
    assert story.media[-1].length_ms == 3_000
    assert path == f"{story.facts.settings.recordings}/{story.media[0].media_id}.wav"


def test_the_default_one_and_the_recorded_one_again() -> None:
    mine = Greeting("fs1", "/rec/g.wav", 2_000, Instant(NOW - SECOND_US), "extension:101")
    story = begun(Box(greetings={GreetingKind.NORMAL: mine}))
    assert story.hears("31")[0] == "It is in force"
    assert story.hears("0") == [
        "Saved",
        "The default one is in force",
        "Hear it one Record it two Use it three Back star",
    ]
    assert not story.box().greetings[GreetingKind.NORMAL].is_in_force(story.facts.now)
    assert story.hears("3")[1] == "It is in force"
    assert story.box().greetings[GreetingKind.NORMAL].is_in_force(story.facts.now)
    assert story.hears("1")[0] == "/rec/g.wav"
    assert story.hears("*")[0].startswith("Normal greeting one")


def test_an_absence_ends_with_a_day() -> None:
    story = begun()
    story.hears("322")
    story.speaks(3_000).hears()
    assert story.hears("1") == ["Enter the last day: day and month, four digits. Without an end: hash"]
    assert story.hears("3102")[0] == "There is no such day"
    assert story.hears("2412")[:2] == ["Saved", "It is in force until December twenty-fourth"]
    until = story.box().greetings[GreetingKind.AWAY].until
    assert until is not None
    assert datetime_of(until).isoformat() == "2026-12-24T23:00:00+00:00"
    assert story.hears("1")[0].endswith(".wav")


def test_a_day_that_is_over_is_that_of_the_next_year_and_no_day_is_no_end() -> None:
    story = begun()
    story.hears("322")
    story.speaks(3_000)
    story.hears("10101")
    until = story.box().greetings[GreetingKind.AWAY].until
    assert until is not None
    assert datetime_of(until).year == 2027
    story.hears("0")
    assert story.hears("3#")[1] == "It is in force"
    assert story.box().greetings[GreetingKind.AWAY].until is None


def test_less_than_a_word_is_asked_for_again_into_the_same_file() -> None:
    story = begun()
    story.hears("312")
    assert story.speaks(300).hears()[0] == "That was too short"
    story.speaks(2_000)
    assert len({one.path for one in story.media}) == 1
    assert {one.path for one in story.done if isinstance(one, do.Record)} == {story.media[0].path}


def test_what_is_not_kept_is_closed_all_the_same() -> None:
    story = begun()
    story.hears("312")
    assert story.speaks(2_000).hears("*")[0] == "Nothing is recorded"
    assert (story.media[-1].state, story.media[-1].cause) == (CLOSED, "not kept")
    assert not story.box().greetings


def hung_up(story: BoxStory, recorded_ms: int) -> BoxStory:
    story.then(CallerHungUp("NORMAL_CLEARING"))
    now = story.facts.now
    return story.then(LegGone("caller-1", "NORMAL_CLEARING", Stamps(now, None, now, now), recorded_ms=recorded_ms), 0)


@pytest.mark.parametrize(("recorded_ms", "state"), [(1_500, CLOSED), (0, LOST)])
def test_a_hang_up_while_speaking_saves_nothing(recorded_ms: int, state: MediaState) -> None:
    story = begun()
    story.hears("312")
    hung_up(story, recorded_ms)
    assert (story.media[-1].state, story.box().greetings) == (state, {})
    assert "hung up" in story.media[-1].cause
    assert story.outcome == "changed"


def test_a_message_goes_to_another_box_with_a_word_in_front() -> None:
    story = begun()
    assert story.hears("17") == ["Enter the number of the mailbox, then hash"]
    assert story.hears("101#")[0] == "There is no such mailbox"
    assert story.hears("500#")[-1].startswith("file_string://mailbox/en/speak.wav")
    assert story.speaks(2_000).hears() == ["Send it one Hear it two Record it three Back star"]
    assert story.hears("1")[0] == "Sent. There are no more messages"
    there = story.box("office").messages[0]
    word = story.media[0]
    assert (there.id, there.path, there.word, there.passed_on_by) == ("m1", "/rec/m1.wav", word.path, "extension:101")
    assert (word.owner, word.kind) == ("voicemail:office", MediaKind.MESSAGE)
    assert story.states() == [("m1", MessageState.DELETED)]
    assert story.notes[-1] == "voicemail:101: message m1 passed on to voicemail:office by extension:101"
    other = BoxStory(known("*98*500"), {"office": story.box("office")})
    other.begin()
    assert other.hears(f"{PIN}#1")[2:4] == [word.path, "/rec/m1.wav"]


def test_a_message_that_comes_back_is_new_again() -> None:
    story = begun()
    story.stored["102"] = Box((message(1, state=MessageState.DELETED),))
    story.hears("17102#")
    story.speaks(2_000).hears("1")
    assert story.states("102") == [("m1", MessageState.NEW)]


def test_a_pin_is_changed_by_pressing_it_twice() -> None:
    story = begun()
    assert story.hears("4") == ["Enter the new PIN, then hash"]
    assert story.hears("1234#") == ["This PIN is too easy to guess", "Enter the new PIN, then hash"]
    assert story.hears(f"{PIN}#") == ["Enter it once more"]
    assert story.hears("5928#")[0] == "The two are not the same"
    assert story.hears(f"{PIN}#{PIN}#")[0] == "The PIN is changed"
    assert story.pins == {"101": PIN}
    assert story.notes == [
        "voicemail:101: a PIN is refused: its digits follow each other",
        "voicemail:101: PIN changed by extension:101",
    ]
    assert not [one for one in story.done if isinstance(one, in_box.SetPin) and PIN in repr(one)]


@pytest.mark.parametrize("pin", ["9101", "4500", "6789"])
def test_numbers_of_the_owner_make_no_pin(pin: str) -> None:
    assert begun().hears(f"4{pin}#")[0] == "This PIN is too easy to guess"


# --- a worker dies


def lost(story: BoxStory) -> BoxStory:
    return story.then(CallConnectionLost("worker w1 is gone"))


def test_what_was_heard_when_the_worker_died_is_heard_again() -> None:
    story = begun()
    story.press("1")
    assert lost(story).has(do.BringBack)
    story.heard = []
    assert story.then(Rearrived("*97")).hears()[0] == "Message one"
    assert story.hears("2")[0] == "Kept. There are no more messages"


def test_a_change_that_was_under_way_is_made_again() -> None:
    story = begun()
    story.press("1")
    asked, story._answer = story._answer, lambda command: None  # type: ignore[method-assign]  # no answer
    story.press("3")
    lost(story)
    story._answer = asked  # type: ignore[method-assign]
    story.heard = []
    assert story.then(Rearrived("*97")).hears()[0] == "Deleted. There are no more messages"
    assert story.states() == [("m1", MessageState.DELETED)]


def test_a_recording_goes_on_alone_and_is_not_lost() -> None:
    story = begun()
    story.hears("312")
    assert not lost(story).has(do.BringBack)
    assert story.then(Rearrived("*97", recorded_ms=4_000)).hears() == [REVIEW]


def test_stores_that_do_not_answer_in_time() -> None:
    story = begun()
    story._answer = lambda command: None  # type: ignore[method-assign]  # no answer
    story.press("1")
    story.is_late().is_late()
    assert story.hears() == [
        "That did not work. Please try again later",
        "Thank you for calling. Goodbye",
    ]
    assert story.state() is Ending


@pytest.mark.parametrize(
    ("language", "words"),
    [("pl", "W skrzynce jedna nowa wiadomość"), ("ru", "В ящике одно новое сообщение")],  # noqa: RUF001  # Russian
)
def test_in_the_language_of_the_caller(language: str, words: str) -> None:
    assert begun(language=language).hears()[0] == words


def test_the_end_of_another_sound_means_nothing() -> None:
    story = begun()
    before = story.call
    assert story.then(AppEnded("of-before")).call is before
    assert isinstance(story.call.state, InBox)
