"""Runs exports by their timers: one host at a time, one export after the other; a receiver that refuses is asked again
after a while that doubles, and keeps no other export waiting.

When an export is due follows from what the ledger says of its last run, so it does not matter which host looks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Final

from callcontrol.config.settings import Settings
from callcontrol.edges import export_meters as meters
from callcontrol.edges.deliveries import Delivery, DeliveryAway, OtherFile, delivery_of
from callcontrol.edges.ledger.export_books import (
    ExportBusy,
    ExportRefused,
    State,
    note_failure,
    opened,
    waiting_since,
)
from callcontrol.edges.ledger.job_leases import JobLeases
from callcontrol.edges.ledger.reader import connect, explained
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.parquet import NoParquet
from callcontrol.jobs.exports.exporting import TEMPORARY, Exporter
from callcontrol.jobs.exports.plans import Plan, plans_of

LOOK_S: Final = 15.0
# Longer than a run takes: the first one of an old ledger has years to read.
RUNNING_S: Final = 4 * 3600.0
LEASE_S: Final = 300.0
# After the first failure an export is tried again after so long, then after twice as long, up to the last.
RETRY_S, LONGEST_RETRY_S = 60, 3_600
MOST_COUNTED: Final = 1_000_000

FAILURES: Final = (ExportRefused, DeliveryAway, OtherFile, NoParquet, OSError)

log = logging.getLogger("callcontrol.exports")


def due_at(plan: Plan, state: State) -> datetime | None:
    """When it is to run next, in UTC or the plan's zone; None: it has no timer.

    By `daily` that is the first such time of day after its last run, or after it was known first; a time that the
    clocks leave out is an hour later that day. By `every` it runs at once when it never has.
    """
    if plan.settings.daily is not None:
        at = time.fromisoformat(plan.settings.daily)
        return _next_daily(at, plan.zone, state.ran_at or state.opened_at)
    if plan.settings.every_s is None:
        return None
    return state.opened_at if state.ran_at is None else state.ran_at + timedelta(seconds=plan.settings.every_s)


def _next_daily(at: time, zone: tzinfo, after: datetime) -> datetime:
    day = after.astimezone(zone).date()
    today = datetime.combine(day, at, zone)
    # compared in UTC: clocks of one zone are compared by their hands
    return today if today.timestamp() > after.timestamp() else datetime.combine(day + timedelta(days=1), at, zone)


def retry_s(failures: int) -> int:
    """After how many seconds an export is tried again that has failed so often in a row."""
    return int(min(RETRY_S * 2 ** min(max(failures - 1, 0), 10), LONGEST_RETRY_S))


class ExportTimers:
    """One step of the loop at a time.

    Args:
        name: of this process, as leases know it.
        deliveries: for tests.
    """

    def __init__(
        self,
        dsn: str,
        name: str,
        settings: Callable[[], Settings],
        deliveries: Callable[[Plan], Delivery] = lambda plan: delivery_of(plan.settings),
    ) -> None:
        self._dsn = dsn
        self._leases = JobLeases(name)
        self._settings = settings
        self._deliveries = deliveries

    def step(self) -> bool:
        """Run what is due; there is never more to be done at once.

        Raises:
            NoLedger: Postgres is away.
        """
        settings = self._settings()
        plans = plans_of(settings)
        if not plans:
            return False
        with connect(self._dsn) as connection, explained():
            for plan in plans.values():
                state = opened(connection, plan.scope)
                if _is_due(plan, state) and self._leases.hold(connection, f"export {plan.name}", LEASE_S):
                    self._run(connection, plan, state, Path(settings.data) / TEMPORARY)
                    state = opened(connection, plan.scope)
                _show(connection, plan, state)
        return False

    def _run(self, connection: DictConnection, plan: Plan, state: State, folder: Path) -> None:
        try:
            done = Exporter(connection, plan, self._deliveries(plan), folder).run()
        except ExportBusy as busy:
            log.info("%s", busy)
            return
        except FAILURES as error:
            after_s = retry_s(state.failures + 1)
            note_failure(connection, plan.name, after_s, str(error))
            meters.runs_total.labels(plan.name, "failed").inc()
            log.error("%s is not exported, and tried again in %d s: %s", plan.name, after_s, error)
            return
        meters.runs_total.labels(plan.name, "done").inc()
        meters.rows_total.labels(plan.name).inc(done.rows)


def _is_due(plan: Plan, state: State) -> bool:
    due = due_at(plan, state)
    waits = state.retry_at is not None and state.retry_at > state.now
    return due is not None and due <= state.now and not waits


def _show(connection: DictConnection, plan: Plan, state: State) -> None:
    """What an alert looks at."""
    rows, oldest = waiting_since(connection, plan.scope, MOST_COUNTED)
    due = due_at(plan, state)
    meters.rows_waiting.labels(plan.name).set(rows)
    meters.oldest_row_seconds.labels(plan.name).set(_seconds(state.now, oldest))
    meters.overdue_seconds.labels(plan.name).set(_seconds(state.now, due))
    meters.held_seconds.labels(plan.name).set(_seconds(state.ran_at, oldest))
    meters.failures.labels(plan.name).set(state.failures)
    meters.last_success_timestamp_seconds.labels(plan.name).set(state.ran_at.timestamp() if state.ran_at else 0)


def _seconds(until: datetime | None, since: datetime | None) -> float:
    """From the one to the other; 0 if there is none, or if that is later."""
    return 0.0 if until is None or since is None else max(0.0, until.timestamp() - since.timestamp())
