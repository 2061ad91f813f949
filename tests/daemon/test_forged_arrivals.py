"""A connection to the call port is believed only if the switch confirms the call that it presents."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from typing import cast
from urllib.parse import quote

import pytest
from redis import Redis

from callcontrol.config.fields import host_and_port
from callcontrol.daemon.configuration import read_configuration
from callcontrol.daemon.confirmation import Confirmation
from callcontrol.edges.freeswitch.arrival import read_arrival
from callcontrol.edges.freeswitch.failures import ConnectionLost
from callcontrol.edges.freeswitch.inbound import SwitchLink
from callcontrol.edges.freeswitch.replies import Reply
from callcontrol.edges.freeswitch.wire import Frame
from callcontrol.edges.live_state import keys
from callcontrol.simulator.callers import Call
from callcontrol.simulator.stories.stage import Stage
from callcontrol.vocabulary.call import call_id_of
from tests.daemon.test_survival import fresh, record_of, records, stage, until

__all__ = ["fresh", "stage"]

pytestmark = pytest.mark.timeout(300)

CHANNEL = "6f0b7a52-0000-4000-8000-00000000feed"
SET = "*21*600700800#"


def presented(channel: str, dialled: str, user: str = "117", context: str = "internal") -> dict[str, str]:
    """The headers with which a connection presents its call."""
    account = {"variable_user_name": user, "variable_domain_name": "acme.example"} if user else {}
    caller = {"Caller-Context": context, "Caller-Destination-Number": dialled, "Caller-Caller-ID-Number": user}
    return {"Unique-ID": channel, **caller, **account}


@pytest.fixture
def forger(stage: Stage) -> Iterator[Callable[[dict[str, str]], socket.socket]]:
    """Connects to the call port as the switch would, and presents a made-up call."""
    made: list[socket.socket] = []

    def forge(said: dict[str, str]) -> socket.socket:
        peer = socket.create_connection(host_and_port(read_configuration(stage.config).settings.listen))
        made.append(peer)
        assert peer.recv(4_096).startswith(b"connect")
        head = {"Content-Type": "command/reply", "Reply-Text": "+OK", "Socket-Mode": "async", "Control": "full", **said}
        peer.sendall("".join(f"{name}: {quote(value, safe='/')}\n" for name, value in head.items()).encode() + b"\n")
        return peer

    yield forge
    for peer in made:
        peer.close()


def rules_set(stage: Stage) -> dict[bytes, bytes]:
    with Redis.from_url(stage.redis_url) as redis:
        return cast(dict[bytes, bytes], redis.hgetall(keys.rules("acme")))


def test_a_call_that_the_switch_does_not_have_sets_no_rule_and_ends(
    stage: Stage, forger: Callable[[dict[str, str]], socket.socket]
) -> None:
    peer = forger(presented(CHANNEL, SET))
    until(lambda: any(one.call_id == call_id_of(CHANNEL) for one in records(stage)))
    (found,) = [one for one in records(stage) if one.call_id == call_id_of(CHANNEL)]
    assert any("the switch has no such call" in note["what"] for note in found.notes), found.notes
    assert rules_set(stage) == {}
    assert 'callcontrol_connections_refused_total{reason="forged"} 1.0' in stage.daemon.metrics()
    peer.settimeout(10)
    while peer.recv(65_536):
        pass  # the daemon has closed the connection
    until(lambda: "callcontrol_connections 0.0" in stage.daemon.metrics())


FORGE = """
import encodings.idna, os, socket, sys
from urllib.parse import quote
host, port, channel, dialled, user = sys.argv[1:]
os.setuid(65534)
peer = socket.create_connection((host, int(port)))
peer.settimeout(20)
said = {"Content-Type": "command/reply", "Reply-Text": "+OK", "Socket-Mode": "async", "Control": "full",
        "Unique-ID": channel, "Caller-Context": "internal", "Caller-Destination-Number": dialled,
        "Caller-Caller-ID-Number": user, "variable_user_name": user, "variable_domain_name": "acme.example"}
try:
    print(peer.recv(4096).partition(b"\\n")[0].decode())
    peer.sendall("".join(f"{name}: {quote(value, safe='/')}\\n" for name, value in said.items()).encode() + b"\\n")
    while peer.recv(65536):
        pass
except ConnectionError:
    pass
print("closed")
"""


def test_another_account_of_the_host_that_knows_a_living_channel_is_refused(stage: Stage) -> None:
    if os.getuid() != 0:
        return  # only root can connect as another account; `test_strangers` tests the check itself
    call = stage.switch.place(Call("117", number="102", user="102", domain="acme.example"))
    until(lambda: "bridged" in [entry["what"] for entry in stage.switch.heard(call)])
    channel = next(str(entry["uuid"]) for entry in stage.switch.heard(call) if entry["what"] == "calls")
    host, port = host_and_port(read_configuration(stage.config).settings.listen)
    forger = [sys.executable, "-c", FORGE, host, str(port), channel, SET, "102"]
    said = subprocess.run(forger, capture_output=True, text=True, timeout=60)
    assert said.stdout.splitlines()[-1] == "closed", said.stderr
    assert rules_set(stage) == {}
    until(lambda: 'callcontrol_connections_refused_total{reason="stranger"} 1.0' in stage.daemon.metrics())
    stage.switch.hang_up(call)
    stage.switch.wait_for_end(call, 30)
    assert record_of(stage, call).answered_by == "extension:117"


def test_a_call_from_outside_that_the_switch_does_not_have_ends_unanswered(
    stage: Stage, forger: Callable[[dict[str, str]], socket.socket]
) -> None:
    channel = CHANNEL.replace("feed", "beef")
    forger(presented(channel, "48221234590", user="", context="public"))
    until(lambda: any(one.call_id == call_id_of(channel) for one in records(stage)))
    with Redis.from_url(stage.redis_url) as redis:
        until(lambda: redis.hlen(keys.calls("acme")) == 0)
    (found,) = [one for one in records(stage) if one.call_id == call_id_of(channel)]
    assert (found.estimated, found.answered_by) == (True, ""), found


def test_the_phone_itself_sets_its_rule(stage: Stage) -> None:
    call = stage.switch.place(Call(SET, number="117", user="117", domain="acme.example"))
    assert stage.switch.wait_for_end(call, 30)["cause"] == "NORMAL_CLEARING"
    assert any("set always" in note["what"] for note in record_of(stage, call).notes)
    assert set(rules_set(stage)) != set()
    removed = stage.switch.place(Call("##21#", number="117", user="117", domain="acme.example"))
    stage.switch.wait_for_end(removed, 30)


class Link:
    """A connection to a switch that answers when the test says so."""

    def __init__(self, down: bool = False) -> None:
        self.asked: list[tuple[str, Callable[[Reply], object]]] = []
        self._down = down

    def ask(self, command: str, on_reply: Callable[[Reply], object]) -> None:
        if self._down:
            raise ConnectionLost(why="it was closed")
        self.asked.append((command, on_reply))

    def answer(self, *said: str) -> None:
        for text, (_, on_reply) in zip(said, self.asked, strict=True):
            on_reply(Reply(Frame("api/response", b"Content-Type: api/response\n", text.encode())))


class Heard:
    """The result of a confirmation."""

    def __init__(self, link: Link | None, said: dict[str, str]) -> None:
        self.forged: list[str] = []
        self.doubts: list[str] = []
        self.confirmation = Confirmation(self.forged.append)
        self.confirmation.ask(cast(SwitchLink, link), "fs1", read_arrival(said))
        self.confirmation.when_known(self.doubts.append)


def test_the_account_is_what_the_switch_says() -> None:
    link = Link()
    heard = Heard(link, presented(CHANNEL, SET))
    assert [command for command, _ in link.asked] == [
        f"uuid_getvar {CHANNEL} user_name",
        f"uuid_getvar {CHANNEL} domain_name",
    ]
    assert heard.doubts == []
    link.answer("117", "acme.example")
    assert (heard.doubts, heard.forged) == ([""], [])


@pytest.mark.parametrize("said", [("118", "acme.example"), ("117", "globex.example"), ("_undef_", "_undef_")])
def test_another_account_than_the_switch_says_is_a_forgery(said: tuple[str, str]) -> None:
    link = Link()
    heard = Heard(link, presented(CHANNEL, SET))
    link.answer(*said)
    assert len(heard.forged) == 1
    assert heard.doubts == heard.forged
    assert heard.doubts[0].startswith("the switch has ")


@pytest.mark.parametrize("nothing", ["_undef_", "-ERR no reply\n"])
def test_a_caller_without_an_account_is_asked_for_once(nothing: str) -> None:
    link = Link()
    heard = Heard(link, presented(CHANNEL, "48221234583", user="", context="public"))
    link.answer(nothing)
    assert (heard.doubts, heard.forged) == ([""], [])


def test_a_switch_that_cannot_be_asked_leaves_the_call_and_a_doubt() -> None:
    refused = Link()
    heard = [Heard(Link(down=True), presented(CHANNEL, SET)), Heard(None, presented(CHANNEL, SET))]
    heard.append(Heard(refused, presented(CHANNEL, SET)))
    refused.answer("-ERR permission denied\n", "-ERR permission denied\n")
    assert [len(one.doubts) for one in heard] == [1, 1, 1]
    assert all(one.doubts[0] for one in heard)
    assert [one.forged for one in heard] == [[], [], []]


def test_a_call_that_is_confirmed_is_gone_when_nothing_else_holds_it() -> None:
    """Held in a circle it would stay, with its trail, until the collector walks over all objects."""

    class Call:
        def __init__(self) -> None:
            self.confirmation = Confirmation(self.forged)

        def forged(self, doubt: str) -> None:
            raise AssertionError(doubt)

    link, call = Link(), Call()
    call.confirmation.ask(cast(SwitchLink, link), "fs1", read_arrival(presented(CHANNEL, SET)))
    link.answer("117", "acme.example")
    gone = weakref.ref(call)
    del call
    assert gone() is None


def test_a_channel_id_with_blanks_is_never_asked_for() -> None:
    link = Link()
    heard = Heard(link, presented("real-uuid user_name", SET))
    assert link.asked == []
    assert len(heard.doubts) == 1
