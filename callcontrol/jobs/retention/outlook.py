"""What keeps a month of the ledger, and what is about to leave it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from callcontrol.config.kept_days import kept_days
from callcontrol.config.retention_settings import RetentionKind
from callcontrol.config.settings import Settings
from callcontrol.edges.ledger import months
from callcontrol.edges.ledger.ageing import Held
from callcontrol.edges.ledger.months import Partition
from callcontrol.edges.ledger.partitions import later
from callcontrol.edges.ledger.queries import query
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.jobs.exports.plans import plans_of


@dataclass(frozen=True, slots=True)
class Look:
    """What one step goes by."""

    settings: Settings
    today: date
    holding: Held


def is_held_in_part(connection: DictConnection, look: Look, month: date, partitions: Sequence[Partition]) -> bool:
    """Whether some rows of the month are."""
    calls = list(look.holding.calls)
    return look.holding.has_some_of(month) or any(months.has_calls(connection, one, calls) for one in partitions)


def why_not_yet(connection: DictConnection, look: Look, month: date, tenant: str) -> str:
    """What still needs the month's rows, in words; "": nothing does."""
    end = later(month, 1)
    (row,) = connection.execute(query("hours_marked"), {"first": month, "end": end, "tenant": tenant}).fetchall()
    if row["marked"]:
        return "its hours are still to be counted"
    plans = plans_of(look.settings)
    batch = connection.execute(query("batch_undelivered"), {"exports": list(plans), "end": end}).fetchone()
    if batch is not None:
        return f"batch {batch['number']} of {batch['export']} has not arrived"
    waiting = [plan.name for plan in plans.values() if months.is_unexported(connection, plan.scope, month)]
    return f"rows of it wait for the next batch of {', '.join(waiting)}" if waiting else ""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A tenant's rows of a month, and when they leave the ledger.

    Attributes:
        on: from this day on they are kept no longer.
        stays: why they stay all the same; "": nothing keeps them.
    """

    month: date
    tenant: str
    on: date
    stays: str


def leaving(connection: DictConnection, look: Look) -> Iterator[Leaving]:
    """Every month there is, the oldest first, and each tenant in it.

    Raises:
        psycopg.Error: Postgres does not answer.
    """
    for month, found in groupby(months.attached(connection), key=lambda one: one.month):
        partitions = list(found)
        for tenant in sorted({name for one in partitions for name in months.tenants_in(connection, one)}):
            on = later(month, 1) + timedelta(days=_days(look.settings, tenant))
            yield Leaving(month, tenant, on, _stays(connection, look, month, tenant, is_over=look.today >= on))


def _days(settings: Settings, tenant: str) -> int:
    known = tenant in settings.tenants
    return kept_days(settings, tenant, RetentionKind.CALLS) if known else settings.retention.of(RetentionKind.CALLS)


def _stays(connection: DictConnection, look: Look, month: date, tenant: str, *, is_over: bool) -> str:
    if look.holding.has_month(tenant, month):
        return "all of it is held"
    return why_not_yet(connection, look, month, tenant) if is_over else ""
