"""`callcontrol work`: one worker. The supervisor starts it; a person types `callcontrol serve`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import gevent
from gevent import socket

from callcontrol.commands.arguments import current_or_exit
from callcontrol.commands.reconcile import reconciler_of
from callcontrol.daemon.worker import Worker
from callcontrol.edges import journal, worker_environment
from callcontrol.edges.freeswitch.sockets import InheritedFd

NO_SUPERVISOR = 2
COUNT_S = 1.0


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`work --config FILE --slot I --listen FD --pulse FD`."""
    parser = subparsers.add_parser("work", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the configuration in force")
    parser.add_argument("--slot", type=int, required=True, help="which of the workers of this data folder it is")
    parser.add_argument("--listen", type=int, required=True, metavar="FD", help="the inherited listening socket")
    parser.add_argument("--knocked-from", type=int, default=0, metavar="PORT", help="where the door is tested from")
    parser.add_argument("--pulse", type=int, required=True, metavar="FD", help="the inherited line to the supervisor")


def run(args: argparse.Namespace) -> int:
    """Work until SIGTERM or the supervisor's end; 2 if the configuration has mistakes."""
    try:
        stores = worker_environment.taken_from(os.environ)
    except KeyError as error:
        print(f"{error} is not set: workers are started by `callcontrol serve`", file=sys.stderr)
        return NO_SUPERVISOR
    current = current_or_exit(args.config)
    dropped = journal.start_unhindered(mask_numbers=current.configuration.settings.mask_numbers, worker=args.slot)
    gevent.spawn(keep_counting, dropped)
    reconciler_of(lambda: current.configuration, stores.postgres_dsn, stores.redis_url).start()
    return Worker(
        current,
        stores.redis_url,
        stores.postgres_dsn,
        listener=InheritedFd(args.listen, args.knocked_from),
        instance=args.slot,
        pulse=socket.socket(fileno=args.pulse),
    ).run()


def keep_counting(dropped: journal.DroppedLines) -> None:
    """What the supervisor reads from files has to be there before it looks."""
    while True:
        dropped.count()
        gevent.sleep(COUNT_S)
