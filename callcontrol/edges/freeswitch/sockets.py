"""The TCP side: options of every event-socket connection, listening sockets, and which addresses are switches of
ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from gevent import socket

from callcontrol.edges.freeswitch.binding import Address, InheritedFd, bound

__all__ = ["LOOPBACK", "Address", "InheritedFd", "Network", "is_allowed", "listening", "tune"]

KEEPALIVE_IDLE_S: Final = 15
KEEPALIVE_INTERVAL_S: Final = 5
KEEPALIVE_PROBES: Final = 3
USER_TIMEOUT_MS: Final = 30_000

Network = IPv4Network | IPv6Network
LOOPBACK: Final[tuple[Network, ...]] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


def tune(connection: socket.socket) -> None:
    """Sends at once, and notices a dead peer: after 30 s idle (15 + 3 x 5), or 30 s without an acknowledgement."""
    set_option = connection.setsockopt
    set_option(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    set_option(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    set_option(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_IDLE_S)
    set_option(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S)
    set_option(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, KEEPALIVE_PROBES)
    set_option(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)


def listening(place: Address | InheritedFd, backlog: int) -> socket.socket:
    """A listening socket; the sockets it accepts inherit its options. The kernel cuts `backlog` to net.core.somaxconn.

    Raises:
        OSError: the address is not ours, is in use, or the descriptor is no socket.
    """
    if isinstance(place, InheritedFd):
        listener = socket.socket(fileno=place.fd)
        tune(listener)
        listener.listen(backlog)
        return listener
    listener = socket.socket(fileno=bound(place).detach())
    try:
        tune(listener)
        listener.listen(backlog)
    except OSError:
        listener.close()
        raise
    return listener


def is_allowed(host: str, networks: Iterable[Network]) -> bool:
    """Whether a peer's address lies in one of the networks; IPv4 written as IPv6 (`::ffff:a.b.c.d`) is IPv4."""
    address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in networks)
