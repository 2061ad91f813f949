"""`callcontrol serve`: the daemon. SIGHUP reloads the configuration, SIGUSR2 restarts the workers one after the other,
SIGTERM ends it when running calls are over or handed over.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys

from callcontrol.billing.tariffs.folder import warnings
from callcontrol.commands.config_argument import add_config, complain
from callcontrol.edges import clock, journal
from callcontrol.edges.config_folder import Refused, UnreadableFolder
from callcontrol.edges.embedded import EmbeddedStoreError
from callcontrol.supervisor import in_force
from callcontrol.supervisor.listeners import CannotListen
from callcontrol.supervisor.pid_file import InUse
from callcontrol.supervisor.service import serve

log = logging.getLogger(__name__)

NOT_STARTED = 1
MISTAKES = 2
MAX_WORKERS = 256


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`serve --config DIR [--workers N]`."""
    parser = subparsers.add_parser("serve", help="run the daemon", description=__doc__)
    add_config(parser)
    parser.add_argument(
        "--workers", type=_workers, default=cores(), metavar="N", help="processes that take calls (here: %(default)s)"
    )


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM; 2 if the configuration has mistakes, 1 if something else keeps it from starting."""
    try:
        found, trouble = in_force.begin(args.config)
    except (Refused, UnreadableFolder) as error:
        complain(error)
        return MISTAKES
    dropped = journal.start_unhindered(mask_numbers=found.settings.mask_numbers)
    for problem in warnings(found.snapshot.files, found.settings, clock.now()):
        log.warning("%s", problem.as_warning())
    try:
        return serve(args.config, found, trouble, args.workers, dropped)
    except (InUse, CannotListen, EmbeddedStoreError, OSError) as error:
        print(f"callcontrol serve: {error}", file=sys.stderr)
        return NOT_STARTED


def cores() -> int:
    """The cores this process may use."""
    return min(len(os.sched_getaffinity(0)), MAX_WORKERS)


def _workers(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MAX_WORKERS:
        raise argparse.ArgumentTypeError(f"1 to {MAX_WORKERS} workers")
    return number
