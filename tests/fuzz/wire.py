"""Whatever comes over an event socket: frames, the same however it is cut, within the limits; or a WireError."""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

from callcontrol.edges.freeswitch.failures import WireError
from callcontrol.edges.freeswitch.wire import (
    EVERY_NAME,
    NAMES_REMEMBERED,
    Frame,
    FrameDecoder,
    WireLimits,
    array_values,
    read_event,
    read_headers,
)

LIMITS = WireLimits(head_bytes=1_024, head_lines=16, body_bytes=4_096)
BYTE_BY_BYTE = 600  # longer ones are cut in a few places only


def check_wire(data: bytes) -> None:
    """Any stream."""
    frames, error = decoded([data])
    stream = b"".join(map(bytes, frames))
    assert data.startswith(stream), "a frame is not what stood there"
    for pieces in cuts(data):
        again, later_error = decoded(pieces)
        assert again == frames, f"cut as {[len(piece) for piece in pieces]} the frames differ"
        assert later_error == error
    for frame in frames:
        check_frame(frame)


def decoded(pieces: Iterable[bytes]) -> tuple[list[Frame], bool]:
    """The frames, and whether an error followed."""
    decoder, frames = FrameDecoder(LIMITS), list[Frame]()
    try:
        for piece in pieces:
            for frame in decoder.frames(piece):  # one by one: those before an error count
                frames.append(frame)
            assert decoder.held_bytes <= LIMITS.head_bytes + 2 + LIMITS.body_bytes + len(piece)
    except WireError:
        return frames, True
    return frames, False


def cuts(data: bytes) -> Iterable[list[bytes]]:
    """Some ways to cut it: in two and three anywhere, at every byte where it is short."""
    first, second = sorted((crc32(data) % (len(data) + 1), crc32(data[::-1]) % (len(data) + 1)))
    yield [data[:first], data[first:]]
    yield [data[:first], data[first:second], data[second:]]
    if len(data) <= BYTE_BY_BYTE:
        yield [data[at : at + 1] for at in range(len(data))]


def check_frame(frame: Frame) -> None:
    """Within the limits; its headers are texts under plain names, the first of a name counts."""
    assert len(frame.head) <= LIMITS.head_bytes
    assert frame.head.count(b"\n") < LIMITS.head_lines
    assert len(frame.body) <= LIMITS.body_bytes
    assert frame.header("Content-Type") == frame.headers["Content-Type"]
    assert frame.kind == frame.header("Content-Type") or not frame.kind.isascii()
    for encoded in (False, True):
        headers = read_headers(frame.head, percent_encoded=encoded)
        assert all(set(name) <= NAME_LETTERS for name in headers)
    assert len(EVERY_NAME) <= NAMES_REMEMBERED
    try:
        event = read_event(frame)
    except WireError:
        return
    assert all(isinstance(value, str) for value in event.headers.values())
    assert isinstance(event.body, str)
    assert all(isinstance(part, str) for value in event.headers.values() for part in array_values(value))


NAME_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
