"""What a waiting caller hears: greeting, music, the position, the expected wait."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control.events import AppEnded, JoinFailed, PlaceKnown, TimerFired
from callcontrol.routing.speech import as_file_string, expected_wait, position
from callcontrol.vocabulary.queue import Entered, Place
from tests.control.queue_story import QueueStory
from tests.routing.queue_world import QUEUES, changed, tenant


def story(written: str | None = None) -> QueueStory:
    """A caller whose greeting is over."""
    made = QueueStory(written=written).enter()
    made.then(AppEnded(made.waiting.saying))
    return made


def said_now(made: QueueStory) -> str:
    """What is announced now, before the music."""
    said, music = made.every(do.Play)
    assert music.file == "music/calm.wav"
    assert (made.waiting.saying, made.waiting.music) == (said.app_id, music.app_id)
    return said.file


def asked(made: QueueStory, *timers: str) -> QueueStory:
    """An announcement is due, so the position is asked of Redis."""
    for timer in timers:
        made.then(TimerFired(timer))
        assert made.command(do.AskPlace).ticket == made.waiting.ticket
    return made


# --- what is said


def test_the_position_and_the_keys_are_said_between_two_pieces_of_music() -> None:
    made = asked(story(), "position").place(3)
    assert said_now(made) == as_file_string((*position("en", 3), "keys.wav"))
    assert made.commands[-1] == do.StopPlaying()


def test_place_and_wait_that_are_due_together_are_said_in_one_go() -> None:
    made = asked(story(), "position", "wait").place(2, handling_s=150, active=2)
    assert said_now(made) == as_file_string((*position("en", 2), *expected_wait("en", 3), "keys.wav"))
    assert made.place(2, handling_s=150).commands == ()


def test_in_the_language_of_the_queue() -> None:
    made = asked(story(written=changed("help", "wrap_up: 10", "language: pl")), "position").place(1)
    assert said_now(made) == as_file_string((*position("pl", 1), "keys.wav"))


def test_each_is_said_again_after_its_own_interval() -> None:
    made = story().then(TimerFired("position"))
    assert made.timers == {"position": 45}
    assert made.then(TimerFired("wait")).timers == {"wait": 90}
    assert made.then(TimerFired("poll")).timers == {}
    assert made.is_polled


def test_the_poll_alone_says_nothing() -> None:
    made = asked(story(), "poll").place(3, handling_s=100)
    assert made.commands == ()


def test_the_announced_position_never_rises() -> None:
    made = story()
    heard = []
    for now in (5, 3, 7, 4, 2, 9):
        asked(made, "position").place(now)
        heard.append(said_now(made))
        made.then(AppEnded(made.waiting.saying))
    assert heard == [as_file_string((*position("en", n), "keys.wav")) for n in (5, 3, 3, 3, 2, 2)]


def test_the_announced_wait_never_grows() -> None:
    made = story()
    heard = []
    for minutes in (10, 4, 8, 3):
        asked(made, "wait").place(1, handling_s=minutes * 60)
        heard.append(said_now(made))
        made.then(AppEnded(made.waiting.saying))
    assert heard == [as_file_string(expected_wait("en", n)) for n in (10, 4, 4, 3)]


@pytest.mark.parametrize(("handling_s", "active"), [(0, 3), (120, 0)])
def test_an_unknown_wait_is_not_said(handling_s: int, active: int) -> None:
    assert asked(story(), "wait").place(2, handling_s, active).commands == ()


def test_a_ticket_without_a_position_hears_no_announcement() -> None:
    made = asked(story(), "position")
    made.then(PlaceKnown(made.waiting.ticket, Entered(Place(0, 3, 1, 0), made.waiting.joined)))
    assert made.commands == ()


# --- one after the other


def test_nothing_is_said_over_something_else() -> None:
    made = QueueStory().enter()
    greeting = made.waiting.saying
    asked(made, "position").place(3)
    assert (made.commands, made.waiting.saying) == ((), greeting)
    made.then(AppEnded(greeting))
    assert made.place(3).commands == ()  # the announcement waits for its next interval
    assert said_now(asked(made, "position").place(3))


def test_the_position_of_another_ticket_is_not_said() -> None:
    made = asked(story(), "position")
    before = made.call
    assert made.then(PlaceKnown("call-1/7", Entered(Place(3, 3, 1, 0), before.arrived))).call == before


def test_music_that_ends_begins_again() -> None:
    made = story()
    old = made.waiting.music
    made.then(AppEnded(old), after_s=30)
    assert made.command(do.Play) == do.Play(made.waiting.music, "music/calm.wav")
    assert made.waiting.music != old


def test_an_end_of_earlier_music_means_nothing() -> None:
    made = story()
    old = made.waiting.music
    asked(made, "position").place(3)
    made.then(AppEnded(old))  # the music was stopped for an announcement
    assert made.commands == ()
    assert made.waiting.saying


def test_music_that_ends_at_once_is_not_restarted_in_a_tight_loop() -> None:
    made = story()
    for _ in range(3):
        made.then(AppEnded(made.waiting.music), after_s=0.1)
        assert not made.has(do.Play)
        assert made.timers == {"music": 2}
        made.then(TimerFired("music"), after_s=2)
        assert made.command(do.Play).file == "music/calm.wav"


def test_music_that_began_with_something_said_meanwhile_is_not_begun_twice() -> None:
    made = story()
    made.then(AppEnded(made.waiting.music), after_s=0.1)
    asked(made, "position").place(3)
    assert not made.has(do.StopPlaying)  # no playback would have to be stopped
    assert said_now(made)
    assert made.then(TimerFired("music"), after_s=2).commands == ()


def test_music_of_the_settings_as_they_are_now() -> None:
    made = story()
    made.facts = QueueStory(written=changed("help", "music/calm.wav", "local_stream://moh")).facts
    made.then(AppEnded(made.waiting.music), after_s=30)
    assert made.command(do.Play).file == "local_stream://moh"


def test_an_interval_taken_out_of_the_settings_ends_there() -> None:
    made = story()
    made.facts = QueueStory(written=changed("help", "position: 45", "position: 0")).facts
    assert made.then(TimerFired("position")).timers == {}


# --- while the caller is reserved for an agent


def test_nothing_is_said_from_the_acceptance_on_and_all_clocks_stop() -> None:
    made = story().offer("anna")
    asked(made, "position")
    made.answer(made.legs("anna")[0]).accept()
    assert {c.name for c in made.every(do.StopTimer)} >= {"position", "wait", "poll", "music", "overflow"}
    assert made.place(3).commands == ()
    for timer in ("position", "wait", "poll", "music", "overflow"):
        assert made.then(TimerFired(timer)).commands == ()


def test_the_music_plays_on_to_the_agents_whisper_and_not_into_the_joining() -> None:
    made = QueueStory().reach("joining")
    assert not made.has(do.StopPlaying)
    made.then(AppEnded(made.waiting.music), after_s=30)
    assert made.commands == ()


def test_a_caller_left_in_silence_by_a_failed_join_hears_music_again() -> None:
    made = QueueStory().reach("joining")
    made.then(AppEnded(made.waiting.music), after_s=30)
    made.then(JoinFailed("caller-1", made.under.winner, "-ERR"))
    assert made.command(do.Play).file == "music/calm.wav"


def test_a_caller_whose_music_went_on_does_not_hear_it_twice() -> None:
    made = QueueStory().reach("whispering")
    made.gone(made.under.winner)
    assert not made.has(do.Play)
    assert made.timers == {"position": 10, "wait": 10, "overflow": 297}
    assert made.is_polled


def test_a_queue_that_says_nothing_says_nothing() -> None:
    quiet = QUEUES["help"].replace("first: 10, position: 45, wait: 90, hint: keys.wav", "position: 0, wait: 0")
    made = QueueStory(written=tenant(help=quiet)).enter()
    assert made.timers == {"overflow": 300}
    assert made.is_polled
