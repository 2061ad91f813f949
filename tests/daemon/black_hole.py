"""A TCP proxy to Redis that can swallow all bytes while its connections stay open."""

from __future__ import annotations

from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import gevent
from gevent import socket
from gevent.server import StreamServer


class BlackHole:
    """A TCP proxy in front of the Redis of this URL.

    Attributes:
        swallows: whether the bytes of old and new connections are dropped.
        accepted: the number of connections so far.
    """

    def __init__(self, redis_url: str) -> None:
        self.swallows = False
        self.accepted = 0
        self._redis = urlsplit(redis_url)
        self._server = StreamServer(("127.0.0.1", 0), self._serve)

    @property
    def url(self) -> str:
        login, at, _ = self._redis.netloc.rpartition("@")
        return f"redis://{login}{at}127.0.0.1:{self._server.server_port}/0"

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.stop()

    def _serve(self, client: socket.socket, _: object) -> None:
        self.accepted += 1
        with self._connected() as server:
            back = gevent.spawn(self._carry, server, client)
            self._carry(client, server)
            back.kill()

    def _connected(self) -> socket.socket:
        if self._redis.scheme == "unix":
            made = socket.socket(socket.AF_UNIX)
            made.connect(self._redis.path)
            return made
        return socket.create_connection((self._redis.hostname, self._redis.port))

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        while data := self._received(source):
            if not self.swallows:
                sink.sendall(data)

    @staticmethod
    def _received(source: socket.socket) -> bytes:
        try:
            return bytes(source.recv(65_536))
        except OSError:
            return b""
