"""The API: how long requests take, with connections to Postgres that are kept, and with one opened for each look."""

from __future__ import annotations

import subprocess
import sys
from argparse import Namespace

import orjson
from rich.console import Console
from rich.table import Table

from callcontrol.edges.embedded import EmbeddedRedis
from tests.bench.machine import folder
from tests.bench.made_history import ledger

CALLS = 100_000


def run(console: Console, args: Namespace) -> None:
    """Measure in a process of its own, in which gevent has patched; print."""
    calls = args.calls or CALLS
    console.rule(f"web: a year of {calls:,} calls")
    table = Table("request", "clients", "connections", "requests/s", "p50 ms", "p95 ms")
    with folder() as made, EmbeddedRedis(made / "redis") as url, ledger(calls, console) as dsn:
        words = [sys.executable, "-m", "tests.bench.web_requests", "serve", str(made), url, dsn]
        rows = orjson.loads(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout.splitlines()[-1])
    for row in rows:
        table.add_row(*row)
    console.print(table)
