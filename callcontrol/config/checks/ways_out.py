"""Targets that are closed for ever: no call is taken there at any time, nor sent on from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from callcontrol.config.checks.places import problem_at
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.ways import AllKinds
from callcontrol.vocabulary.target import Target, text_of


def choices_closed_for_ever(settings: Settings, kinds: AllKinds) -> Iterator[Problem]:
    """What callers can choose, and what follows where they choose nothing, takes them at some time."""
    for name, tenant in settings.tenants.items():
        closed = _closed_for_ever(tenant, kinds)
        choosing = ((kind, kind.block) for kind in kinds if kind.block is not None and kind.callers_choose)
        for kind, block in choosing:
            for key, entry in block.of(tenant).items():
                for link in kind.links(key, entry):
                    if link.to in closed and type(link.to) is not kind.target:
                        what = f"{text_of(link.to)} is closed for ever: no call is taken there, nor sent on"
                        right = "write when it is open, or where calls go while it is closed"
                        yield problem_at(settings, ("tenants", name, block.key, key, *link.place), what, right)


def _closed_for_ever(tenant: Tenant, kinds: AllKinds) -> set[Target]:
    """Those from which no way leads to a target that may take a call."""
    onward = _onward(tenant, kinds)
    closed = set(onward)
    while taking := [target for target in closed if any(to not in closed for to in onward[target])]:
        closed.difference_update(taking)
    return closed


def _onward(tenant: Tenant, kinds: AllKinds) -> Mapping[Target, tuple[Target, ...]]:
    """Of each target that takes no call itself: where calls go on from there."""
    blocks = ((kind, kind.block) for kind in kinds if kind.block is not None)
    entries = ((kind, key, entry) for kind, block in blocks for key, entry in block.of(tenant).items())
    asked = ((kind.target(key), kind.only_onward(entry, tenant)) for kind, key, entry in entries)
    return {target: tuple(to) for target, to in asked if to is not None}
