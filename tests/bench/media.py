"""Files a second on their way from the switch's disk into storage: looked at, copied, read back, noted in Postgres."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import psycopg
from rich.console import Console

from callcontrol.edges.embedded import EmbeddedPostgres
from callcontrol.edges.ledger.writer import LedgerWriter
from tests.jobs.media.world import World, wav

FILES = 300
LENGTH_MS = 20_000  # of a usual message


def run(console: Console, args: argparse.Namespace) -> None:
    """One process, a folder as storage, every write synced."""
    del args
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        with EmbeddedPostgres(Path(folder) / "postgres", durable=False) as dsn:
            LedgerWriter(dsn).write([])
            world = World(Path(folder), dsn)
            data = wav(LENGTH_MS)
            for n in range(FILES):
                world.message(n, data)
            mover, begun = world.mover(), time.monotonic()
            while mover.step():
                pass
            took_s = time.monotonic() - begun

            with psycopg.connect(dsn) as connection:
                (count,) = connection.execute("SELECT count(*) FROM media WHERE state = 'stored'").fetchone() or (0,)
            world.close()
    what = f"{count} messages of {LENGTH_MS // 1000} s ({len(data) // 1000} KB)"
    console.print(f"media: {what} into a folder: {count / took_s:.0f} a second, one process")
