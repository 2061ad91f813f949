"""A ledger with a year of made-up calls, made by Postgres itself, and samples of what is in it to ask for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.rows import dict_row
from rich.console import Console

from callcontrol.edges import clock
from callcontrol.edges.embedded import EmbeddedPostgres
from callcontrol.edges.ledger.partitions import TABLES, later, make_months
from callcontrol.edges.ledger.queries import queries_from
from callcontrol.edges.ledger.schema import apply_schema
from tests.bench.machine import folder

FIRST = date(2026, 1, 1)
MONTHS = 12
TENANTS = 100
# What a production server of this size has at least, and what makes a load of this size bearable.
SERVER = {"shared_buffers": "2GB", "effective_cache_size": "8GB", "max_wal_size": "8GB"}
SAMPLED = 200  # rows looked at for each one taken: whole pages are, and the same ones of every month
STEPS = ("calls", "legs", "charges", "queue_visits", "offers")
MADE = queries_from((Path(__file__).parent / "history.sql").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Sample:
    """A call that is there."""

    tenant: str
    call_id: str
    caller_number: str
    dialled: str
    started_at: datetime
    started_day: date


@contextmanager
def ledger(calls: int, console: Console) -> Iterator[str]:
    """The DSN of a ledger with so many calls, which is gone afterwards."""
    with folder() as made:
        server = EmbeddedPostgres(made / "postgres", durable=False)
        with server as dsn:
            _configure(dsn)
        with server as dsn:
            with psycopg.connect(dsn, autocommit=True) as connection:
                fill(connection, calls, console)
            yield dsn


def _configure(dsn: str) -> None:
    """Settings that the server's next start takes."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for name, value in SERVER.items():
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))


def fill(connection: Connection[tuple[Any, ...]], calls: int, console: Console) -> None:
    """Make the tables and their rows; indexes that are no keys are built afterwards, as is quicker."""
    apply_schema(connection)
    make_months(connection, [later(FIRST, n) for n in range(MONTHS)])
    indexes = connection.execute(made("indexes"), {"tables": list(TABLES)}).fetchall()
    for name, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    connection.execute(made("seed"))
    for n in range(MONTHS):
        began = clock.monotonic()
        _fill_month(connection, later(FIRST, n), calls // MONTHS)
        console.print(f"month {n + 1} of {MONTHS}: {clock.monotonic() - began:.0f} s")
    began = clock.monotonic()
    for _, definition in indexes:
        connection.execute(definition.replace(" ON ONLY ", " ON ").encode())
    connection.execute("VACUUM (ANALYZE)")
    (size,) = connection.execute(made("size")).fetchone() or (0,)
    console.print(f"indexes and statistics: {clock.monotonic() - began:.0f} s; {size / 1e9:.1f} GB on disk")


def _fill_month(connection: Connection[tuple[Any, ...]], month: date, calls: int) -> None:
    given = {"first": f"{month}T00:00Z", "end": f"{later(month, 1)}T00:00Z", "calls": calls, "tenants": TENANTS}
    connection.execute(made("make_calls"), given)
    for step in STEPS:
        connection.execute(made(step), {})
    connection.execute(made("drop_made"))


def made(name: str) -> bytes:
    """A statement of history.sql."""
    return MADE[name].text


def samples(dsn: str, limit: int) -> list[Sample]:
    """Calls at random, the same ones each time."""
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        (counted,) = connection.execute("SELECT count(*) AS n FROM calls")
        percent = min(100.0, 100 * SAMPLED * limit / counted["n"])
        rows = connection.execute(made("some_calls"), {"percent": percent, "limit": limit}).fetchall()
    return [Sample(**row) for row in rows]


def numbers_outside(dsn: str, of: list[Sample]) -> list[tuple[str, str]]:
    """Tenants and the numbers outside that calls of these were forwarded to."""
    days = [sample.started_day for sample in of]
    given = {"calls": [one.call_id for one in of], "tenants": sorted({one.tenant for one in of})}
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(made("some_legs"), {**given, "first": min(days), "last": max(days)}).fetchall()
    return [(tenant, target.removeprefix("number:")) for tenant, target, _ in rows]
