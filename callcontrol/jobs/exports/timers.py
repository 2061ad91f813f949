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
from callcontrol.edges import clock
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
from callcontrol.edges.ledger.export_receipts import missing
from callcontrol.edges.ledger.job_leases import JobLeases
from callcontrol.edges.ledger.reader import connect, explained
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.parquet import NoParquet
from callcontrol.jobs.exports.exporting import TEMPORARY, Exporter
from callcontrol.jobs.exports.plans import Plan, plans_of
from callcontrol.jobs.exports.receipts import collect
from callcontrol.jobs.exports.renewing import renewed

LOOK_S: Final = 15.0
# Longer than a run takes: the first one of an old ledger has years to read.
RUNNING_S: Final = 4 * 3600.0
LEASE_S: Final = 300.0  # renewed while a run goes on
RECEIPTS_S: Final = 60.0  # from one look for receipts to the next
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
        self._looked_at: dict[str, float] = {}

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
                if _is_due(plan, state) and self._leases.hold(connection, lease_of(plan), LEASE_S):
                    with renewed(self._dsn, self._leases, lease_of(plan), LEASE_S):
                        self._run(connection, plan, state, Path(settings.data) / TEMPORARY)
                    state = opened(connection, plan.scope)
                self._look_for_receipts(connection, plan)
                _show(connection, plan, state)
        return False

    def _look_for_receipts(self, connection: DictConnection, plan: Plan) -> None:
        """From time to time, on one host; a receiver that does not answer is asked again at the next look."""
        now_s = clock.monotonic()
        if plan.settings.receipts is None or now_s < self._looked_at.get(plan.name, -RECEIPTS_S) + RECEIPTS_S:
            return
        self._looked_at[plan.name] = now_s
        if not self._leases.hold(connection, f"receipts {plan.name}", 2 * RECEIPTS_S):
            return
        try:
            collect(connection, plan.name, self._deliveries(plan))
        except (DeliveryAway, OSError) as error:
            log.warning("receipts of %s are not looked for: %s", plan.name, error)

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


def lease_of(plan: Plan) -> str:
    """The name of the lease by which one host runs it."""
    return f"export {plan.name}"


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
    _show_receipts(connection, plan)


def _show_receipts(connection: DictConnection, plan: Plan) -> None:
    """0 where no receipts are waited for."""
    within_s = plan.settings.receipts_s
    found = None if within_s is None else missing(connection, plan.name)
    overdue_s = 0.0 if found is None else _seconds(found.now, found.oldest) - (within_s or 0)
    meters.unconfirmed_batches.labels(plan.name).set(found.batches if found else 0)
    meters.unconfirmed_overdue_seconds.labels(plan.name).set(max(0.0, overdue_s))
    meters.wrong_receipts.labels(plan.name).set(found.wrong if found else 0)


def _seconds(until: datetime | None, since: datetime | None) -> float:
    """From the one to the other; 0 if there is none, or if that is later."""
    return 0.0 if until is None or since is None else max(0.0, until.timestamp() - since.timestamp())
