"""Names that are said at entering a room."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control import room_commands as in_room
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.events import (
    AppEnded,
    CallConnectionLost,
    CallerHungUp,
    Event,
    KeyPressed,
    Rearrived,
    TimerFired,
)
from callcontrol.control.room_events import RoomEntered, RoomTold
from callcontrol.kinds.targets.conference.conferring import InRoom
from callcontrol.kinds.targets.conference.naming import SayingName
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.room import RoomAction, RoomVerdict
from tests.kinds.conference.story import OTHER, RoomStory


def asked() -> tuple[RoomStory, do.Record]:
    story = RoomStory("605").let_in(OTHER)
    assert story.state() is SayingName
    return story, story.command(do.Record)


def named() -> tuple[RoomStory, str]:
    story, record = asked()
    story.then(KeyPressed("#"))
    assert story.has(do.StopPlaying)
    story.then(AppEnded(record.app_id, recorded_ms=900))
    return story, record.path


def test_a_name_is_said_before_entering_and_heard_by_all_then() -> None:
    story, path = named()
    mix = story.command(in_room.Mix)
    assert (mix.enters, mix.leaves) == ("", "")
    play = story.mixed(2).command(in_room.PlayInRoom)
    assert play.number == ""
    assert path in play.file
    assert "has-joined" in play.file
    assert not story.other(RoomAction.ENTERED, 3).every(in_room.PlayInRoom)  # that one says its own


def test_who_is_the_first_is_announced_to_none() -> None:
    story, _ = named()
    assert not story.mixed(1).every(in_room.PlayInRoom)


@pytest.mark.parametrize("how", ["hangs up", "is sent out"])
def test_who_leaves_is_named_once(how: str) -> None:
    story, path = named()
    story.mixed(2)
    left = RoomTold(RoomAction.LEFT, story.call.led, "1", story.next_moment(), 1)
    story.then(CallerHungUp("NORMAL_CLEARING") if how == "hangs up" else left)
    play = story.command(in_room.PlayInRoom)
    assert path in play.file
    assert "has-left" in play.file
    if how == "is sent out":
        assert isinstance(story.call.state, InRoom)
        assert not story.then(AppEnded(story.in_room.app_id)).every(in_room.PlayInRoom)


@pytest.mark.parametrize("event", [None, TimerFired(STEP_TIMER)])
def test_who_says_nothing_is_announced_by_the_tone(event: Event | None) -> None:
    story, record = asked()
    story.then(event or AppEnded(record.app_id, recorded_ms=100))
    assert story.command(in_room.Mix).enters
    assert not story.mixed(2).every(in_room.PlayInRoom)


def test_a_worker_that_dies_meanwhile_leaves_what_was_said() -> None:
    story, record = asked()
    story.then(CallConnectionLost("its worker is gone")).then(Rearrived("605", recorded_ms=900))
    assert record.path in story.mixed(2).command(in_room.PlayInRoom).file


def test_at_another_switch_than_the_room_no_name_is_asked() -> None:
    story = RoomStory("605")
    settings = story.facts.settings
    other = next(iter(settings.switches.values())).model_copy(update={"sip": "192.0.2.9:5060"})
    switches = {**settings.switches, "fs9": other}
    story.facts = replace(story.facts, settings=settings.model_copy(update={"switches": switches}))
    room = replace(story.room(OTHER), switch="fs9")
    story.then(RoomEntered(RoomVerdict.IN, room))
    assert story.state() is InRoom
    assert story.command(in_room.MixThere).mix.enters


def test_who_hangs_up_over_it_has_no_place_any_more() -> None:
    story, _ = asked()
    assert story.then(CallerHungUp("NORMAL_CLEARING")).has(in_room.LeaveRoom)
