"""Frames come out as they went in, however cut, and nothing a caller writes becomes a header."""

from __future__ import annotations

import json
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from callcontrol.edges.freeswitch.failures import WireError
from callcontrol.edges.freeswitch.wire import Frame, FrameDecoder, WireLimits, read_event, read_headers

names = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True).filter(
    lambda name: name not in ("Content-Length", "_body")
)
# what FreeSWITCH cannot hold (NUL), and what it writes for "nothing there", is not said
values = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40).filter(
    "_undef_".__ne__
)
headers = st.dictionaries(names, values, max_size=8)
hostile = st.lists(
    st.one_of(
        st.sampled_from(
            ["\n", "\n\n", "\r\n", ": ", "Unique-ID: victim", "Event-Name: X", "Content-Type: text/disconnect-notice"]
        ),
        st.sampled_from(
            ["Content-Length: 9", "\u2028", "\x85", "\x0b", '"', '\\"', '","Unique-ID":"victim', "}", "%0A", "_undef_"]
        ),
        st.text(max_size=5),
    ),
    max_size=8,
).map(lambda parts: "".join(parts).replace("\0", ""))
LIMITS = WireLimits(head_bytes=200, head_lines=8, body_bytes=500)


def plain(headers: dict[str, str], body: str) -> bytes:
    lines = [f"{name}: {quote(value, safe=' /') or '_undef_'}\n" for name, value in headers.items()]
    length = f"Content-Length: {len(body.encode())}\n" if body else ""
    return framed("text/event-plain", ("".join(lines) + length + "\n" + body).encode())


def as_json(headers: dict[str, str], body: str) -> bytes:
    extra = {"Content-Length": str(len(body.encode())), "_body": body} if body else {}
    return framed("text/event-json", json.dumps(headers | extra, ensure_ascii=False).encode("utf-8", "replace"))


def framed(kind: str, body: bytes) -> bytes:
    return f"Content-Length: {len(body)}\nContent-Type: {kind}\n\n".encode() + body


def cut(data: bytes, at: list[int]) -> list[bytes]:
    places = sorted({place % (len(data) + 1) for place in at})
    return [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True)]


@given(
    st.lists(st.tuples(headers, values, st.booleans()), min_size=1, max_size=4),
    st.lists(st.integers(0, 10_000), max_size=8),
)
def test_events_come_out_as_they_went_in(events: list[tuple[dict[str, str], str, bool]], at: list[int]) -> None:
    stream = b"".join((as_json if in_json else plain)(head, body) for head, body, in_json in events)
    decoder = FrameDecoder()
    frames = [frame for piece in cut(stream, at) for frame in decoder.feed(piece)]
    assert b"".join(map(bytes, frames)) == stream
    for frame, (head, body, _) in zip(frames, events, strict=True):
        event = read_event(frame)
        assert {name: value for name, value in event.headers.items() if name != "Content-Length"} == head
        assert event.body == body


@given(hostile, st.booleans())
def test_nothing_a_caller_writes_becomes_a_header(text: str, in_json: bool) -> None:
    written = {"Event-Name": "CHANNEL_ANSWER", "Unique-ID": "a", "Caller-Caller-ID-Name": text, "Answer-State": "x"}
    if text == "_undef_" and not in_json:
        text = ""  # the plain encoding cannot tell these two apart
    (frame,) = FrameDecoder().feed((as_json if in_json else plain)(written, ""))
    event = read_event(frame)
    assert frame.kind == f"text/event-{'json' if in_json else 'plain'}"
    assert dict(event.headers) == written | {"Caller-Caller-ID-Name": text.encode("utf-8", "replace").decode()}


@given(hostile)
def test_nothing_a_caller_writes_becomes_a_header_of_the_reply_to_connect(text: str) -> None:
    head = f"Caller-Caller-ID-Name: {quote(text, safe=' ') or '_undef_'}\nUnique-ID: a\nContent-Type: command/reply"
    (frame,) = FrameDecoder().feed(head.encode() + b"\n\n")
    assert set(read_headers(frame.head, percent_encoded=True)) == {"Caller-Caller-ID-Name", "Unique-ID", "Content-Type"}
    assert read_headers(frame.head, percent_encoded=True)["Unique-ID"] == "a"


noise = st.lists(
    st.one_of(
        st.binary(max_size=60),
        st.sampled_from(
            [b"\n\n", b"Content-Type: text/event-json\n", b"Content-Length: ", b"Content-Length: 5\n", b"7\n"]
        ),
        st.sampled_from([b"Content-Type: text/event-plain\n\n", b'{"a":"b"}', b'{"a":["b"]}', b'{"a":1}', b"A: b\n\n"]),
    ),
    max_size=12,
)


@given(noise)
def test_noise_is_frames_or_a_wire_error_and_never_held_beyond_the_limits(pieces: list[bytes]) -> None:
    decoder = FrameDecoder(LIMITS)
    try:
        for piece in pieces:
            for frame in decoder.feed(piece):
                check_limits(frame)
                read_event(frame)
            assert decoder.held_bytes <= LIMITS.head_bytes + 2 + LIMITS.body_bytes
    except WireError:
        pass  # and nothing but that


def check_limits(frame: Frame) -> None:
    assert len(frame.head) <= LIMITS.head_bytes
    assert frame.head.count(b"\n") < LIMITS.head_lines
    assert len(frame.body) <= LIMITS.body_bytes
