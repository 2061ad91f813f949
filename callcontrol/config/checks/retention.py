"""Retention: what one table is made from is not gone before it."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import problem_at
from callcontrol.config.kept_days import kept_days
from callcontrol.config.problems import Problem
from callcontrol.config.retention_settings import RetentionKind
from callcontrol.config.settings import Settings
from callcontrol.config.yaml_reader import YamlPath


def accounts_forgotten_before_calls(settings: Settings) -> Iterator[Problem]:
    """While a charge can still be corrected its account has to know what it has entered of it."""
    places: list[tuple[str, YamlPath]] = [("", ("retention",))]
    places += [(name, ("tenants", name, "retention")) for name in settings.tenants]
    for tenant, place in places:
        days = {kind: kept_days(settings, tenant, kind) for kind in (RetentionKind.CALLS, RetentionKind.ACCOUNTS)}
        calls, accounts = days.values()
        if accounts < calls and (not tenant or settings.source(*place)):
            what = f"entries of accounts are kept for {accounts} days, the calls they are about for {calls}"
            yield problem_at(settings, (*place, "accounts"), what, f"write at least {calls}")
