"""Retention, one step of the loop at a time; of several hosts one does it.

A month leaves the ledger like this: all tenants' periods are over, nothing in it is held, its hours are counted, its
batches have arrived. Then its partitions are detached, set aside, archived if that is wanted, and dropped. Where only
some tenants' periods are over, or rows are held, the rows of those tenants are deleted, and the rest stays.
Whatever is cut short, the next step goes on with it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Final

from psycopg import sql
from psycopg.types.json import Jsonb

from callcontrol.config.retention_settings import RetentionKind
from callcontrol.config.settings import Settings
from callcontrol.edges import retention_meters as meters
from callcontrol.edges.ledger import months
from callcontrol.edges.ledger.ageing import (
    MOST,
    aged_tables,
    delete_aged,
    forget_contacts,
    forget_entries,
    forget_uses,
    held,
)
from callcontrol.edges.ledger.job_leases import JobLeases
from callcontrol.edges.ledger.months import EVERY_TENANT, Partition, StillRead
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.session import DictConnection, transaction
from callcontrol.edges.parquet import NoParquet
from callcontrol.jobs.retention.archiving import Archived, NotArchived, Rows, archived
from callcontrol.jobs.retention.cdrs import forget_done
from callcontrol.jobs.retention.outlook import Look, is_held_in_part, why_not_yet
from callcontrol.jobs.retention.periods import cutoffs, is_over, overdue_days
from callcontrol.jobs.retention.upgrading import grace_end
from callcontrol.vocabulary.moment import SECOND_US, Instant, datetime_of, text_of

EVERY_S: Final = 300.0
DEADLINE_S: Final = 4 * 3600.0
LEASE_S: Final = 600.0
# What keeps it from going on, and needs no more than time, or a person.
HINDRANCES: Final = (StillRead, NotArchived, NoParquet)
LEASE: Final = "retention"
STATEMENT_TIMEOUT_MS: Final = 3_600_000

log = logging.getLogger("callcontrol.retention")


class Keeper:
    """One step at a time."""

    def __init__(self, dsn: str, name: str, settings: Callable[[], Settings], now: Callable[[], Instant]) -> None:
        self._dsn = dsn
        self._leases = JobLeases(name)
        self._settings = settings
        self._now = now
        self._in_grace = False

    def step(self) -> bool:
        """Do the next piece; True if there is more to be done at once.

        Raises:
            psycopg.Error, NoLedger: Postgres is away.
            StillRead: readers of before keep a month.
            NotArchived, NoParquet: its archive cannot be written.
        """
        settings, today = self._settings(), datetime_of(self._now()).date()
        with connect(self._dsn) as connection:
            if self._is_in_grace(connection, settings):
                return False
            forget_done(settings, self._now())
            if not self._leases.hold(connection, LEASE, LEASE_S):
                return False
            look = Look(settings, today, held(connection))
            try:
                return _go_on(connection, look) or _retire(connection, look) or _age(connection, look)
            finally:
                _show(connection, look)

    def _is_in_grace(self, connection: DictConnection, settings: Settings) -> bool:
        """Whether nothing is deleted yet; it is told once, and when it is over."""
        ends = grace_end(connection, settings)
        left_us = max(0, ends - self._now())
        meters.grace_seconds.set(left_us / SECOND_US)
        if bool(left_us) != self._in_grace:
            self._in_grace = bool(left_us)
            days = settings.retention.grace_days
            until = f"until {text_of(ends)}, {days} days after the upgrade (`retention.grace_days`)"
            more = "`callcontrol retention` shows what will go then" if left_us else "that is over now"
            log.warning("what is kept no longer stays %s: %s", until, more)
        return bool(left_us)


def _go_on(connection: DictConnection, look: Look) -> bool:
    """Finish what was cut short: pending partitions first, for nothing else is detached until then."""
    for partition in months.attached(connection):
        if partition.is_pending:
            months.finalise(connection, partition)
            log.warning("detaching %s was cut short, and is finalised", partition.name)
    months.set_aside(connection)
    leaving = months.leaving(connection)
    for one in leaving:
        with transaction(connection, statement_timeout=STATEMENT_TIMEOUT_MS):
            rows = Rows(one.table, one.name, one.month, one.part)
            done = archived(connection, rows, look.settings.retention.archive)
            months.drop(connection, one)
            _close(connection, rows, done)
    return bool(leaving)


def _close(connection: DictConnection, rows: Rows, done: Archived) -> None:
    params = {
        "month": rows.month,
        "what": rows.table,
        "tenant": rows.tenant,
        "part": rows.part,
        "rows": done.counted.rows,
        "sums": Jsonb(done.counted.sums),
        "archive": done.path,
        "sha256": done.sha256,
    }
    connection.execute(query("close_retirement"), params)
    meters.rows_total.labels(rows.table).inc(done.counted.rows)
    whose = "all tenants" if rows.tenant == EVERY_TENANT else f"tenant {rows.tenant!r}"
    where = f", archived as {done.path}" if done.path else ""
    log.info("%d rows of %s of %s, %s, are gone%s", done.counted.rows, rows.table, f"{rows.month:%Y-%m}", whose, where)


def _retire(connection: DictConnection, look: Look) -> bool:
    """Let the next month go, or a tenant's rows of it."""
    kept = cutoffs(look.settings, RetentionKind.CALLS, look.today)
    for month, partitions, tenants in _months(connection, look):
        if not (over := [tenant for tenant in tenants if is_over(month, [tenant], kept)]) and tenants:
            continue
        is_whole = len(over) == len(tenants) and is_over(month, ["", *tenants], kept)
        is_held = is_held_in_part(connection, look, month, partitions)
        free = [tenant for tenant in over if not look.holding.has_month(tenant, month)]
        whose = [EVERY_TENANT] if is_whole and not is_held else free
        for tenant in whose:
            if tenant != EVERY_TENANT and not _is_left(connection, look, partitions, tenant):
                continue
            if why := why_not_yet(connection, look, month, tenant):
                log.info("%s of %s stays for now: %s", tenant, f"{month:%Y-%m}", why)
                continue
            if tenant == EVERY_TENANT:
                for partition in partitions:
                    months.detach(connection, partition)
                months.set_aside(connection)
            else:
                _delete(connection, look, partitions, tenant)
            return True
    return False


def _months(connection: DictConnection, look: Look) -> Iterator[tuple[date, list[Partition], list[str]]]:
    """Months that could be over for some tenant, the oldest first: their partitions, and whose rows are in them."""
    kept = cutoffs(look.settings, RetentionKind.CALLS, look.today)
    end = max([kept.everyone, *kept.own.values()])
    for month, found in groupby(months.attached(connection), key=lambda one: one.month):
        if month >= end:
            return
        partitions = list(found)
        yield month, partitions, sorted({name for one in partitions for name in months.tenants_in(connection, one)})


def _held_of(look: Look, tenant: str) -> list[str]:
    return [call_id for whose, call_id in look.holding.calls if whose == tenant]


def _is_left(connection: DictConnection, look: Look, partitions: Sequence[Partition], tenant: str) -> bool:
    """Whether a tenant has rows there that are not held."""
    return any(months.has_rows(connection, one, tenant, _held_of(look, tenant)) for one in partitions)


def _delete(connection: DictConnection, look: Look, partitions: Sequence[Partition], tenant: str) -> None:
    """A tenant's rows of a month, but for held ones: archived and deleted as one snapshot has them."""
    without = _held_of(look, tenant)
    with transaction(connection, statement_timeout=STATEMENT_TIMEOUT_MS):
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for one in partitions:
            if not months.has_rows(connection, one, tenant, without):
                continue
            part = months.retirement(connection, tenant, one.table, one.month)
            assert part is not None
            rows = Rows(one.table, one.name, one.month, part, tenant, without)
            done = archived(connection, rows, look.settings.retention.archive)
            name = sql.Identifier(one.name)
            connection.execute(sql.SQL("DELETE FROM {} WHERE {}").format(name, rows.condition))
            _close(connection, rows, done)


def _age(connection: DictConnection, look: Look) -> bool:
    """Delete what goes row by row; True if one of the tables had more than is deleted at once."""
    more = False
    for table in aged_tables():
        kept = cutoffs(look.settings, RetentionKind(table.period.value), look.today)
        count = delete_aged(connection, table, kept, look.holding)
        meters.rows_total.labels(table.name).inc(count)
        more = more or count == MOST
    missed = cutoffs(look.settings, RetentionKind.MISSED, look.today)
    accounts = cutoffs(look.settings, RetentionKind.ACCOUNTS, look.today)
    calls = cutoffs(look.settings, RetentionKind.CALLS, look.today)
    counts = {
        "missed_contacts": forget_contacts(connection, missed, look.holding),
        "account_entries": forget_entries(connection, accounts, look.holding),
        "allowance_counters": forget_uses(connection, calls, look.holding),
    }
    for name, count in counts.items():
        meters.rows_total.labels(name).inc(count)
    connection.execute(query("throw_keys_away"))
    connection.execute(query("close_listenings"))
    return more or counts["missed_contacts"] >= MOST


def _show(connection: DictConnection, look: Look) -> None:
    """What alerts look at."""
    kept = cutoffs(look.settings, RetentionKind.CALLS, look.today)
    overdue, held_months = 0, 0
    for month, partitions, tenants in _months(connection, look):
        held_months += is_held_in_part(connection, look, month, partitions)
        for tenant in tenants:
            if look.holding.has_month(tenant, month):
                continue
            if is_over(month, [tenant], kept) and _is_left(connection, look, partitions, tenant):
                overdue = max(overdue, overdue_days(month, look.today, (look.today - kept.of(tenant)).days))
    meters.overdue_seconds.set(overdue * 86_400)
    meters.held_months.set(held_months)
    (row,) = connection.execute(query("erasures_unfinished")).fetchall()
    meters.unfinished_erasure_seconds.set(row["oldest_s"])
