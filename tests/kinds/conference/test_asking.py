"""The PIN of a conference room: asked, pressed ahead, wrong, and whose it is."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control import room_commands as in_room
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.events import AppEnded, CallConnectionLost, Rearrived, TimerFired
from callcontrol.control.room_events import RoomPinChecked
from callcontrol.daemon.room_pins import is_same
from callcontrol.kinds.entering_pin import KEY_TIMER
from callcontrol.kinds.targets.conference.asking import AskingRoomPin
from callcontrol.kinds.targets.conference.entering import Entering
from callcontrol.vocabulary.room import role_of
from callcontrol.vocabulary.trail import Noted, Passed
from tests.kinds.conference.story import HASH, RoomStory


def test_each_pin_makes_what_it_is_for() -> None:
    assert RoomStory("601").keys("4713#").command(in_room.EnterRoom).member.moderator is False
    assert RoomStory("601").keys("8206#").command(in_room.EnterRoom).member.moderator is True


def test_the_question_is_asked_and_ends_with_the_first_key() -> None:
    story = RoomStory("601")
    assert story.has(do.Answer)
    assert "enter-pin" in story.command(do.Play).file
    assert story.keys("4").has(do.StopPlaying)
    story.keys("713")
    assert story.then(TimerFired(KEY_TIMER)).state() is Entering


def test_silence_after_the_question_is_a_wrong_pin_where_members_have_one() -> None:
    story = RoomStory("601")
    story.then(AppEnded(story.command(do.Play).app_id)).then(TimerFired(KEY_TIMER))
    assert "wrong-pin" in story.command(do.Play).file


def test_members_without_a_pin_press_nothing() -> None:
    story = RoomStory("602")
    assert "enter-pin-or-go-on" in story.command(do.Play).file
    story.then(AppEnded(story.command(do.Play).app_id)).then(TimerFired(KEY_TIMER))
    assert story.command(in_room.EnterRoom).member.moderator is False


def test_wrong_pins_end_the_call_and_do_not_stand_in_the_trail() -> None:
    story = RoomStory("601").keys("1111#")
    assert story.command(in_room.NoteWrongPin).room == "board"
    assert "wrong-pin" in story.command(do.Play).file
    story.keys("2222#").keys("3333#")
    assert "wrong-too-often" in story.command(do.Play).file
    assert [one.why for one in story.entries(Passed)] == ["the PIN was wrong"]
    assert sum("wrong PIN" in one.what for one in story.entries(Noted)) == 3
    assert not any(pin in str(list(story.call.trail)) for pin in ("1111", "2222", "3333"))


def test_how_many_are_allowed_is_the_rooms_own() -> None:
    story = RoomStory("602").keys("1111#").keys("2222#")
    assert "wrong-too-often" in story.command(do.Play).file


def test_a_worker_that_dies_meanwhile_leaves_the_question_and_the_count() -> None:
    story = RoomStory("601").keys("1111#").keys("47")
    story.then(CallConnectionLost("its worker is gone")).then(Rearrived("601"))
    assert isinstance(story.call.state, AskingRoomPin)
    assert (story.call.pressed, story.call.state.wrongs) == ("", 1)
    assert "enter-pin" in story.command(do.Play).file


def test_what_is_kept_as_a_hash_is_compared_elsewhere() -> None:
    story = RoomStory("604").keys("591728#")
    check = story.command(in_room.CheckRoomPin)
    assert (check.pressed, check.pin, check.moderator_pin) == ("591728", HASH, None)
    assert "591728" not in repr(check)
    assert not story.keys("1").every(in_room.CheckRoomPin)  # what is pressed meanwhile does not count
    story.then(RoomPinChecked(None))
    assert "wrong-pin" in story.command(do.Play).file
    story.keys("591728#").then(RoomPinChecked(False))
    assert story.command(in_room.EnterRoom).member.moderator is False


@pytest.mark.parametrize("event", [RoomPinChecked(None, "too many wait"), TimerFired(STEP_TIMER)])
def test_what_cannot_be_compared_is_no_wrong_pin(event: RoomPinChecked | TimerFired) -> None:
    story = RoomStory("604").keys("591728#").then(event)
    assert "failed" in story.command(do.Play).file
    assert not story.every(in_room.NoteWrongPin)


def test_a_worker_that_dies_while_it_is_compared_leaves_the_question() -> None:
    story = RoomStory("604").keys("591728#")
    story.then(CallConnectionLost("its worker is gone")).then(Rearrived("604"))
    assert isinstance(story.call.state, AskingRoomPin)
    assert not story.call.state.checking


@pytest.mark.parametrize(
    ("pressed", "pin", "moderator_pin", "role"),
    [
        ("591728", HASH, None, False),
        ("591728", "4713", HASH, True),
        ("4713", "4713", HASH, False),
        ("1", HASH, HASH, None),
        ("", None, HASH, False),
        ("1", None, HASH, None),
    ],
)
def test_a_hash_and_digits_may_stand_side_by_side(
    pressed: str, pin: str | None, moderator_pin: str | None, role: bool | None
) -> None:
    assert role_of(pressed, pin, moderator_pin, is_same) is role
