"""The recording of a room: one file of what is said while two or more hear each other.

Each who enters a room that is recorded hears so before, so nothing has to be said in it. Each member's call sees by
itself whether there is a conversation; the live state lets one of them begin the file, and the switch tells all of them
when it is begun and closed, which is booked then: whose worker dies meanwhile does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from callcontrol.control import commands as do
from callcontrol.control import room_commands as in_room
from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.control.room_events import RoomFileTold
from callcontrol.kinds.targets.conference.settings import BLOCK
from callcontrol.kinds.targets.conference.visiting import Visit
from callcontrol.routing.facts import Facts
from callcontrol.routing.speech import Phrase, as_file_string, phrase
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.media import MediaChange, MediaKind, MediaState, call_of, media_id_of, named_in
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.recording import RecordingFact, RecordingNoted
from callcontrol.vocabulary.room import Room, RoomFileAction, RoomRecording, mixer_name

# What was claimed so long ago is being written, if a member that came later has not heard it begin (microseconds).
BEGUN_US: Final = 3 * SECOND_US
NO_CONVERSATION: Final = "no two talk in the room"
LEFT: Final = "left the room"
TOO_LONG: Final = "it was as long as a recording may be"
UNTOLD: Final = "the switch does not write it any more"


@dataclass(frozen=True, slots=True)
class RoomFile:
    """What a member's call knows of the recording.

    Attributes:
        running: the file that is written.
        asked: the id of the one this call has asked the switch for last; it is never asked for again.
        failed: the switch could not write one: it is not tried again as long as this member is in the room.
        is_left: the caller is not on `running` any more, which may go on without.
    """

    running: RoomRecording | None = None
    asked: str = ""
    failed: bool = False
    is_left: bool = False


NO_FILE: Final = RoomFile()
Followed = tuple[Call, RoomFile, tuple[Command, ...]]


@dataclass(frozen=True, slots=True)
class RoomSeat:
    """A member's place in a room: whose visit, how the room is, and whether another member is heard."""

    visit: Visit
    room: Room
    talks: bool


def announcement(visit: Visit, facts: Facts) -> str:
    """What is said before entering, "" where nothing is recorded."""
    if not visit.settings(facts).record:
        return ""
    chosen = facts.tenant.recording.prompt
    said = chosen.files(facts.language) if chosen is not None else phrase(facts.language, Phrase.RECORDED)
    return as_file_string(said)


def announced(call: Call, visit: Visit, facts: Facts) -> Call:
    """The call whose caller has been told."""
    source = facts.settings.source("tenants", call.tenant, BLOCK.key, visit.room, "record")
    return call.noting(RecordingNoted(facts.now, RecordingFact.ANNOUNCE, visit.party, "", source))


def follow(call: Call, seat: RoomSeat, file: RoomFile, facts: Facts) -> Followed:
    """It is begun where there is a conversation, and ended where there is none."""
    claimed, running = seat.room.recording, file.running
    if not _is_wanted(seat, file, facts):
        if running is not None:
            return call, file, (_mixed(call, seat.room, running, on=False),)
        if claimed is None or not _is_own(call, claimed) or claimed.media_id == file.asked:
            return call, file, ()
        return call, file, (in_room.DropRecording(seat.room.name, claimed.media_id),)
    if claimed is None:
        call, fresh = (call, running) if running is not None else _fresh(call, facts)
        return call, file, (in_room.ClaimRecording(seat.room.name, fresh),)
    if running is not None:
        is_long = facts.now - running.since >= facts.tenant.recording.longest * SECOND_US
        return call, file, (_mixed(call, seat.room, running, on=False),) if is_long else ()
    if not _is_own(call, claimed):
        is_begun = facts.now - claimed.since >= BEGUN_US
        return began(call, seat, file, claimed, facts) if is_begun else (call, file, ())
    if claimed.media_id == file.asked:
        return call, file, ()
    wanted = _note(call, seat, claimed, MediaState.WANTED, facts)
    return call, replace(file, asked=claimed.media_id), (wanted, _mixed(call, seat.room, claimed, on=True))


def told(call: Call, seat: RoomSeat, file: RoomFile, event: RoomFileTold, facts: Facts) -> Followed:
    """The switch has begun a file, or closed it."""
    media_id = named_in(event.path)
    if event.action is RoomFileAction.ENDED:
        if file.running is None or file.running.media_id != media_id:
            return call, file, ()
        return ended(call, seat, file, _why_ended(seat, file, facts), facts, event.length_ms)
    claimed = seat.room.recording
    is_claimed = claimed is not None and claimed.media_id == media_id
    recording = claimed if claimed is not None and is_claimed else RoomRecording(media_id, event.path, event.at)
    if event.trouble:
        return _failed(call, seat, file, recording, event.trouble, facts)
    return began(call, seat, file, recording, facts)


def began(call: Call, seat: RoomSeat, file: RoomFile, recording: RoomRecording, facts: Facts) -> Followed:
    """This member is on it from now on; one that is not heard yet is not."""
    if file.running is not None or not seat.talks:
        return call, file, ()
    call = call.noting(RecordingNoted(facts.now, RecordingFact.STARTED, seat.visit.party, recording.media_id))
    noted = (_note(call, seat, recording, MediaState.RUNNING, facts),) if _is_own(call, recording) else ()
    return call, replace(file, running=recording, is_left=False), noted


def ended(call: Call, seat: RoomSeat, file: RoomFile, why: str, facts: Facts, length_ms: int | None) -> Followed:
    """It is closed: each that hears of it books that, for others may not have heard.

    Args:
        length_ms: how long it is; None: that was not told.
    """
    if file.running is None:
        return call, file, ()
    recording = file.running
    call, file = left(call, file, facts, why)
    closed = _note(call, seat, recording, MediaState.CLOSED, facts, why, length_ms)
    return call, replace(file, running=None), (closed, in_room.DropRecording(seat.room.name, recording.media_id))


def left(call: Call, file: RoomFile, facts: Facts, why: str = LEFT) -> tuple[Call, RoomFile]:
    """The call whose caller is not on it any more; it may go on without."""
    if file.running is None or file.is_left:
        return call, file
    call = call.noting(RecordingNoted(facts.now, RecordingFact.ENDED, why, file.running.media_id))
    return call, replace(file, is_left=True)


def seen(call: Call, seat: RoomSeat, file: RoomFile, facts: Facts, *, records: bool) -> Followed:
    """What the switch has told may not have been heard: it says whether it writes a file now."""
    claimed = seat.room.recording
    if records and claimed is not None:
        return began(call, seat, file, claimed, facts)
    if records or file.failed:
        return call, file, ()
    if file.running is not None:
        return ended(call, seat, file, UNTOLD, facts, None)
    if claimed is None or (claimed.media_id != file.asked and seat.room.member(call_of(claimed.media_id)) is not None):
        return call, file, ()
    # It was claimed by one who did not begin it: its row is closed by its file, or given up.
    return call, file, (in_room.DropRecording(seat.room.name, claimed.media_id),)


def _is_wanted(seat: RoomSeat, file: RoomFile, facts: Facts) -> bool:
    """None is recorded that has not heard it, nor one whose number never is."""
    if not seat.talks or file.failed or not seat.visit.settings(facts).record:
        return False
    opted_out = facts.tenant.recording.opt_out
    return all(one.informed and one.number not in opted_out for one in seat.room.members)


def _why_ended(seat: RoomSeat, file: RoomFile, facts: Facts) -> str:
    return TOO_LONG if _is_wanted(seat, file, facts) else NO_CONVERSATION


def _fresh(call: Call, facts: Facts) -> tuple[Call, RoomRecording]:
    call, _ = call.next_app()
    media_id = media_id_of(call.id, call.apps)
    return call, RoomRecording(media_id, f"{facts.settings.recordings}/{media_id}.wav", facts.now)


def _failed(call: Call, seat: RoomSeat, file: RoomFile, recording: RoomRecording, why: str, facts: Facts) -> Followed:
    call = call.noting(RecordingNoted(facts.now, RecordingFact.LOST, why, recording.media_id))
    lost = replace(_note(call, seat, recording, MediaState.LOST, facts, why), unwritable=True)
    return call, replace(file, failed=True), (lost,) if _is_own(call, recording) else ()


def _is_own(call: Call, recording: RoomRecording) -> bool:
    return call_of(recording.media_id) == call.id


def _mixed(call: Call, room: Room, recording: RoomRecording, *, on: bool) -> Command:
    return in_room.RecordMixer(room.switch, mixer_name(call.tenant, room.name), recording.path, on)


def _note(
    call: Call,
    seat: RoomSeat,
    recording: RoomRecording,
    state: MediaState,
    facts: Facts,
    cause: str = "",
    length_ms: int | None = None,
) -> do.NoteMedia:
    change = MediaChange(
        media_id=recording.media_id,
        tenant=call.tenant,
        state=state,
        at=Instant(facts.now),
        cause=cause,
        kind=MediaKind.TALK,
        call_id=call_of(recording.media_id),
        switch=seat.room.switch,
        path=recording.path,
        owner=seat.visit.party,
        caller=call.caller.number if _is_own(call, recording) else "",
        called=seat.visit.settings(facts).number or "",
        length_ms=length_ms,
    )
    return do.NoteMedia(change)
