"""A carrier that routes calls back to a number of ours: the loop is detected and ends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from callcontrol.config.limits import Limits
from callcontrol.edges import clock
from callcontrol.routing.carrier_loops import LOOP, PASSED_HEADER
from callcontrol.simulator.stories.story import PlacedCall, Story
from tests.freeswitch.audio import Microphones
from tests.freeswitch.mishaps import OVER_S, Mishap, records, wait
from tests.freeswitch.stage import RealStage
from tests.freeswitch.switch import HOST

OURS: Final = "+48221234570"  # leads to an extension that always forwards to a number outside
CALLER: Final = PlacedCall("+48500100460", OURS, hangup_after_s=20.0)
BUFFER_BYTES: Final = 65_536
VIA: Final = "via:"


def loop_over_a_carrier_that_keeps_the_header(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a carrier routes a forwarded call back to us and keeps our header: the first return is ended"""
    yield from _loops(stage, calls=2, drops=())


def loop_over_a_carrier_that_drops_the_header(stage: RealStage, microphones: Microphones) -> Iterator[str]:
    """a carrier routes a forwarded call back to us and drops our header: it ends after the limit of forwardings"""
    yield from _loops(stage, calls=Limits().hops + 1, drops=(PASSED_HEADER,))


def _loops(stage: RealStage, calls: int, drops: tuple[str, ...]) -> Iterator[str]:
    stage.world.arrange(Story("", "", {}, (), {"carrier-a": {"up": False}}, (), (), (), ()))
    began = clock.now()
    with _leading_back(stage, drops):
        stage.world.wait_until_over([stage.world.place(CALLER)], OVER_S)
        wait(lambda: len(records(stage, began)) >= calls, f"{calls} calls are recorded")
    found = records(stage, began)
    ended = [call for call in found if LOOP in str(call.plain())]
    if len(found) != calls or len(ended) != 1 or ended[0].outcome != "rejected":
        said = [(call.dialled, call.outcome, [leg.cause for leg in call.legs]) for call in found]
        yield f"{calls} calls expected of which the last is ended as a loop, there are {said}"


@contextmanager
def _leading_back(stage: RealStage, drops: tuple[str, ...]) -> Iterator[None]:
    """Make carrier-a a stateless proxy (RFC 3261, 16.11) that sends every request to OURS at the switch."""
    with socket.socket(type=socket.SOCK_DGRAM) as line:
        line.bind((HOST, stage.ports.carrier_a))
        relaying = threading.Thread(target=_relay, args=(line, stage.ports.external, drops), daemon=True)
        relaying.start()
        try:
            yield
        finally:
            with socket.socket(type=socket.SOCK_DGRAM) as last:
                last.sendto(b"", (HOST, stage.ports.carrier_a))
            relaying.join()


def _relay(line: socket.socket, switch: int, drops: tuple[str, ...]) -> None:
    while said := line.recv(BUFFER_BYTES):
        head, _, body = said.decode().partition("\r\n\r\n")
        first, *headers = head.split("\r\n")
        if first.startswith("SIP/2.0"):
            headers.remove(next(one for one in headers if one.lower().startswith(VIA)))
        else:
            method, uri, version = first.split()
            first = f"{method} sip:{OURS}@{uri.partition('@')[2]} {version}"
            headers = [one for one in headers if one.partition(":")[0] not in drops]
            headers.insert(0, _via(headers, line.getsockname()[1]))
        line.sendto(("\r\n".join((first, *headers)) + "\r\n\r\n" + body).encode(), (HOST, switch))


def _via(headers: list[str], port: int) -> str:
    """The proxy's own Via, with a branch derived from the sender's: a CANCEL or ACK has the same as its INVITE."""
    theirs = next(one for one in headers if one.lower().startswith(VIA))
    return f"Via: SIP/2.0/UDP {HOST}:{port};branch=z9hG4bKback{theirs.partition('branch=z9hG4bK')[2].partition(';')[0]}"


RETURNS: Final[tuple[Mishap, ...]] = (
    loop_over_a_carrier_that_keeps_the_header,
    loop_over_a_carrier_that_drops_the_header,
)
