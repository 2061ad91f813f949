"""A flood of foreign connections on the call port: silent ones, HTTP, garbage, announced bodies that never come."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from callcontrol.config.fields import host_and_port
from callcontrol.daemon.configuration import read_configuration
from tests.chaos.world import World

COUNT = 400
SAYINGS = (b"", b"GET / HTTP/1.1\r\n\r\n", b"\0" * 70_000, b"Content-Length: 99999999999\n\n")


def strike(world: World) -> str:
    """Returns when they have left."""
    address = host_and_port(read_configuration(world.stage.config).settings.listen)
    with ExitStack() as stack:
        for number in range(COUNT):
            peer = stack.enter_context(socket.create_connection(address, timeout=5.0))
            _say(peer, SAYINGS[number % len(SAYINGS)])
        world.rest(2.0, 4.0)
    return f"{COUNT} strangers on the calls' port"


def _say(peer: socket.socket, words: bytes) -> None:
    """The daemon may close the connection in the middle, which is expected."""
    try:
        peer.sendall(words)
    except ConnectionError:
        return
