"""The `socket` application: the switch connects to the daemon and hands it one call."""

from __future__ import annotations

import socket

from callcontrol.simulator import encoding, tcp
from callcontrol.simulator.commands import Command
from callcontrol.simulator.connection import Connection
from callcontrol.simulator.controller import Controller
from callcontrol.simulator.session import Session
from callcontrol.simulator.timeline import Timer

_DEFAULT_PORT = 8084
_LINGER_FOR_EVER = -1
_PARK_LAG_S = 0.001  # between the reply to `connect` and CHANNEL_PARK


def open_socket(session: Session, argument: str) -> None:
    """Connect to the first host that accepts and leave the call to it; returns when the dialplan goes on."""
    words = argument.split()
    if not words:
        return
    sock = _connect(session, words[0])
    if sock is None:
        return
    call = OutboundCall(session, sock, is_async="async" in words[1:], full="full" in words[1:])
    call.run()


def _connect(session: Session, hosts: str) -> socket.socket | None:
    port = _DEFAULT_PORT
    for host in hosts.split("|"):
        if not host:
            continue
        name, colon, tail = host.rpartition(":")
        if colon:
            port_text, _, path = tail.partition("/")
            host, port = name, int(port_text or port)
            if path:
                session.channel.set("socket_path", path)
        session.channel.set("socket_host", host)
        try:
            return tcp.connect(host, port)
        except OSError:
            continue
    return None


class OutboundCall:
    """One call in the hands of a controller."""

    def __init__(self, session: Session, sock: socket.socket, *, is_async: bool, full: bool) -> None:
        self._session = session
        self._channel = session.channel
        self._is_async = is_async
        self._full = full
        self._connected = False
        self._resume = False
        self._linger_s: int | None = None
        self._lingering: Timer | None = None
        self._first_packet: Timer | None = None
        switch = session.switch
        self._connection = connection = Connection(switch.core, switch.sockets, sock, session.channel.uuid)
        self._controller = Controller(switch, connection, session)
        connection.on_command = self._first_command
        connection.on_closed = self._closed
        self._channel.holders += 1
        self._channel.on_down.append(self._channel_down)
        core = session.switch.core
        self._first_packet = core.timeline.call_later(core.manners.first_packet_s, connection.part)
        session.switch.watch.opened(self._channel)

    def run(self) -> None:
        """Wait for `connect`, then park until the control is taken away."""
        session, connection = self._session, self._connection
        session.stay(lambda: not self._connected and not connection.closed, orders=False)
        if session.switch.core.manners.tick_s:
            session.switch.core.timeline.sleep(_PARK_LAG_S)
        session.park()
        session.carry_out_orders()

    # --- commands ----------------------------------------------------------------------------------------------

    def _first_command(self, command: Command) -> None:
        """The switch drops the reply to whatever comes before `connect`."""
        if self._first_packet is not None:
            self._first_packet.cancel()
        self._connection.on_command = self._command
        if command.word == "connect":
            self._connect()
        elif command.word == "myevents":
            self._connection.subscription.mine(command.rest.split())
            self._connection.subscriptions_changed()

    def _command(self, command: Command) -> None:
        self._session.switch.watch.command(self._channel, command)
        match command.word:
            case "connect":
                self._connect()
            case "myevents":
                self._connection.reply(self._connection.subscription.mine(command.rest.split()))
                self._connection.subscriptions_changed()
            case "linger":
                self._connection.reply(self._linger(command.rest))
            case "nolinger":
                self._linger_s = None
                self._connection.reply("+OK will not linger")
            case "resume":
                self._resume = True
                self._channel.set("socket_resume", "true")
                self._connection.reply("+OK")
            case "divert_events":
                self._connection.reply(_diverted(command.rest))
            case "getvar":
                self._connection.reply(self._channel.get(command.rest) or "")
            case "api" | "bgapi" | "sendevent" if not self._full:
                self._connection.reply("-ERR command not found")
            case _:
                self._controller.carry_out(command)

    def _connect(self) -> None:
        self._connected = True
        channel = self._channel
        head = channel.core.head.headers("CHANNEL_DATA")
        profile = channel.profile.headers("Channel")
        last = {
            "Content-Type": "command/reply",
            "Reply-Text": "+OK\n",
            "Socket-Mode": "async" if self._is_async else "static",
            "Control": "full" if self._full else "single-channel",
        }
        headers = {**head, **profile, **channel.basic_headers(), **channel.variables, **last}
        self._connection.send(encoding.plain_lines(headers))
        self._session.switch.watch.connected(channel)
        self._session.wake.set()

    def _linger(self, words: str) -> str:
        if not words:
            self._linger_s = _LINGER_FOR_EVER
            return "+OK will linger"
        self._linger_s = int(words) if words.isdigit() else 0
        return f"+OK will linger {self._linger_s} seconds"

    # --- the end -----------------------------------------------------------------------------------------------

    def _channel_down(self) -> None:
        """The call ended: a lingering socket is told so and closed later, any other is closed at once."""
        connection, core = self._connection, self._channel.core
        if self._linger_s is None:
            connection.deafen()
            core.timeline.call_later(core.manners.tick_s, connection.part)
            return
        if core.manners.tick_s:
            core.timeline.call_later(core.manners.tick_s, self._start_lingering)
        else:
            core.timeline.call_soon(self._start_lingering)

    def _start_lingering(self) -> None:
        linger_s = self._linger_s if self._linger_s is not None else 0
        timeline = self._channel.core.timeline
        self._connection.send_now(encoding.linger_notice(self._channel.uuid, self._channel.name, linger_s))
        if linger_s != _LINGER_FOR_EVER:
            # whole seconds of the wall clock: it ends when the clock shows more than now + linger
            due_us = (timeline.epoch_s() + linger_s + 1) * 1_000_000
            delay_s = (due_us - timeline.now_us()) / 1_000_000
            self._lingering = timeline.call_later(delay_s, self._connection.part)

    def _closed(self) -> None:
        for timer in (self._first_packet, self._lingering):
            if timer is not None:
                timer.cancel()
        session, channel = self._session, self._channel
        if self._channel_down in channel.on_down:
            channel.on_down.remove(self._channel_down)
        session.lose_control()
        if (self._resume or channel.is_true("socket_resume")) and not channel.down:
            session.go("CS_EXECUTE")
        channel.holders -= 1
        channel.release()


def _diverted(word: str) -> str:
    if not word:
        return "-ERR missing value."
    return "+OK events diverted" if word.lower() == "on" else "+OK events not diverted"
