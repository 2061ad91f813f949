"""The recorded conversations of a real FreeSWITCH: we read its side to the byte, and say what was said to it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import unquote

import pytest

from callcontrol.edges.freeswitch.call import BARE
from callcontrol.edges.freeswitch.commands import (
    Api,
    Auth,
    BgApi,
    Command,
    Connect,
    Execute,
    Exit,
    Linger,
    Subscribe,
)
from callcontrol.edges.freeswitch.translate import call_event
from callcontrol.edges.freeswitch.wire import (
    Frame,
    FrameDecoder,
    array_values,
    peek,
    read_event,
    read_headers,
    without_variables,
)
from tests.wire.recordings import NAMES, said

SPLITS = (1, 2, 3, 7, 64, 1_448, 65_536)
HOSTILE = [name for name in NAMES if name.startswith("hostile")]


def frames(name: str) -> list[Frame]:
    return FrameDecoder().feed(b"".join(said(name, "<")))


def test_there_are_captures() -> None:
    assert len(NAMES) == 24
    assert len(HOSTILE) == 2


@pytest.mark.parametrize("name", NAMES)
def test_every_frame_is_read_to_the_byte(name: str) -> None:
    recorded = said(name, "<")
    assert [bytes(frame) for frame in frames(name)] == recorded


@pytest.mark.parametrize("size", SPLITS)
@pytest.mark.parametrize("name", NAMES)
def test_however_the_bytes_are_cut(name: str, size: int) -> None:
    stream = b"".join(said(name, "<"))[: 20_000 if size < 64 else None]
    decoder = FrameDecoder()
    read = [frame for start in range(0, len(stream), size) for frame in decoder.feed(stream[start : start + size])]
    whole = FrameDecoder()
    assert read == whole.feed(stream)
    assert decoder.held_bytes == whole.held_bytes == len(stream) - sum(len(bytes(frame)) for frame in read)


@pytest.mark.parametrize("name", NAMES)
def test_every_event_has_the_headers_that_were_written(name: str) -> None:
    for frame in frames(name):
        if frame.kind != "text/event-plain":
            continue
        head, _, body = frame.body.decode().partition("\n\n")
        written = [line.split(": ", 1) for line in head.split("\n")]
        event = read_event(frame)
        assert list(event.headers) == list(dict(written))
        expected = {key: "" if value == "_undef_" else unquote(value) for key, value in reversed(written)}
        assert dict(event.headers) == expected
        assert event.body == body


@pytest.mark.parametrize("name", NAMES)
def test_json_says_the_same(name: str) -> None:
    """The captures are plain; the same events as `event json` writes them read alike."""
    for frame in frames(name):
        if frame.kind == "text/event-plain":
            plain = read_event(frame)
            values = {
                key: list(array_values(value)) if value.startswith("ARRAY::") else value
                for key, value in plain.headers.items()
            }
            text = json.dumps(values | ({"_body": plain.body} if plain.body else {})).encode()
            as_json = read_event(Frame("text/event-json", b"", text))
            assert (as_json.headers, as_json.body) == (plain.headers, plain.body)


@pytest.mark.parametrize("name", NAMES)
def test_a_peek_says_the_same(name: str) -> None:
    """Without reading the event, and whatever callers have written into their names and headers."""
    for frame in frames(name):
        if frame.kind == "text/event-plain":
            headers = read_event(frame).headers
            text = json.dumps(dict(headers), separators=(",", ":"), ensure_ascii=False).encode()
            for header in ("Unique-ID", "Core-UUID", "variable_cc_call"):
                assert peek(text, header) == headers.get(header, "")


@pytest.mark.parametrize("name", NAMES)
def test_without_variables_an_event_means_the_same(name: str) -> None:
    for frame in frames(name):
        if frame.kind != "text/event-plain" or (event := read_event(frame)).name not in BARE:
            continue
        text = json.dumps(dict(event.headers), separators=(",", ":"), ensure_ascii=False).encode()
        bare = read_event(Frame("text/event-json", b"", without_variables(text)))
        assert call_event(bare) == call_event(event)
        assert bare.headers.items() < event.headers.items()


@pytest.mark.parametrize("name", NAMES)
def test_the_reply_to_connect_has_no_body(name: str) -> None:
    first = frames(name)[0]
    if first.kind == "command/reply":
        headers = read_headers(first.head, percent_encoded=True)
        assert (headers["Socket-Mode"], headers["Control"], headers["Reply-Text"]) == ("async", "full", "+OK\n")
        assert len(headers) > 150
        assert first.body == b""
    else:
        assert first.kind == "auth/request"


FORGED = {"tenant", "variable_tenant", "Reply-Text: x", "api"}


@pytest.mark.parametrize("name", HOSTILE)
def test_forged_headers_do_not_arrive(name: str) -> None:
    connect, *others = frames(name)
    all_headers = [read_headers(connect.head, percent_encoded=True)]
    all_headers += [dict(read_event(frame).headers) for frame in others if frame.kind == "text/event-plain"]
    for headers in all_headers:
        assert headers.get("Caller-Destination-Number", "48221234567") == "48221234567"
        assert FORGED.isdisjoint(headers)
        assert headers["Unique-ID"] == all_headers[0]["Unique-ID"]
    assert any(set("\n}'") & set(headers["Caller-Caller-ID-Name"]) for headers in all_headers)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A command as it was recorded."""

    text: str

    def wire(self) -> bytes:
        return self.text.encode() + b"\n\n"


def command_of(block: bytes) -> Command:
    """The value that says what was said."""
    first, *rest = block.decode().removesuffix("\n\n").split("\n")
    word, _, argument = first.partition(" ")
    fields = dict(line.split(": ", 1) for line in rest)
    match word:
        case "connect":
            return Connect()
        case "exit":
            return Exit()
        case "linger":
            return Linger(int(argument))
        case "auth":
            return Auth(argument)
        case "api":
            return Api(argument)
        case "bgapi":
            return BgApi(argument, fields["Job-UUID"])
        case "event":
            names, _, custom = argument.removeprefix("plain ").partition(" CUSTOM ")
            return Subscribe("plain", tuple(names.split()), tuple(custom.split()))
        case "sendmsg":
            arg, event_uuid = fields.get("execute-app-arg", ""), fields.get("Event-UUID")
            return Execute(fields["execute-app-name"], arg, event_uuid, lock=False)
        case _:
            return Recorded(first)  # one that we do not send


@pytest.mark.parametrize("name", NAMES)
def test_our_commands_are_those_that_were_understood(name: str) -> None:
    recorded = said(name, ">")
    assert [command_of(block).wire() for block in recorded] == recorded
