"""Which account of this host a TCP connection comes from: TCP has no credentials of the peer, but the kernel tells the
owner of each of this host's sockets (sock_diag, `man 7 sock_diag`), to any user.
"""

from __future__ import annotations

import struct
from functools import cache, lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from gevent import socket

ROOT = 0
ADDRESSES_REMEMBERED = 256

# linux/sock_diag.h, linux/inet_diag.h, linux/netlink.h
_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_NLM_F_REQUEST = 1
_ANY_STATE = 0xFFFFFFFF
_NO_INTERFACE_NO_COOKIE = struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)
_PORTS = struct.Struct("!HH")
_HEADER = struct.Struct("=IHHII")
_QUESTION = struct.Struct("=BBBBI")
# struct inet_diag_msg: family, state, timer, retrans; the socket's id; expires, rqueue, wqueue, uid, inode.
_UID_AT = _HEADER.size + 4 + 48 + 3 * 4
_UID = struct.Struct("=I")


def account_behind(sock: socket.socket) -> int | None:
    """The uid whose process has the other end of this connection; None: it is not on this host (or in another network
    namespace of it), or the kernel does not tell. Does not block.
    """
    try:
        there, here = sock.getpeername(), sock.getsockname()
        family, from_, to = _ends(there[0], here[0])
        return _owner(family, _PORTS.pack(there[1], here[1]) + from_ + to)
    except (OSError, ValueError, struct.error):
        return None


@lru_cache(ADDRESSES_REMEMBERED)
def _ends(there: str, here: str) -> tuple[int, bytes, bytes]:
    """The family of addresses, and both as the kernel wants them: every call's connection asks for the same."""
    own, other = _address(there), _address(here)
    family = socket.AF_INET if own.version == 4 else socket.AF_INET6
    return family, own.packed.ljust(16, b"\0"), other.packed.ljust(16, b"\0")


def _address(host: str) -> IPv4Address | IPv6Address:
    address = ip_address(host.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


@cache
def _kernel() -> socket.socket:
    """The kernel answers while it is asked: nothing waits in between, and no second question is under way."""
    kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _NETLINK_SOCK_DIAG)
    kernel.settimeout(0.0)
    return kernel


def _owner(family: int, ends: bytes) -> int | None:
    body = _QUESTION.pack(family, socket.IPPROTO_TCP, 0, 0, _ANY_STATE) + ends + _NO_INTERFACE_NO_COOKIE
    kernel = _kernel()
    kernel.send(_HEADER.pack(_HEADER.size + len(body), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 1, 0) + body)
    answer: bytes = kernel.recv(4_096)
    if _HEADER.unpack_from(answer)[1] != _SOCK_DIAG_BY_FAMILY:
        return None
    uid: int = _UID.unpack_from(answer, _UID_AT)[0]
    return uid
