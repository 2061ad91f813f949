"""Faults 8 to 19 of greenswitch 0.0.19, which concern one connection's life: our edge does not have them."""

from __future__ import annotations

import re
from collections.abc import Callable

import gevent
import pytest
from gevent import socket
from gevent.queue import Queue
from greenswitch.esl import OutboundSessionHasGoneAway

from callcontrol.edges.freeswitch.commands import Api, Execute
from callcontrol.edges.freeswitch.failures import (
    AppTimedOut,
    CallEnded,
    ClosedHere,
    CommandRefused,
    ConnectionLost,
    HandlerFailed,
    LimitReached,
    ReplyTimedOut,
    SendTimedOut,
    SwitchClosed,
    UnsafeText,
    WouldDeadlock,
)
from callcontrol.edges.freeswitch.replies import Reply, WithReply
from callcontrol.edges.freeswitch.wire import SwitchEvent
from tests.edges.freeswitch.peer import (
    OK,
    PATIENCE_S,
    Line,
    Peer,
    Switchboard,
    api_reply,
    in_background,
    json_event,
    limits,
)

Call = tuple[Peer, Line]
COMPLETE = "CHANNEL_EXECUTE_COMPLETE"


def app_id(command: bytes) -> str:
    """The Event-UUID an app was sent with."""
    found = re.search(rb"^Event-UUID: (.+)$", command, re.MULTILINE)
    assert found, command
    return found.group(1).decode()


def complete(event_uuid: str, app: str = "playback", unique_id: str = "a") -> bytes:
    return json_event(COMPLETE, unique_id, Application_UUID=event_uuid, Application=app)


def test_fault_08_an_end_within_a_body_ends_the_connection(call: Call) -> None:
    peer, line = call
    peer.say(b"Content-Length: 1000\nContent-Type: text/event-json\n\n{")
    peer.close()
    assert isinstance(line.end(), SwitchClosed)


def test_fault_08_an_end_within_a_head_ends_the_connection(call: Call) -> None:
    peer, line = call
    peer.say(b"Content-Length: 10")
    peer.close()
    assert isinstance(line.end(), SwitchClosed)


def test_fault_09_a_lost_connection_releases_everybody(call: Call) -> None:
    peer, line = call
    waiting = [
        in_background(line.call.request, Api("status"), PATIENCE_S),
        in_background(line.call.call_command, "park", block=True, response_timeout=PATIENCE_S),
        in_background(line.call.playback, "a.wav"),
    ]
    peer.commands(3)
    peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset, no goodbye
    peer.close()
    for waiter in waiting:
        with pytest.raises(ConnectionLost):
            waiter.get(timeout=PATIENCE_S)
    assert isinstance(line.end(), ConnectionLost)


def test_fault_09_lost_connections_leave_their_places() -> None:
    with Switchboard(limits(max_calls=2)) as board:
        for number in range(10):
            peer, line = board.dial(f"call-{number}")
            waiting = in_background(line.call.playback, "a.wav")
            peer.command()
            peer.close()
            with pytest.raises(ConnectionLost):
                waiting.get(timeout=PATIENCE_S)
            assert isinstance(board.reasons.get(timeout=PATIENCE_S), ConnectionLost)
        assert board.server.connection_count == 0


def test_fault_10_every_byte_arrives_and_in_order() -> None:
    with Switchboard(limits(unsent_bytes=9_000_000)) as board:
        peer, line = board.dial()
        line.call.send(Api("x" * 8_000_000))
        line.call.send(Api("after"))
        with pytest.raises(LimitReached, match="unsent_bytes=9000000"):
            line.call.send(Api("y" * 8_999_999))
        assert peer.command() == b"api " + b"x" * 8_000_000
        assert peer.command() == b"api after"
        line.call.send(Api("next"), Api("last"))
        assert peer.commands(2) == [b"api next", b"api last"]


def test_fault_11_a_peer_that_takes_nothing_is_given_up() -> None:
    with Switchboard(limits(unsent_bytes=9_000_000, send_s=0.05, close_s=0.05)) as board:
        _, line = board.dial()
        waiting = in_background(line.call.request, Api("status"), PATIENCE_S)
        line.call.send(Api("x" * 8_000_000))
        assert isinstance(line.end(), SendTimedOut)
        with pytest.raises(ConnectionLost, match="did not take what we sent"):
            waiting.get(timeout=PATIENCE_S)


def test_fault_11_a_late_reply_is_skipped_and_the_next_one_fits(call: Call) -> None:
    peer, line = call
    with pytest.raises(ReplyTimedOut):
        line.call.request(Api("slow"), 0.01)
    waiting = in_background(line.call.request, Api("quick"), PATIENCE_S)
    peer.commands(2)
    peer.say(api_reply(b"slow's"), api_reply(b"quick's"))
    assert waiting.get(timeout=PATIENCE_S).text == "quick's"


def test_fault_11_unanswered_commands_are_bounded() -> None:
    with Switchboard(limits(pending_replies=3)) as board:
        _, line = board.dial()
        line.call.send(*[Api("status")] * 3)
        with pytest.raises(LimitReached, match="pending_replies=3"):
            line.call.send(Api("status"))


@pytest.mark.parametrize("text", ["a.wav\n\napi system touch /tmp/x", "a\rb", "a\0b", "a\nb", "\ud800"])
def test_fault_12_nothing_that_ends_a_command_is_sent(call: Call, text: str) -> None:
    peer, line = call
    with pytest.raises(UnsafeText):
        line.call.send(Execute("playback", "fine.wav"), Execute("playback", text))
    with pytest.raises(UnsafeText):
        line.call.playback(text)
    line.call.send(Api("status"))
    assert peer.command() == b"api status"


def test_fault_13_the_end_of_another_app_of_that_name_releases_nobody(call: Call) -> None:
    peer, line = call
    line.call.send(Execute("playback", "music.wav", event_uuid="music"))
    announcement = in_background(line.call.playback, "announcement.wav")
    peer.command()
    announced = app_id(peer.command())
    peer.say(OK, OK, complete("music"))
    assert line.event().get("Application-UUID") == "music"
    assert not announcement.ready()
    peer.say(complete(announced))
    assert announcement.get(timeout=PATIENCE_S).get("Application-UUID") == announced


def test_fault_13_an_app_that_is_not_taken_releases_who_waits(call: Call) -> None:
    peer, line = call
    waiting = [
        in_background(line.call.call_command, "playback", "a.wav", block=True, response_timeout=PATIENCE_S),
        in_background(line.call.playback, "b.wav"),
    ]
    peer.commands(2)
    peer.say(b"Content-Type: command/reply\nReply-Text: -ERR invalid session id [a]\n\n" * 2)
    for waiter in waiting:
        with pytest.raises(CommandRefused, match="invalid session id"):
            waiter.get(timeout=PATIENCE_S)


def test_fault_14_who_gave_up_waiting_is_in_nobodys_way(call: Call) -> None:
    peer, line = call
    with pytest.raises(AppTimedOut):
        line.call.call_command("playback", "a.wav", block=True, response_timeout=0.01)
    waiting = in_background(line.call.call_command, "playback", "a.wav", block=True, response_timeout=PATIENCE_S)
    late, next_one = (app_id(command) for command in peer.commands(2))
    peer.say(OK, OK, json_event(COMPLETE), complete(late), complete(next_one))
    assert waiting.get(timeout=PATIENCE_S).get("Application-UUID") == next_one


def test_fault_15_a_handler_of_ones_own_switches_nothing_off(call: Call) -> None:
    peer, line = call
    own: Queue[SwitchEvent] = Queue()
    all_of_them: Queue[SwitchEvent] = Queue()
    line.call.register_handle(COMPLETE, own.put)
    line.call.register_handle("*", all_of_them.put)
    line.call.register_handle("sofia::register", own.put)
    waiting = in_background(line.call.playback, "a.wav")
    event_uuid = app_id(peer.command())
    peer.say(OK, complete(event_uuid), json_event("CUSTOM", Event_Subclass="sofia::register"))
    for queue in (own, all_of_them, line.events):
        assert [queue.get(timeout=PATIENCE_S).name for _ in range(2)] == [COMPLETE, "CUSTOM"]
    assert waiting.get(timeout=PATIENCE_S).get("Application-UUID") == event_uuid


def test_fault_16_waiting_in_a_handler_is_refused_at_once(call: Call) -> None:
    peer, line = call
    refused: Queue[WouldDeadlock] = Queue()

    asking: list[Callable[[], object]] = [
        lambda: line.call.request(Api("status"), 1.0),
        lambda: line.call.playback("a.wav"),
    ]

    def wait(_: SwitchEvent) -> None:
        for ask in asking:
            try:
                ask()
            except WouldDeadlock as error:
                refused.put(error)

    line.call.register_handle("DTMF", wait)
    peer.say(json_event("DTMF"), json_event("CHANNEL_PARK"))
    for _ in asking:
        assert "greenlet of its own" in str(refused.get(timeout=PATIENCE_S))
    assert [line.event().name for _ in range(2)] == ["DTMF", "CHANNEL_PARK"]


def test_fault_16_events_come_in_order_and_none_waits_in_a_queue(call: Call) -> None:
    peer, line = call
    at_once: list[str] = []
    line.call.handle(lambda event: at_once.append(event.get("Number")), line.ended.set)
    peer.say(*(json_event("DTMF", Number=str(number)) for number in range(500)), api_reply(b""), OK)
    peer.close()
    line.end()
    assert at_once == [str(number) for number in range(500)]


def test_fault_17_another_legs_hangup_is_not_the_calls(call: Call) -> None:
    peer, line = call
    waiting = in_background(line.call.playback, "a.wav")
    event_uuid = app_id(peer.command())
    peer.say(OK, json_event("CHANNEL_HANGUP", "another leg"), complete(event_uuid))
    assert waiting.get(timeout=PATIENCE_S).get("Application-UUID") == event_uuid
    line.call.raise_if_disconnected()


def test_fault_17_the_calls_hangup_releases_its_apps(call: Call) -> None:
    peer, line = call
    waiting = in_background(line.call.playback, "a.wav")
    peer.command()
    peer.say(OK, json_event("CHANNEL_HANGUP"))
    with pytest.raises(CallEnded):
        waiting.get(timeout=PATIENCE_S)
    with pytest.raises(OutboundSessionHasGoneAway):
        line.call.raise_if_disconnected()
    assert line.call.connected  # events may still come


def test_fault_18_a_lingering_connection_still_answers(call: Call) -> None:
    peer, line = call
    waiting = in_background(line.call.request, Api("status"), PATIENCE_S)
    peer.command()
    notice = b"Content-Type: text/disconnect-notice\nContent-Disposition: linger\nLinger-Time: 5\nContent-Length: 0\n\n"
    peer.say(notice, api_reply(b"UP\n"), json_event("CHANNEL_HANGUP_COMPLETE"))
    assert waiting.get(timeout=PATIENCE_S).text == "UP\n"
    assert line.event().name == "CHANNEL_HANGUP_COMPLETE"


def test_fault_18_after_a_real_goodbye_the_peer_has_to_close() -> None:
    with Switchboard(limits(close_s=0.05)) as board:
        peer, line = board.dial()
        peer.say(b"Content-Type: text/disconnect-notice\nContent-Length: 5\n\nBye.\n")
        assert "closing after its disconnect notice" in str(line.end())


def test_fault_19_a_handler_may_stop_the_connection(call: Call) -> None:
    peer, line = call

    def stop_twice(_: SwitchEvent) -> None:
        line.call.stop()
        line.call.stop()

    line.call.register_handle("DTMF", stop_twice)
    peer.say(json_event("DTMF"), json_event("CHANNEL_PARK"))
    assert isinstance(line.end(), ClosedHere)
    assert peer.until_closed() == b""
    assert line.event().name == "DTMF"
    assert line.events.empty()  # what came after the stop is for no reader
    with pytest.raises(ConnectionLost, match="We closed"):
        line.call.send(Api("status"))


def test_fault_19_stopping_leaves_no_greenlet_and_no_descriptor(call: Call) -> None:
    _, line = call
    line.call.stop()
    line.end()
    assert line.call.sock.fileno() == -1
    assert gevent.getcurrent() is not line.call._reader


def test_a_failing_handler_costs_its_own_connection_only(board: Switchboard) -> None:
    (peer, line), (other_peer, other) = board.dial("a"), board.dial("b")

    def fail(_: SwitchEvent) -> None:
        raise ZeroDivisionError("the caller's name is Eve")

    line.call.handle(fail, line.ended.set)
    peer.say(complete("x"), json_event("DTMF"))
    assert isinstance(line.end(), HandlerFailed)
    other_peer.say(json_event("DTMF", "b"))
    assert other.event().name == "DTMF"


def test_replies_come_in_the_order_of_the_commands(call: Call) -> None:
    peer, line = call
    replies: Queue[Reply] = Queue()
    line.call.send(Api("one"), WithReply(Api("two"), replies.put), WithReply(Api("three"), replies.put))
    assert peer.commands(3) == [b"api one", b"api two", b"api three"]
    peer.say(api_reply(b"1"), api_reply(b"-ERR 2"), OK)
    said = [replies.get(timeout=PATIENCE_S) for _ in range(2)]
    assert [(reply.text, reply.ok) for reply in said] == [("-ERR 2", False), ("+OK", True)]
