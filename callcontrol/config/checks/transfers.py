"""Transfers: that the keys of a conversation are for extensions that exist."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import did_you_mean, is_written, problem_at
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings


def transfer_keys_of_nobody(settings: Settings) -> Iterator[Problem]:
    """Extensions that are named exist, and there are keys for them."""
    for name, tenant in settings.tenants.items():
        keys, place = tenant.transfers.keys, ("tenants", name, "transfers", "keys", "allowed")
        for index, one in enumerate(keys.allowed):
            if not is_written(settings, "tenants", name, "extensions", one):
                right = did_you_mean(one, tenant.extensions, f"write `{one}:` below `extensions:`")
                yield problem_at(settings, (*place, str(index)), f"extension {one} does not exist", right)
        if keys.allowed and not keys.on:
            yield problem_at(settings, place, "there are no such keys, so none of these has any", "write `on: yes`")
