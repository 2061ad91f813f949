"""A partition per month, made ahead. There is no default partition: it would stand in the way of every new one.

A new partition is built beside its table and attached: that takes no lock that readers or writers would wait for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from psycopg import Connection, sql

from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import transaction
from callcontrol.vocabulary.moment import Instant, datetime_of

TABLES = ("calls", "legs", "charges", "queue_visits", "offers", "segments")
MONTHS_AHEAD = 3
LOCK_TIMEOUT_MS = 5_000
STATEMENT_TIMEOUT_MS = 15_000


class ForeignTable(RuntimeError):
    """A table has the name of a partition but is none."""


def month_of(moment: Instant) -> date:
    """The first day of the moment's month, UTC."""
    return datetime_of(moment).date().replace(day=1)


def later(month: date, months: int) -> date:
    """The first day of the month so many months later."""
    years, index = divmod(month.year * 12 + month.month - 1 + months, 12)
    return date(years, index + 1, 1)


def ensure_partitions(
    connection: Connection[tuple[object, ...]], now: Instant, months_ahead: int = MONTHS_AHEAD
) -> int:
    """Make the partitions of this month and the next ones; returns how many months ahead of this one there are.

    Raises:
        ForeignTable: a table of such a name exists but is not a partition.
    """
    this = month_of(now)
    make_months(connection, [later(this, n) for n in range(months_ahead + 1)])
    return months_ahead_of(connection, now)


def make_months(connection: Connection[tuple[object, ...]], wanted: Iterable[date]) -> None:
    """Make the partitions of these months that are missing; any number of processes may do so at once."""
    missing = sorted(set(wanted) - months_of(connection))
    if not missing:
        return
    with transaction(connection, statement_timeout=STATEMENT_TIMEOUT_MS):
        connection.execute(query("lock_schema"))
        connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT_MS)))
        there = {str(name) for (name,) in connection.execute(query("partitions"), {"tables": list(TABLES)})}
        for month in missing:
            for table in TABLES:
                if f"{table}_{month:%Y_%m}" not in there:
                    _make(connection, table, month)


def make_missing(connection: Connection[tuple[object, ...]]) -> None:
    """Make the partitions that some table lacks of the months that `calls` has.

    Raises:
        ForeignTable: a table of such a name exists but is not a partition.
    """
    make_months(connection, _months(connection, ("calls",)))


def months_ahead_of(connection: Connection[tuple[object, ...]], now: Instant) -> int:
    """How many months follow this one without a gap; -1 if this one itself has no partition."""
    there, ahead = months_of(connection), 0
    while later(month_of(now), ahead) in there:
        ahead += 1
    return ahead - 1


def months_of(connection: Connection[tuple[object, ...]]) -> set[date]:
    """The months for which every table has its partition, as their first days."""
    return _months(connection, TABLES)


def _months(connection: Connection[tuple[object, ...]], tables: tuple[str, ...]) -> set[date]:
    rows = connection.execute(query("months"), {"tables": list(tables)}).fetchall()
    return {date(int(str(name)[:4]), int(str(name)[5:]), 1) for (name,) in rows}


def _make(connection: Connection[tuple[object, ...]], table: str, month: date) -> None:
    name = f"{table}_{month:%Y_%m}"
    exists = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (name,)).fetchone()
    if exists is None or exists[0]:
        raise ForeignTable(f"table {name} exists but is no partition of {table}: attach it, or rename it")
    parts = {"new": sql.Identifier(name), "table": sql.Identifier(table)}
    bounds = {"first": sql.Literal(month), "end": sql.Literal(later(month, 1))}
    connection.execute(sql.SQL("CREATE TABLE {new} (LIKE {table} INCLUDING ALL)").format(**parts))
    attach = "ALTER TABLE {table} ATTACH PARTITION {new} FOR VALUES FROM ({first}) TO ({end})"
    connection.execute(sql.SQL(attach).format(**parts, **bounds))
