"""Of a channel's events only the headers that are looked at are read, and they mean what the whole event means."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from callcontrol.daemon import switch_links
from callcontrol.edges.freeswitch import translate
from callcontrol.edges.freeswitch.channel_events import EventReader
from callcontrol.edges.freeswitch.failures import WireError
from callcontrol.edges.freeswitch.translate import call_event, leg_gone
from callcontrol.edges.freeswitch.wire import Frame, FrameDecoder, SwitchEvent, array_values, read_event
from tests.edges.freeswitch.test_translate import call
from tests.wire.recordings import NAMES, said


def as_json(event: SwitchEvent) -> Frame:
    """The event as `event json` writes it."""
    headers = {
        name: list(array_values(value)) if value.startswith("ARRAY::") else value
        for name, value in event.headers.items()
    }
    text = json.dumps(headers | ({"_body": event.body} if event.body else {}), separators=(",", ":"))
    return Frame("text/event-json", b"", text.encode())


def recorded(name: str) -> Iterator[SwitchEvent]:
    frames = FrameDecoder().feed(b"".join(said(name, "<")))
    return (read_event(frame) for frame in frames if frame.kind == "text/event-plain")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_of_a_call_s_events_means_what_they_mean(name: str) -> None:
    for event in recorded(name):
        assert call_event(translate.READ(as_json(event))) == call_event(event)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_of_a_leg_s_end_means_what_it_means(name: str) -> None:
    of = call()
    for event in recorded(name):
        if event.name == "CHANNEL_HANGUP_COMPLETE":
            read = switch_links.READ(as_json(event))
            assert leg_gone(read, of) == leg_gone(event, of)
            assert len(read.headers) < len(event.headers) / 2


def test_a_header_that_is_not_read_is_not_taken_for_one_that_is_missing() -> None:
    read = EventReader(("Unique-ID", "Hangup-Cause"))
    event = read(Frame("text/event-json", b"", b'{"Event-Name":"CHANNEL_HANGUP","Unique-ID":"a","Other":"b"}'))
    assert (event.name, event.get("Unique-ID"), event.get("Hangup-Cause", "none")) == ("CHANNEL_HANGUP", "a", "none")
    with pytest.raises(KeyError):
        event.get("Other")


def test_of_what_is_no_channel_s_everything_is_read() -> None:
    text = b'{"Event-Name":"CUSTOM","Event-Subclass":"sofia::register","expires":"60"}'
    assert EventReader(())(Frame("text/event-json", b"", text)).get("expires") == "60"


def test_bytes_that_are_no_utf_8_are_read_as_ever() -> None:
    text = b'{"Event-Name":"CHANNEL_PARK","Unique-ID":"a","Caller-Caller-ID-Name":"J\xf3zef"}'
    event = EventReader(("Unique-ID", "Caller-Caller-ID-Name"))(Frame("text/event-json", b"", text))
    assert (event.get("Unique-ID"), event.get("Caller-Caller-ID-Name")) == ("a", "J\ufffdzef")


@pytest.mark.parametrize(
    "text", [b'{"Event-Name":"CHANNEL_PARK"', b'{"Event-Name":"CHANNEL_PARK","Unique-ID":1}', b"[]"]
)
def test_what_is_no_event_is_a_mistake_of_the_switch(text: bytes) -> None:
    with pytest.raises(WireError):
        EventReader(("Unique-ID",))(Frame("text/event-json", b"", text))
