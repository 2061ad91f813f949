"""Delivered lines of exports, cases of missed callers, and counts by hour, each compared with the ledger's rows.

The comparison has its own SQL, none of which the program uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import gevent
import orjson
import psycopg

from callcontrol.billing.exports.exportable import EXPORTABLE
from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges import clock
from callcontrol.edges.deliveries import delivery_of
from callcontrol.edges.ledger.export_books import ExportBusy, batches_of
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.jobs.exports.checking import checked, delivered_faults
from callcontrol.jobs.exports.exporting import Exporter
from callcontrol.jobs.exports.plans import Plan, plans_of
from callcontrol.jobs.missed_callers import differing
from callcontrol.vocabulary.export import What
from tests.chaos.centre import TENANT
from tests.chaos.truth import Exported

SETTLED_S = 120.0  # for the job's loops to read the last rows
BUSY_S = 60.0  # for the job to finish a batch

# Every row of these tables and every replaced one, each with its revision.
_WITHDRAWN = """
    SELECT tenant, switch, {id}, started_day, 1 + (
        SELECT count(*) FROM withdrawn_rows w
        WHERE w.table_name = '{table}'
          AND (w.tenant, w.switch, w.row_id, w.started_day) = (t.tenant, t.switch, t.{id}, t.started_day)
    ) AS revision
    FROM {table} t
    UNION ALL
    SELECT tenant, switch, row_id, started_day, revision FROM withdrawn_rows WHERE table_name = '{table}'
"""
THERE = {
    What.CALLS: _WITHDRAWN.format(table="calls", id="call_id"),
    What.LEGS: _WITHDRAWN.format(table="legs", id="leg_id"),
    What.CHARGES: "SELECT tenant, switch, leg_id, started_day, revision, amount FROM charges",
    What.ACCOUNT_ENTRIES: "SELECT tenant, account, currency, number, amount FROM account_entries",
    What.MISSED: (
        'SELECT tenant, number, target, to_char(opened_at, \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\') AS opened_at, revision'
        " FROM missed_revisions"
    ),
}
_MONEY = {What.CHARGES: ("amount",), What.ACCOUNT_ENTRIES: ("amount",)}
_UNREAD = (
    "SELECT (SELECT count(*) FROM hours_to_count) AS marked, (SELECT count(*) FROM missed_days) AS days,"
    " (SELECT count(*) FROM calls, missed_progress WHERE written_in >= read_to) AS calls,"
    " (SELECT (count(*) = 0)::int FROM missed_progress) AS beginnings"
)
_UNREAD_NAMES = ("hours", "days", "calls", "beginning of missed callers")
_HOURS = {
    "call_hours": (
        "SELECT date_trunc('hour', started_at), call_type(caller_extension, dialled, outcome, answered_by, path),"
        " outcome, count(*), count(bridged_at) FROM calls GROUP BY 1, 2, 3",
        "SELECT hour, type, outcome, calls, talks FROM call_hours",
    ),
    "queue_hours": (
        "SELECT date_trunc('hour', entered_at), queue, how, count(*), sum(wait_ms)::bigint FROM queue_visits"
        " WHERE NOT called_back GROUP BY 1, 2, 3",
        "SELECT hour, queue, how, visits, wait_ms FROM queue_hours",
    ),
}


def settle(dsn: str) -> tuple[str, ...]:
    """Wait until the job has read everything; what it has not read in time."""
    due_s = clock.monotonic() + SETTLED_S
    while clock.monotonic() < due_s:
        with psycopg.connect(dsn) as connection:
            row = connection.execute(_UNREAD).fetchone()
        if row is not None and not any(row):
            return ()
        gevent.sleep(0.5)
    assert row is not None
    return tuple(f"{count} {what}" for count, what in zip(row, _UNREAD_NAMES, strict=True) if count)


def exports(config: Path, dsn: str, temporary: Path) -> Iterator[Exported]:
    """Deliver the rest of each export, and read all delivered lines back."""
    settings = read_configuration(config).settings
    with connect(dsn) as connection:
        for plan in plans_of(settings).values():
            _deliver(connection, plan, temporary)
            yield _exported(connection, plan)


def _deliver(connection: DictConnection, plan: Plan, temporary: Path) -> None:
    """The job may have a batch of it under way."""
    due_s = clock.monotonic() + BUSY_S
    while True:
        try:
            Exporter(connection, plan, delivery_of(plan.settings), temporary).run()
            return
        except ExportBusy:
            if clock.monotonic() > due_s:
                raise
            gevent.sleep(0.2)


def _exported(connection: DictConnection, plan: Plan) -> Exported:
    assert plan.settings.folder is not None
    folder, what = Path(plan.settings.folder), plan.scope.what
    batches = list(batches_of(connection, plan.name))
    found = checked(connection, plan.scope)
    unsound = () if found.is_sound and not found.waiting else (repr(found),)
    key = (*EXPORTABLE[what].key, *_MONEY.get(what, ()))
    files = [folder / batch.file for batch in batches]
    lines = [orjson.loads(line) for path in files for line in path.read_bytes().splitlines()]
    rows = connection.execute(THERE[what].encode()).fetchall()
    return Exported(
        what=what.value,
        batches=len(batches),
        lines=tuple(key_text(line[name] for name in key) for line in lines),
        there=tuple(key_text(row[name if name in row else "row_id"] for name in key) for row in rows),
        faults=(*delivered_faults(batches, folder), *unsound),
    )


def key_text(values: Iterable[Any]) -> str:
    """A line's or a row's key. An amount is written as a line writes it: of 8 decimals zero is 0E-8 to Python."""
    return " ".join(map(_written, values))


def _written(value: object) -> str:
    if value is None:
        return ""
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def contacts(dsn: str) -> dict[str, str]:
    """The contact of each call in the cases of missed callers: spoke, missed, reached, tried."""
    with psycopg.connect(dsn) as connection:
        return dict(connection.execute("SELECT call_id, kind FROM missed_contacts").fetchall())


def other_cases(dsn: str) -> tuple[str, ...]:
    """Numbers whose cases differ when their contacts are folded again, and numbers without any revision."""
    with connect(dsn) as connection:
        _, wrong = differing(connection, TENANT)
        unkept = connection.execute(
            "SELECT number FROM missed_cases c WHERE NOT EXISTS (SELECT FROM missed_revisions r"
            " WHERE (r.tenant, r.number, r.target, r.opened_at) = (c.tenant, c.number, c.target, c.opened_at))"
        ).fetchall()
    return (*wrong, *(f"{row['number']} is not kept" for row in unkept))


def other_hours(dsn: str) -> tuple[str, ...]:
    """Counts by hour that are not those of the rows."""
    with psycopg.connect(dsn) as connection:
        found = {
            name: [set(connection.execute(statement.encode()).fetchall()) for statement in both]
            for name, both in _HOURS.items()
        }
    return tuple(f"{name}: {row}" for name, (rows, counts) in found.items() for row in rows ^ counts)
