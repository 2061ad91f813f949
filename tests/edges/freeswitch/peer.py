"""The other side of an event-socket connection, played by a test: it says what it is told to, good or bad."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TypeVar

import gevent
from gevent import socket
from gevent.event import AsyncResult
from gevent.queue import Queue

from callcontrol.edges.freeswitch.call import CallConnection
from callcontrol.edges.freeswitch.failures import EventSocketError
from callcontrol.edges.freeswitch.outbound import OutboundLimits, OutboundServer
from callcontrol.edges.freeswitch.replies import ConnectionLimits
from callcontrol.edges.freeswitch.sockets import LOOPBACK, Address, Network
from callcontrol.edges.freeswitch.wire import SwitchEvent
from tests.wire.recordings import said

T = TypeVar("T")
PATIENCE_S = 10.0  # how long a test waits for what must come
OK = b"Content-Type: command/reply\nReply-Text: +OK\n\n"
CORE = "11111111-2222-4333-8444-555555555555"


def connect_reply(unique_id: str, **changed: str) -> bytes:
    """A recorded reply to `connect`, for a call of this id; `changed` replaces lines (_ stands for -)."""
    lines = said("answer-playback-caller-hangs-up", "<")[0].decode().removesuffix("\n\n").split("\n")
    values = {"Unique-ID": unique_id} | {name.replace("_", "-"): value for name, value in changed.items()}
    renamed = [f"{name}: {values[name]}" if (name := line.partition(": ")[0]) in values else line for line in lines]
    return "\n".join(renamed).encode() + b"\n\n"


def framed(kind: str, body: bytes) -> bytes:
    """A frame with a body."""
    return b"Content-Length: %d\nContent-Type: %s\n\n%s" % (len(body), kind.encode(), body)


def json_event(name: str, unique_id: str = "a", body: str = "", **headers: str) -> bytes:
    """An event as `event json` brings it."""
    values = {"Event-Name": name, "Core-UUID": CORE, "Unique-ID": unique_id}
    values |= {key.replace("_", "-"): value for key, value in headers.items()}
    values |= {"Content-Length": str(len(body.encode())), "_body": body} if body else {}
    return framed("text/event-json", json.dumps(values).encode())


def plain_event(*lines: str, body: bytes = b"") -> bytes:
    """An event as `event plain` brings it; the lines are encoded already."""
    length = [f"Content-Length: {len(body)}"] if body else []
    return framed("text/event-plain", "\n".join([*lines, *length]).encode() + b"\n\n" + body)


def api_reply(body: bytes) -> bytes:
    """The answer to an api command."""
    return framed("api/response", body)


class Peer:
    """The switch's end of one connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._read = b""
        sock.settimeout(PATIENCE_S)

    def say(self, *data: bytes) -> None:
        self.sock.sendall(b"".join(data))

    def command(self) -> bytes:
        """The next command, without its empty line."""
        while b"\n\n" not in self._read:
            data = self.sock.recv(65_536)
            assert data, f"closed instead of a command; unread: {self._read!r}"
            self._read += data
        command, _, self._read = self._read.partition(b"\n\n")
        return command

    def commands(self, number: int) -> list[bytes]:
        return [self.command() for _ in range(number)]

    def until_closed(self) -> bytes:
        """Everything up to the end."""
        try:
            while data := self.sock.recv(65_536):
                self._read += data
        except ConnectionResetError:
            pass  # closed with something of ours unread
        rest, self._read = self._read, b""
        return rest

    def close(self) -> None:
        self.sock.close()


class Switchboard:
    """A server under test, what it hands over, and what its observer hears."""

    def __init__(
        self,
        limits: OutboundLimits | None = None,
        keep: frozenset[str] | None = None,
        allow: Iterable[Network] = LOOPBACK,
    ) -> None:
        self.calls: Queue[Line] = Queue()
        self.heard: list[str] = []
        self.turned_away_for: Queue[str] = Queue()
        self.failures: Queue[OSError] = Queue()
        self.reasons: Queue[EventSocketError] = Queue()
        self.peers: list[Peer] = []
        self.server = OutboundServer(
            Address("127.0.0.1", 0),
            self.take,
            limits=limits or OutboundLimits(max_calls=100),
            allow=allow,
            keep=(lambda name: True) if keep is None else keep.__contains__,
            observer=self,
        )

    def take(self, call: CallConnection) -> None:
        self.calls.put(Line(call))

    def accepted(self) -> None:
        self.heard.append("accepted")

    def turned_away(self, why: str) -> None:
        self.turned_away_for.put(why)

    def accept_failed(self, error: OSError) -> None:
        self.failures.put(error)

    def closed(self, reason: EventSocketError) -> None:
        self.reasons.put(reason)

    def __enter__(self) -> Self:
        self.port = self.server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for peer in self.peers:
            peer.close()
        self.server.close()
        assert self.server.drain(PATIENCE_S) == 0

    def ring(self, host: str = "127.0.0.1") -> Peer:
        """Connect as a switch does with a new call."""
        peer = Peer(socket.create_connection((host, self.port), timeout=PATIENCE_S))
        self.peers.append(peer)
        return peer

    def dial(self, unique_id: str = "a", **changed: str) -> tuple[Peer, Line]:
        """A call, handed over."""
        peer = self.ring()
        assert peer.command() == b"connect"
        peer.say(connect_reply(unique_id, **changed))
        return peer, self.calls.get(timeout=PATIENCE_S)


class Line:
    """A call in the test's hands: its events and its end."""

    def __init__(self, call: CallConnection) -> None:
        self.call = call
        self.events: Queue[SwitchEvent] = Queue()
        self.ended = AsyncResult()
        call.handle(self.events.put, self.ended.set)

    def event(self) -> SwitchEvent:
        event: SwitchEvent = self.events.get(timeout=PATIENCE_S)
        return event

    def end(self) -> EventSocketError:
        reason: EventSocketError = self.ended.get(timeout=PATIENCE_S)
        return reason


def in_background(function: Callable[..., T], *arguments: object, **named: object) -> AsyncResult:
    """Start something that waits; `.get(timeout=PATIENCE_S)` gives its result or raises its error."""
    outcome = AsyncResult()

    def run() -> None:
        try:
            outcome.set(function(*arguments, **named))
        except Exception as error:
            outcome.set_exception(error)

    gevent.spawn(run)
    return outcome


def limits(max_calls: int = 100, handshake_s: float = 5.0, **connection: float) -> OutboundLimits:
    """Limits of a server with some of the connection's changed."""
    return OutboundLimits(max_calls, handshake_s, connection=ConnectionLimits(**connection))  # type: ignore[arg-type]  # by name


class EventSocket:
    """The event socket of a switch, waiting for us to log in."""

    def __init__(self) -> None:
        self.peers: list[Peer] = []
        self.filters: list[bytes] = []
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(16)
        self.listener.settimeout(PATIENCE_S)
        self.place = Address("127.0.0.1", self.listener.getsockname()[1])

    def accept(self) -> Peer:
        sock, _ = self.listener.accept()
        self.peers.append(Peer(sock))
        return self.peers[-1]

    def logged_in(self, core: str = CORE) -> Peer:
        """The next connection, after its login, filters, subscription and question for the Core-UUID."""
        peer = self.accept()
        peer.say(b"Content-Type: auth/request\n\n")
        assert peer.command().startswith((b"auth ", b"userauth "))
        peer.say(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n")
        while (command := peer.command()).startswith(b"filter "):
            self.filters.append(command)
            peer.say(b"Content-Type: command/reply\nReply-Text: +OK filter added.\n\n")
        assert command.startswith(b"event json HEARTBEAT BACKGROUND_JOB")
        peer.say(b"Content-Type: command/reply\nReply-Text: +OK event listener enabled json\n\n")
        assert peer.command() == b"api global_getvar core_uuid"
        peer.say(api_reply(core.encode()))
        return peer

    def close(self) -> None:
        self.listener.close()
        for peer in self.peers:
            peer.close()


@contextmanager
def event_socket() -> Iterator[EventSocket]:
    """A switch's event socket for one test."""
    switch = EventSocket()
    try:
        yield switch
    finally:
        switch.close()
