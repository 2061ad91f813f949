"""Guests of a moderator: rung at the moderator's cost, put into the room, ordered about, gone with the moderator."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control import room_commands as in_room
from callcontrol.control.events import (
    CallConnectionLost,
    CallerHungUp,
    LegAnswered,
    OriginateFailed,
    Rearrived,
    TimerFired,
)
from callcontrol.control.room_events import GuestAsked, RoomChanged, RoomTold
from callcontrol.control.transfer_commands import DialFor
from callcontrol.control.transfer_events import DialFactsFound
from callcontrol.kinds.targets.conference.conferring import InRoom
from callcontrol.kinds.targets.conference.guests import INVITE_TIMER
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.leg import Role
from callcontrol.vocabulary.room import RoomAction
from callcontrol.vocabulary.trail import Noted
from tests.kinds.conference.story import RoomStory


class Hosting(RoomStory):
    """102, a moderator of conference:board by its phone, is in it alone."""

    def __init__(self) -> None:
        super().__init__("601", "102")
        self.let_in(opened=True).mixed()

    @property
    def notes(self) -> list[str]:
        """What the trail says in words."""
        return [one.what for one in self.entries(Noted)]

    def found(self, dialled: str) -> Hosting:
        """What is known of the number that was to be looked up."""
        return self.then(DialFactsFound(replace(self.facts, dialled=dialled)), 0.1)

    def invited(self, dialled: str = "103") -> tuple[str, ...]:
        """By keys; returns the legs that ring."""
        self.keys(f"*2{dialled}#")
        assert self.command(DialFor) == DialFor(dialled, "102")
        self.found(dialled)
        return tuple(leg for leg, _ in self.command(do.Originate).legs)

    def entered(self) -> str:
        """A guest has answered, and is in the room."""
        (leg, *_) = self.invited()
        self.then(LegAnswered(leg))
        self.then(RoomTold(RoomAction.ENTERED, leg, "7", self.next_moment(), 2))
        return leg


def test_a_guest_is_rung_by_keys_and_put_into_the_room() -> None:
    story = Hosting()
    (leg, *_) = story.invited()
    rung = story.call.leg(leg)
    assert rung is not None
    assert (rung.role, rung.target) == (Role.CALLEE, "extension:103")
    story.then(LegAnswered(leg))
    enters = story.command(in_room.MixGuest)
    assert (enters.leg_id, enters.mix.mixer, enters.mix.moderator) == (leg, "acme/board", False)
    keep = story.command(in_room.KeepInRoom)
    assert (keep.member.call, keep.member.extension, keep.member.moderator) == (leg, "103", False)
    story.then(RoomTold(RoomAction.ENTERED, leg, "7", story.next_moment(), 2))
    assert story.in_room.talks
    assert "103 enters conference:board, invited" in story.notes


@pytest.mark.parametrize("dialled", ["0", "*21*101#"])
def test_what_is_no_phone_is_refused_to_the_moderator_alone(dialled: str) -> None:
    story = Hosting()
    story.then(GuestAsked(dialled)).found(dialled)
    assert not story.every(do.Originate)
    assert story.command(in_room.PlayInRoom).number == "1"
    assert story.in_room.guests.invited is None


def test_one_who_is_no_moderator_invites_no_one() -> None:
    story = RoomStory().let_in().mixed()
    story.keys("*2")
    assert story.in_room.guests.typing is None
    story.then(GuestAsked("103"))
    assert not story.every(DialFor)


def test_the_star_key_takes_the_number_back_and_silence_completes_it() -> None:
    story = Hosting()
    story.keys("*210*")
    assert story.in_room.guests.typing is None
    assert not story.every(DialFor)
    story.keys("*2103").then(TimerFired(INVITE_TIMER))
    assert story.command(DialFor).dialled == "103"
    story.then(TimerFired(INVITE_TIMER))  # what is known of it never comes
    assert story.in_room.guests.invited is None


def test_one_at_a_time_is_rung() -> None:
    story = Hosting()
    story.invited()
    story.then(GuestAsked("104"))
    assert any("104 is not invited: 103 is being rung" in note for note in story.notes)
    assert not story.every(DialFor)


def test_the_moderator_hears_that_an_invited_number_does_not_answer() -> None:
    story = Hosting()
    legs = story.invited()
    story.then(OriginateFailed(legs, "NO_ANSWER")).found("103")
    assert "103 was not reached: NO_ANSWER" in story.notes
    assert story.has(in_room.PlayInRoom)


def test_guests_are_muted_and_sent_out_as_any_member() -> None:
    story = Hosting()
    leg = story.entered()
    own, guest = story.in_room.room.members[0], story.in_room.guests.there[0].member
    room = replace(story.in_room.room, members=(own, replace(guest, muted=True)))
    assert story.then(RoomChanged(room)).command(in_room.MuteMember).number == "7"
    room = replace(room, members=(own, replace(guest, muted=True, kicked="kick")))
    assert story.then(RoomChanged(room)).command(in_room.SendOut).number == "7"
    story.gone(leg)
    assert story.command(in_room.LeaveRoom).leg == leg
    assert story.in_room.guests.there == ()


def test_guests_leave_with_the_moderator_who_pays() -> None:
    story = Hosting()
    leg = story.entered()
    story.then(CallerHungUp("NORMAL_CLEARING"))
    assert [one.leg_id for one in story.every(do.KillLeg)] == [leg]
    assert {one.leg for one in story.every(in_room.LeaveRoom)} == {"", leg}


def test_a_guest_who_is_in_stays_when_a_worker_dies_and_one_who_rings_does_not() -> None:
    story = Hosting()
    leg = story.entered()
    ringing = story.invited("104")
    story.then(CallConnectionLost("its worker is gone"))
    assert [one.leg_id for one in story.every(do.KillLeg)] == list(ringing)
    assert story.in_room.guests.invited is None
    assert [one.leg for one in story.in_room.guests.there] == [leg]
    assert isinstance(story.call.state, InRoom)
    story.then(Rearrived("601"))
