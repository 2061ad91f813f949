"""TCP without detours: plain non-blocking sockets, watched by the hub.

gevent's own `connect` asks a resolver thread even for numeric addresses, which costs more than the whole call.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import cast

from gevent import socket as gsocket
from gevent.monkey import get_original

PlainSocket = cast("type[socket.socket]", get_original("socket", "socket"))
_IN_PROGRESS = (errno.EINPROGRESS, errno.EWOULDBLOCK)


def connect(host: str, port: int) -> socket.socket:
    """A connected non-blocking socket; waits in the calling greenlet. Raises OSError."""
    family, address = _resolved(host, port)
    sock = PlainSocket(family, socket.SOCK_STREAM)
    sock.setblocking(False)
    code = sock.connect_ex(address)
    if code in _IN_PROGRESS:
        gsocket.wait_write(sock.fileno())
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        sock.close()
        raise OSError(code, f"no connection to {host}:{port}: {errno.errorcode.get(code, code)}")
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def plain(accepted: gsocket.socket) -> socket.socket:
    """The plain non-blocking socket under one gevent accepted."""
    sock = PlainSocket(fileno=accepted.detach())
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _resolved(host: str, port: int) -> tuple[int, tuple[str, int]]:
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        family, _, _, _, address = gsocket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
        return int(family), (str(address[0]), int(address[1]))
    return (socket.AF_INET6 if version == 6 else socket.AF_INET), (host, port)
