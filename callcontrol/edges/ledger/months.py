"""Months of the ledger that are kept no longer: partitions are detached, set aside under another name, and dropped.

A partition is detached CONCURRENTLY: readers and writers of other months wait for nothing. Postgres does it in two
transactions and waits for old snapshots in between; what is cut short there stays "pending", and Postgres detaches no
other partition of the table until it is finalised. So that is done first, each time.

Import only after gevent has patched: psycopg decides on import whether its waits let others run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import gevent
import psycopg
from psycopg import sql

from callcontrol.edges.ledger.export_books import Scope
from callcontrol.edges.ledger.partitions import LOCK_TIMEOUT_MS, TABLES, later
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection, transaction

# How long readers that began before are waited for; then it is tried again in the next step.
DETACH_S: Final = 60.0
EVERY_TENANT: Final = "*"

_LEAVING: Final = re.compile(rf"leaving_({'|'.join(TABLES)})_([0-9]{{4}})_([0-9]{{2}})_([0-9]+)")
_MONTH: Final = re.compile(rf"({'|'.join(TABLES)})_([0-9]{{4}})_([0-9]{{2}})")


class StillRead(RuntimeError):
    """Transactions that began before still read the partition; the message says which."""


@dataclass(frozen=True, slots=True)
class Partition:
    """A table's month.

    Attributes:
        month: its first day.
        is_pending: detaching it was cut short.
    """

    table: str
    month: date
    is_pending: bool = False

    @property
    def name(self) -> str:
        """As a table."""
        return f"{self.table}_{self.month:%Y_%m}"


@dataclass(frozen=True, slots=True)
class Leaving:
    """A month that was detached.

    Attributes:
        part: as in `retired_months`.
        name: of the table it is set aside as.
    """

    table: str
    month: date
    part: int

    @property
    def name(self) -> str:
        """Of the table it is set aside as."""
        return f"leaving_{self.table}_{self.month:%Y_%m}_{self.part}"


def attached(connection: DictConnection) -> list[Partition]:
    """Every partition, the oldest month first, `calls` first in it."""
    rows = connection.execute(query("months_attached"), {"tables": list(TABLES)}).fetchall()
    return [Partition(row["what"], _month(row["month"]), row["is_pending"]) for row in rows]


def finalise(connection: DictConnection, partition: Partition) -> None:
    """Finish what was cut short.

    Raises:
        StillRead: transactions of before are open still.
        psycopg.Error: Postgres is away.
    """
    with _not_for_ever(connection, partition):
        statement = sql.SQL("ALTER TABLE {} DETACH PARTITION {} FINALIZE")
        connection.execute(statement.format(sql.Identifier(partition.table), sql.Identifier(partition.name)))


def detach(connection: DictConnection, partition: Partition) -> None:
    """Take a partition out of its table; no transaction may be open on the connection.

    Raises:
        StillRead: transactions of before are open still; it is pending then, or as it was.
        psycopg.Error: Postgres is away.
    """
    retirement(connection, EVERY_TENANT, partition.table, partition.month)
    with _not_for_ever(connection, partition):
        statement = sql.SQL("ALTER TABLE {} DETACH PARTITION {} CONCURRENTLY")
        connection.execute(statement.format(sql.Identifier(partition.table), sql.Identifier(partition.name)))


def set_aside(connection: DictConnection) -> None:
    """Rename what was detached: its month may be needed again, for a record that comes a year late."""
    rows = connection.execute(query("tables_like"), {"pattern": f"^{_MONTH.pattern}$"}).fetchall()
    for row in rows:
        found = _MONTH.fullmatch(row["name"])
        assert found is not None
        month = date(int(found[2]), int(found[3]), 1)
        part = retirement(connection, EVERY_TENANT, found[1], month, is_new=False)
        if part is not None:
            _rename(connection, row["name"], Leaving(found[1], month, part).name)


def _rename(connection: DictConnection, name: str, to: str) -> None:
    with transaction(connection, lock_timeout=LOCK_TIMEOUT_MS):
        connection.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(to)))


def leaving(connection: DictConnection) -> list[Leaving]:
    """What is set aside, and still there."""
    rows = connection.execute(query("tables_like"), {"pattern": f"^{_LEAVING.pattern}$"}).fetchall()
    found = (_LEAVING.fullmatch(row["name"]) for row in rows)
    return [Leaving(one[1], date(int(one[2]), int(one[3]), 1), int(one[4])) for one in found if one is not None]


def drop(connection: DictConnection, one: Leaving) -> None:
    """Its rows are gone for good; in the transaction under way."""
    connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(one.name)))


def retirement(connection: DictConnection, tenant: str, table: str, month: date, *, is_new: bool = True) -> int | None:
    """The part of a month that is leaving: one that has begun, else, if `is_new`, a new one."""
    params = {"tenant": tenant, "what": table, "month": month}
    names = ("retirement_open", "open_retirement") if is_new else ("retirement_open",)
    for name in names:
        row = connection.execute(query(name), params).fetchone()
        if row is not None:
            return int(row["part"])
    return None


def tenants_in(connection: DictConnection, partition: Partition) -> list[str]:
    """Whose rows are in it: from one to the next in the key."""
    statement = sql.SQL(
        "WITH RECURSIVE names (tenant) AS ("
        " (SELECT tenant FROM {name} ORDER BY tenant LIMIT 1)"
        " UNION ALL SELECT (SELECT p.tenant FROM {name} p WHERE p.tenant > n.tenant ORDER BY p.tenant LIMIT 1)"
        " FROM names n WHERE n.tenant IS NOT NULL"
        ") SELECT tenant FROM names WHERE tenant IS NOT NULL"
    ).format(name=sql.Identifier(partition.name))
    return [row["tenant"] for row in connection.execute(statement).fetchall()]


def has_rows(connection: DictConnection, partition: Partition, tenant: str, without: list[str]) -> bool:
    """Whether a tenant has rows there of other calls than these."""
    statement = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE tenant = %s AND NOT call_id = ANY (%s)) AS found").format(
        sql.Identifier(partition.name)
    )
    row = connection.execute(statement, (tenant, without)).fetchone()
    return row is not None and bool(row["found"])


def has_calls(connection: DictConnection, partition: Partition, calls: list[tuple[str, str]]) -> bool:
    """Whether one of these calls is there."""
    if not calls:
        return False
    statement = sql.SQL(
        "SELECT EXISTS (SELECT FROM {} JOIN unnest(%s::text[], %s::text[]) AS g (tenant, call_id)"
        " USING (tenant, call_id)) AS found"
    ).format(sql.Identifier(partition.name))
    tenants, ids = (list(part) for part in zip(*calls, strict=True))
    row = connection.execute(statement, (tenants, ids)).fetchone()
    return row is not None and bool(row["found"])


def is_unexported(connection: DictConnection, scope: Scope, month: date) -> bool:
    """Whether an export that has run before has rows of the month that are in no batch yet."""
    if scope.what.value not in TABLES:
        return False
    params = {**scope.params(), "first": month, "end": later(month, 1)}
    statement = query("rows_unexported").replace(b"WHAT", scope.what.value.encode())
    row = connection.execute(statement, params).fetchone()
    return row is not None and bool(row["waiting"])


def held_calls(connection: DictConnection) -> list[tuple[str, str]]:
    """Tenant and id of the calls that holds are about."""
    return [(row["tenant"], row["call_id"]) for row in connection.execute(query("held_calls")).fetchall()]


@contextmanager
def _not_for_ever(connection: DictConnection, partition: Partition) -> Iterator[None]:
    """What takes longer is cancelled. No setting of a session does it: behind PgBouncer there is none."""
    cancelling = gevent.spawn_later(DETACH_S, _cancel, connection)
    try:
        yield
    except psycopg.errors.QueryCanceled as error:
        raise StillRead(
            f"{partition.name} is not detached: transactions that began before are open for more than {DETACH_S:g} s;"
            " `SELECT pid, xact_start, query FROM pg_stat_activity ORDER BY xact_start` says whose"
        ) from error
    finally:
        cancelling.kill()


def _cancel(connection: psycopg.Connection[Any]) -> None:
    connection.cancel()


def _month(text: str) -> date:
    return date(int(text[:4]), int(text[5:]), 1)
