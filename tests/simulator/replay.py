"""Replays a recorded conversation against the simulator: the same commands, and what it says to them."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

import gevent
from gevent.event import Event as Signal

from tests.wire.recordings import blocks

ANSWER_S = 20.0
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# The switch parks a call while its controller already talks: this event is somewhere near the beginning.
RACING = "CHANNEL_PARK"


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of the switch: its header lines, decoded one by one, and the raw bytes."""

    raw: bytes
    headers: dict[str, str]
    body: str = ""

    @property
    def event(self) -> str:
        """The event's name, "" for a reply."""
        return "" if "Reply-Text" in self.headers else self.headers.get("Event-Name", "")


def frame_of(raw: bytes) -> Frame:
    """Read one whole frame; the headers of an event stand in its body."""
    head, _, body = raw.partition(b"\n\n")
    if b"text/event-plain" in head:
        inner, _, inner_body = body.partition(b"\n\n")
        return Frame(raw, headers_of(inner), inner_body.decode())
    return Frame(raw, headers_of(head), body.decode())


def headers_of(text: bytes) -> dict[str, str]:
    """Header lines as they stand there, values decoded."""
    found: dict[str, str] = {}
    for line in text.decode().split("\n"):
        name, colon, value = line.partition(": ")
        if colon:
            found.setdefault(name, unquote(value))
    return found


@dataclass(slots=True)
class Conversation:
    """One connection: the recorded one, or the one with the simulator."""

    events: list[Frame] = field(default_factory=list)
    replies: list[Frame] = field(default_factory=list)
    closed: bool = False

    def take(self, frame: Frame) -> None:
        """One more frame of the switch."""
        (self.events if frame.event and frame.event != RACING else self.replies).append(frame)
        if frame.event == RACING:
            self.replies.pop()

    @property
    def count(self) -> tuple[int, int]:
        """How many events and replies there were."""
        return len(self.events), len(self.replies)


def recorded(name: str) -> Conversation:
    """What the real switch said."""
    conversation = Conversation()
    for block in blocks(name):
        if block.direction == "<":
            conversation.take(frame_of(block.data))
        conversation.closed = block.direction == "x"
    return conversation


class Replay:
    """Sends the recorded commands over one connection, each as soon as as much was heard as in the recording."""

    def __init__(self, name: str, sock: socket.socket, names: dict[str, str]) -> None:
        self.name = name
        self.heard = Conversation()
        self.over = Signal()
        self._sock = sock
        self._names = names  # recorded uuids -> the simulator's
        self._waiting: list[Signal] = []
        self._directions: list[gevent.Greenlet] = []
        self._reader = gevent.spawn(self._read)
        self._writer = gevent.spawn(self._write)

    def _read(self) -> None:
        with self._sock.makefile("rb") as lines:
            for raw in frames(lines):
                frame = frame_of(raw)
                self._name_channel(frame)
                self.heard.take(frame)
                self._wake()
        self.heard.closed = True
        self.over.set()

    def when(self, events: int, act: Callable[[], None], replies: int = 0) -> None:
        """Do something as soon as so much was heard."""

        def wait() -> None:
            self._wait_for((events, replies))
            act()

        self._directions.append(gevent.spawn(wait))

    def _wake(self) -> None:
        while self._waiting:
            self._waiting.pop().set()

    def _name_channel(self, frame: Frame) -> None:
        """The first channel heard of is the recorded conversation's first."""
        first = next(iter(UUID.findall(_first_uuid(self.name))), "")
        if first and first not in self._names and UUID.fullmatch(frame.headers.get("Unique-ID", "")):
            self._names[first] = frame.headers["Unique-ID"]

    def _write(self) -> None:
        before = Conversation()
        for block in blocks(self.name):
            if block.direction == "<":
                before.take(frame_of(block.data))
            elif block.direction == ">":
                self._wait_for(before.count)
                text = UUID.sub(lambda found: self._names.get(found[0], found[0]), block.data.decode())
                self._sock.sendall(text.encode())

    def _wait_for(self, count: tuple[int, int]) -> None:
        while any(have < want for have, want in zip(self.heard.count, count, strict=True)):
            changed = Signal()
            self._waiting.append(changed)
            assert changed.wait(ANSWER_S), f"{self.name}: heard {self.heard.count}, waited for {count}"

    def wait_for_replies(self, replies: int) -> None:
        """Wait until so many replies came."""
        self._wait_for((0, replies))

    def finish(self) -> Conversation:
        """Wait until as much was heard as was recorded."""
        self._writer.get(timeout=ANSWER_S)
        self._wait_for(recorded(self.name).count)
        return self.heard

    def close(self) -> None:
        """End the connection."""
        self._sock.close()
        gevent.killall([self._reader, self._writer, *self._directions])


def _first_uuid(name: str) -> str:
    for block in blocks(name):
        frame = frame_of(block.data) if block.direction == "<" else None
        if frame is not None and UUID.fullmatch(frame.headers.get("Unique-ID", "")):
            return frame.headers["Unique-ID"]
    return ""


def frames(lines: object) -> Iterator[bytes]:
    """Whole frames from a connection; ends with it."""
    readline, read = getattr(lines, "readline"), getattr(lines, "read")  # noqa: B009  # a BufferedReader in effect
    while True:
        head = b""
        while not head.endswith(b"\n\n"):
            line = readline()
            if not line:
                return
            head += line
        length = re.search(rb"^Content-Length: (\d+)$", head.split(b"Event-Name")[0], re.MULTILINE)
        yield head + (read(int(length[1])) if length else b"")
