"""`callcontrol web`: the HTTP API and the panel. `callcontrol serve` runs it where `web.keys` has a key and `web.run`
is yes; alone it runs on any host that has the configuration and reaches the stores. No call needs it.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

import gevent
from gevent import socket

from callcontrol.commands.arguments import add_config, current_or_exit
from callcontrol.commands.work import keep_counting
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.heartbeat import Heartbeat
from callcontrol.edges import clock, journal, worker_environment
from callcontrol.edges.embedded import running_address
from callcontrol.edges.heartbeat_message import HeartbeatMessage
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.live_state.workers import worker_name
from callcontrol.edges.worker_environment import Stores
from callcontrol.usecases.past_ledger import ledger_dsn

NOT_STARTED = 1


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`web [--config DIR]`, and what only the supervisor gives."""
    parser = subparsers.add_parser("web", help="the HTTP API and the panel", description=__doc__)
    add_config(parser)
    parser.add_argument("--pulse", type=int, metavar="FD", help="the inherited line to the supervisor, if there is one")


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM, or the supervisor's end; 2 if the configuration has mistakes, 1 if it cannot serve."""
    current = current_or_exit(args.config)
    settings = current.configuration.settings
    if not settings.web.keys:
        print("web.keys has no key: write one of 32 characters or more", file=sys.stderr)
        return NOT_STARTED
    # Falcon, pydantic's models and argon2 are of no use to other commands.
    from callcontrol.web.process import WebProcess

    try:
        stores = _stores(current)
        dropped = journal.start_unhindered(mask_numbers=settings.mask_numbers)
        gevent.spawn(keep_counting, dropped)
        process = WebProcess(current, stores.redis_url, stores.postgres_dsn)
        for number in (signal.SIGTERM, signal.SIGINT):
            gevent.signal_handler(number, process.stopped.set)
        gevent.signal_handler(signal.SIGHUP, current.reload)
        if args.pulse is not None:
            name = worker_name(clock.new_id())
            line = socket.socket(fileno=args.pulse)
            Heartbeat(line, lambda: _how(name, current), process.stopped.set).start()
        return process.run()
    except (NoLedger, OSError) as error:
        print(f"callcontrol web: {error}", file=sys.stderr)
        return NOT_STARTED


def _how(name: str, current: Current) -> HeartbeatMessage:
    return HeartbeatMessage(name, "", 0, str(current.configuration.version))


def _stores(current: Current) -> Stores:
    """Those the supervisor handed over; without one those of the configuration.

    Raises:
        NoLedger: they are a daemon's embedded ones, and it does not run.
    """
    if worker_environment.is_there(os.environ):
        return worker_environment.taken_from(os.environ)
    settings = current.configuration.settings
    return Stores(settings.redis.url or running_address(Path(settings.data) / "redis") or "", ledger_dsn(settings))
