"""The web process's server: connections that are kept, and deadlines for those who do not go on."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from callcontrol.edges.freeswitch.binding import Address
from callcontrol.edges.web import keep_alive
from callcontrol.edges.web.keep_alive import IS_STREAM, KeepAliveServer


def answer(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
    import gevent

    if environ["PATH_INFO"] == "/slow":
        gevent.sleep(30)
    if environ["PATH_INFO"] == "/stream":
        environ[IS_STREAM]()
        start("200 OK", [("Content-Type", "text/event-stream")])
        return pieces()
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]


def pieces() -> Iterator[bytes]:
    import gevent

    yield b"one\n"
    gevent.sleep(0.3)
    yield b"two\n"


@pytest.fixture
def server() -> Iterator[KeepAliveServer]:
    opened = KeepAliveServer(Address("127.0.0.1", 0), answer, 10, deadline_s=0.2)
    yield opened
    opened.stop(0.1)


def connected(server: KeepAliveServer) -> socket.socket:
    return socket.create_connection((server.address.host, server.address.port), timeout=10)


def request(connection: socket.socket, path: str) -> bytes:
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return connection.recv(65_536)


def rest(connection: socket.socket) -> bytes:
    found = b""
    while piece := connection.recv(65_536):
        found += piece
    return found


def test_a_connection_serves_several_requests(server: KeepAliveServer) -> None:
    with connected(server) as connection:
        assert [b"200 OK" in request(connection, "/") for _ in range(3)] == [True] * 3


def test_a_request_that_takes_too_long_ends_its_connection_alone(server: KeepAliveServer) -> None:
    with connected(server) as slow, connected(server) as other:
        slow.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in request(other, "/")
        assert b"200 OK" not in rest(slow)


def test_a_stream_outlives_the_deadline_of_a_request(server: KeepAliveServer) -> None:
    with connected(server) as connection:
        connection.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        told = rest(connection)
        assert b"one" in told
        assert b"two" in told


def test_a_client_that_says_nothing_more_loses_its_connection(
    server: KeepAliveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep_alive, "HEAD_S", 0.1)
    monkeypatch.setattr(keep_alive, "IDLE_S", 0.1)
    with connected(server) as silent, connected(server) as half:
        half.sendall(b"GET / HTTP/1.1\r\nHost:")
        assert rest(silent) == b""
        assert b"200 OK" not in rest(half)
