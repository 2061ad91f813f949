"""Pieces of a stream that are sent from wherever they come up: whole, in order, and never waited for."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from gevent.event import Event
from gevent.queue import Queue

from callcontrol.edges.freeswitch.binding import Address
from callcontrol.edges.web.keep_alive import IS_STREAM, KeepAliveServer
from callcontrol.edges.web.wire import WIRE, Wire


class Stage:
    """An application with one stream; what is put in `own` its request's greenlet sends."""

    def __init__(self) -> None:
        self.own: Queue = Queue()
        self.begun = Event()
        self.wire: Wire | None = None

    def __call__(self, environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        environ[IS_STREAM]()
        self.wire = environ[WIRE]
        start("200 OK", [("Content-Type", "text/event-stream")])
        return self._pieces(self.wire)

    def _pieces(self, wire: Wire) -> Iterator[bytes]:
        yield b"begin\n"
        self.begun.set()
        while (told := self.own.get()) != b"end":
            wire.flush()
            yield told


@contextmanager
def streamed(version: str = "1.1") -> Iterator[tuple[Stage, Wire, socket.socket]]:
    stage = Stage()
    server = KeepAliveServer(Address("127.0.0.1", 0), stage, 10)
    with socket.create_connection((server.address.host, server.address.port), timeout=10) as connection:
        connection.sendall(f"GET / HTTP/{version}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert stage.begun.wait(10)
        assert stage.wire is not None
        yield stage, stage.wire, connection
    server.stop(0.1)


def body_of(connection: socket.socket) -> bytes:
    """All that comes, without the head of the answer and the lengths of its chunks."""
    found = b""
    while piece := connection.recv(1 << 20):
        found += piece
    head, _, rest = found.partition(b"\r\n\r\n")
    if b"chunked" not in head:
        return rest
    body = b""
    while rest:
        length, _, rest = rest.partition(b"\r\n")
        size = int(length, 16)
        body, rest = body + rest[:size], rest[size + 2 :]
    return body


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_what_is_sent_at_once_stands_between_what_the_request_sends(version: str) -> None:
    with streamed(version) as (stage, wire, connection):
        assert wire.send(b"first\n")
        assert wire.rest == b""
        stage.own.put(b"second\n")
        stage.begun.clear()
        stage.own.put(b"end")
        assert body_of(connection) == b"begin\nfirst\nsecond\n"


def test_a_client_that_does_not_read_is_not_waited_for_and_gets_the_rest_first() -> None:
    with streamed() as (stage, wire, connection):
        large = b"x" * (1 << 20)
        sent = 0
        while wire.send(large):
            sent += 1
            if wire.rest:
                break
            assert sent < 1_000, "a connection that is not read from took a gigabyte"
        assert not wire.send(b"between\n")
        stage.own.put(b"behind\n")
        stage.own.put(b"end")
        assert body_of(connection) == b"begin\n" + large * sent + b"behind\n"


def test_a_client_that_is_gone_takes_nothing() -> None:
    with streamed() as (stage, wire, connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()
        assert any(not wire.send(b"x" * 100_000) for _ in range(100))
        stage.own.put(b"end")
