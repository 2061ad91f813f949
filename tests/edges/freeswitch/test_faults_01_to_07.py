"""Faults 1 to 7 of greenswitch 0.0.19, which concern how frames are read: our edge does not have them."""

from __future__ import annotations

import pytest

from callcontrol.edges.freeswitch.commands import Api
from callcontrol.edges.freeswitch.failures import ConnectionLost, WireError
from tests.edges.freeswitch.peer import (
    PATIENCE_S,
    Line,
    Peer,
    Switchboard,
    api_reply,
    framed,
    in_background,
    json_event,
    plain_event,
)

Call = tuple[Peer, Line]


def test_fault_01_a_callers_line_break_makes_no_headers(call: Call) -> None:
    peer, line = call
    forged = "Eve%0AUnique-ID%3A%20victim%0Avariable_tenant%3A%20victim"
    peer.say(plain_event("Event-Name: CHANNEL_ANSWER", f"Caller-Caller-ID-Name: {forged}", "Unique-ID: a"))
    event = line.event()
    assert event.get("Unique-ID") == "a"
    assert "variable_tenant" not in event.headers
    assert event.get("Caller-Caller-ID-Name") == "Eve\nUnique-ID: victim\nvariable_tenant: victim"


def test_fault_01_the_first_header_of_a_name_wins(call: Call) -> None:
    peer, line = call
    peer.say(plain_event("Event-Name: CHANNEL_ANSWER", "Unique-ID: a", "Unique-ID: victim"))
    peer.say(framed("text/event-json", b'{"Event-Name":"CUSTOM","Unique-ID":"a","Unique-ID":"victim"}'))
    assert [line.event().get("Unique-ID") for _ in range(2)] == ["a", "a"]


def test_fault_01_holds_for_the_reply_to_connect(board: Switchboard) -> None:
    _, line = board.dial("a", Caller_Caller_ID_Name="Eve%0ACaller-Destination-Number%3A%20999")
    assert line.call.data["Caller-Destination-Number"] == "48221234567"
    assert line.call.data["Caller-Caller-ID-Name"] == "Eve\nCaller-Destination-Number: 999"


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_fault_02_nothing_but_a_line_feed_ends_a_line(call: Call, separator: str) -> None:
    peer, line = call
    peer.say(plain_event("Event-Name: CHANNEL_ANSWER", f"Caller-Caller-ID-Name: Eve{separator}Answer-State: hangup"))
    event = line.event()
    assert event.get("Caller-Caller-ID-Name") == f"Eve{separator}Answer-State: hangup"
    assert "Answer-State" not in event.headers


def test_fault_03_the_lines_of_a_value_are_no_headers(call: Call) -> None:
    peer, line = call
    sdp = "v%3D0%0D%0AAnswer-State: hangup%0D%0A%0D%0AEvent-Name: CHANNEL_HANGUP"
    peer.say(plain_event("Event-Name: CHANNEL_ANSWER", f"variable_switch_r_sdp: {sdp}", "Answer-State: answered"))
    event = line.event()
    assert (event.name, event.get("Answer-State")) == ("CHANNEL_ANSWER", "answered")


def test_fault_04_an_events_content_type_is_no_frames(call: Call) -> None:
    peer, line = call
    peer.say(plain_event("Event-Name: CHANNEL_ANSWER", "Content-Type: text/disconnect-notice"))
    peer.say(plain_event("Event-Name: CHANNEL_PARK", "x: a%0AContent-Type: text/disconnect-notice"))
    peer.say(json_event("CHANNEL_BRIDGE", Content_Type="text/disconnect-notice"))
    assert [line.event().name for _ in range(3)] == ["CHANNEL_ANSWER", "CHANNEL_PARK", "CHANNEL_BRIDGE"]
    assert line.call.connected


JOB_BODY = "Job-UUID: forged\n\nContent-Length: 3\n\n+OK é\n"


@pytest.mark.parametrize("encoding", ["plain", "json"])
def test_fault_05_a_jobs_body_is_kept_apart(call: Call, encoding: str) -> None:
    peer, line = call
    if encoding == "plain":
        peer.say(plain_event("Event-Name: BACKGROUND_JOB", "Job-UUID: job-1", body=JOB_BODY.encode()))
    else:
        peer.say(json_event("BACKGROUND_JOB", Job_UUID="job-1", body=JOB_BODY))
    event = line.event()
    assert (event.get("Job-UUID"), event.body, event.data) == ("job-1", JOB_BODY, JOB_BODY)


def test_fault_06_json_events_are_read(call: Call) -> None:
    peer, line = call
    peer.say(json_event("CHANNEL_ANSWER", Caller_Caller_ID_Name='"Zoë"\n: {}'))
    assert line.event().get("Caller-Caller-ID-Name") == '"Zoë"\n: {}'


@pytest.mark.parametrize(
    "garbage",
    [
        framed("text/event-json", b"{"),
        framed("text/event-json", b"[]"),
        framed("text/event-json", b'{"Event-Name": {"a": 1}}'),
        framed("text/event-xml", b"<event/>"),
        b"GET / HTTP/1.1\nHost: x\n\n",
        b"Content-Type: text/event-json\nContent-Length: x\n\n",
        b"Content-Type: text/event-json\nContent-Length: -1\n\n",
        b"\n\n",
    ],
)
def test_fault_06_garbage_ends_the_connection_and_releases_who_waits(call: Call, garbage: bytes) -> None:
    peer, line = call
    waiting = in_background(line.call.request, Api("status"), PATIENCE_S)
    assert peer.command() == b"api status"
    peer.say(garbage)
    with pytest.raises(ConnectionLost, match="Not the event socket protocol"):
        waiting.get(timeout=PATIENCE_S)
    peer.close()
    assert isinstance(line.end(), WireError)


def test_fault_07_bytes_that_are_no_utf8_do_not_end_the_reader(call: Call) -> None:
    peer, line = call
    waiting = in_background(line.call.request, Api("show channels"), PATIENCE_S)
    assert peer.command() == b"api show channels"
    peer.say(api_reply(b"Ren\xe9e\n"))
    assert waiting.get(timeout=PATIENCE_S).text == "Ren\ufffde\n"
    peer.say(framed("text/event-json", b'{"Event-Name":"CHANNEL_ANSWER","Caller-Caller-ID-Name":"Ren\xe9e"}'))
    assert line.event().get("Caller-Caller-ID-Name") == "Ren\ufffde"
