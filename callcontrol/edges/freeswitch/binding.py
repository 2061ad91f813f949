"""Binding an address: for the supervisor, which has no greenlets, and for a worker that listens by itself."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Final

# The supervisor's test of the call port (supervisor/port_probe.py): a worker speaks first, as to a switch, and then
# sends back what it is sent.
WHO_KNOCKS: Final = b"who?"
KNOCK_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen. Host `::` takes IPv4 as well; port 0 takes any free one."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class InheritedFd:
    """A listening socket made by the supervisor, by its file descriptor; this process owns it from here on.

    Attributes:
        knocked_from: the port of this host from which the supervisor tests whether connections are answered; 0: none.
    """

    fd: int
    knocked_from: int = 0


def bound(place: Address) -> socket.socket:
    """A TCP socket that has the address, and does not listen yet.

    Raises:
        OSError: the address is not ours, or is in use.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        place.host, place.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    taken = socket.socket(family, kind, protocol)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            taken.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        taken.bind(address)
    except OSError:
        taken.close()
        raise
    return taken
