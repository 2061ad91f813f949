"""The call port accepts local connections only from the account that runs the switch, and from root."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import pytest
from gevent import socket as gsocket
from prometheus_client import REGISTRY

from callcontrol.daemon.strangers import why_strange
from callcontrol.edges.freeswitch.peer_account import account_behind
from tests.daemon.queue_parts import until

# Only root can be another account.
OTHER = 65_534 if os.getuid() == 0 else os.getuid()


@dataclass(frozen=True)
class Link:
    account: int | None
    was_up: bool = True


@pytest.fixture
def sock() -> Iterator[gsocket.socket]:
    with gsocket.socket() as made:
        yield made


@pytest.mark.parametrize(
    ("by", "links", "why"),
    [
        (1000, [Link(997)], "it is of uid 1000 of this host, where the switches have uid 997"),
        (1000, [Link(997), Link(None)], "it is of uid 1000 of this host, where the switches have uid 997"),
        (1000, [Link(None)], "it is of uid 1000 of this host, where no switch is"),
        (997, [Link(997)], ""),
        (998, [Link(997), Link(998)], ""),
        (0, [Link(997)], ""),
        (None, [Link(997)], ""),  # from another host, which `allow:` permits
        (1000, [Link(997), Link(None, was_up=False)], ""),  # a switch whose account is not known yet
    ],
)
def test_a_local_connection_has_a_switchs_account(
    sock: gsocket.socket, by: int | None, links: list[Link], why: str
) -> None:
    assert why_strange(sock, links, lambda asked: by) == why


def test_a_connection_of_this_host_that_the_kernel_does_not_know_is_let_in_and_counted() -> None:
    with gsocket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with gsocket.create_connection(listener.getsockname()[:2]) as here, listener.accept()[0]:
            before = unknown()
            assert why_strange(here, [Link(997)], lambda asked: None) == ""
            assert why_strange(here, [Link(997)], lambda asked: 997) == ""
            assert unknown() == before + 1


def unknown() -> float:
    return REGISTRY.get_sample_value("callcontrol_peers_unknown_total") or 0.0


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_kernel_tells_the_account_of_the_other_end(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with gsocket.socket(family) as listener:
        listener.bind((host, 0))
        listener.listen()
        with gsocket.create_connection(listener.getsockname()[:2]) as here, listener.accept()[0] as there:
            assert account_behind(here) == account_behind(there) == os.getuid()
    assert account_behind(there) is None  # the connection is closed


def test_another_account_of_the_host_is_told_from_ours() -> None:
    with gsocket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        connect = "import encodings.idna, os, socket, sys; os.setuid(int(sys.argv[2]))\n"
        connect += "s = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); s.recv(1)"
        port = str(listener.getsockname()[1])
        process = subprocess.Popen([sys.executable, "-c", connect, port, str(OTHER)])
        accepted: list[gsocket.socket] = []
        listener.settimeout(20)
        accepted.append(cast(gsocket.socket, listener.accept()[0]))
        with accepted[0] as there:
            assert account_behind(there) == OTHER
            assert f"uid {OTHER} of this host" in why_strange(there, [Link(OTHER + 1)])
        until(lambda: process.poll() is not None)
