"""Faults 20 to 26 of greenswitch 0.0.19, which concern accepting calls: our edge does not have them."""

from __future__ import annotations

import errno
import os
import resource
import struct
import sys
from ipaddress import IPv4Network
from pathlib import Path

import gevent
import pytest
from gevent import socket

from callcontrol.edges.freeswitch import outbound
from callcontrol.edges.freeswitch.failures import HandshakeTimedOut
from callcontrol.edges.freeswitch.outbound import OutboundLimits, OutboundServer
from callcontrol.edges.freeswitch.sockets import LOOPBACK, Address, InheritedFd, is_allowed, listening
from tests.edges.freeswitch.peer import PATIENCE_S, Line, Switchboard, connect_reply, in_background, json_event, limits

BACKLOG_IN_TCP_INFO = 28  # of a listening socket: struct tcp_info, tcpi_sacked


def test_fault_20_nothing_is_polled(board: Switchboard, monkeypatch: pytest.MonkeyPatch) -> None:
    slept_in: list[str] = []
    real_sleep = gevent.sleep

    def noted_sleep(seconds: float = 0) -> None:
        slept_in.append(sys._getframe(1).f_globals["__name__"])
        real_sleep(seconds)

    monkeypatch.setattr(gevent, "sleep", noted_sleep)
    for number in range(5):
        board.dial(f"call-{number}")
    assert [module for module in slept_in if module.startswith("callcontrol.edges.freeswitch")] == []


def test_fault_21_out_of_descriptors_is_survived(board: Switchboard) -> None:
    _, running = board.dial("running")
    client = socket.socket()
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))
    spare = [os.dup(client.fileno()) for _ in range(highest)]  # no gaps below the limit
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(spare) + 1, hard))
        client.connect(("127.0.0.1", board.port))
        failures = [board.failures.get(timeout=PATIENCE_S) for _ in range(2)]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for fd in spare:
            os.close(fd)
    assert {failure.errno for failure in failures} == {errno.EMFILE}
    client.settimeout(PATIENCE_S)
    assert client.recv(100) == b"connect\n\n"  # the very one that had to wait
    client.close()
    assert running.call.connected


def test_fault_21_a_connection_that_is_gone_before_it_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    class Listener:
        """A real one, on which the first attempts fail."""

        def __init__(self, real: socket.socket) -> None:
            self.real = real
            self.failures = [errno.ECONNABORTED, errno.EPROTO, errno.ECONNABORTED]

        def accept(self) -> tuple[socket.socket, object]:
            if self.failures:
                raise OSError(self.failures.pop(), "gone")
            accepted: tuple[socket.socket, object] = self.real.accept()
            return accepted

        def __getattr__(self, name: str) -> object:
            return getattr(self.real, name)

    monkeypatch.setattr(outbound, "listening", lambda place, backlog: Listener(listening(place, backlog)))
    with Switchboard() as board:
        _, line = board.dial()
        assert line.call.unique_id == "a"
        assert board.failures.empty()


def test_fault_22_the_backlog_is_deep() -> None:
    most = int(Path("/proc/sys/net/core/somaxconn").read_text())
    listener = listening(Address("127.0.0.1", 0), OutboundLimits(1).backlog)
    info = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    listener.close()
    assert struct.unpack_from("I", info, BACKLOG_IN_TCP_INFO)[0] == min(4_096, most)


def test_fault_22_many_calls_at_once_are_all_served() -> None:
    with Switchboard(OutboundLimits(max_calls=500)) as board:
        peers = [board.ring() for _ in range(300)]
        for number, peer in enumerate(peers):
            assert peer.command() == b"connect"
            peer.say(connect_reply(f"call-{number}"))
        served = {board.calls.get(timeout=PATIENCE_S).call.unique_id for _ in peers}
        assert len(served) == 300


def test_fault_23_over_the_limit_a_call_is_hung_up_and_kept_until_the_switch_closes() -> None:
    with Switchboard(limits(max_calls=1)) as board:
        board.dial("a")
        peer = board.ring()
        assert peer.command() == b"connect"
        assert peer.command() == b"sendmsg\ncall-command: hangup\nhangup-cause: SWITCH_CONGESTION"
        assert board.turned_away_for.get(timeout=PATIENCE_S) == "limit"
        peer.say(connect_reply("b"), json_event("CHANNEL_HANGUP", "b"))
        peer.sock.settimeout(0.05)
        with pytest.raises(TimeoutError):  # still open: closing now is what makes a ghost
            peer.sock.recv(1)
        assert board.server.connection_count == 1
        assert board.calls.empty()


def test_fault_23_a_place_is_free_again_after_a_call() -> None:
    with Switchboard(limits(max_calls=1)) as board:
        for number in range(3):
            peer, _ = board.dial(f"call-{number}")
            peer.close()
            board.reasons.get(timeout=PATIENCE_S)
        assert board.turned_away_for.empty()


def test_fault_23_those_turned_away_are_limited_too() -> None:
    with Switchboard(OutboundLimits(max_calls=0, turning_away=2)) as board:
        peers = [board.ring() for _ in range(3)]
        assert [board.turned_away_for.get(timeout=PATIENCE_S) for _ in peers] == ["limit", "limit", "flood"]
        assert peers[2].until_closed() == b""


def test_fault_23_who_never_closes_is_closed() -> None:
    with Switchboard(limits(max_calls=0, close_s=0.05)) as board:
        peer = board.ring()
        assert peer.until_closed().count(b"\n\n") == 2


def test_fault_24_calls_count_from_the_moment_they_are_accepted() -> None:
    with Switchboard(limits(max_calls=2)) as board:
        silent = [board.ring() for _ in range(20)]
        turned_away = [board.turned_away_for.get(timeout=PATIENCE_S) for _ in silent[2:]]
        assert turned_away == ["limit"] * 18
        assert board.server.connection_count == 2


def test_fault_25_a_silent_peer_is_given_up() -> None:
    with Switchboard(limits(handshake_s=0.05, close_s=0.05)) as board:
        peer = board.ring()
        reason = board.reasons.get(timeout=PATIENCE_S)
        assert isinstance(reason, HandshakeTimedOut)
        assert "its reply to connect within 0.05 s" in str(reason)
        assert peer.until_closed().startswith(b"connect\n\nsendmsg\ncall-command: hangup")
        assert board.server.connection_count == 0


def test_fault_25_a_slow_peer_is_given_up_however_it_spreads_its_bytes() -> None:
    with Switchboard(limits(handshake_s=0.2, close_s=0.05)) as board:
        peer = board.ring()

        def drip() -> None:
            for byte in connect_reply("a"):
                peer.sock.sendall(bytes([byte]))
                gevent.sleep(0.01)

        dripping = in_background(drip)
        assert isinstance(board.reasons.get(timeout=PATIENCE_S), HandshakeTimedOut)
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            dripping.get(timeout=PATIENCE_S)


@pytest.mark.parametrize(
    ("listen_on", "call_from"), [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("::", "127.0.0.1"), ("::", "::1")]
)
def test_fault_26_both_internets(listen_on: str, call_from: str) -> None:
    with Switchboard() as board:
        server = OutboundServer(Address(listen_on, 0), board.take, limits=OutboundLimits(10))
        board.port, first_port = server.start(), board.port
        peer = board.ring(call_from)
        assert peer.command() == b"connect"
        peer.close()
        server.close()
        board.port = first_port


def test_fault_26_a_listening_socket_is_inherited() -> None:
    parents = socket.socket()
    parents.bind(("127.0.0.1", 0))
    parents.listen(1)
    child = OutboundServer(InheritedFd(os.dup(parents.fileno())), Line, limits=OutboundLimits(10))
    with Switchboard() as board:
        own_port, board.port = board.port, child.start()
        assert board.port == parents.getsockname()[1]
        peer = board.ring()
        assert peer.command() == b"connect"
        child.close()
        board.port = own_port
        client = socket.create_connection(parents.getsockname(), timeout=PATIENCE_S)  # the parent's still listens
        accepted, _ = parents.accept()
        accepted.close()
        client.close()
    parents.close()


def test_fault_26_a_port_in_use_is_an_error_not_an_exit(board: Switchboard) -> None:
    second = OutboundServer(Address("127.0.0.1", board.port), Line, limits=OutboundLimits(10))
    with pytest.raises(OSError, match="in use"):
        second.start()


def test_fault_26_after_stop_nobody_is_accepted_and_calls_go_on(board: Switchboard) -> None:
    peer, line = board.dial()
    board.server.stop()
    with pytest.raises(ConnectionRefusedError):
        board.ring()
    peer.say(json_event("DTMF"))
    assert line.event().name == "DTMF"


def test_fault_26_draining_waits_for_the_calls_and_not_for_ever(board: Switchboard) -> None:
    peer, _ = board.dial()
    assert board.server.drain(0.01) == 1
    draining = in_background(board.server.drain, PATIENCE_S)
    peer.close()
    assert draining.get(timeout=PATIENCE_S) == 0


def test_fault_26_listen_returns_when_stopped() -> None:
    server = OutboundServer(Address("127.0.0.1", 0), Line, limits=OutboundLimits(10))
    listening_on = in_background(server.listen)
    gevent.sleep(0)
    server.stop()
    listening_on.get(timeout=PATIENCE_S)
    assert server.bound_port


def test_strangers_are_hung_up_too() -> None:
    with Switchboard(allow=[IPv4Network("192.0.2.0/24")]) as board:
        peer = board.ring()
        assert peer.commands(2)[1].startswith(b"sendmsg\ncall-command: hangup")
        assert board.turned_away_for.get(timeout=PATIENCE_S) == "stranger"
        assert board.calls.empty()


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("::2", False),
        ("::ffff:10.0.0.1", False),
        ("fe80::1%eth0", False),
    ],
)
def test_who_is_a_switch_by_default(host: str, allowed: bool) -> None:
    assert is_allowed(host, LOOPBACK) is allowed
