"""Faults 27 to 35 of greenswitch 0.0.19: links to switches, cost per call, and the rest; our edge has none of them."""

from __future__ import annotations

import gc
import logging
import random

import gevent
import pytest
from gevent import socket

from callcontrol.edges.freeswitch.commands import Auth, Execute, UserAuth
from callcontrol.edges.freeswitch.connection import Connection
from callcontrol.edges.freeswitch.failures import (
    AlreadyConnected,
    AuthRefused,
    ConnectionLost,
    EventSocketError,
    HandlerFailed,
    HandshakeTimedOut,
    HeartbeatLost,
)
from callcontrol.edges.freeswitch.inbound import SwitchLink
from callcontrol.edges.freeswitch.replies import ignore
from callcontrol.edges.freeswitch.switch_connection import LinkLimits, SwitchConnection
from callcontrol.edges.freeswitch.wire import SwitchEvent
from tests.edges.freeswitch.peer import (
    OK,
    PATIENCE_S,
    Line,
    Peer,
    Switchboard,
    event_socket,
    in_background,
    json_event,
    plain_event,
)

Call = tuple[Peer, Line]
LOGIN = Auth("secret")


@pytest.mark.parametrize("greeting", [b"", b"Content-Type: auth/re"])
def test_fault_27_a_silent_switch_is_given_up(greeting: bytes) -> None:
    with event_socket() as switch:
        opening = in_background(SwitchConnection.open, switch.place, LOGIN, ignore, "x", LinkLimits(connect_s=0.05))
        switch.accept().say(greeting)
        with pytest.raises(HandshakeTimedOut, match="connecting and logging in within"):
            opening.get(timeout=PATIENCE_S)


def test_fault_27_a_switch_that_closes_is_noticed() -> None:
    with event_socket() as switch:
        for last_words in (b"", b"Content-Type: auth/request\n\n"):
            opening = in_background(SwitchConnection.open, switch.place, LOGIN, ignore, "x", LinkLimits())
            peer = switch.accept()
            peer.say(last_words)
            peer.close()
            with pytest.raises((ConnectionLost, ConnectionError)):
                opening.get(timeout=PATIENCE_S)


def test_fault_28_one_object_is_one_connection() -> None:
    with event_socket() as switch:
        opening = in_background(SwitchConnection.open, switch.place, LOGIN, ignore, "x", LinkLimits())
        peer = switch.accept()
        peer.say(b"Content-Type: auth/request\n\n")
        assert peer.command() == b"auth secret"
        peer.say(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n")
        connection = opening.get(timeout=PATIENCE_S)
        with pytest.raises(AlreadyConnected):
            connection.connect()
        with connection:
            pass
        assert peer.until_closed() == b""


def test_fault_28_a_wrong_password_closes_the_socket() -> None:
    with event_socket() as switch:
        opening = in_background(SwitchConnection.open, switch.place, LOGIN, ignore, "x", LinkLimits())
        peer = switch.accept()
        peer.say(b"Content-Type: auth/request\n\n")
        peer.command()
        peer.say(b"Content-Type: command/reply\nReply-Text: -ERR invalid\n\n")
        with pytest.raises(AuthRefused, match="check the password"):
            opening.get(timeout=PATIENCE_S)
        assert peer.until_closed() == b""


@pytest.mark.parametrize("option", ["TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT", "TCP_NODELAY"])
def test_fault_29_a_dead_peer_is_noticed_by_the_kernel(board: Switchboard, option: str) -> None:
    wanted = {"TCP_KEEPIDLE": 15, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 30_000, "TCP_NODELAY": 1}
    _, line = board.dial()
    with event_socket() as switch:
        opening = in_background(SwitchConnection.open, switch.place, LOGIN, ignore, "x", LinkLimits())
        peer = switch.accept()
        peer.say(b"Content-Type: auth/request\n\n")
        peer.command()
        peer.say(OK)
        ours = opening.get(timeout=PATIENCE_S)
        for sock in (line.call.sock, ours.sock):
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            assert sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, option)) == wanted[option]
        ours.close()


def test_fault_29_a_switch_without_heartbeat_is_given_up() -> None:
    with event_socket() as switch:
        ups, downs = gevent.queue.Queue(), gevent.queue.Queue()
        fast = LinkLimits(heartbeat_s=0.05, first_retry_s=0.01)
        link = SwitchLink(
            "s1", switch.place, LOGIN, on_up=ups.put, on_down=downs.put, limits=fast, chance=random.Random(1)
        )
        link.start()
        for _ in range(2):  # and comes back
            switch.logged_in()
            ups.get(timeout=PATIENCE_S)
            assert isinstance(downs.get(timeout=PATIENCE_S), HeartbeatLost)
        link.stop()


def test_fault_30_a_busy_connection_leaves_turns_to_others(call: Call) -> None:
    peer, line = call
    turns = 0
    seen_at: list[int] = []

    def take_turns() -> None:
        nonlocal turns
        while True:
            gevent.sleep(0)
            turns += 1

    line.call.handle(lambda event: seen_at.append(turns), line.ended.set)
    others = gevent.spawn(take_turns)
    peer.say(json_event("DTMF") * 2_000)
    peer.close()
    line.end()
    others.kill()
    assert len(seen_at) == 2_000
    longest = max(seen_at.count(turn) for turn in set(seen_at))
    assert longest <= 64


def test_fault_31_a_call_is_one_greenlet_and_no_timer(board: Switchboard) -> None:
    def greenlets() -> int:
        gc.collect()
        return sum(isinstance(thing, gevent.Greenlet) and not thing.dead for thing in gc.get_objects())

    board.dial("first")
    loop = gevent.get_hub().loop
    before, watchers = greenlets(), loop.activecnt
    for number in range(20):
        board.dial(f"call-{number}")
    assert greenlets() - before == 20
    assert loop.activecnt - watchers == 20  # each waits to read, for nothing else


def test_fault_32_of_a_calls_data_stays_what_is_asked_for() -> None:
    kept = frozenset({"Caller-Destination-Number", "variable_no_such"})
    with Switchboard(keep=kept) as board:
        _, line = board.dial("a")
        assert dict(line.call.data) == {"Unique-ID": "a", "Caller-Destination-Number": "48221234567"}
        assert line.call.session_data is line.call.data
        assert not hasattr(line.call, "_esl_event_queue")


def test_fault_33_a_user_of_the_directory_logs_in() -> None:
    with event_socket() as switch:
        login = UserAuth("callcontrol", "pbx.example.com", "se:cret")
        opening = in_background(SwitchConnection.open, switch.place, login, ignore, "x", LinkLimits())
        peer = switch.accept()
        peer.say(b"Content-Type: auth/request\n\n")
        assert peer.command() == b"userauth callcontrol@pbx.example.com:se:cret"
        peer.say(b"Content-Type: command/reply\nReply-Text: +OK accepted\nAllowed-Events: all\nAllowed-API: show\n\n")
        opening.get(timeout=PATIENCE_S).close()
    assert "cret" not in repr(login)


def test_fault_33_apps_run_one_after_another_unless_told_otherwise(call: Call) -> None:
    peer, line = call
    line.call.send(Execute("playback", "a.wav"), Execute("set", "a=b", lock=False))
    locked, nested = peer.commands(2)
    assert b"\nevent-lock: true" in locked
    assert b"event-lock" not in nested


def test_fault_34_errors_are_logged_under_our_name_and_without_the_callers_words(
    call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    peer, line = call

    def fail(_: SwitchEvent) -> None:
        raise ValueError("no")

    line.call.handle(fail, line.ended.set)
    line.call.register_handle("DTMF", fail)
    with caplog.at_level(logging.DEBUG):
        peer.say(json_event("CHANNEL_EXECUTE_COMPLETE", Application="set", Caller_Caller_ID_Name="Mallory"))
        reason = line.end()
    assert isinstance(reason, HandlerFailed)
    (record,) = caplog.records
    assert record.name.startswith("callcontrol.")
    assert vars(record)["connection"] == line.call.connection_id
    assert "Mallory" not in caplog.text
    assert "Mallory" not in repr(SwitchEvent({"Event-Name": "DTMF", "Caller-Caller-ID-Name": "Mallory"}))


def test_fault_34_a_failing_end_is_logged_and_goes_no_further(call: Call, caplog: pytest.LogCaptureFixture) -> None:
    peer, line = call

    def fail(reason: EventSocketError) -> None:
        line.ended.set(reason)
        raise ValueError("no")

    line.call.handle(line.events.put, fail)
    peer.close()
    line.end()
    assert [record.name for record in caplog.records] == [Connection.__module__]


def test_fault_35_an_empty_value_is_empty(call: Call) -> None:
    peer, line = call
    peer.say(plain_event("Event-Name: CHANNEL_ANSWER", "variable_a: _undef_", "variable_b: %5Fundef_"))
    event = line.event()
    assert (event.get("variable_a", "?"), event.get("variable_b")) == ("", "_undef_")
