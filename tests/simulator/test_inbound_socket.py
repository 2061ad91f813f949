"""The inbound event socket: authentication, subscriptions, filters, the switch's own troubles."""

import pytest

from callcontrol.simulator import Behaviour, Settings
from tests.simulator.desk import SPEED, Desk


def test_authentication(desk: Desk) -> None:
    line = desk.connect()
    line.wait(lambda: bool(line.said), "auth/request")
    assert line.said[0].kind == "auth/request"
    assert line.ask("api status") == "-ERR command not found"
    assert line.ask("userauth jan@lab:ClueCon") == "+OK accepted"
    assert line.replies()[-1].headers["Allowed-API"] == "all"
    assert line.ask("api echo in") == "in"


def test_a_wrong_password_ends_the_connection(desk: Desk) -> None:
    line = desk.connect()
    assert line.ask("auth wrong") == "-ERR invalid"
    assert line.closed.wait(5)


def test_strangers_are_rejected() -> None:
    desk = Desk(settings=Settings(allowed=("192.0.2.0/24",)))
    line = desk.connect()
    assert line.closed.wait(5)
    assert [(one.kind, one.body) for one in line.said] == [("text/rude-rejection", "Access Denied, go away.\n")]
    desk.close()


def test_exit(desk: Desk) -> None:
    line = desk.watch()
    assert line.ask("exit") == "+OK bye"
    assert line.closed.wait(5)
    assert line.said[-1].kind == "text/disconnect-notice"


@pytest.mark.parametrize("encoding", ["plain", "json"])
def test_both_encodings_say_the_same(desk: Desk, encoding: str) -> None:
    line = desk.watch()
    assert line.ask(f"event {encoding} CHANNEL_CREATE") == f"+OK event listener enabled {encoding}"
    call = desk.call()
    created = line.event("CHANNEL_CREATE").headers
    assert (created["Unique-ID"], created["variable_sip_from_user"]) == (call.uuid, "600100200")
    assert len(created) > 120


def test_subscriptions(desk: Desk) -> None:
    line = desk.watch()
    assert line.ask("event json") == "-ERR no keywords supplied"
    assert line.ask("noevents") == "-ERR not listening for events"
    assert line.ask("event json CHANNEL_CREATE HEARTBEAT CUSTOM sofia::register").startswith("+OK")
    assert line.ask("nixevent HEARTBEAT") == "+OK events nixed"
    desk.simulator.switch.heartbeat()
    desk.simulator.unregister("101@lab")
    desk.simulator.register("101@lab")
    assert line.event("CUSTOM").headers["Event-Subclass"] == "sofia::register"
    assert [one.event for one in line.events()] == ["CUSTOM"]
    assert line.ask("noevents") == "+OK no longer listening for events"
    assert line.ask("nosuch") == "-ERR command not found"


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ((), {"CHANNEL_CREATE", "CHANNEL_PARK"}),
        (("Event-Name CHANNEL_PARK",), {"CHANNEL_PARK"}),
        (("Event-Name /PARK|CREATE/",), {"CHANNEL_CREATE", "CHANNEL_PARK"}),
        (("Event-Name -CHANNEL_PARK",), set()),  # a positive one must match as soon as there is any
        (("Call-Direction inbound", "Event-Name -CHANNEL_PARK"), {"CHANNEL_CREATE"}),
        (("Unique-ID nobody",), set()),
    ],
)
def test_filters(desk: Desk, filters: tuple[str, ...], names: set[str]) -> None:
    line = desk.watch("CHANNEL_CREATE", "CHANNEL_PARK")
    for one in filters:
        header, _, value = one.partition(" ")
        assert line.ask(f"filter {one}") == f"+OK filter added. [{header}]=[{value}]"
    call = desk.call()
    call.done("set", "a=1")
    assert line.ask("api echo all is said") == "all is said"
    assert {one.event for one in line.events()} == names


def test_a_filter_is_deleted(desk: Desk) -> None:
    line = desk.watch("CHANNEL_CREATE")
    line.ask("filter Unique-ID nobody")
    assert line.ask("filter delete Unique-ID nobody") == "+OK filter deleted. [Unique-ID][nobody]"
    assert line.ask("filter Unique-ID") == "-ERR invalid syntax"
    desk.call()
    line.event("CHANNEL_CREATE")


def test_an_outbound_socket_with_a_filter_hears_its_own_call_only(desk: Desk) -> None:
    first = desk.call(greet=False)
    first.ask("connect")
    uuid = first.replies()[0].headers["Unique-ID"]
    first.ask("event json CHANNEL_CREATE CHANNEL_EXECUTE_COMPLETE")
    first.ask(f"filter Unique-ID {uuid}")
    desk.call().done("set", "a=1")
    assert first.done("set", "b=2").headers["Unique-ID"] == uuid
    assert {one.headers["Unique-ID"] for one in first.events()} == {uuid}


def test_sendevent_reaches_the_others(desk: Desk) -> None:
    line, other = desk.watch("CUSTOM", "our::event"), desk.watch()
    assert other.ask("sendevent CUSTOM\nEvent-Subclass: our::event\nX: 1").startswith("+OK ")
    assert line.event("CUSTOM").headers["X"] == "1"


def test_registrations_come_and_go(desk: Desk) -> None:
    line = desk.watch("CUSTOM", "sofia::register", "sofia::unregister", "sofia::expire")
    desk.phone("101@lab", Behaviour())
    desk.simulator.register("101@lab")
    desk.simulator.unregister("101@lab")
    desk.simulator.register("101@lab")
    desk.simulator.unregister("101@lab", expired=True)
    line.wait(lambda: len(line.events()) == 4, "four events")
    assert [one.headers["Event-Subclass"].partition("::")[2] for one in line.events()] == [
        "register",
        "unregister",
        "register",
        "expire",
    ]
    assert line.events()[0].headers["from-user"] == "101"


def test_a_phone_that_registers_is_asked_for_its_lamp(desk: Desk) -> None:
    line = desk.watch("MESSAGE_QUERY")
    desk.phone("101@lab", Behaviour(), registered=False)
    for _ in range(2):  # it is asked for with the first
        desk.simulator.register("101@lab")
    desk.simulator.unregister("101@lab")
    desk.simulator.register("101@lab")
    line.wait(lambda: len(line.events()) == 2, "two questions")
    assert {one.headers["Message-Account"] for one in line.events()} == {"sip:101@lab"}


def test_heartbeats_come_by_themselves() -> None:
    desk = Desk(settings=Settings(speed=SPEED * 20))
    line = desk.watch("HEARTBEAT")
    line.wait(lambda: len(line.events("HEARTBEAT")) >= 2, "two heartbeats")
    assert line.events()[0].headers["Core-UUID"] == desk.simulator.core_uuid
    desk.close()


def test_a_restart_is_an_eof_and_a_new_core_uuid(desk: Desk) -> None:
    call, line = desk.call(), desk.watch("CHANNEL_HANGUP")
    before, port = desk.simulator.core_uuid, desk.simulator.port
    desk.simulator.restart()
    for one in (call, line):
        assert one.closed.wait(5)
        assert not one.events("CHANNEL_HANGUP"), "a switch that dies says nothing"
        assert one.said[-1].kind != "text/disconnect-notice"
    assert desk.simulator.port == port
    again = desk.watch("CHANNEL_CREATE")
    desk.call()
    assert again.event("CHANNEL_CREATE").headers["Core-UUID"] == desk.simulator.core_uuid != before
    assert again.ask(f"api uuid_exists {call.uuid}") == "false"


def test_a_frozen_switch_says_nothing_until_it_thaws(desk: Desk) -> None:
    line = desk.watch()
    desk.simulator.freeze(True)
    line.send("api echo late")
    call = desk.call(greet=False)
    call.send("connect")
    assert not line.closed.wait(0.2), "a frozen switch does not even hang up"
    assert (len(line.replies()), call.said) == (1, [])
    desk.simulator.freeze(False)
    line.wait(lambda: len(line.replies()) == 2, "the answer")
    assert line.replies()[1].reply == "late"
    call.wait(lambda: len(call.replies()) == 1, "the answer to connect")
