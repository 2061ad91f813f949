"""The server that the switches call: one connection per call, accepted without polling, counted, limited, never
dropped on the floor.

A connection that is closed before the call was handed back leaves a ghost: a call parked for ever. So a connection
over the limit, or from an address that is no switch of ours, is answered as well: the call is hung up, and the
connection kept until the switch closes it.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import Final, Literal, Protocol

import gevent
from gevent import get_hub, socket
from gevent.event import Event
from gevent.hub import Waiter
from greenswitch.esl import OutboundESLServer

from callcontrol.edges.freeswitch.binding import KNOCK_BYTES, WHO_KNOCKS
from callcontrol.edges.freeswitch.call import CallConnection, farewell
from callcontrol.edges.freeswitch.commands import Connect, HangupCommand
from callcontrol.edges.freeswitch.failures import ConnectionLost, EventSocketError, SwitchClosed
from callcontrol.edges.freeswitch.replies import ConnectionLimits, ReadEvent
from callcontrol.edges.freeswitch.sockets import LOOPBACK, Address, InheritedFd, Network, is_allowed, listening
from callcontrol.edges.freeswitch.wire import HeaderNames, keep_everything, read_event

log = logging.getLogger(__name__)

ACCEPTS_PER_TURN: Final = 64
RETRY_ACCEPT_S: Final = 0.1
ADDRESSES_REMEMBERED: Final = 256
# Readers that are kept for calls to come.
READERS_KEPT: Final = 64
# the peer's affair: the next one may be fine
PASSING: Final = frozenset(
    {errno.ECONNABORTED, errno.EPROTO, errno.EINTR, errno.ENETDOWN, errno.EHOSTUNREACH, errno.ENETUNREACH}
)
TURNED_AWAY: Final = Connect().wire() + HangupCommand("SWITCH_CONGESTION").wire()


@dataclass(frozen=True, slots=True)
class OutboundLimits:
    """What all calls together may take. `turning_away` connections may wait to be closed by the switch.

    Attributes:
        handshake_s: how long a slow switch has for its reply to `connect`; its dialplan takes the call back after
            `dead_man_s` (15).
    """

    max_calls: int
    handshake_s: float = 12.0
    backlog: int = 4_096
    turning_away: int = 1_000
    connection: ConnectionLimits = field(default_factory=ConnectionLimits)


class Observer(Protocol):
    """Who counts; called in the server's greenlets, so it must not block."""

    def accepted(self) -> None:
        """A connection became a call's."""

    def turned_away(self, why: Literal["limit", "stranger", "flood"]) -> None:
        """A connection was answered by a hang-up (`flood`: closed at once, there were too many of these)."""

    def accept_failed(self, error: OSError) -> None:
        """The system gave us no connection: out of descriptors or memory, mostly."""

    def closed(self, reason: EventSocketError) -> None:
        """A call's connection is over."""


class Unobserved:
    """An Observer that does not look."""

    def accepted(self) -> None: ...

    def turned_away(self, why: Literal["limit", "stranger", "flood"]) -> None: ...

    def accept_failed(self, error: OSError) -> None: ...

    def closed(self, reason: EventSocketError) -> None: ...


class OutboundServer(OutboundESLServer):  # type: ignore[misc]  # greenswitch ships no types
    """Accepts calls and hands each to `on_call`, in the call's reader, as soon as the switch has said whose it is.

    Args:
        listener: an address, or the supervisor's listening socket.
        on_call: gets the connection. It must not block, and calls its `handle`; if it raises, the call is hung up.
        allow: the networks of our switches.
        why_strange: says why a connection from an allowed address is no switch's, "" if it may be.
        keep: which of a call's headers stay in memory as its `data` (Unique-ID always does).
        read: reads the events of calls.
    """

    def __init__(
        self,
        listener: Address | InheritedFd,
        on_call: Callable[[CallConnection], object],
        *,
        limits: OutboundLimits,
        allow: Iterable[Network] = LOOPBACK,
        why_strange: Callable[[socket.socket], str] = lambda sock: "",
        keep: Callable[[str], bool] = keep_everything,
        read: ReadEvent = read_event,
        observer: Observer | None = None,
    ) -> None:
        # OutboundESLServer.__init__ is left out: it logs to the root logger, which sets up logging process-wide
        self.connection_count = 0
        self.max_connections = limits.max_calls
        self.application = on_call
        self.bound_port: int | None = None
        self._place = listener
        self._limits = limits
        self._observer: Observer = observer or Unobserved()
        networks = tuple(allow)
        self._is_switch = lru_cache(ADDRESSES_REMEMBERED)(lambda host: is_allowed(host, networks))
        self._why_strange = why_strange
        self._names = HeaderNames(lambda name: name == "Unique-ID" or keep(name))
        self._read = read
        self._ids = count(1)
        self._listener: socket.socket | None = None
        self._accepting: gevent.Greenlet | None = None
        self._calls: set[CallConnection] = set()
        self._by_channel: dict[str, CallConnection] = {}
        self._turning_away: set[socket.socket] = set()
        self._idle_readers: list[Waiter] = []
        self._stopping = Event()
        self._idle = Event()
        self._idle.set()

    def start(self) -> int:
        """Listen, and accept from here on; returns the port.

        Raises:
            OSError: the address cannot be listened on.
        """
        listener = listening(self._place, self._limits.backlog)
        self._listener = listener
        self._running = True
        port: int = listener.getsockname()[1]
        self.bound_port = port
        self._accepting = gevent.spawn(self._accept, listener)
        return port

    def listen(self) -> None:
        """greenswitch's way: start, and return when stopped."""
        self.start()
        self._stopping.wait()

    def stop(self) -> None:
        """Accept no more; calls in progress go on. Who connects now is refused by the system and tries the next
        worker.
        """
        self._running = False
        self._stopping.set()
        if self._accepting is not None:
            self._accepting.kill()
        if self._listener is not None:
            self._listener.close()

    def drain(self, deadline_s: float) -> int:
        """Stop, and wait until the calls in progress are over; returns how many are left after `deadline_s`."""
        self.stop()
        self._idle.wait(deadline_s)
        return self.connection_count

    def close(self) -> None:
        """Stop, and close every connection at once, as the end of the process would."""
        self.stop()
        for call in tuple(self._calls):
            call.close(why="the server is closed")
        for sock in tuple(self._turning_away):
            sock.close()

    def _accept(self, listener: socket.socket) -> None:
        failing = False
        for accepted in count(1):
            try:
                sock, address = listener.accept()
            except OSError as error:
                self._survive(error, first=not failing)
                failing = True
                continue
            failing = False
            if self._is_knock(sock, address):
                gevent.spawn(self._answer_knock, sock)
            else:
                self._admit(sock, str(address[0]))
            if accepted % ACCEPTS_PER_TURN == 0:
                gevent.sleep(0)

    def _survive(self, error: OSError, first: bool) -> None:
        """Out of descriptors or memory: calls end and give some back; until then the switch waits in the backlog."""
        if error.errno in PASSING:
            return
        self._observer.accept_failed(error)
        if first:
            log.error("no connection can be accepted: %s; trying again every %s s", error, RETRY_ACCEPT_S)
        self._stopping.wait(RETRY_ACCEPT_S)

    def _is_knock(self, sock: socket.socket, address: tuple[str, int]) -> bool:
        """Whether it is the supervisor, which probes the call port from the very address it connects to."""
        place = self._place
        if not isinstance(place, InheritedFd) or address[1] != place.knocked_from:
            return False
        try:
            return str(address[0]) == str(sock.getsockname()[0])
        except OSError:  # reset meanwhile: the reader finds out
            return False

    def _answer_knock(self, sock: socket.socket) -> None:
        """Ask, and send back what is answered; the supervisor closes, so that no port of its is left in TIME_WAIT."""
        with sock:
            try:
                sock.settimeout(self._limits.handshake_s)
                sock.sendall(WHO_KNOCKS)
                farewell(sock, sock.recv(KNOCK_BYTES), self._limits.handshake_s)
            except OSError as error:
                log.debug("the supervisor's probe of the call port was given up: %s", error)

    def _admit(self, sock: socket.socket, host: str) -> None:
        if not self._is_switch(host):
            log.warning("connection from %s, which is no switch of ours: see the allow-list", host)
            self._turn_away(sock, "stranger")
        elif why := self._why_strange(sock):
            log.error("a connection from %s to the call port is no switch's: %s", host, why)
            self._turn_away(sock, "stranger")
        elif self.connection_count >= self._limits.max_calls:
            self._turn_away(sock, "limit")
        else:
            self.connection_count += 1
            self._idle.clear()
            self._observer.accepted()
            self._begin_reading(sock)

    def _turn_away(self, sock: socket.socket, why: Literal["limit", "stranger"]) -> None:
        if len(self._turning_away) >= self._limits.turning_away:
            self._observer.turned_away("flood")
            sock.close()
            return
        self._observer.turned_away(why)
        self._turning_away.add(sock)
        gevent.spawn(self._say_farewell, sock)

    def _say_farewell(self, sock: socket.socket) -> None:
        try:
            farewell(sock, TURNED_AWAY, self._limits.connection.close_s)
        finally:
            self._turning_away.discard(sock)
            sock.close()

    def _begin_reading(self, sock: socket.socket) -> None:
        """A greenlet that has nothing more to read takes the call: a new one takes 19 µs, mostly for memory that the
        system maps for it and takes back at its end; to wake one that waits takes 4 µs.
        """
        if self._idle_readers:
            get_hub().loop.run_callback(self._idle_readers.pop().switch, sock)
        else:
            gevent.spawn(self._read_calls, sock)

    def _read_calls(self, sock: socket.socket) -> None:
        """Serve one call after the other."""
        self._serve(sock)
        while len(self._idle_readers) < READERS_KEPT and not self._stopping.is_set():
            following = Waiter()
            self._idle_readers.append(following)
            self._serve(following.get())

    def _serve(self, sock: socket.socket) -> None:
        call = CallConnection(sock, f"call-{next(self._ids)}", self._limits.connection, self._names)
        call.read = self._read
        self._calls.add(call)
        try:
            call.serve(self._take_call, self._limits.handshake_s)
        except (EventSocketError, OSError) as error:  # gone before it was served
            log.info("connection lost at once: %s", error, extra={"connection": call.connection_id})
        finally:
            self._forget(call)

    def _take_call(self, call: CallConnection) -> None:
        older = self._by_channel.get(call.unique_id)
        self._by_channel[call.unique_id] = call
        if older is not None:
            older.supersede(by=call.connection_id)
        self.application(call)

    def _forget(self, call: CallConnection) -> None:
        call.close()
        self._calls.discard(call)
        if self._by_channel.get(call.unique_id) is call:
            del self._by_channel[call.unique_id]
        self.connection_count -= 1
        if not self.connection_count:
            self._idle.set()
        reason = call.reason or SwitchClosed()
        if not isinstance(reason, ConnectionLost):
            log.warning("a call's connection failed: %s", reason, extra={"connection": call.connection_id})
        self._observer.closed(reason)
