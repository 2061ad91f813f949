"""How many calls are recorded in Postgres."""

from __future__ import annotations

import time

import psycopg

DRAIN_S = 60.0
LOOK_S = 0.2


def count(dsn: str) -> int:
    """Calls recorded by now; 0 before the daemon has made its tables."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT to_regclass('calls') IS NOT NULL").fetchone()
        if not row or not row[0]:
            return 0
        counted = connection.execute("SELECT count(*) FROM calls").fetchone()
        return int(counted[0]) if counted else 0


def wait(dsn: str, wanted: int) -> int:
    """Calls recorded when there are as many as wanted, or DRAIN_S later."""
    due = time.monotonic() + DRAIN_S
    while (found := count(dsn)) < wanted and time.monotonic() < due:
        time.sleep(LOOK_S)
    return found
