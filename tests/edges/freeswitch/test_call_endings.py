"""How a call's connection ends: never a call that stays parked, never control taken from a newer connection."""

from __future__ import annotations

import gevent
import pytest
from gevent.queue import Queue

from callcontrol.edges.freeswitch.call import CallConnection
from callcontrol.edges.freeswitch.commands import Api, Execute
from callcontrol.edges.freeswitch.failures import (
    CloseTimedOut,
    EventSocketError,
    FrameTimedOut,
    HandlerFailed,
    Superseded,
    SwitchClosed,
    WireError,
)
from callcontrol.edges.freeswitch.replies import ConnectionLimits
from callcontrol.edges.freeswitch.wire import WireLimits
from tests.edges.freeswitch.peer import (
    OK,
    PATIENCE_S,
    Line,
    Peer,
    Switchboard,
    connect_reply,
    in_background,
    json_event,
    limits,
)

Call = tuple[Peer, Line]
HANGUP = b"sendmsg\ncall-command: hangup\nhangup-cause: "


def completed(unique_id: str = "a", app: str = "set") -> bytes:
    return json_event("CHANNEL_EXECUTE_COMPLETE", unique_id, Application=app)


def assert_still_open(peer: Peer) -> None:
    peer.sock.settimeout(0.05)
    with pytest.raises(TimeoutError):
        peer.sock.recv(1)
    peer.sock.settimeout(PATIENCE_S)


def test_a_call_is_left_after_an_app_has_completed(call: Call) -> None:
    peer, line = call
    peer.say(completed())
    line.event()
    line.call.leave()
    assert peer.command() == b"exit"
    assert_still_open(peer)
    peer.say(b"Content-Type: command/reply\nReply-Text: +OK bye\n\n")
    peer.close()
    assert isinstance(line.end(), SwitchClosed)


def test_before_that_an_app_is_run_first(call: Call) -> None:
    peer, line = call
    line.call.leave()
    line.call.leave()
    assert peer.commands(2) == [b"filter Unique-ID a", b"event json CHANNEL_EXECUTE_COMPLETE"]
    setting = peer.command()
    assert b"execute-app-name: set" in setting
    assert b"event-lock" not in setting
    peer.say(OK * 3, completed(app="socket"), completed("another leg"))
    assert_still_open(peer)
    peer.say(completed())
    assert peer.command() == b"exit"


def test_a_call_that_cannot_be_left_is_hung_up() -> None:
    with Switchboard(limits(close_s=0.05)) as board:
        peer, line = board.dial()
        line.call.leave()
        assert peer.commands(4)[3] == HANGUP + b"NORMAL_TEMPORARY_FAILURE"
        assert isinstance(line.end(), CloseTimedOut)


def test_a_refused_call_stays_connected_until_the_switch_closes(call: Call) -> None:
    peer, line = call
    line.call.refuse("USER_BUSY")
    assert peer.command() == HANGUP + b"USER_BUSY"
    assert_still_open(peer)
    peer.say(OK, json_event("CHANNEL_HANGUP_COMPLETE"))
    assert line.event().name == "CHANNEL_HANGUP_COMPLETE"
    peer.close()
    assert isinstance(line.end(), SwitchClosed)
    line.call.refuse("USER_BUSY")  # too late, and nothing
    line.call.leave()


def test_a_switch_that_does_not_close_is_closed() -> None:
    with Switchboard(limits(close_s=0.05)) as board:
        peer, line = board.dial()
        line.call.refuse("USER_BUSY")
        assert isinstance(line.end(), CloseTimedOut)
        assert peer.until_closed().startswith(HANGUP)


def fail(_: object) -> None:
    raise ZeroDivisionError


def test_a_call_whose_handler_fails_at_once_is_hung_up() -> None:
    with Switchboard() as board:
        board.server.application = fail
        peer = board.ring()
        peer.command()
        peer.say(connect_reply("a"))
        assert peer.command() == HANGUP + b"NORMAL_TEMPORARY_FAILURE"
        assert_still_open(peer)
        peer.close()
        assert isinstance(board.reasons.get(timeout=PATIENCE_S), HandlerFailed)


def test_a_call_whose_handler_fails_later_goes_on_by_itself(call: Call) -> None:
    peer, line = call
    peer.say(completed())
    line.event()
    line.call.handle(fail, line.ended.set)
    peer.say(json_event("DTMF"))
    assert isinstance(line.end(), HandlerFailed)
    assert peer.until_closed() == b""


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"Content-Type: text/event-json\nContent-Length: 5000\n\n", WireError),
        (b"x" * 70_000, WireError),
        (b"a\n" * 4_097, WireError),
        (b"Content-Type: text/event-json\nContent-Length: 10\n\n{", FrameTimedOut),
        (b"Content-Type: te", FrameTimedOut),
        (OK, WireError),
    ],
    ids=["large body", "large head", "many lines", "unfinished body", "unfinished head", "reply to nothing"],
)
def test_a_call_whose_switch_cannot_be_understood_is_hung_up(sent: bytes, reason: type[EventSocketError]) -> None:
    wire = WireLimits(head_bytes=65_536, body_bytes=4_096)
    with Switchboard(limits(wire=wire, frame_s=0.05)) as board:  # type: ignore[arg-type]  # by name
        (peer, line), (other_peer, other) = board.dial("a"), board.dial("b")
        peer.say(sent)
        assert peer.command() == HANGUP + b"NORMAL_TEMPORARY_FAILURE"
        peer.say(b"and goes on talking")
        peer.close()
        assert isinstance(line.end(), reason)
        other_peer.say(json_event("DTMF", "b"))
        assert other.event().name == "DTMF"


def test_a_slow_frame_is_not_excused_by_dripping() -> None:
    with Switchboard(limits(frame_s=0.2, close_s=0.05)) as board:
        peer, line = board.dial()
        peer.say(b"Content-Type: text/event-json\nContent-Length: 100000\n\n")
        while not line.ended.ready():
            try:
                peer.say(b"x")
            except OSError:
                break
            line.ended.wait(0.01)
        assert isinstance(line.end(), FrameTimedOut)


@pytest.mark.parametrize(("mode", "control"), [("static", "full"), ("async", "single-channel")])
def test_a_dialplan_without_async_full_is_named(board: Switchboard, mode: str, control: str) -> None:
    peer = board.ring()
    peer.command()
    peer.say(connect_reply("a", Socket_Mode=mode, Control=control))
    assert peer.command().startswith(HANGUP)
    peer.close()
    assert "`async full` in the dialplan" in str(board.reasons.get(timeout=PATIENCE_S))


def test_a_call_without_an_id_is_refused(board: Switchboard) -> None:
    peer = board.ring()
    peer.command()
    peer.say(b"Content-Type: command/reply\nReply-Text: -ERR no\n\n")
    assert peer.command().startswith(HANGUP)
    peer.close()
    assert "without Unique-ID" in str(board.reasons.get(timeout=PATIENCE_S))


def test_a_superseded_connection_stays_open_and_silent(board: Switchboard) -> None:
    old_peer, old = board.dial("a")
    new_peer, new = board.dial("a", Caller_Destination_Number="102")
    reason = old.end()
    assert isinstance(reason, Superseded)
    assert new.call.connection_id in str(reason)
    old.call.leave()
    old.call.refuse("USER_BUSY")
    with pytest.raises(Superseded):
        old.call.send(Api("status"))
    old_peer.say(json_event("DTMF"), b"not even this ends it\n\n")
    new_peer.say(json_event("CHANNEL_ANSWER"))
    assert new.event().name == "CHANNEL_ANSWER"
    assert_still_open(old_peer)
    assert old.events.empty()
    assert board.server.connection_count == 2
    old_peer.close()
    assert isinstance(board.reasons.get(timeout=PATIENCE_S), EventSocketError)
    new.call.send(Api("status"))
    assert new_peer.command() == b"api status"


def test_what_a_superseded_call_waited_for_is_released(board: Switchboard) -> None:
    peer, old = board.dial("a")
    waiting = in_background(old.call.playback, "a.wav")
    peer.command()
    peer.say(OK)
    board.dial("a")
    with pytest.raises(Superseded):
        waiting.get(timeout=PATIENCE_S)


def test_the_first_commands_of_a_call_are_one_write_after_the_reply() -> None:
    sent: Queue[CallConnection] = Queue()

    def route(call: CallConnection) -> None:
        call.send(*call.subscription(["CHANNEL_BRIDGE", "BACKGROUND_JOB"], ["a::b"]), Execute("bridge", "x"))
        sent.put(call)

    with Switchboard() as board:
        board.server.application = route
        peer = board.ring()
        peer.command()
        peer.say(connect_reply("a"))
        assert peer.commands(4) == [
            b"filter Unique-ID a",
            b"filter Job-Owner-UUID a",
            b"event json CHANNEL_BRIDGE BACKGROUND_JOB CUSTOM a::b",
            b"sendmsg\ncall-command: execute\nexecute-app-name: bridge\nexecute-app-arg: x\nevent-lock: true",
        ]
        call = sent.get(timeout=PATIENCE_S)
        call.subscribe("DTMF")
        assert peer.commands(2) == [b"filter Unique-ID a", b"event json DTMF"]


def test_the_verbs_of_greenswitch(call: Call) -> None:
    peer, line = call
    ours = line.call
    assert ours.connect() is ours.data
    assert (ours.uuid, ours.caller_id_number) == ("a", "600100200")
    ours.myevents()
    ours.linger()
    ours.linger(7)
    ours.uuid_break()
    assert peer.commands(5)[1:] == [
        b"event json CHANNEL_ANSWER CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP DTMF",
        b"linger 5",
        b"linger 7",
        b"api uuid_break a",
    ]
    peer.say(OK * 5)
    answering = in_background(ours.answer)
    assert b"execute-app-name: answer" in peer.command()
    peer.say(OK)
    assert answering.get(timeout=PATIENCE_S) == "+OK"


def test_the_limits_have_sound_defaults() -> None:
    default = ConnectionLimits()
    assert default.frames_per_turn == 64
    assert default.close_s > 5.3  # a switch that was asked to linger 5 s closes a little later


def test_the_reader_of_a_call_that_is_over_takes_the_next_one() -> None:
    readers: list[gevent.Greenlet] = []

    class Watched(Switchboard):
        def take(self, call: CallConnection) -> None:
            readers.append(gevent.getcurrent())
            super().take(call)

    with Watched() as board:
        for channel in ("a", "b"):
            peer, line = board.dial(channel)
            peer.close()
            assert isinstance(line.end(), SwitchClosed)
            board.reasons.get(timeout=PATIENCE_S)
        both = [board.dial(channel)[0] for channel in ("c", "d")]
    assert readers[0] is readers[1] is readers[2]
    assert readers[3] is not readers[0]
    assert len(both) == 2
