"""`python -m callcontrol.simulator`: a simulated FreeSWITCH as a process of its own.

Prints one line of JSON when it is ready: {"control": port, "event_socket": port}.
"""

from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402
import gc  # noqa: E402
import json  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402
from gevent.event import Event as Signal  # noqa: E402

from callcontrol.simulator.control import ControlServer  # noqa: E402
from callcontrol.simulator.core import Manners  # noqa: E402
from callcontrol.simulator.dialplan import bare  # noqa: E402
from callcontrol.simulator.simulator import Settings, Simulator  # noqa: E402

_COLLECT_SELDOM = (200_000, 20, 100)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m callcontrol.simulator", description=__doc__)
    parser.add_argument("--sockets", default="127.0.0.1:8084", help="where calls go: host:port or host:port|host:port")
    parser.add_argument("--port", type=int, default=0, help="the event socket's port (0: any free one)")
    parser.add_argument("--control", type=int, default=0, help="the control channel's port (0: any free one)")
    parser.add_argument("--password", default="ClueCon", help="the event socket's password")
    parser.add_argument("--hostname", default="vm", help="the switch's name in its events")
    parser.add_argument("--speed", type=float, default=1.0, help="how much faster than the wall its clock runs")
    parser.add_argument("--seed", help="the same seed makes the same ids")
    parser.add_argument("--quick", action="store_true", help="no 20 ms steps: for load tests")
    parser.add_argument("--bare", action="store_true", help="a dialplan of nothing but the socket")
    parser.add_argument("--sounds", type=Path, help="the folder with the switch's sounds")
    parser.add_argument("--cdrs", type=Path, help="the folder for its own records of legs, as mod_json_cdr writes them")
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
    )
    if given.quick:
        gc.freeze()  # a load test makes thousands of channels a second: the collector need not look at all of them
        gc.set_threshold(*_COLLECT_SELDOM)
    over = Signal()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, over.set)
    with Simulator(settings) as simulator:
        control = ControlServer(simulator, port=given.control)
        print(json.dumps({"control": control.port, "event_socket": simulator.port}), flush=True)
        over.wait()
        control.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
