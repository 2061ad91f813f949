"""The web process over a year of calls: how long each list, page and report takes, for people of each role; and
requests with connections to Postgres that are kept, beside one opened for each look.
"""

from __future__ import annotations

import subprocess
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from callcontrol.edges.embedded import EmbeddedRedis
from tests.bench.machine import folder, load
from tests.bench.made_history import Year, ledger

CALLS = 100_000
TENANT = "acme"  # the largest
BAR_MS = 100.0


def run(console: Console, args: Namespace) -> None:
    """Measure in processes of their own, in which gevent has patched; print."""
    year = Year(args.calls or CALLS, args.largest, TENANT, args.months, beside=True, kept=args.kept)
    console.rule(f"web: {year}")
    with folder() as made, EmbeddedRedis(made / "redis") as url, ledger(year, console) as dsn:
        looks = _measured("looks", str(made), url, dsn, args.only)
        rows = [] if args.only else _measured("serve", str(made), url, dsn)
    console.print(_looks(looks))
    over = [f"{name} ({login})" for name, login, _, _, _, p95, *_ in looks if p95 > BAR_MS]
    console.print(f"over {BAR_MS:.0f} ms: {', '.join(over) or 'none'}; {load()}")
    table = Table("request", "clients", "connections", "requests/s", "p50 ms", "p95 ms")
    for row in rows:
        table.add_row(*row)
    console.print(table if rows else "")


def _measured(*given: str) -> list[list[Any]]:
    words = [sys.executable, "-m", "tests.bench.web_requests", *given]
    answer = subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout
    found: list[list[Any]] = orjson.loads(answer.splitlines()[-1])
    return found


def _looks(rows: Sequence[Sequence[Any]]) -> Table:
    """What the processor took is the web process and Postgres together: a busy machine does not add to it."""
    table = Table("look", "of", "asked", "KB", "p50 ms", "p95 ms", "largest", "processor p50", "p95 ms")
    for name, login, asked, size, *spans in rows:
        figures = (f"{span:.1f}" for span in spans)
        table.add_row(name, login, str(asked), f"{size / 1000:.1f}", *figures)
    return table
