"""Exports: how each stands, its batches, and delivering one of before once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from callcontrol.config.settings import Settings
from callcontrol.edges.deliveries import Delivery, delivery_of
from callcontrol.edges.ledger.export_books import Batch, State, batches_of, state_of, waiting_since
from callcontrol.edges.ledger.export_receipts import missing
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.jobs.exports.checking import MOST_WAITING
from callcontrol.jobs.exports.exporting import TEMPORARY, Exporter
from callcontrol.jobs.exports.plans import Plan, plans_of
from callcontrol.usecases.names import unknown
from callcontrol.usecases.refusals import NotThere


@dataclass(frozen=True, slots=True)
class ExportNow:
    """How an export stands.

    Attributes:
        to: the receiver, without any secret.
        ran_at: when it last had delivered everything; None: never.
        waiting, waiting_since: rows that are in no batch yet, and when the oldest was written.
        unconfirmed: batches without a receipt; None: it has no receipts.
        trouble: why it fails, "" where it does not.
    """

    name: str
    what: str
    tenants: tuple[str, ...] | None
    to: str
    timer: str
    ran_at: datetime | None
    waiting: int
    waiting_since: datetime | None
    unconfirmed: int | None
    trouble: str


def plan_of(settings: Settings, name: str, tenant: str | None = None) -> Plan:
    """The export of this name.

    Args:
        tenant: only one that delivers this tenant's rows and no others; None: any.

    Raises:
        NotThere: the configuration has none.
    """
    plans = plans_for(settings, tenant)
    if name not in plans:
        raise NotThere(unknown("export", name, plans), "export")
    return plans[name]


def plans_for(settings: Settings, tenant: str | None = None) -> Mapping[str, Plan]:
    """Every export of the configuration; or those that deliver this tenant's rows and no others."""
    plans = plans_of(settings)
    return plans if tenant is None else {name: one for name, one in plans.items() if one.scope.tenants == (tenant,)}


def export_now(connection: DictConnection, plan: Plan) -> ExportNow:
    """How an export stands."""
    state = state_of(connection, plan.name)
    waiting, oldest = waiting_since(connection, plan.scope, MOST_WAITING)
    every, daily = plan.settings.every, plan.settings.daily
    return ExportNow(
        name=plan.name,
        what=plan.scope.what.value,
        tenants=plan.scope.tenants,
        to=delivery_of(plan.settings).place,
        timer=f"every {every}" if every else f"daily {daily} {plan.zone}" if daily else "by hand",
        ran_at=state.ran_at if state else None,
        waiting=waiting,
        waiting_since=oldest,
        unconfirmed=None if plan.settings.receipts is None else missing(connection, plan.name).batches,
        trouble=_trouble(state),
    )


def _trouble(state: State | None) -> str:
    return "" if state is None or not state.failures else f"failed {state.failures} times: {state.trouble}"


def last_batches(connection: DictConnection, name: str, limit: int) -> list[Batch]:
    """The last so many batches, in order."""
    return list(batches_of(connection, name))[-limit:]


def batch_told(batch: Batch) -> dict[str, Any]:
    """A batch for programs, times in UTC."""
    return {
        "number": batch.number,
        "closed_at": time_told(batch.closed_at),
        "rows": batch.rows,
        "sums": batch.sums,
        "file": batch.file,
        "sha256": batch.sha256,
        "delivered_at": time_told(batch.delivered_at),
        "delivered_to": batch.delivered_to,
        "confirmed_at": time_told(batch.confirmed_at),
        "confirmed_by": batch.confirmed_by,
        "receipt": batch.receipt_fault or batch.confirmed_by,
    }


def resent(
    connection: DictConnection, settings: Settings, plan: Plan, number: int, delivery: Delivery | None = None
) -> Batch:
    """Deliver a batch of before once more: the same bytes.

    Args:
        delivery: another receiver; None: the export's own.

    Raises:
        ExportRefused: there is no such batch, or it would not be the same.
        DeliveryAway, OtherFile: the receiver does not take it.
    """
    delivery = delivery or delivery_of(plan.settings)
    return Exporter(connection, plan, delivery, Path(settings.data) / TEMPORARY).resend(number)


def time_told(moment: datetime | None) -> str:
    """`2026-11-30T12:00:00Z`, or ""."""
    return "" if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"
