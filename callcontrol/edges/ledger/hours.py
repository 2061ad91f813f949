"""Calls and stays in queues by hour: counted anew where rows have changed, and read so that it is what the rows say.

Each statement that writes calls or stays marks their hours in its own transaction (`schema_32.sql`). `HourCounter`
takes marks and counts those hours; a transaction that commits later leaves a mark of its own. What is marked, and the
pieces of hours at the ends of a period, is counted from the rows where it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from callcontrol.billing.counts import CallHour, QueueHour
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.reader import Access, asking, connect
from callcontrol.vocabulary.moment import Instant, datetime_of

HOURS_AT_ONCE: Final = 500
_FOLDS: Final = {b"FOLD_CALLS": "fold_calls", b"FOLD_VISITS": "fold_visits"}


class HourCounter:
    """Counts the hours that are marked; one process at a time does."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    def step(self) -> bool:
        """Count some of them, the latest first; True if more are marked.

        Raises:
            NoLedger: Postgres is away.
        """
        with connect(self._dsn) as connection, asking(connection):
            (row,) = connection.execute(query("lock_counting")).fetchall()
            if not row["may"]:
                return False
            marks = connection.execute(query("take_marks"), {"limit": HOURS_AT_ONCE}).fetchall()
            hours = sorted({(mark["tenant"], mark["hour"]) for mark in marks})
            given = {"tenants": [tenant for tenant, _ in hours], "hours": [hour for _, hour in hours]}
            for name in ("empty_call_hours", "empty_queue_hours", "count_calls", "count_visits"):
                connection.execute(_statement(name), given)
            return len(hours) == HOURS_AT_ONCE


def call_hours(access: Access, tenant: str, start: Instant, end: Instant) -> list[CallHour]:
    """The tenant's calls that arrived in [start, end).

    Raises:
        NoLedger: Postgres cannot be reached, or has no tables of this version.
    """
    return [CallHour(**row) for row in _rows(access, "call_hours", tenant, start, end)]


def queue_hours(access: Access, tenant: str, start: Instant, end: Instant) -> list[QueueHour]:
    """The stays in the tenant's queues that began in [start, end).

    Raises:
        NoLedger: as `call_hours`.
    """
    return [QueueHour(**row) for row in _rows(access, "queue_hours", tenant, start, end)]


def _rows(access: Access, name: str, tenant: str, start: Instant, end: Instant) -> list[dict[str, Any]]:
    given = {"tenant": tenant, "start": datetime_of(start), "end": datetime_of(end)}
    with connect(access) as connection, asking(connection):
        return connection.execute(_statement(name), given | {"pieces": list(_pieces(start, end))}).fetchall()


def _pieces(start: Instant, end: Instant) -> Iterator[datetime]:
    """The hours of which only a piece lies in the period."""
    for edge in (datetime_of(start), datetime_of(end)):
        hour = edge.replace(minute=0, second=0, microsecond=0)
        if hour != edge:
            yield hour


def _statement(name: str) -> bytes:
    text = query(name)
    for mark, fold in _FOLDS.items():
        text = text.replace(mark, query(fold))
    return text
