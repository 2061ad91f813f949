"""When a month is over: pure, of days alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from callcontrol.config.kept_days import kept_days
from callcontrol.config.retention_settings import RetentionKind
from callcontrol.config.settings import Settings
from callcontrol.edges.ledger.ageing import Cutoffs
from callcontrol.edges.ledger.partitions import later


def first_kept(today: date, days: int) -> date:
    """The first day of the oldest month that is kept: a row stays for so many days, and to the end of its month."""
    return (today - timedelta(days=days)).replace(day=1)


def cutoffs(settings: Settings, kind: RetentionKind, today: date) -> Cutoffs:
    """What is kept no longer of each tenant."""
    everyone = first_kept(today, settings.retention.of(kind))
    own = {name: first_kept(today, kept_days(settings, name, kind)) for name in settings.tenants}
    return Cutoffs(everyone, {name: day for name, day in own.items() if day != everyone})


def is_over(month: date, tenants: Iterable[str], kept: Cutoffs) -> bool:
    """Whether the month is kept no longer for any of these tenants."""
    return all(month < kept.of(tenant) for tenant in tenants)


def overdue_days(month: date, today: date, days: int) -> int:
    """For how many days a month should have been gone that is kept for so many days."""
    return max(0, (today - (later(month, 1) + timedelta(days=days))).days)
