"""`callcontrol drain`: takes this host out. The daemon accepts nothing new, hands its callers over and ends."""

from __future__ import annotations

import argparse
import signal
import sys

from callcontrol.commands.config_argument import add_config, settings_or_exit
from callcontrol.commands.running_daemon import NotRunning, RunningDaemon, daemon_of, looks, told_of
from callcontrol.supervisor.timeouts import WorkerTimeouts

FAILED = 1
# For the supervisor and the embedded stores, after the last worker (seconds).
AFTER_S = 40.0


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`drain --config DIR`."""
    parser = subparsers.add_parser("drain", help="end the daemon without losing a call", description=__doc__)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Tell the daemon, and wait until it has ended: 0 then, 1 if there is none, it is another's, or it does not end."""
    settings = settings_or_exit(args.config)
    within_s = WorkerTimeouts(settings.limits.hung_s, settings.limits.drain_s).end_s + AFTER_S
    try:
        daemon = daemon_of(settings)
        daemon.send(signal.SIGTERM)
    except (NotRunning, OSError) as error:
        print(f"callcontrol drain: {error}", file=sys.stderr)
        return FAILED
    print(f"draining process {daemon.pid}: running calls have {settings.limits.drain_s} s")
    return _wait(daemon, within_s)


def _wait(daemon: RunningDaemon, within_s: float) -> int:
    said = ""
    for _ in looks(within_s):
        if not daemon.is_running():
            print("ended")
            return 0
        told = _told(daemon)
        if told not in ("", said):
            print(told)
            said = told
    print(f"callcontrol drain: process {daemon.pid} has not ended after {within_s:.0f} s", file=sys.stderr)
    return FAILED


def _told(daemon: RunningDaemon) -> str:
    """How its workers stand; "" when it has stopped answering, shortly before its end."""
    try:
        return told_of(daemon.told())
    except NotRunning:
        return ""
