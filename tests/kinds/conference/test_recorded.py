"""The recording of a room: begun by one, told to all, closed when there is no conversation, also if a worker died."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control import room_commands as in_room
from callcontrol.control.events import AppEnded, CallerHungUp, TimerFired
from callcontrol.control.room_events import MixerSeen, RoomChanged, RoomFileTold, RoomTold
from callcontrol.kinds.targets.conference.conferring import KEEP_TIMER
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.media import MediaState
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.recording import RecordingNoted
from callcontrol.vocabulary.room import MixerMember, RoomAction, RoomFileAction, RoomMember, RoomRecording
from tests.kinds.conference.story import OTHER, RoomStory

TOLD_OTHER = replace(OTHER, informed=True)
OTHERS_FILE = "call-9-3"


class Recorded(RoomStory):
    """A caller in conference:talk, which is recorded."""

    def __init__(self) -> None:
        super().__init__("603")

    def changed(self, recording: RoomRecording | None) -> Recorded:
        """By the live state."""
        return self.then(RoomChanged(replace(self.in_room.room, recording=recording)), 0.1)

    def claimed(self) -> RoomRecording:
        """What the call has asked to be the room's recording."""
        return self.command(in_room.ClaimRecording).recording

    def told(self, action: RoomFileAction, media_id: str, length_ms: int = 0, trouble: str = "") -> Recorded:
        """By the switch."""
        path = f"/var/lib/callcontrol/recordings/{media_id}.wav"
        return self.then(RoomFileTold(action, path, self.next_moment(), length_ms, trouble))

    @property
    def noted(self) -> list[tuple[str, str]]:
        """What the trail has of it."""
        return [(one.what.value, one.media_id) for one in self.entries(RecordingNoted)]

    @property
    def media(self) -> list[MediaState]:
        """What the row was told last."""
        return [one.change.state for one in self.every(do.NoteMedia)]


def talking(*others: RoomMember) -> Recorded:
    story = Recorded()
    story.let_in(*(others or (TOLD_OTHER,)))
    story.mixed(2)
    return story


def recorded() -> tuple[Recorded, str]:
    story = talking()
    claimed = story.claimed()
    story.changed(claimed).told(RoomFileAction.BEGAN, claimed.media_id)
    return story, claimed.media_id


def test_a_participant_hears_of_the_recording_before_entering() -> None:
    story = Recorded()
    story.let_in(TOLD_OTHER)
    played, mix = story.command(do.Play), story.command(in_room.Mix)
    assert "recorded" in played.file
    assert story.commands.index(played) < story.commands.index(mix)
    assert story.in_room.room.member(story.call.id).informed  # type: ignore[union-attr]  # the caller is in it


def test_it_is_begun_by_one_where_two_talk_and_closed_where_one_is_left() -> None:
    story = Recorded()
    story.let_in().mixed()
    assert not story.every(in_room.ClaimRecording)
    story = talking()
    claimed = story.claimed()
    story.changed(claimed)
    record = story.command(in_room.RecordMixer)
    assert (record.switch, record.mixer, record.path, record.on) == ("fs1", "acme/talk", claimed.path, True)
    assert story.media == [MediaState.WANTED]
    assert not story.changed(claimed).every(in_room.RecordMixer)  # it is asked for once
    story.told(RoomFileAction.BEGAN, claimed.media_id)
    assert story.media == [MediaState.RUNNING]
    story.other(RoomAction.LEFT, 1)
    assert story.command(in_room.RecordMixer).on is False
    story.told(RoomFileAction.ENDED, claimed.media_id, 4_000)
    change = story.command(do.NoteMedia).change
    assert (change.state, change.length_ms, change.owner) == (MediaState.CLOSED, 4_000, "conference:talk")
    assert story.command(in_room.DropRecording).media_id == claimed.media_id
    assert story.noted == [("announce", ""), ("started", claimed.media_id), ("ended", claimed.media_id)]


def test_a_call_that_did_not_start_the_recording_books_its_end_as_well() -> None:
    story = talking()
    story.changed(RoomRecording(OTHERS_FILE, "/r/other.wav", story.facts.now))
    assert not story.every(in_room.RecordMixer)
    story.told(RoomFileAction.BEGAN, OTHERS_FILE)
    assert story.media == []
    story.told(RoomFileAction.ENDED, OTHERS_FILE, 4_000)
    change = story.command(do.NoteMedia).change
    assert (change.call_id, change.caller, change.state) == ("call-9", "", MediaState.CLOSED)


def test_a_later_participant_is_recorded_from_the_entry_on() -> None:
    story = Recorded()
    early = Instant(story.facts.now - 60_000_000)
    story.let_in(TOLD_OTHER, recording=RoomRecording(OTHERS_FILE, "/r/other.wav", early)).mixed(3)
    assert ("started", OTHERS_FILE) in story.noted
    story.then(CallerHungUp("NORMAL_CLEARING"))
    assert ("ended", OTHERS_FILE) in story.noted


@pytest.mark.parametrize("other", [OTHER, replace(TOLD_OTHER, number="+48500100399")])
def test_one_who_was_not_told_or_has_opted_out_is_not_recorded(other: RoomMember) -> None:
    assert not talking(other).every(in_room.ClaimRecording)


def test_a_file_the_switch_cannot_write_is_lost_and_not_tried_again() -> None:
    story = talking()
    claimed = story.claimed()
    story.changed(claimed).told(RoomFileAction.BEGAN, claimed.media_id, trouble="File could not be opened")
    note = story.command(do.NoteMedia)
    assert (note.change.state, note.unwritable) == (MediaState.LOST, True)
    story.changed(None)
    assert not story.every(in_room.ClaimRecording)


def test_a_file_as_long_as_may_be_is_followed_by_another() -> None:
    story, media_id = recorded()
    story.then(RoomChanged(story.in_room.room), 14_400)
    assert story.command(in_room.RecordMixer).on is False
    story.told(RoomFileAction.ENDED, media_id, 14_400_000).changed(None)
    assert story.claimed().media_id != media_id


def test_the_end_that_no_worker_has_heard_is_seen_at_the_switch() -> None:
    story, media_id = recorded()
    assert story.then(TimerFired(KEEP_TIMER)).has(in_room.AskMixer)
    members = MixerMember(story.call.led, "1"), MixerMember("other-9", "2")
    story.then(MixerSeen(members, records=True))
    assert story.media == []
    story.then(MixerSeen(members, records=False))
    change = story.command(do.NoteMedia).change
    assert (change.media_id, change.state, change.length_ms) == (media_id, MediaState.CLOSED, None)


def test_what_one_has_claimed_who_is_gone_is_claimed_anew() -> None:
    story = talking()
    gone = RoomRecording("call-7-2", "/r/gone.wav", story.facts.now)
    story.changed(gone)
    story.then(MixerSeen((MixerMember(story.call.led, "1"), MixerMember("other-9", "2"))))
    assert story.command(in_room.DropRecording).media_id == gone.media_id
    assert story.changed(None).has(in_room.ClaimRecording)


def test_a_participant_ended_with_all_others_still_books_the_end() -> None:
    story, media_id = recorded()
    story.ordered(kicked="end")
    story.then(RoomTold(RoomAction.LEFT, story.call.led, "1", story.next_moment(), 0))
    story.then(AppEnded(story.in_room.app_id))
    story.told(RoomFileAction.ENDED, media_id, 3_000)
    assert story.media == [MediaState.CLOSED]
    assert [what for what, _ in story.noted] == ["announce", "started", "ended"]
