"""A ledger with a year of made-up calls, made by Postgres itself, and samples of what is in it to ask for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
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
LARGEST = 0.215
# What a production server of this size has at least, and what makes a load of this size bearable: what is made anew
# needs no log.
SERVER = {
    "shared_buffers": "2GB",
    "effective_cache_size": "8GB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "2GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
SAMPLED = 200  # rows looked at for each one taken: whole pages are, and the same ones of every month
STEPS = ("calls", "legs", "charges", "call_costs", "queue_visits", "offers", "call_hours", "queue_hours")
# What pages of the panel show beside calls.
BESIDE = ("missed_cases", "spending")
MADE = queries_from((Path(__file__).parent / "history.sql").read_text(encoding="utf-8"))
MARK = "made.txt"


@dataclass(frozen=True, slots=True)
class Year:
    """What is made.

    Attributes:
        calls: in all of the year.
        largest: share of them that the largest tenant has.
        first: its name.
        months: so many of its last ones are made, the others stay empty.
        beside: whether there is all that the panel shows beside calls, of the largest tenant.
        kept: the folder in which it stays, to be measured again; None: it is gone afterwards.
    """

    calls: int
    largest: float = LARGEST
    first: str = "tenant0"
    months: int = MONTHS
    beside: bool = False
    kept: Path | None = None

    @property
    def names(self) -> list[str]:
        """Of the tenants, the largest first."""
        return [self.first, *(f"tenant{n}" for n in range(1, TENANTS))]

    @property
    def bent(self) -> float:
        """The power of chance by which the largest tenant has its share."""
        return math.log(1 / TENANTS) / math.log(self.largest)

    def __str__(self) -> str:
        beside = "all that is shown beside" if self.beside else "calls alone"
        return f"{self.calls:,} calls a year in {self.months} months, {self.largest} of them of {self.first}; {beside}"


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
def ledger(year: Year, console: Console) -> Iterator[str]:
    """The DSN of such a ledger; one that was kept is brought to this version.

    Raises:
        ValueError: the folder holds another one.
    """
    with folder() if year.kept is None else nullcontext(year.kept) as made:
        made.mkdir(exist_ok=True)
        made.chmod(0o711)
        mark, server = made / MARK, EmbeddedPostgres(made / "postgres", durable=False)
        if mark.exists() and mark.read_text() != str(year):
            raise ValueError(f"{made} holds {mark.read_text()}, not {year}: remove it, or name another folder")
        if not mark.exists():
            with server as dsn:
                _configure(dsn)
        with server as dsn:
            with psycopg.connect(dsn, autocommit=True) as connection:
                if mark.exists():
                    apply_schema(connection)
                else:
                    fill(connection, year, console)
            mark.write_text(str(year))
            yield dsn


def _configure(dsn: str) -> None:
    """Settings that the server's next start takes."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for name, value in SERVER.items():
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))


def fill(connection: Connection[tuple[Any, ...]], year: Year, console: Console) -> None:
    """Make the tables and their rows; indexes that are no keys are built afterwards, as is quicker."""
    apply_schema(connection)
    make_months(connection, [later(FIRST, n) for n in range(MONTHS)])
    indexes = connection.execute(made("indexes"), {"tables": list(TABLES)}).fetchall()
    for name, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    # What triggers keep row by row is made at once.
    connection.execute("SET session_replication_role = replica")
    connection.execute(made("seed"))
    for n in range(MONTHS - year.months, MONTHS):
        began = clock.monotonic()
        _fill_month(connection, later(FIRST, n), year)
        console.print(f"month {n + 1} of {MONTHS}: {clock.monotonic() - began:.0f} s")
    if year.beside:
        for step in ("account_entries", "accounts", "web_audit"):
            connection.execute(made(step), {"tenant": year.first, "names": year.names, "first": FIRST})
    began = clock.monotonic()
    for _, definition in indexes:
        connection.execute(definition.replace(" ON ONLY ", " ON ").encode())
    connection.execute("RESET session_replication_role")
    connection.execute("VACUUM (ANALYZE)")
    (size,) = connection.execute(made("size")).fetchone() or (0,)
    console.print(f"indexes and statistics: {clock.monotonic() - began:.0f} s; {size / 1e9:.1f} GB on disk")


def _fill_month(connection: Connection[tuple[Any, ...]], month: date, year: Year) -> None:
    span = {"first": f"{month}T00:00Z", "end": f"{later(month, 1)}T00:00Z"}
    given = {**span, "calls": year.calls // MONTHS, "names": year.names, "bent": year.bent}
    connection.execute(made("make_calls"), given)
    connection.execute("ANALYZE made")
    for step in (*STEPS, *(BESIDE if year.beside else ())):
        connection.execute(made(step), span)
    connection.execute(made("drop_made"))


def made(name: str) -> bytes:
    """A statement of history.sql."""
    return MADE[name].text


def samples(dsn: str, limit: int, tenant: str | None = None) -> list[Sample]:
    """Calls at random, the same ones each time; of this tenant, where one is named."""
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        (counted,) = connection.execute("SELECT count(*) AS n FROM calls")
        percent = min(100.0, 100 * SAMPLED * limit / counted["n"])
        given = {"percent": percent, "limit": limit, "tenant": tenant}
        rows = connection.execute(made("some_calls"), given).fetchall()
    return [Sample(**row) for row in rows]


def numbers_outside(dsn: str, of: list[Sample]) -> list[tuple[str, str]]:
    """Tenants and the numbers outside that calls of these were forwarded to."""
    days = [sample.started_day for sample in of]
    given = {"calls": [one.call_id for one in of], "tenants": sorted({one.tenant for one in of})}
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(made("some_legs"), {**given, "first": min(days), "last": max(days)}).fetchall()
    return [(tenant, target.removeprefix("number:")) for tenant, target, _ in rows]
