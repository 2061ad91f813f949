"""What a waiting call takes of its worker's memory: how much two workers grow while callers come."""

from __future__ import annotations

import time
from argparse import Namespace

from rich.console import Console
from rich.table import Table

from tests.bench.call_centre import example
from tests.bench.figures import growth_kib
from tests.bench.machine import folder, load, rss_kib, staged
from tests.bench.waiting import WaitingRoom

STEPS = (200, 1_000, 1_000)  # the first fills caches and pools, and does not count
AGENTS = 2
QUIET_S = 2.0


def run(console: Console, args: Namespace) -> None:
    """Measure and print."""
    table = Table(title="memory of two workers while callers wait (RSS)")
    for column in ("waiting", "workers", "KiB a further caller"):
        table.add_column(column, justify="right")
    with folder() as made, staged(example(made / "example", AGENTS), workers=2) as stage:
        room = WaitingRoom(stage, AGENTS)
        room.open(talk_s=1.0)
        pids, waiting, before = stage.daemon.worker_pids(), 0, (0, 0)
        for step in STEPS:
            room.callers_come(step)
            time.sleep(QUIET_S)
            waiting += step
            now = (waiting, sum(rss_kib(pid) for pid in pids))
            grown = f"{growth_kib(before, now):.1f}" if before[0] else "-"
            table.add_row(f"{waiting:,}", f"{now[1] / 1024:.0f} MiB", grown)
            before = now
        room.close()
    console.print(table)
    console.print(f"    {load()}")
