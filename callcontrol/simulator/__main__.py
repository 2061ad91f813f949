"""`python -m callcontrol.simulator`: a simulated FreeSWITCH as a process of its own.

Prints one line of JSON when it is ready: {"control": port, "event_socket": port, "others": {}}; further switches, which
share its clock and its ears, stand in `others` by name, each with two such ports of its own.
"""

from callcontrol.edges.greenlets import patch_all

patch_all()

import argparse  # noqa: E402
import gc  # noqa: E402
import json  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from contextlib import ExitStack  # noqa: E402
from dataclasses import replace  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402
from gevent.event import Event as Signal  # noqa: E402

from callcontrol.simulator.air import Air  # noqa: E402
from callcontrol.simulator.control import ControlServer  # noqa: E402
from callcontrol.simulator.core import Manners  # noqa: E402
from callcontrol.simulator.dialplan import bare  # noqa: E402
from callcontrol.simulator.simulator import Settings, Simulator  # noqa: E402

Further = tuple[str, int, str]  # name, port of the event socket, SIP address
_COLLECT_SELDOM = (200_000, 20, 100)


def _further(text: str) -> Further:
    name, port, sip = text.split("=")
    return name, int(port), sip


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m callcontrol.simulator", description=__doc__)
    parser.add_argument("--sockets", default="127.0.0.1:8084", help="where calls go: host:port or host:port|host:port")
    parser.add_argument("--port", type=int, default=0, help="the event socket's port (0: any free one)")
    parser.add_argument("--control", type=int, default=0, help="the control channel's port (0: any free one)")
    parser.add_argument("--password", default="ClueCon", help="the event socket's password")
    parser.add_argument("--hostname", default="vm", help="the switch's name in its events")
    parser.add_argument("--sip", default="", help="host:port at which further switches reach it")
    parser.add_argument(
        "--switch",
        action="append",
        default=[],
        type=_further,
        metavar="NAME=PORT=SIP",
        help="one more switch: its event socket's port, and the host:port at which the others reach it",
    )
    parser.add_argument("--speed", type=float, default=1.0, help="how much faster than the wall its clock runs")
    parser.add_argument("--seed", help="the same seed makes the same ids")
    parser.add_argument("--quick", action="store_true", help="no 20 ms steps: for load tests")
    parser.add_argument("--bare", action="store_true", help="a dialplan of nothing but the socket")
    parser.add_argument("--sounds", type=Path, help="the folder with the switch's sounds")
    parser.add_argument("--cdrs", type=Path, help="the folder for its own records of legs, as mod_json_cdr writes them")
    parser.add_argument("--recordings", type=Path, help="what is recorded below this folder becomes a (silent) file")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT."""
    given = _arguments().parse_args(arguments)
    settings = Settings(
        sockets=given.sockets,
        port=given.port,
        password=given.password,
        hostname=given.hostname,
        speed=given.speed,
        seed=given.seed,
        manners=Manners.quick() if given.quick else Manners(),
        dialplan=bare(given.sockets) if given.bare else None,
        sounds=given.sounds,
        cdrs=given.cdrs,
        recordings=given.recordings,
        sip=given.sip,
    )
    if given.quick:
        gc.freeze()  # a load test makes thousands of channels a second: the collector need not look at all of them
        gc.set_threshold(*_COLLECT_SELDOM)
    over = Signal()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, over.set)
    air = Air(settings.speed)
    with ExitStack() as stack:
        ports = _started(stack, settings, air, given.control)
        others = {name: _started(stack, one, air) for name, one in _others(settings, given.switch)}
        print(json.dumps({**ports, "others": others}), flush=True)
        over.wait()
    return 0


def _others(first: Settings, further: list[Further]) -> Iterator[tuple[str, Settings]]:
    for name, port, sip in further:
        seed = f"{first.seed} {name}" if first.seed is not None else None
        cdrs = first.cdrs / name if first.cdrs is not None else None
        yield name, replace(first, port=port, sip=sip, hostname=name, seed=seed, cdrs=cdrs)


def _started(stack: ExitStack, settings: Settings, air: Air, control_port: int = 0) -> dict[str, int]:
    """Start a switch and its control channel until the stack ends; their ports."""
    simulator = stack.enter_context(Simulator(settings, air))
    control = ControlServer(simulator, port=control_port)
    stack.callback(control.stop)
    return {"control": control.port, "event_socket": simulator.port}


if __name__ == "__main__":
    sys.exit(main())
