"""One event-socket connection, either way round: reading, sending, matching replies and apps, ending.

A connection has one greenlet, which reads and never blocks: events and replies are handed to callbacks in it, so they
arrive in order and need no queue. A reader that waits would stop the switch: after 100,000 unread events it freezes
for all its clients. What must wait (`request`) does so in another greenlet, and is refused in this.

Sending never blocks either. All commands of one `send` go out in one write, ahead of any later one; what the peer
does not take at once waits, bounded in size and time.
"""

from __future__ import annotations

import errno
import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, TypeVar

import gevent
from gevent import socket
from gevent.event import AsyncResult
from greenswitch.esl import ESLProtocol

from callcontrol.edges.freeswitch.commands import Command
from callcontrol.edges.freeswitch.deadlines import PeerDeadlines
from callcontrol.edges.freeswitch.failures import (
    AccessRefused,
    ClosedHere,
    ConnectionLost,
    EventSocketError,
    HandlerFailed,
    ReplyTimedOut,
    SendTimedOut,
    SwitchClosed,
    WireError,
    WouldDeadlock,
    reached,
)
from callcontrol.edges.freeswitch.replies import (
    ConnectionLimits,
    OnClosed,
    OnEvent,
    ReadEvent,
    Reply,
    WithReply,
    ignore,
)
from callcontrol.edges.freeswitch.wire import Frame, FrameDecoder, SwitchEvent, read_event

log = logging.getLogger(__name__)

RECEIVE_BYTES: Final = 65_536
BLANK_LINE: Final = b"\n"
_T = TypeVar("_T")


class Connection(ESLProtocol):  # type: ignore[misc]  # greenswitch ships no types
    """A connection to or from a switch. Of ESLProtocol it keeps the registration of handlers; reading and sending are
    its own.
    """

    def __init__(self, sock: socket.socket, connection_id: str, limits: ConnectionLimits) -> None:
        # ESLProtocol.__init__ is left out: it makes a queue and an event per connection that nothing here uses
        self.sock = sock
        self.connection_id = connection_id
        self.connected = True
        self.event_handlers: dict[str, list[OnEvent]] = {}
        self.reason: EventSocketError | None = None
        self._broken_by: EventSocketError | None = None
        self._limits = limits
        self._decoder = FrameDecoder(limits.wire)
        self._pending: deque[WithReply | None] = deque()
        self._waiters: set[AsyncResult] = set()
        self._unsent = bytearray()
        self._flusher: gevent.Greenlet | None = None
        self._reader: object = None
        self._frames_left = limits.frames_per_turn
        self._deadlines = PeerDeadlines(limits.frame_s)
        self._on_event: OnEvent = ignore
        self._on_closed: OnClosed = ignore
        self.read: ReadEvent = read_event

    # --- reading

    def run(self, on_event: OnEvent, on_closed: OnClosed) -> None:
        """Read until the connection is over; returns then. Runs in the greenlet that owns the connection.

        Args:
            on_event: gets each event. It must not block. If it raises, the error is logged and this connection is
                given up.
            on_closed: gets the reason, once, as the last thing that happens; no event comes after it.
        """
        self._on_event, self._on_closed = on_event, on_closed
        self._reader = gevent.getcurrent()
        reason: EventSocketError = ClosedHere(why="its greenlet was ended")
        try:
            reason = self._read()
            self._stop_sending(reason)
            self._wind_up(reason)
        finally:
            self.end(reason)
            self._report_closed(self.reason or reason)

    def _read(self) -> EventSocketError:
        try:
            while self._read_once():
                pass  # what was read is gone before the next wait: 18 KB per idle call otherwise
            return SwitchClosed()
        except EventSocketError as error:
            return error
        except OSError as error:
            return self.reason or _lost_by(error)  # closed by us while it waited to read: the reason is known

    def _read_once(self) -> bool:
        data = self._receive()
        got_frame = False
        for frame in self._decoder.frames(data):
            got_frame = True
            self._take(frame)
            self._frames_left -= 1
            if self._frames_left <= 0:
                self._take_turns()
            if self.reason is not None:  # closed meanwhile: what is left has no reader
                return False
        self._deadlines.mind_frame(self._decoder.held_bytes > 0, got_frame)
        return bool(data)

    def _take_turns(self) -> None:
        """Let other greenlets run after so many frames: a busy peer always has more to read."""
        gevent.sleep(0)
        self._frames_left = self._limits.frames_per_turn

    def _receive(self) -> bytes:
        """The next bytes, b"" at the end. Sooner or later than its deadlines it does not return."""
        timeout_s = self._deadlines.seconds_left()
        sock = self.sock
        if timeout_s != sock.timeout:
            sock.settimeout(timeout_s)
        try:
            data: bytes = sock.recv(RECEIVE_BYTES)
        except TimeoutError as error:
            if error.errno == errno.ETIMEDOUT:  # the kernel's: the peer no longer answers
                raise
            raise self._deadlines.late() from None
        return data

    def _take(self, frame: Frame) -> None:
        match frame.kind:
            case "text/event-json" | "text/event-plain":
                self._take_event(self._event_of(frame))
            case "command/reply" | "api/response":
                self._take_reply(frame)
            case "text/disconnect-notice":
                self._take_notice(frame)
            case "auth/request":
                self._take_auth_request()
            case "text/rude-rejection":
                raise AccessRefused(said=frame.body[:80].decode("utf-8", "replace").strip())
            case "log/data":
                pass  # never asked for
            case kind:
                raise WireError(what=f"a frame of type {kind[:80]!a}", expected="an event, a reply or a notice")

    def _event_of(self, frame: Frame) -> SwitchEvent:
        """Handlers of greenswitch's may look at any header."""
        return read_event(frame) if self.event_handlers else self.read(frame)

    def _take_reply(self, frame: Frame) -> None:
        if not self._pending:
            raise WireError(what="a reply to no command", expected="one reply per command")
        asked = self._pending.popleft()
        if asked is not None:
            self._call(asked.on_reply, Reply(frame))

    def _take_event(self, event: SwitchEvent) -> None:
        self._call(self._on_event, event)
        if self.event_handlers:
            self._call_handlers(event)

    def _call_handlers(self, event: SwitchEvent) -> None:
        """The handlers registered for the event (a CUSTOM one by its subclass), and those for `*` as well."""
        key = event.get("Event-Subclass") if event.name == "CUSTOM" else event.name
        for handler in (*self.event_handlers.get(key, ()), *self.event_handlers.get("*", ())):
            self._call(handler, event)

    def _take_notice(self, frame: Frame) -> None:
        """The call is over and we asked to linger: events go on. Otherwise the switch is about to close."""
        if frame.header("Content-Disposition") != "linger":
            self._deadlines.expect("closing after its disconnect notice", self._limits.close_s)

    def _take_auth_request(self) -> None:
        raise WireError(what="auth/request", expected="no login on a connection that the switch made")

    def _call(self, callback: Callable[[_T], object], argument: _T) -> None:
        """What an error of a callback costs is up to the kind of connection (`_callback_failed`)."""
        try:
            callback(argument)
        except Exception as error:
            if isinstance(error, WireError) or (isinstance(error, ConnectionLost) and self.reason is not None):
                raise  # no fault of the callback: what it got is wrong, or the connection has just ended
            self._callback_failed(getattr(callback, "__qualname__", type(callback).__name__), error)

    def _callback_failed(self, name: str, error: Exception) -> None:
        """A connection that is one call's ends with it, and no other does."""
        log.exception("callback %s failed", name, extra={"connection": self.connection_id})
        raise HandlerFailed(error=f"{type(error).__name__} in {name}") from error

    # --- sending

    def send(self, *commands: Command) -> None:
        """Send commands together, in order, ahead of any later ones; a WithReply among them gets its reply. Never
        blocks.

        Raises:
            UnsafeText: one of them cannot be sent; then none is.
            LimitReached: too many unanswered commands, or too much that the peer does not take.
            ConnectionLost: the connection is over.
        """
        if not self.connected:
            raise self._lost()
        payload = b"".join([command.wire() for command in commands])
        limits = self._limits
        if len(self._pending) + len(commands) > limits.pending_replies:
            raise reached("pending_replies", limits.pending_replies, "commands without a reply on one connection")
        if len(self._unsent) + len(payload) > limits.unsent_bytes:
            raise reached("unsent_bytes", limits.unsent_bytes, "the switch does not read")
        self._pending.extend([command if isinstance(command, WithReply) else None for command in commands])
        self._write(payload)

    def poll_events(self) -> None:
        """Let the switch send the events it holds back.

        Where no command comes in it looks for some every 20 ms; a blank line between commands makes it look at once and
        has no answer (mod_event_socket.c, read_packet). Never blocks, raises nothing: the reader learns that a
        connection is over.
        """
        if self.connected and not self._unsent:
            with suppress(ConnectionLost):
                self._write(BLANK_LINE)

    def _write(self, payload: bytes) -> None:
        if self._unsent:
            self._unsent += payload
            return
        try:
            sent = self.sock.send(payload, 0, 0.0)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            self.end(_lost_by(error))
            raise self._lost() from None
        if sent < len(payload):
            self._unsent += payload[sent:]
            self._flusher = gevent.spawn(self._flush)

    def _flush(self) -> None:
        """Send what the peer did not take at once; if it does not take it in time it is given up."""
        late = gevent.Timeout.start_new(self._limits.send_s)
        try:
            while self._unsent:
                self._flush_some()
        except gevent.Timeout as timeout:
            if timeout is not late:
                raise
            self.end(SendTimedOut(seconds=self._limits.send_s))
        except OSError as error:
            self.end(_lost_by(error))
        finally:
            late.close()
            self._flusher = None

    def _flush_some(self) -> None:
        try:
            sent = self.sock.send(bytes(self._unsent[:RECEIVE_BYTES]))
        except TimeoutError as error:
            if error.errno == errno.ETIMEDOUT:
                raise
            return  # a deadline of the reader's, who deals with it
        del self._unsent[:sent]

    def request(self, command: Command, timeout_s: float) -> Reply:
        """Send a command and wait for its reply, in a greenlet other than the reader.

        Raises:
            ReplyTimedOut: none within `timeout_s`; it is skipped when it comes.
            ConnectionLost: the connection ended first.
            UnsafeText, LimitReached: as for send.
        """
        with self._waiting_for("a reply") as waiter:
            self.send(WithReply(command, waiter.set))
            if not waiter.wait(timeout_s) and not waiter.ready():
                raise ReplyTimedOut(seconds=timeout_s, command=type(command).__name__)
            reply: Reply = waiter.get(block=False)
        return reply

    def check_may_wait(self, what: str) -> None:
        """Raises WouldDeadlock in the reader: what it waits for would never be read."""
        if gevent.getcurrent() is self._reader:
            raise WouldDeadlock(what=what)

    @contextmanager
    def _waiting_for(self, what: str) -> Iterator[AsyncResult]:
        self.check_may_wait(what)
        waiter = AsyncResult()
        self._waiters.add(waiter)
        try:
            yield waiter
        finally:
            self._waiters.discard(waiter)

    # --- ending

    def close(self, why: str = "it was no longer needed") -> None:
        """Close at once; again does nothing. A call's connection is left or refused instead: this may leave the call
        parked.
        """
        self.end(ClosedHere(why=why))

    def stop(self) -> None:
        """greenswitch's name for close."""
        self.close()

    def _stop_sending(self, reason: EventSocketError) -> None:
        if self.reason is None:
            self.connected = False
            self._broken_by = reason
            self._fail_all(self._lost())

    def _wind_up(self, reason: EventSocketError) -> None:
        """What is still owed to the peer when reading is over and the socket is still open."""

    def end(self, reason: EventSocketError) -> None:
        """Close at once for a reason; again does nothing. The reader then reports the reason."""
        if self.reason is not None:
            return
        self.reason = reason
        self.connected = False
        if self._flusher is not None and self._flusher is not gevent.getcurrent():
            self._flusher.kill(block=False)
        self.sock.close()
        self._unsent.clear()
        self._fail_all(self._lost())

    def _fail_all(self, error: ConnectionLost) -> None:
        waiters, self._waiters = self._waiters, set()
        for waiter in waiters:
            waiter.set_exception(error)
        asked = [*self._pending]
        self._pending.clear()
        for one in asked:
            if one is not None and one.on_lost is not None:
                gevent.spawn(one.on_lost, error)

    def _lost(self) -> ConnectionLost:
        """The end of the connection as those see it who still want something of it."""
        reason = self.reason or self._broken_by
        return reason if isinstance(reason, ConnectionLost) else ConnectionLost(why=str(reason))

    def _report_closed(self, reason: EventSocketError) -> None:
        on_closed, self._on_closed, self._on_event = self._on_closed, ignore, ignore
        self.event_handlers = {}
        try:
            on_closed(reason)
        except Exception:
            log.exception("callback for the end failed", extra={"connection": self.connection_id})


def _lost_by(error: OSError) -> ConnectionLost:
    return ConnectionLost(why=error.strerror or str(error))
