"""`callcontrol media` without more: the job that looks after sound files."""

from __future__ import annotations

import argparse
import os
import signal
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
from callcontrol.edges.live_state.workers import worker_name
from callcontrol.edges.worker_environment import Stores
from callcontrol.jobs.media.job import JobContext, MediaJob
from callcontrol.usecases.past_ledger import ledger_dsn


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`[--config DIR]`, and what only the supervisor gives."""
    add_config(parser)
    parser.add_argument("--pulse", type=int, metavar="FD", help="the inherited line to the supervisor, if there is one")


def run(args: argparse.Namespace) -> int:
    """Run the job until SIGTERM, or the supervisor's end; 2 if the configuration has mistakes."""
    current = current_or_exit(args.config)
    settings = current.configuration.settings
    stores = _stores(current)
    dropped = journal.start_unhindered(mask_numbers=settings.mask_numbers)
    gevent.spawn(keep_counting, dropped)
    name = worker_name(clock.new_id())
    context = JobContext(name, lambda: current.configuration.settings, stores.postgres_dsn, stores.redis_url)
    job = MediaJob(context)
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, job.stopped.set)
    gevent.signal_handler(signal.SIGHUP, current.reload)
    if args.pulse is not None:
        line = socket.socket(fileno=args.pulse)
        Heartbeat(line, lambda: _how(name, current), job.stopped.set).start()
    return job.run()


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
