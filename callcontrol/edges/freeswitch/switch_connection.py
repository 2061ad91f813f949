"""One logged-in connection to a switch, with its own reader: `SwitchLink` (`inbound.py`) makes one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

import gevent
from gevent import socket
from gevent.event import AsyncResult, Event
from greenswitch.esl import InboundESL

from callcontrol.edges.containment import note_fault
from callcontrol.edges.freeswitch.commands import Auth, UserAuth
from callcontrol.edges.freeswitch.connection import Connection
from callcontrol.edges.freeswitch.failures import AlreadyConnected, AuthRefused, EventSocketError, HandshakeTimedOut
from callcontrol.edges.freeswitch.replies import ConnectionLimits, OnEvent
from callcontrol.edges.freeswitch.sockets import Address, tune
from callcontrol.edges.freeswitch.wire import Frame, WireLimits, everything


def _connection_limits() -> ConnectionLimits:
    return ConnectionLimits(wire=WireLimits(body_bytes=67_108_864))  # `show channels as json` of 20,000 calls


@dataclass(frozen=True, slots=True)
class LinkLimits:
    """What a link may take; `_s` are seconds. The switch sends a HEARTBEAT every 20 s (event-heartbeat-interval)."""

    connect_s: float = 5.0
    heartbeat_s: float = 60.0
    jobs: int = 100
    first_retry_s: float = 0.2
    last_retry_s: float = 15.0
    connection: ConnectionLimits = field(default_factory=_connection_limits)


class SwitchConnection(Connection, InboundESL):  # type: ignore[misc]  # greenswitch ships no types
    """One logged-in connection to a switch, with its own reader."""

    def __init__(self, sock: socket.socket, connection_id: str, limits: ConnectionLimits) -> None:
        super().__init__(sock, connection_id, limits)
        self.closed = Event()
        self.wanted: Callable[[bytes], bool] = everything
        self._login_request = AsyncResult()
        self._waiters.add(self._login_request)

    @classmethod
    def open(
        cls, place: Address, login: Auth | UserAuth, on_event: OnEvent, connection_id: str, limits: LinkLimits
    ) -> Self:
        """Connect and log in, within `connect_s` all together.

        Raises:
            HandshakeTimedOut: the switch is silent.
            AccessRefused, AuthRefused: the switch refuses us; the message says which setting to look at.
            ConnectionLost: it closed.
            OSError: no switch listens there, or there is no route to it.
        """
        late = gevent.Timeout.start_new(limits.connect_s)
        connection: Self | None = None
        try:
            sock = socket.create_connection((place.host, place.port))
            tune(sock)
            connection = cls(sock, connection_id, limits.connection)
            gevent.spawn(connection.run, on_event, connection._note_closed)
            connection.authenticate(login, limits.connect_s)
        except BaseException as error:
            if connection is not None:
                connection.close("the login failed")
            if error is late:
                raise HandshakeTimedOut(step="connecting and logging in", seconds=limits.connect_s) from None
            raise
        finally:
            late.close()
        return connection

    def _note_closed(self, _: EventSocketError) -> None:
        self.closed.set()

    def _take(self, frame: Frame) -> None:
        if frame.kind != "text/event-json" or self._is_wanted(frame.body):
            super()._take(frame)

    def _is_wanted(self, text: bytes) -> bool:
        try:
            return self.wanted(text)
        except Exception as error:
            self._callback_failed("wanted", error)
            return False

    def _callback_failed(self, name: str, error: Exception) -> None:
        """All calls of the switch hang on this connection: one event's trouble is no reason to drop it."""
        note_fault("switch", f"callback {name} failed", error, connection=self.connection_id)

    def _take_auth_request(self) -> None:
        self._waiters.discard(self._login_request)
        self._login_request.set()

    def authenticate(self, login: Auth | UserAuth, timeout_s: float) -> None:
        """Wait for the switch to ask for a login, and give it.

        Raises:
            AuthRefused: a wrong password, or an unknown user.
            ReplyTimedOut, ConnectionLost: as for request.
        """
        self._login_request.get()  # ends with the connection, and with the deadline of open
        reply = self.request(login, timeout_s)
        if not reply.ok:
            raise AuthRefused(said=reply.text.strip())

    def connect(self) -> None:
        """Refused, where greenswitch would connect again and read nothing."""
        raise AlreadyConnected

    def __enter__(self) -> Self:
        return self
