"""One event socket connection, seen from the switch: bytes in, commands, replies and events out.

Everything runs in the hub's callbacks and never blocks; only `api originate` stops the connection, as in the switch.
"""

from __future__ import annotations

import errno
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import gevent

from callcontrol.simulator import encoding
from callcontrol.simulator.channel import Channel
from callcontrol.simulator.commands import Command, CommandReader, Malformed
from callcontrol.simulator.core import Core
from callcontrol.simulator.events import Event
from callcontrol.simulator.subscription import Subscription
from callcontrol.simulator.timeline import Timer, guarded

MAX_QUEUED_EVENTS = 100_000
_CHUNK = 65_536
_READ, _WRITE = 1, 2


@dataclass(slots=True)
class Counts:
    """What went through one connection."""

    commands: int = 0
    events: int = 0
    lost: int = 0


class EventSockets:
    """The event sockets that are open on one switch."""

    def __init__(self) -> None:
        self.open: set[Connection] = set()
        self.frozen = False
        self.late_s = 0.0

    def freeze(self, frozen: bool) -> None:
        """They hang, those to come too: nothing is read or written until they thaw."""
        self.frozen = frozen
        for connection in list(self.open):
            connection.freeze(frozen)

    def close_all(self) -> None:
        """Every one of them is cut."""
        for connection in list(self.open):
            connection.close()


class Connection:
    """The socket itself. `carry_out` is what the kind of connection does with a command."""

    def __init__(self, core: Core[Channel], sockets: EventSockets, sock: socket.socket, own_uuid: str) -> None:
        self._core = core
        self._sockets = sockets
        self.subscription = Subscription(own_uuid)
        self.counts = Counts()
        self.closed = False
        self.on_command: Callable[[Command], None] = lambda command: None
        self.on_closed: Callable[[], None] = lambda: None
        self._sock = sock
        self._reader = CommandReader()
        self._out: deque[bytes] = deque()
        self._events: deque[Event] = deque()
        self._flush_timer: Timer | None = None
        self._flush_due = False
        self._closing = False
        self._deaf = False
        self._frozen = False
        self._busy = False
        loop = gevent.get_hub().loop
        self._readable = loop.io(sock.fileno(), _READ)
        self._writable = loop.io(sock.fileno(), _WRITE)
        self._readable.start(guarded, self._read)
        sockets.open.add(self)
        if sockets.frozen:
            self.freeze(True)

    # --- reading -----------------------------------------------------------------------------------------------

    def _read(self) -> None:
        try:
            data = self._sock.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            self.close()
            return
        if not data:
            self.close()
            return
        try:
            self._reader.feed(data)
            self._carry_out()
        except Malformed:
            self.part()

    def _carry_out(self) -> None:
        while not (self.closed or self._closing or self._busy):
            command = self._reader.next()
            if command is None:
                return
            self.counts.commands += 1
            self.on_command(command)
            self._send_events()

    def busy_with(self, work: Callable[[], None]) -> None:
        """Do something that takes time; no command is read meanwhile."""
        self._busy = True

        def run() -> None:
            try:
                work()
            finally:
                self._busy = False
                self._carry_out()

        gevent.spawn(run)

    # --- writing -----------------------------------------------------------------------------------------------

    def send(self, frame: bytes) -> None:
        """Send a frame in the next turn of the hub."""
        if self.closed:
            return
        self._out.append(frame)
        if not self._flush_due:
            self._flush_due = True
            self._core.timeline.call_soon(self._flush_next)

    def send_now(self, frame: bytes) -> None:
        """Send a frame behind the events that wait for their step."""
        self._send_events()
        self.send(frame)

    def reply(self, text: str) -> None:
        """Send a command/reply."""
        self.send(encoding.reply(text))

    def offer(self, event: Event) -> None:
        """An event that may be for this connection."""
        if self.closed or self._deaf or not self.subscription.passes(event):
            return
        if len(self._events) >= MAX_QUEUED_EVENTS:
            self.counts.lost += 1
            return
        self._events.append(event)
        self._wake_for_events()

    def _wake_for_events(self) -> None:
        tick_s = self._core.manners.tick_s
        if not tick_s:
            self._send_events()
        elif self._flush_timer is None:
            self._flush_timer = self._core.timeline.call_later(tick_s, self._send_events)

    def _send_events(self) -> None:
        if self._flush_timer is not None:
            self._flush_timer.cancel()
            self._flush_timer = None
        while self._events:
            event = self._events.popleft()
            self.counts.events += 1
            self.send(event.frame(self.subscription.encoding))

    def _flush_next(self) -> None:
        """One turn later: what the call's own thread says to these commands goes out with the replies. A slow switch
        (`late_s`) says it later, with all that has come up meanwhile.
        """
        if self._sockets.late_s:
            self._core.timeline.call_later(self._sockets.late_s, self._flush)
        else:
            self._core.timeline.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_due = False
        if self.closed or self._frozen:
            return
        if self._out:
            data = self._out[0] if len(self._out) == 1 else b"".join(self._out)
            self._out.clear()
            self._write(data)
        if self._closing and not self._out and not self.closed:
            self.close()

    def _write(self, data: bytes) -> None:
        try:
            sent = self._sock.send(data)
        except BlockingIOError:
            sent = 0
        except OSError as problem:
            if problem.errno not in (errno.EPIPE, errno.ECONNRESET, errno.EBADF):
                raise
            self.close()
            return
        if sent < len(data):
            self._out.appendleft(data[sent:])
            self._writable.start(guarded, self._write_more)

    def _write_more(self) -> None:
        self._writable.stop()
        self._flush()

    # --- the end -----------------------------------------------------------------------------------------------

    def deafen(self) -> None:
        """Take no more events; those already queued go out."""
        self._deaf = True

    def part(self) -> None:
        """Say goodbye, then close."""
        if self.closed or self._closing:
            return
        self._send_events()
        self.send(encoding.goodbye(self.subscription.own_uuid or None))
        self._closing = True

    def close_after_sending(self) -> None:
        """Close when everything is sent, without a goodbye."""
        self._closing = True

    def close(self) -> None:
        """Close at once."""
        if self.closed:
            return
        self.closed = True
        if self._flush_timer is not None:
            self._flush_timer.cancel()
        for watcher in (self._readable, self._writable):
            watcher.stop()
            watcher.close()
        self._sock.close()
        self._core.bus.remove(self)
        self._sockets.open.discard(self)
        self.on_closed()

    def freeze(self, frozen: bool) -> None:
        """A switch that hangs neither reads nor writes."""
        self._frozen = frozen
        if frozen:
            self._readable.stop()
        elif not self.closed:
            self._readable.start(guarded, self._read)
            self._flush()

    # --- what the bus asks ---------------------------------------------------------------------------------------

    def scope(self) -> str | None:
        """See Listens."""
        return self.subscription.scope()

    def names(self) -> set[str]:
        """See Listens."""
        return self.subscription.names

    def wants(self, name: str, subclass: str) -> bool:
        """See Listens."""
        return self.subscription.wants(name, subclass)

    def subscriptions_changed(self) -> None:
        """Let the bus know."""
        self._core.bus.place(self)
