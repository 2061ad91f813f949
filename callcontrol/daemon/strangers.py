"""Connections to the call port that no switch has made: any account of this host can connect there, and may know the
uuid and the account of a living call.

The kernel tells which account of the host the other end belongs to. A switch has the other end of our own connection to
it, and with the same account it connects to us. Connections from other hosts are let in by `allow:`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Protocol

from gevent import socket

from callcontrol.edges import meters
from callcontrol.edges.freeswitch.peer_account import ROOT, account_behind


class Switch(Protocol):
    """Our connection to a switch."""

    @property
    def account(self) -> int | None:
        """The account of this host that had its other end last; None: it is on another host."""
        ...

    @property
    def was_up(self) -> bool:
        """Whether there has been a connection."""
        ...


def why_strange(
    sock: socket.socket, switches: Iterable[Switch], ask: Callable[[socket.socket], int | None] = account_behind
) -> str:
    """Why this connection is none of these switches', "" if it may be: root may do anything, and before we have been
    connected to a switch it is not known whose it is.
    """
    known = tuple(switches)
    by = ask(sock)
    if by is None and _is_of_this_host(sock):
        meters.peers_unknown_total.inc()
    if by in (None, ROOT) or by in {switch.account for switch in known} or not all(s.was_up for s in known):
        return ""
    accounts = ", ".join(sorted({str(switch.account) for switch in known if switch.account is not None}))
    return (
        f"it is of uid {by} of this host, where {f'the switches have uid {accounts}' if accounts else 'no switch is'}"
    )


def _is_of_this_host(sock: socket.socket) -> bool:
    """Whether the other end must be on this host, by its address."""
    try:
        there, here = str(sock.getpeername()[0]), str(sock.getsockname()[0])
    except OSError:  # it is closed already
        return False
    return there == here or ip_address(there.partition("%")[0]).is_loopback
