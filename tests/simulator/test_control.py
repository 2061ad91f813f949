"""The simulator as a process of its own, and the channel it is controlled by."""

import json
import socket
from collections.abc import Iterator

import pytest

from callcontrol.simulator import Behaviour, Call, Phone, SimulatorClient, Trunk
from callcontrol.simulator.client import ControlError
from tests.simulator.desk import CALLER, DID, SPEED, CallLine


class Taker:
    """A controller for one call after another."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(10)
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.lines: list[CallLine] = []

    def take(self) -> CallLine:
        self.lines.append(CallLine(self.listener.accept()[0]))
        return self.lines[-1]

    def close(self) -> None:
        for line in self.lines:
            line.close()
        self.listener.close()


@pytest.fixture
def taker() -> Iterator[Taker]:
    one = Taker()
    yield one
    one.close()


@pytest.fixture
def client(taker: Taker) -> Iterator[SimulatorClient]:
    with SimulatorClient.start("--sockets", taker.address, "--speed", str(SPEED), "--seed", "control") as one:
        yield one


def test_a_call_from_end_to_end(client: SimulatorClient, taker: Taker) -> None:
    client.phone(Phone("101@lab", (Behaviour(talk_s=1.0, digits=((0.2, "5"),)),)))
    client.trunk(Trunk("trunk", prefixes={"48": (Behaviour("busy"),)}))
    call_id = client.place(Call(DID, CALLER, digits=((1.0, "7"),)))
    line = taker.take()
    line.execute("bridge", "sofia/gateway/trunk/48600|sofia/internal/101%lab")
    assert client.wait_for_end(call_id) == {"cause": "NORMAL_CLEARING", "by": "send_bye"}
    what = [one["what"] for one in client.heard(call_id)]
    assert what[0] == "calls"
    assert what[-1] == "hangup"
    assert "bridged" in what
    assert {one["who"] for one in client.heard()} == {call_id, "48600", "101@lab"}


def test_what_is_wrong_is_said(client: SimulatorClient) -> None:
    with pytest.raises(ControlError, match="do 'sing': it is one of ping, reset, phone"):
        client.ask("sing")
    with pytest.raises(ControlError, match="action 'sings'"):
        client.ask("phone", address="1@lab", behaviours=[{"action": "sings"}])
    with pytest.raises(ControlError, match="'call-99' is missing"):
        client.wait_for_end("call-99")
    with pytest.raises(ControlError, match="either at_once or per_second"):
        client.ask("load", calls=1)
    with pytest.raises(ControlError, match="not understood"):
        client.ask("wait", call_id="x", limit_s="soon")


def test_a_call_that_does_not_end(client: SimulatorClient, taker: Taker) -> None:
    call_id = client.place(Call(DID, CALLER))
    taker.take()
    with pytest.raises(ControlError, match=r"is not over after 0\.2 s"):
        client.wait_for_end(call_id, 0.2)
    client.hang_up(call_id)
    assert client.wait_for_end(call_id)["by"] == "recv_cancel"


def test_registrations_files_and_reset(client: SimulatorClient, taker: Taker) -> None:
    client.phone(Phone("101@lab"))
    client.unregister("101@lab")
    client.register("101@lab")
    client.file("nosuch.wav", None)
    client.file("long.wav", 60.0)
    client.place(Call(DID, CALLER), "named")
    line = taker.take()
    line.done("answer")
    client.press("named", "1")
    line.event("DTMF")
    assert line.done("playback", "nosuch.wav").headers["Application-Response"] == "FILE NOT FOUND"
    assert list(client.channels()) == [line.uuid]
    client.reset()
    line.event("CHANNEL_HANGUP", Hangup_Cause="MANAGER_REQUEST")
    with pytest.raises(ControlError, match="'named' is missing"):
        client.wait_for_end("named")


def test_the_switch_dies_and_comes_back(client: SimulatorClient, taker: Taker) -> None:
    before, port = client.core_uuid, client.port
    client.place(Call(DID, CALLER))
    line = taker.take()
    client.freeze()
    client.freeze(False)
    client.kill()
    assert line.closed.wait(5)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    assert client.restart() != before
    assert client.port == port


def test_the_channel_is_lines_of_json(client: SimulatorClient) -> None:
    with socket.create_connection(client._address, timeout=5) as sock, sock.makefile("rwb") as lines:
        for request, key in ((b'{"do": "ping"}\n', "ok"), (b"no json\n", "error"), (b"[1]\n", "error")):
            lines.write(request)
            lines.flush()
            assert key in json.loads(lines.readline())


def test_a_process_that_cannot_start_says_so() -> None:
    with pytest.raises(ControlError, match="did not start: exit status 2"):
        SimulatorClient.start("--nosuch", stderr=-3)
