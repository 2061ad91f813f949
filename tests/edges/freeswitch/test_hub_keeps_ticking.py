"""A process of its own, whose other greenlets must go on whatever one peer does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest
from gevent import socket

from tests.edges.freeswitch.peer import OK, PATIENCE_S, Peer, connect_reply, json_event

SERVER = """
from gevent import monkey; monkey.patch_all()
import gevent
from gevent.os import tp_read
from callcontrol.edges.freeswitch.commands import Api
from callcontrol.edges.freeswitch.outbound import OutboundLimits, OutboundServer
from callcontrol.edges.freeswitch.sockets import Address

turns = 0
def take_turns():
    global turns
    while True:
        turns += 1
        gevent.sleep(0.001)

def take(call):
    call.handle(lambda event: call.send(Api(f"turns {turns}")), lambda reason: None)

gevent.spawn(take_turns)
server = OutboundServer(Address("127.0.0.1", 0), take, limits=OutboundLimits(max_calls=100))
print(server.start(), flush=True)
tp_read(0, 1)  # until the test closes it; in a thread, so that the hub runs on
"""

BAD_ENDS = {
    "within a body": b"Content-Length: 5000\nContent-Type: text/event-json\n\n{",
    "within a head": b"Content-Length: 5000",
    "garbage": b"\0" * 5_000,
    "a frame too large": b"Content-Length: 99999999\nContent-Type: text/event-json\n\n",
    "a reply to nothing": OK,
    "a nest": b"Content-Length: 200000\nContent-Type: text/event-json\n\n" + b"[" * 200_000,
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server in another process."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    yield int(process.stdout.readline())
    process.stdin.close()
    process.stdout.close()
    assert process.wait(PATIENCE_S) == 0


def connected(port: int, unique_id: str) -> Peer:
    peer = Peer(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S))
    assert peer.command() == b"connect"
    peer.say(connect_reply(unique_id))
    return peer


def turns(peer: Peer) -> int:
    """How many turns another greenlet of the server has had."""
    peer.say(json_event("DTMF", "watching"))
    word, _, number = peer.command().removeprefix(b"api ").partition(b" ")
    assert word == b"turns"
    peer.say(OK)
    return int(number)


@pytest.mark.parametrize("end", BAD_ENDS)
def test_a_bad_end_of_one_call_takes_no_turn_from_others(port: int, end: str) -> None:
    with closing(connected(port, "watching")) as watching:
        before = turns(watching)
        with closing(connected(port, "dying")) as dying:
            dying.say(BAD_ENDS[end])
        while turns(watching) < before + 20:  # a hub that hangs would leave this without an answer
            pass
        assert turns(watching) >= before + 20
