"""The event socket server: controllers connect, authenticate and see the whole switch."""

from __future__ import annotations

import ipaddress

from gevent import socket as gsocket
from gevent.server import StreamServer

from callcontrol.simulator import encoding, tcp
from callcontrol.simulator.commands import Command
from callcontrol.simulator.connection import Connection
from callcontrol.simulator.controller import Controller
from callcontrol.simulator.session import SwitchBase

_BACKLOG = 1024


class InboundServer:
    """Listens for controllers. `allowed` are networks; others get a rude rejection."""

    def __init__(self, switch: SwitchBase, host: str, port: int, password: str, allowed: tuple[str, ...]) -> None:
        self._switch = switch
        self._password = password
        self._allowed = [ipaddress.ip_network(text) for text in allowed]
        self._server = StreamServer((host, port), self._accept, backlog=_BACKLOG)
        self._server.start()
        self.port: int = self._server.server_port

    def stop(self) -> None:
        """Take no more connections."""
        self._server.stop()

    def _accept(self, sock: gsocket.socket, address: tuple[str, int]) -> None:
        connection = Connection(self._switch.core, self._switch.sockets, tcp.plain(sock), "")
        if not self._is_allowed(address[0]):
            connection.send(encoding.rude_rejection())
            connection.close_after_sending()
            return
        InboundCall(self._switch, connection, self._password)

    def _is_allowed(self, host: str) -> bool:
        address = ipaddress.ip_address(host)
        return any(address in network for network in self._allowed)


class InboundCall:
    """One controller's connection."""

    def __init__(self, switch: SwitchBase, connection: Connection, password: str) -> None:
        self._connection = connection
        self._password = password
        self._controller = Controller(switch, connection, None)
        timeline, manners = switch.core.timeline, switch.core.manners
        self._deadline = timeline.call_later(manners.first_packet_s, connection.part)
        connection.on_command = self._authenticate
        connection.on_closed = self._deadline.cancel
        connection.send(b"Content-Type: auth/request\n\n")

    def _authenticate(self, command: Command) -> None:
        match command.word:
            case "auth" if command.rest == self._password:
                self._accepted("+OK accepted")
            case "userauth" if command.rest.rpartition(":")[2] == self._password and "@" in command.rest:
                everything = "Allowed-Events: all\nAllowed-API: all\nAllowed-LOG: true"
                self._accepted(f"+OK accepted\n{everything}")
            case "auth" | "userauth":
                self._connection.reply("-ERR invalid")
                self._connection.part()
            case "exit":
                self._controller.carry_out(command)
            case _:
                self._connection.reply("-ERR command not found")

    def _accepted(self, text: str) -> None:
        self._deadline.cancel()
        self._connection.on_command = self._controller.carry_out
        self._connection.reply(text)
