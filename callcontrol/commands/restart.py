"""`callcontrol restart`: new workers, one slot after the other, each ready before the old one drains. No call is lost
and no connection refused; the supervisor itself, its addresses and the embedded stores stay.
"""

from __future__ import annotations

import argparse
import signal
import sys

from callcontrol.commands.config_argument import add_config, settings_or_exit
from callcontrol.commands.running_daemon import NotRunning, RunningDaemon, daemon_of, looks, told_of
from callcontrol.supervisor.timeouts import READY_S, WorkerTimeouts
from callcontrol.supervisor.views import Roll

FAILED = 1
# A signal is obeyed at the next look of the supervisor (seconds).
OBEYED_S = 2.0


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`restart --config DIR`."""
    parser = subparsers.add_parser("restart", help="new workers, one after the other", description=__doc__)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Tell the daemon, and wait until it is done: 0 then, 1 if there is none, or the new workers do not get ready."""
    settings = settings_or_exit(args.config)
    try:
        daemon = daemon_of(settings)
        before = daemon.told()
        daemon.send(signal.SIGUSR2)
    except (NotRunning, OSError) as error:
        print(f"callcontrol restart: {error}", file=sys.stderr)
        return FAILED
    each_s = READY_S + WorkerTimeouts(settings.limits.hung_s, settings.limits.drain_s).end_s
    under_way = before["restart"]["state"] == Roll.RUNNING
    number = before["restart"]["number"] + (not under_way)
    return _wait(daemon, number, each_s * len(before["workers"]) + OBEYED_S)


def _wait(daemon: RunningDaemon, number: int, within_s: float) -> int:
    said, why = "", f"not done after {within_s:.0f} s"
    for _ in looks(within_s):
        try:
            now = daemon.told()
        except NotRunning as error:
            why = str(error)
            break
        told = told_of(now)
        if told != said:
            print(told)
            said = told
        match now["restart"]:
            case {"number": found, "state": Roll.DONE} if found >= number:
                print("done")
                return 0
            case {"number": found, "state": Roll.FAILED, "why": reason} if found >= number:
                why = reason
                break
    print(f"callcontrol restart: {why}", file=sys.stderr)
    return FAILED
