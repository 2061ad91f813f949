"""API commands: what they answer and what they do."""

import json

import pytest

from callcontrol.simulator import Behaviour, Trunk
from tests.simulator.desk import Desk, Line

NO_SUCH = "-ERR No such channel!\n"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("uuid_exists x", "false"),
        ("uuid_setvar x a 1", NO_SUCH),
        ("uuid_setvar_multi x a=1;b=2", f"{NO_SUCH}-USAGE: <uuid> <var>=<value>;<var>=<value>...\n"),
        ("uuid_getvar x a", NO_SUCH),
        ("uuid_dump x", NO_SUCH),
        ("uuid_kill x", NO_SUCH),
        ("uuid_break x all", NO_SUCH),
        ("uuid_bridge x y", "-ERR Invalid uuid\n"),
        ("uuid_transfer x 1", NO_SUCH),
        ("uuid_broadcast x file.wav", "-ERR invalid uuid\n"),
        ("sched_hangup +1 x", NO_SUCH),
        ("sched_transfer +1 x 1", NO_SUCH),
        ("sched_del x", "+OK Deleted: 0\n"),
        ("sched_api 1", "-ERR Invalid syntax. USAGE: [+@]<time> <group_name> <command_string>[&]\n"),
        ("nosuchcommand", "-ERR nosuchcommand Command not found!\n"),
        ("global_getvar hostname", "vm"),
        ("global_getvar nosuch", ""),
        ("show channels as json", '{"row_count": 0}'),
        ("version short", "1.11.3\n"),
        ("originate", "-USAGE"),
        ("originate user/nobody@lab &park()", "-ERR SUBSCRIBER_ABSENT\n"),
    ],
)
def test_answers_without_a_call(desk: Desk, command: str, answer: str) -> None:
    found = desk.watch().ask(f"api {command}")
    assert found.startswith(answer) if answer == "-USAGE" else found == answer


def test_variables_from_outside(desk: Desk) -> None:
    line, hand = desk.call(), desk.watch()
    assert hand.ask(f"api uuid_setvar {line.uuid} name Jan Kowalski") == "+OK\n"
    assert hand.ask(f"api uuid_getvar {line.uuid} name") == "Jan Kowalski"
    assert hand.ask(f"api uuid_setvar_multi {line.uuid} a=1;b=2") == "+OK\n"
    assert hand.ask(f"api uuid_getvar {line.uuid} b") == "2"
    assert hand.ask(f"api uuid_setvar {line.uuid} b") == "+OK\n"
    assert hand.ask(f"api uuid_getvar {line.uuid} b") == "_undef_"
    assert json.loads(hand.ask(f"api uuid_dump {line.uuid} json"))["variable_a"] == "1"
    assert f"Unique-ID: {line.uuid}\n" in hand.ask(f"api uuid_dump {line.uuid}")


def test_status_and_show(desk: Desk) -> None:
    line, hand = desk.call(), desk.watch()
    line.done("sleep", "1000")  # the table is 300 ms behind
    assert "is ready" in hand.ask("api status")
    rows = json.loads(hand.ask("api show channels as json"))
    assert (rows["row_count"], rows["rows"][0]["uuid"]) == (1, line.uuid)
    assert hand.ask("api show channels").endswith("1 total.\n")


def test_show_channels_lags(desk: Desk) -> None:
    line, hand = desk.call(), desk.watch("CHANNEL_DESTROY")
    line.done("sleep", "1000")
    line.execute("hangup")
    line.event("CHANNEL_HANGUP_COMPLETE")
    line.close()
    hand.event("CHANNEL_DESTROY")
    assert json.loads(hand.ask("api show channels as json"))["row_count"] == 1, "it is gone but still shown"
    assert hand.ask(f"api uuid_exists {line.uuid}") == "false"


def test_registrations(desk: Desk) -> None:
    desk.phone("101@lab")
    desk.phone("109@lab", registered=False)
    hand = desk.watch()
    rows = json.loads(hand.ask("api show registrations as json"))["rows"]
    assert [(row["reg_user"], row["realm"]) for row in rows] == [("101", "lab")]
    assert hand.ask("api sofia_contact */101@lab").startswith("sofia/internal/sip:101@127.0.0.1:")
    assert hand.ask("api sofia_contact */109@lab") == "error/user_not_registered"


def test_gateways(desk: Desk) -> None:
    desk.simulator.trunk(Trunk("carrier", up=False))
    hand = desk.watch()
    assert "DOWN" in hand.ask("api sofia status gateway carrier")
    assert hand.ask("api sofia status gateway nosuch") == "Invalid Gateway!\n"


def test_kill_and_transfer(desk: Desk) -> None:
    line, hand = desk.call(), desk.watch()
    assert hand.ask(f"api uuid_transfer {line.uuid} 4822 XML public") == "+OK\n"
    second = desk.accept()
    assert hand.ask(f"api uuid_kill {second.uuid} USER_BUSY") == "+OK\n"
    assert desk.ended()["cause"] == "USER_BUSY"


def job(hand: Line, command: str, uuid: str) -> str:
    """Run a command in the background; its result."""
    assert hand.ask(f"bgapi {command}\nJob-UUID: {uuid}") == f"+OK Job-UUID: {uuid}"
    return hand.event("BACKGROUND_JOB", Job_UUID=uuid).body


@pytest.mark.parametrize(
    ("behaviour", "body"),
    [
        (Behaviour("busy"), "-ERR USER_BUSY\n"),
        (Behaviour("never_answers"), "-ERR NO_ANSWER\n"),
        (Behaviour("declines"), "-ERR CALL_REJECTED\n"),
        (Behaviour(), "+OK leg\n"),
    ],
)
def test_originate(desk: Desk, behaviour: Behaviour, body: str) -> None:
    desk.phone("101@lab", behaviour)
    hand = desk.watch("BACKGROUND_JOB", "CHANNEL_PARK")
    dial = "{origination_uuid=leg,originate_timeout=2}sofia/internal/101%lab &park()"
    assert job(hand, f"originate {dial}", "j-1") == body
    if body.startswith("+OK"):
        assert hand.event("CHANNEL_PARK").headers["Unique-ID"] == "leg"


def test_originate_blocks_its_own_connection_only(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour(after_s=4.0))
    slow, other = desk.watch(), desk.watch()
    slow.send("api originate sofia/internal/101%lab &park()\n\napi echo after")
    assert other.ask("api echo hello") == "hello"
    slow.wait(lambda: len(slow.replies()) == 3, "both answers")
    assert [one.reply[:3] for one in slow.replies()[1:]] == ["+OK", "aft"]


def test_a_ringing_leg_is_killed_by_its_uuid(desk: Desk) -> None:
    desk.phone("101@lab", Behaviour("never_answers"))
    hand = desk.watch("BACKGROUND_JOB", "CHANNEL_PROGRESS", "CHANNEL_HANGUP_COMPLETE")
    hand.ask("bgapi originate {origination_uuid=leg}sofia/internal/101%lab &park()\nJob-UUID: j")
    hand.event("CHANNEL_PROGRESS")
    assert hand.ask("api uuid_kill leg LOSE_RACE") == "+OK\n"
    assert hand.event("BACKGROUND_JOB").body == "-ERR LOSE_RACE\n"
    end = hand.event("CHANNEL_HANGUP_COMPLETE").headers
    assert end["variable_sip_hangup_disposition"] == "send_cancel"
    assert "answered_elsewhere" in desk.heard("101@lab")


def test_whisper_and_uuid_bridge(desk: Desk) -> None:
    """A queue's way: the waiting caller and the originated agent are brought together."""
    desk.phone("101@lab", Behaviour(talk_s=8.0))
    hand = desk.watch("BACKGROUND_JOB", "PLAYBACK_STOP", "CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE")
    line = desk.call()
    line.done("answer")
    line.execute("set", "park_after_bridge=true")
    line.execute("playback", "local_stream://moh", "music")
    assert job(hand, "originate {origination_uuid=leg}sofia/internal/101%lab &park()", "j-1") == "+OK leg\n"
    assert hand.ask("api uuid_broadcast leg whisper.wav aleg") == "+OK Message sent\n"
    hand.event("PLAYBACK_STOP", Unique_ID="leg")
    assert hand.ask(f"api uuid_bridge {line.uuid} leg") == "+OK leg\n"
    assert hand.event("CHANNEL_BRIDGE").headers["Bridge-B-Unique-ID"] == "leg"
    hand.event("CHANNEL_UNBRIDGE")
    line.event("CHANNEL_STATE", Channel_State="CS_PARK")
    assert line.done("set", "kept=yes").headers["variable_kept"] == "yes"
    assert desk.heard("101@lab").count("bridged") == 1


def test_jobs_of_a_call_reach_its_own_socket(desk: Desk) -> None:
    line = desk.call()
    line.ask("event json BACKGROUND_JOB")
    line.ask("bgapi echo hello\nJob-UUID: mine")
    assert line.event("BACKGROUND_JOB", Job_UUID="mine").body == "hello"


def test_hupall_by_variable(desk: Desk) -> None:
    first, second = desk.call(), desk.call()
    first.done("set", "tenant=acme")
    hand = desk.watch()
    assert "matching [tenant]=[acme]" in hand.ask("api hupall USER_BUSY tenant acme")
    first.event("CHANNEL_HANGUP", Hangup_Cause="USER_BUSY")
    assert hand.ask(f"api uuid_exists {second.uuid}") == "true"
