"""The outbound event socket: how a call is handed over, kept and lost."""

import socket

import pytest

from callcontrol.simulator import Behaviour, Call, Settings, Simulator
from callcontrol.simulator.dialplan import bare, standard
from tests.simulator.desk import CALLER, DID, SPEED, Desk, order


def test_connect_is_a_plain_header_block(desk: Desk) -> None:
    line = desk.call()
    connected = line.replies()[0]
    assert connected.kind == "command/reply"
    assert connected.reply == "+OK\n"
    assert connected.headers["Control"] == "full"
    assert connected.headers["Caller-Destination-Number"] == DID
    assert len(connected.headers) > 150


def test_other_hosts_are_tried_when_one_refuses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        refused = gone.getsockname()[1]
    desk = Desk()
    desk.simulator.switch.dialplan = bare(f"127.0.0.1:{refused}|{desk.sockets}")
    assert desk.call().uuid
    desk.close()


def test_nobody_there_leaves_the_call_to_the_last_resort(desk: Desk) -> None:
    desk.listener.close()
    call_id = desk.simulator.place(Call(DID, CALLER))
    assert desk.simulator.wait_for_end(call_id) == {
        "cause": "NORMAL_TEMPORARY_FAILURE",
        "by": "send_refuse",
        "code": "503",
    }


def test_a_dead_controller_leaves_a_waiting_call_to_the_dialplan(desk: Desk) -> None:
    line = desk.call()
    line.close()
    assert desk.ended()["code"] == "503"


def test_a_bridged_call_survives_its_controller(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour(talk_s=20.0))
    line = desk.call()
    line.execute("bridge", "sofia/internal/101%lab")
    line.event("CHANNEL_BRIDGE")
    line.close()
    assert desk.ended()["cause"] == "NORMAL_CLEARING"
    what = desk.heard()
    assert what.index("bridged") < what.index("unbridged") < what.index("hangup")
    assert "hung_up" in desk.heard("101@lab"), "the conversation ended when the phone hung up, not before"


def test_what_was_ordered_before_the_controller_died_is_done(desk: Desk) -> None:
    """The socket application carries out what is in line before the dialplan goes on (switch_ivr_parse_all_events)."""
    desk.phone("101@lab", Behaviour(talk_s=20.0))
    line = desk.call()
    line.execute("bridge", "sofia/internal/101%lab")
    line.close()
    assert desk.ended()["cause"] == "NORMAL_CLEARING"
    assert "hung_up" in desk.heard("101@lab")


def test_leaving_at_once_makes_a_ghost_call(desk: Desk) -> None:
    """connect and exit at once: the call stays parked for ever, as on a real switch."""
    watcher = desk.watch("CHANNEL_PARK")
    line = desk.call(greet=False)
    line.send("connect\n\nexit")
    assert line.closed.wait(5)
    ghost = watcher.event("CHANNEL_PARK").headers["Unique-ID"]
    assert watcher.ask(f"api uuid_exists {ghost}") == "true", "parked, without a controller"
    assert watcher.ask("api hupall") == "+OK hangup all channels with cause MANAGER_REQUEST\n"
    assert desk.ended()["cause"] == "MANAGER_REQUEST"


def test_the_first_reply_is_dropped_unless_it_is_connect(desk: Desk) -> None:
    line = desk.call(greet=False)
    line.send("linger 5")
    assert line.ask("myevents") == "+OK Events Enabled", "the reply to linger never came"


def test_without_linger_the_end_is_only_a_hangup(desk: Desk) -> None:
    line = desk.call(linger=False)
    line.execute("hangup", "USER_BUSY")
    assert line.closed.wait(5)
    assert line.events("CHANNEL_HANGUP")
    assert not line.events("CHANNEL_HANGUP_COMPLETE")
    assert line.said[-1].headers["Content-Disposition"] == "disconnect"


def test_linger_tells_of_the_end_before_the_last_events(desk: Desk) -> None:
    line = desk.call()
    line.execute("hangup", "USER_BUSY")
    assert line.closed.wait(5)
    assert line.events("CHANNEL_HANGUP_COMPLETE")
    dispositions = [one.headers["Content-Disposition"] for one in line.said if one.kind == "text/disconnect-notice"]
    assert dispositions == ["linger", "disconnect"]


def test_the_session_stays_while_somebody_lingers(desk: Desk) -> None:
    """Commands do not find it any more (switch_core_session_locate), but it is there."""
    line = desk.call()
    watcher = desk.watch("CHANNEL_DESTROY")
    line.execute("hangup")
    line.event("CHANNEL_HANGUP_COMPLETE")
    assert watcher.ask(f"api uuid_exists {line.uuid}") == "false"
    assert watcher.ask(f"api uuid_kill {line.uuid}") == "-ERR No such channel!\n"
    assert line.uuid in desk.simulator.switch.core.channels
    line.close()
    watcher.event("CHANNEL_DESTROY")
    assert line.uuid not in desk.simulator.switch.core.channels


def test_an_unknown_application_hangs_the_caller_up(desk: Desk) -> None:
    line = desk.call()
    assert line.execute("nosuchapp") == "+OK"
    assert line.event("CHANNEL_HANGUP").headers["Hangup-Cause"] == "DESTINATION_OUT_OF_ORDER"


def test_sendmsg_hangup(desk: Desk) -> None:
    line = desk.call()
    assert line.ask("sendmsg\ncall-command: hangup\nhangup-cause: CALL_REJECTED") == "+OK"
    assert desk.ended() == {"cause": "CALL_REJECTED", "by": "send_refuse", "code": "603"}


def test_orders_nest_unless_they_are_locked(desk: Desk) -> None:
    line = desk.call()
    line.done("answer")
    line.execute("playback", "tone_stream://%(200,0,440);loops=-1", "music")
    line.event("CHANNEL_EXECUTE", Application_UUID="music")
    line.execute("set", "a=1", "inner")
    line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="inner")
    assert not line.events("CHANNEL_EXECUTE_COMPLETE", Application_UUID="music"), "the outer one still plays"


def test_locked_orders_stand_in_line(desk: Desk) -> None:
    line = desk.call()
    line.done("answer")
    line.execute("playback", "tone_stream://%(1000,0,440)", "first", lock=True)
    line.event("CHANNEL_EXECUTE", Application_UUID="first")
    line.execute("set", "a=1", "second", lock=True)
    line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="second")
    ends = [one.headers["Application-UUID"] for one in line.events("CHANNEL_EXECUTE_COMPLETE")]
    assert ends.index("first") < ends.index("second")


@pytest.mark.parametrize(("loops", "tone_ms", "runs"), [(3, 600, 3), (3, 200, 1)])
def test_loops_stop_when_a_run_is_too_short(desk: Desk, loops: int, tone_ms: int, runs: int) -> None:
    line = desk.call()
    line.done("answer")
    line.execute("playback", f"tone_stream://%({tone_ms},0,440)", "loop", lock=True, more=f"loops: {loops}")
    line.execute("set", "after=1", "after", lock=True)
    line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="after")
    assert len(line.events("CHANNEL_EXECUTE_COMPLETE", Application_UUID="loop")) == runs


def test_an_argument_in_the_body(desk: Desk) -> None:
    line = desk.call()
    body = "note=first line\nsecond"
    head = f"{order('set', app_uuid='b')}\ncontent-type: text/plain\ncontent-length: {len(body)}"
    assert line.ask(f"{head}\n\n{body}") == "+OK"
    line.event("CHANNEL_EXECUTE_COMPLETE", Application_UUID="b")
    assert line.ask(f"api uuid_getvar {line.uuid} note") == "first line\nsecond"


def test_closing_a_superseded_socket_kills_the_new_control(desk: Desk) -> None:
    first = desk.call()
    first.done("answer")
    first.execute("transfer", f"{DID} XML public")
    second = desk.accept()
    assert second.uuid == first.uuid
    first.close()
    assert desk.ended()["cause"] == "NORMAL_CLEARING", "the dialplan ran on although the second controller is there"
    second.event("CHANNEL_HANGUP")


def test_standard_dialplan_has_a_dead_man(desk: Desk) -> None:
    """The controller says nothing for 15 s: the call goes to the fallback. A controller's first words take it back."""
    desk.simulator.switch.dialplan = standard(desk.sockets)
    line = desk.call()
    assert line.replies()[0].headers["variable_continue_on_fail"] == "true"
    assert line.ask(f"api sched_del {line.uuid}") == "+OK Deleted: 1\n"
    desk.call(Call(DID, CALLER))
    assert desk.ended()["code"] == "503"
    assert line.ask(f"api uuid_exists {line.uuid}") == "true"


def test_a_silent_controller_leaves_a_ghost_after_25_s() -> None:
    desk = Desk()
    watcher = desk.watch("CHANNEL_PARK")
    line = desk.call(greet=False)
    assert line.closed.wait(25 / SPEED + 5)
    ghost = watcher.event("CHANNEL_PARK").headers["Unique-ID"]
    assert watcher.ask(f"api uuid_exists {ghost}") == "true"
    desk.close()


def test_only_full_sockets_may_use_the_api() -> None:
    desk = Desk()
    desk.simulator.switch.dialplan = bare(desk.sockets)
    desk.simulator.switch.dialplan.contexts["public"].clear()
    desk.simulator.switch.dialplan.add("public", ".*", [("socket", f"{desk.sockets} async")])
    line = desk.call()
    assert line.ask("api status") == "-ERR command not found"
    desk.close()


def test_a_malformed_command_ends_the_connection(desk: Desk) -> None:
    line = desk.call()
    line.send("sendmsg\ncontent-length: -1")
    assert line.closed.wait(5)


def test_speed_must_be_positive() -> None:
    with pytest.raises(ValueError, match="speed is 0"):
        Simulator(Settings(speed=0))
