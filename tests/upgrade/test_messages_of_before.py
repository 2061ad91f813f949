"""A voicemail message is recorded while workers are replaced by those of a version with mailboxes and media."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcontrol.control import box_commands as in_box
from callcontrol.control import commands as do
from callcontrol.control.call import Ending
from callcontrol.control.events import AppEnded, Event, LegGone, Rearrived
from callcontrol.edges.live_state.codec import decode
from callcontrol.vocabulary.call import Caller, Stamps
from callcontrol.vocabulary.mailbox import AddMessage
from callcontrol.vocabulary.media import MediaState
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.trail import Recorded
from tests.control.story import SECOND, Story
from tests.routing.world import DID, facts

# Saved by a version without mailboxes and media, while its caller spoke.
SAVED = Path(__file__).parent / "saved_states" / "taking-a-message.json"
FILE, RECORD_ID = "/var/lib/freeswitch/recordings/acme-101-call-1.wav", "call-1:1"


def taken_over() -> Story:
    story = Story(facts(DID["voicemail"], caller=Caller("+48600700800", "Ewa")))
    story.call = decode(SAVED.read_bytes())
    story.facts = facts(DID["voicemail"], caller=story.call.caller, now=Instant(story.call.arrived + 3 * SECOND))
    return story


def hung_up(story: Story) -> Event:
    now = story.facts.now
    stamps = Stamps(story.call.arrived, None, story.call.arrived, now)
    return LegGone("call-1", "NORMAL_CLEARING", stamps, "caller", recorded_ms=4_200)


@pytest.mark.parametrize("end", ["spoken", "hung up", "come back"])
def test_the_message_comes_into_the_mailbox_with_its_own_row(end: str) -> None:
    story = taken_over()
    ends = {
        "spoken": AppEnded(RECORD_ID, recorded_ms=4_200),
        "hung up": hung_up(story),
        "come back": Rearrived(DID["voicemail"], recorded_ms=4_200),
    }
    story.then(ends[end])
    change = story.command(in_box.ChangeBox).change
    assert isinstance(change, AddMessage)
    assert (change.message.path, change.message.length_ms, change.message.name) == (FILE, 4_200, "Ewa")
    closed = story.command(do.NoteMedia).change
    assert (closed.media_id, closed.path, closed.state) == (change.message.id, FILE, MediaState.CLOSED)
    assert [entry.path for entry in story.entries(Recorded)] == [FILE]
    assert end == "hung up" or isinstance(story.call.state, Ending)


def test_a_caller_who_has_not_spoken_yet_hears_the_greeting_once_more() -> None:
    story = taken_over().then(Rearrived(DID["voicemail"]))
    assert story.command(do.Play).file == "hello.wav"
    assert story.command(do.Record).path.endswith("/call-1-4.wav")
    assert not story.has(in_box.ChangeBox)
