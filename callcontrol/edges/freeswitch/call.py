"""The connection of one call: the switch made it (`socket host:port async full` in the dialplan) and the call is in
our hands.

How to end it decides whether the call lives (measured on a real FreeSWITCH):

- Closed before one app has run to its end, it leaves the call parked for ever. So `leave` waits for an app to
  complete, and what must not be left is refused: hung up, and kept open until the switch closes.
- A call that is transferred back into `socket` opens a second connection. Closing the first takes control from the
  second. So a superseded connection stays open, silent, until the switch closes it at the hang-up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import gevent
from gevent import socket
from gevent.event import AsyncResult
from greenswitch.esl import OutboundSession

from callcontrol.edges import clock
from callcontrol.edges.freeswitch.commands import (
    Api,
    Command,
    Connect,
    Execute,
    Exit,
    HangupCommand,
    Linger,
    subscription,
)
from callcontrol.edges.freeswitch.connection import Connection
from callcontrol.edges.freeswitch.failures import (
    AppTimedOut,
    CallEnded,
    CloseTimedOut,
    CommandRefused,
    ConnectionLost,
    EventSocketError,
    Superseded,
    SwitchClosed,
    WireError,
)
from callcontrol.edges.freeswitch.replies import ConnectionLimits, OnClosed, OnEvent, Reply, WithReply, ignore
from callcontrol.edges.freeswitch.wire import Frame, HeaderNames, SwitchEvent, peek, read_headers, without_variables

log = logging.getLogger(__name__)

OUT_OF_ORDER: Final = "NORMAL_TEMPORARY_FAILURE"  # 503: the carrier may try elsewhere
COMPLETE: Final = "CHANNEL_EXECUTE_COMPLETE"
HANGUPS: Final = frozenset({"CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE"})
# Of these no variable is read (`translate.call_event`).
BARE: Final = frozenset({"CHANNEL_BRIDGE", "CHANNEL_HANGUP"})
FAREWELL_BYTES: Final = 1_048_576
LIBRARY_EVENTS: Final = ("CHANNEL_ANSWER", COMPLETE, "CHANNEL_HANGUP", "DTMF")
LIBRARY_LINGER_S: Final = 5


class CallConnection(Connection, OutboundSession):  # type: ignore[misc]  # greenswitch ships no types
    """A call in our hands. greenswitch's verbs (`answer`, `playback` ...) work in a greenlet of their own; `send`
    everywhere.

    `data` is what the switch said of the call in reply to `connect`, of that what `names` chose.
    """

    data: Mapping[str, str]

    def __init__(self, sock: socket.socket, connection_id: str, limits: ConnectionLimits, names: HeaderNames) -> None:
        super().__init__(sock, connection_id, limits)
        self.data = {}
        self.unique_id = ""
        self.superseded_by: str | None = None
        self._names = names
        self._on_connected: Callable[[CallConnection], object] = ignore
        self._app_completed = False
        self._leaving = False
        self._ended = False
        self._closing: gevent.Greenlet | None = None
        self._apps: dict[str, AsyncResult] = {}
        self._next_waiter: AsyncResult | None = None

    def serve(self, on_connected: Callable[[CallConnection], object], handshake_s: float) -> None:
        """Ask for the call's data and read on until the call's connection is over; returns then.

        Args:
            on_connected: called in the reader as soon as `data` is there. It must not block; it calls `handle`, and
                sends.
            handshake_s: how long the switch has for its reply to `connect`.
        """
        self._on_connected = on_connected
        self._deadlines.expect("its reply to connect", handshake_s)
        self.send(WithReply(Connect(), self._take_data))
        self.run(ignore, ignore)

    def handle(self, on_event: OnEvent, on_closed: OnClosed) -> None:
        """Say who gets this call's events, and its end (see run)."""
        self._on_event, self._on_closed = on_event, on_closed

    def _take_data(self, reply: Reply) -> None:
        data = read_headers(reply.frame.head, percent_encoded=True, names=self._names)
        mode, control = (reply.frame.header(name) for name in ("Socket-Mode", "Control"))
        if not data.get("Unique-ID"):
            raise WireError(what="a reply to connect without Unique-ID", expected="the data of a call")
        if (mode, control) != ("async", "full"):
            raise WireError(
                what=f"a call in mode {mode!a} {control!a}", expected="`async full` in the dialplan's socket action"
            )
        self._deadlines.expect_nothing()
        self.data, self.unique_id = data, data["Unique-ID"]
        self._on_connected(self)

    # --- events

    def subscription(self, names: Iterable[str], custom: Iterable[str] = ()) -> tuple[Command, ...]:
        """The commands that bring this channel's events, to be sent among others."""
        return subscription(self.unique_id, names, custom)

    def subscribe(self, *names: str) -> None:
        """Have this channel's events of these names sent from here on."""
        self.send(*self.subscription(names))

    def _take(self, frame: Frame) -> None:
        """As every connection; but of events no more is read than is needed."""
        if frame.kind == "text/event-json" and not self.event_handlers:
            name = peek(frame.body, "Event-Name")
            if name == COMPLETE and peek(frame.body, "Application") == "socket":
                return  # the dialplan's own, at the hang-up
            if name in BARE:
                frame.body = without_variables(frame.body)
        super()._take(frame)

    def _take_event(self, event: SwitchEvent) -> None:
        own = event.get("Unique-ID") == self.unique_id
        if own and event.name == COMPLETE and event.get("Application") != "socket":
            self._app_completed = True
            if self._leaving:
                self._exit()
        elif own and event.name in HANGUPS:
            self._ended = True
            self._release_apps()
        if self._apps and event.name == COMPLETE:
            self._complete(event)
        super()._take_event(event)

    def _complete(self, event: SwitchEvent) -> None:
        """Release who waits for the end of this very app."""
        waiter = self._apps.pop(event.get("Application-UUID"), None)
        if waiter is not None:
            self._waiters.discard(waiter)
            waiter.set(event)

    def _release_apps(self) -> None:
        """No app completes after the hang-up; events may still come (linger)."""
        apps, self._apps = self._apps, {}
        for waiter in apps.values():
            self._waiters.discard(waiter)
            waiter.set_exception(CallEnded(unique_id=self.unique_id))

    # --- ending

    def refuse(self, cause: str) -> None:
        """Hang the call up and wait, without blocking, for the switch to close; it is closed by us after `close_s`."""
        if self.connected:
            self.send(HangupCommand(cause))
            self._close_within("a hang-up")

    def leave(self) -> None:
        """Give the call back: the dialplan goes on after `socket`, a bridge goes on talking. Does not block.

        Where no app has completed yet one is run first, or the call would stay parked.
        """
        if not self.connected or self._leaving:
            return
        self._leaving = True
        if self._app_completed:
            self._exit()
            return
        # no lock: it has to complete even while a bridge runs
        self.send(*self.subscription([COMPLETE]), Execute("set", "callcontrol_left=true", lock=False))
        self._closing = gevent.spawn_later(self._limits.close_s, self._leave_failed)

    def _exit(self) -> None:
        self.send(Exit())
        self._cancel_closing()
        self._close_within("exit")

    def _leave_failed(self) -> None:
        log.error(
            "no app completes, so the call cannot be left and is hung up", extra={"connection": self.connection_id}
        )
        self._closing = None
        self.refuse(OUT_OF_ORDER)

    def _close_within(self, after: str) -> None:
        if self._closing is None:
            limit_s = self._limits.close_s
            self._closing = gevent.spawn_later(limit_s, self.end, CloseTimedOut(seconds=limit_s, after=after))

    def _cancel_closing(self) -> None:
        if self._closing is not None and self._closing is not gevent.getcurrent():
            self._closing.kill(block=False)
        self._closing = None

    def supersede(self, by: str) -> None:
        """A newer connection controls the call: this one tells its owner so, and stays open and silent until the
        switch closes.
        """
        self.superseded_by = by
        self.connected = False
        self._cancel_closing()
        self._apps.clear()
        self._fail_all(self._lost())
        self._report_closed(self._lost())

    def _lost(self) -> ConnectionLost:
        if self.superseded_by is not None:
            return Superseded(unique_id=self.unique_id, by=self.superseded_by)
        return super()._lost()

    def _wind_up(self, reason: EventSocketError) -> None:
        """Reading failed on our side: no call stays parked for it, and no newer connection loses its control."""
        if self.reason is not None or isinstance(reason, SwitchClosed) or type(reason) is ConnectionLost:
            return
        if self.superseded_by is not None:
            farewell(self.sock, b"", None)
        elif not self._app_completed:
            farewell(self.sock, HangupCommand(OUT_OF_ORDER).wire(), self._limits.close_s)

    def end(self, reason: EventSocketError) -> None:
        """As every connection; nothing is left to be waited for."""
        self._cancel_closing()
        super().end(reason)

    # --- greenswitch's verbs, by our sending and matching

    @property
    def session_data(self) -> Mapping[str, str]:
        """`data`."""
        return self.data

    @property
    def uuid(self) -> str:
        """`unique_id`."""
        return self.unique_id

    @property
    def _outbound_connected(self) -> bool:
        return self.connected and not self._ended

    def connect(self) -> Mapping[str, str]:
        """`data`: the server has connected before the call is handed over."""
        self.raise_if_disconnected()
        return self.data

    def myevents(self) -> None:
        """Subscribe to what the verbs need."""
        self.subscribe(*LIBRARY_EVENTS)

    def linger(self, timeout: int | None = None) -> None:
        """Stay connected for some seconds after the hang-up; never for ever."""
        self.send(Linger(LIBRARY_LINGER_S if timeout is None else timeout))

    def uuid_break(self) -> None:
        """End the app in progress."""
        self.send(Api(f"uuid_break {self.unique_id}"))

    def register_expected_event(self, event: str, variable: str, value: str, waiter: AsyncResult) -> None:
        """The verbs ask to be woken by the name of their app; they are, by the id of the very one they start next."""
        self._next_waiter = waiter

    def call_command(
        self, app_name: str, app_args: str | None = None, block: bool = False, response_timeout: float | None = None
    ) -> SwitchEvent | Reply:
        """Run an app; with `block` wait for its end, for `response_timeout` seconds or as long as the call lasts; else
        for the switch to queue it.

        Raises:
            AppTimedOut: not ended in time; it runs on.
            CommandRefused: the switch did not take it.
            ConnectionLost: the call or the connection ended first.
            UnsafeText, LimitReached: as for send.
        """
        self.raise_if_disconnected()
        waiter, self._next_waiter = self._next_waiter, None
        if block:
            return self._execute_and_wait(Execute(app_name, app_args or "", clock.new_id()), response_timeout)
        event_uuid = None
        if waiter is not None:
            event_uuid = clock.new_id()
            self._apps[event_uuid] = waiter
            self._waiters.add(waiter)
        reply = self.request(Execute(app_name, app_args or "", event_uuid), self._limits.send_s)
        if waiter is not None:
            _refuse(waiter, app_name, reply)
        return reply

    def _execute_and_wait(self, command: Execute, timeout_s: float | None) -> SwitchEvent:
        app, event_uuid = command.app, command.event_uuid
        assert event_uuid is not None
        with self._waiting_for(f"the end of {app}") as waiter:
            self._apps[event_uuid] = waiter
            try:
                self.send(WithReply(command, lambda reply: _refuse(waiter, app, reply)))
                if not waiter.wait(timeout_s) and not waiter.ready():
                    raise AppTimedOut(seconds=timeout_s, app=app)
                event: SwitchEvent = waiter.get(block=False)
            finally:
                self._apps.pop(event_uuid, None)
        return event


def farewell(sock: socket.socket, last_words: bytes, within_s: float | None) -> None:
    """Send what fits at once, then discard until the peer closes, for `within_s` at most; the caller closes the
    socket.
    """
    due = None if within_s is None else clock.monotonic() + within_s
    bytes_left = FAREWELL_BYTES
    try:
        if last_words:
            sock.send(last_words, 0, 0.0)
        while bytes_left > 0 or due is None:
            sock.settimeout(None if due is None else max(due - clock.monotonic(), 0.001))
            data = sock.recv(65_536)
            if not data or (due is not None and clock.monotonic() >= due):
                return
            bytes_left -= len(data)
            gevent.sleep(0)
    except OSError:
        return  # gone, or too slow: there is no peer left to answer


def _refuse(waiter: AsyncResult, app: str, reply: Reply) -> None:
    """Release who waits for an app that the switch did not take."""
    if not reply.ok:
        waiter.set_exception(CommandRefused(command=app, said=reply.text.strip()[:200]))
