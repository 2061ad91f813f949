"""A WSGI server for browsers that keep connections, and for live streams: gevent's, with a deadline for each wait.

TCP_NODELAY is set: gevent sends head and body of an answer apart, and with Nagle's algorithm the second one would wait
44 ms for the acknowledgement of the first.
"""

from __future__ import annotations

import logging
import socket as plain_socket
from collections.abc import Callable
from typing import Any, Final

import gevent

from callcontrol.edges import meters
from callcontrol.edges.freeswitch.binding import Address
from callcontrol.edges.web.server import Handler, WebServer
from callcontrol.edges.web.wire import WIRE, Wire

# Between two requests, for the head of one, for one and its answer, for the client to take a piece of it (seconds).
IDLE_S: Final = 60.0
HEAD_S: Final = 10.0
REQUEST_S: Final = 30.0
PIECE_S: Final = 10.0
# An application puts off the deadline of a stream by calling what is here.
IS_STREAM: Final = "callcontrol.is_stream"

log = logging.getLogger(__name__)


class _Late(gevent.Timeout):  # type: ignore[misc]  # gevent ships no types
    """A wait of a connection has taken too long."""


class _Handler(Handler):
    """Serves the requests of one connection."""

    def __init__(self, sock: Any, address: Any, server: Any) -> None:
        sock.setsockopt(plain_socket.IPPROTO_TCP, plain_socket.TCP_NODELAY, 1)
        self.is_sending = False
        super().__init__(sock, address, server)

    def handle(self) -> None:
        try:
            super().handle()
        except _Late:
            meters.web_connections_late_total.inc()

    def read_requestline(self) -> Any:
        with _Late(IDLE_S):
            return super().read_requestline()

    def read_request(self, raw_requestline: str) -> Any:
        with _Late(HEAD_S):
            return super().read_request(raw_requestline)

    def handle_one_response(self) -> None:
        deadline = _Late(self.server.deadline_s)
        deadline.start()
        self.environ[IS_STREAM] = deadline.cancel
        self.environ[WIRE] = Wire(self, self._sendall)
        try:
            super().handle_one_response()
        finally:
            deadline.close()

    def _sendall(self, data: Any) -> None:
        self.is_sending = True
        try:
            with _Late(PIECE_S):
                super()._sendall(data)
        finally:
            self.is_sending = False

    def log_error(self, msg: str, *args: object) -> None:
        """A client that sends what is no HTTP is no error of ours."""
        log.debug(msg, *args)


class KeepAliveServer(WebServer):
    """Listens, and serves an application until it is stopped.

    Args:
        clients: connections that are served at once; more of them wait in the system's backlog.
        deadline_s: what a request and its answer may take.
    """

    handler_class = _Handler

    def __init__(
        self, place: Address, application: Callable[..., Any], clients: int, deadline_s: float = REQUEST_S
    ) -> None:
        super().__init__(place, application, clients, deadline_s)
