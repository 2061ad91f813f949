"""The row of a medium: whatever comes late, twice or out of order, it says the latest that is known."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcontrol.vocabulary.box_fact import BoxFact
from callcontrol.vocabulary.hearing import Hearing, Way
from callcontrol.vocabulary.mailbox import MessageState
from callcontrol.vocabulary.media import (
    Media,
    MediaChange,
    MediaKind,
    MediaState,
    applied,
    media_id_of,
)
from callcontrol.vocabulary.media_notes import MediaNote, from_json, is_newer, medium_of, to_json
from callcontrol.vocabulary.message_mark import MessageMark
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.stored import Newer, Unreadable

WANTED = MediaChange(
    media_id=media_id_of("call-1", 2),
    tenant="acme",
    state=MediaState.WANTED,
    at=Instant(1_000),
    kind=MediaKind.MESSAGE,
    switch="fs1",
    path="/r/call-1-2.wav",
    owner="voicemail:101",
    caller="+48600700800",
)
CLOSED = replace(WANTED, state=MediaState.CLOSED, at=Instant(9_000), cause="recorded", length_ms=4_000)
STORED = MediaChange(
    media_id="call-1-2", tenant="acme", state=MediaState.STORED, at=Instant(20_000), place="ab/x", sha256="f00", bytes=9
)
LOST = replace(STORED, state=MediaState.LOST, cause="no file", place="", sha256="", bytes=None)
HEARD = Hearing("acme", "call-1-2", Instant(40_000), "extension:101", Way.PHONE, "call-9")
FACT = BoxFact("acme", "anna", "taken call-1-2", '["extension:101",""]', Instant(60_000))
MARK = MessageMark("acme", "call-1-2", "anna", MessageState.KEPT, Instant(50_000))
RUNNING = replace(WANTED, state=MediaState.RUNNING, at=Instant(5_000))
DELETED = replace(LOST, state=MediaState.DELETED, cause="retention", at=Instant(30_000))


def row(*changes: MediaChange) -> Media:
    found: Media | None = None
    for change in changes:
        found = applied(found, change)
    assert found is not None
    return found


def test_a_medium_on_its_way() -> None:
    found = row(WANTED, RUNNING, CLOSED, STORED)
    assert (found.state, found.at, found.began_at) == (MediaState.STORED, 20_000, 1_000)
    assert (found.owner, found.length_ms, found.place, found.cause) == ("voicemail:101", 4_000, "ab/x", "")


@given(st.permutations([WANTED, RUNNING, CLOSED, LOST, STORED, DELETED]), st.integers(0, 5))
@settings(max_examples=60)
def test_the_order_in_which_changes_come_does_not_count(changes: list[MediaChange], again: int) -> None:
    """Nor does one that comes twice."""
    found = row(*changes)
    assert found == row(WANTED, RUNNING, CLOSED, LOST, STORED, DELETED)
    assert applied(found, changes[again]) == found


def test_a_file_that_turns_up_is_stored_and_one_that_does_not_is_lost() -> None:
    assert row(WANTED, CLOSED, LOST, CLOSED).state is MediaState.LOST
    assert row(LOST, STORED).state is MediaState.STORED


@pytest.mark.parametrize("note", [WANTED, CLOSED, STORED, LOST, HEARD, MARK, FACT])
def test_a_note_comes_back_as_it_was_kept(note: MediaNote) -> None:
    assert from_json(to_json(note)) == note
    assert medium_of(to_json(note)) == ("" if note is FACT else "call-1-2")


def test_what_cannot_be_stored_becomes_a_replacement_character() -> None:
    change, heard = (
        from_json(to_json(replace(WANTED, caller="a\0b\ud800"))),
        from_json(to_json(replace(HEARD, who="\0"))),
    )
    assert isinstance(change, MediaChange)
    assert change.caller.count("\ufffd") >= 2
    assert isinstance(heard, Hearing)
    assert heard.who == "\ufffd"


@pytest.mark.parametrize("note", [WANTED, HEARD, MARK, FACT])
def test_a_note_of_a_later_version_is_left_to_that(note: MediaNote) -> None:
    later = orjson.dumps({**orjson.loads(to_json(note)), "$": f"{type(note).__name__}/2"})
    assert is_newer(later)
    assert not is_newer(to_json(note))
    with pytest.raises(Newer):
        from_json(later)
    more = orjson.dumps({**orjson.loads(to_json(note)), "mood": "good"})
    assert from_json(more) == note


@pytest.mark.parametrize(
    "data", [b"", b"[]", b'{"$":"Call"}', b'{"$":"MediaChange","media_id":"x"}', b'{"$":"Hearing"}', b'{"$":7}']
)
def test_what_is_no_change_is_said_to_be_none(data: bytes) -> None:
    assert not is_newer(data)
    with pytest.raises(Unreadable):
        from_json(data)
