"""Targets: that they exist, may ring where they stand, and can be dialled."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import (
    did_you_mean,
    is_written,
    listed,
    nearest_source,
    numbers_in,
    problem_at,
    targets_in,
    trunks_are_sound,
)
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.config.ways import AllKinds
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.target import Target, text_of


def targets_that_lead_nowhere(settings: Settings, kinds: AllKinds) -> Iterator[Problem]:
    """A target names something the tenant does not have."""
    for name, tenant in settings.tenants.items():
        for place, target in targets_in(name, tenant):
            block = kinds.of(target).block
            if block and not is_written(settings, "tenants", name, block.key, target.name):
                right = did_you_mean(target.name, block.of(tenant), f"write `{target.name}:` below `{block.key}:`")
                yield problem_at(settings, place, f"{text_of(target)} does not exist", right)


def members_that_cannot_ring(settings: Settings, kinds: AllKinds) -> Iterator[Problem]:
    """Members ring; what answers by itself would answer for all others at once."""
    for name, tenant in settings.tenants.items():
        for place, target in targets_in(name, tenant):
            kind = kinds.of(target)
            if "members" in place[4:5] and not kind.is_member:
                itself = target.name == place[3] and kind.block is not None and kind.block.key == place[2]
                what = f"{text_of(target)} is in itself" if itself else f"{text_of(target)} cannot ring as a member"
                right = f"write {listed(k for k in kinds if k.is_member)}, and anything else as `otherwise:`"
                yield problem_at(settings, place, what, right)


def numbers_that_are_blocked(settings: Settings) -> Iterator[Problem]:
    """A number is written as a target although the tenant never dials it."""
    for name, tenant in settings.tenants.items():
        for place, number in numbers_in(name, tenant):
            for index, prefix in enumerate(tenant.blocked):
                if number.removeprefix("+").startswith(prefix):
                    blocked_at = nearest_source(settings, ("tenants", name, "blocked", str(index)))
                    what = f"number:{number} is never dialled: prefix {prefix!r} is blocked ({blocked_at})"
                    yield problem_at(settings, place, what, "write another target, or block a longer prefix")
                    break


def numbers_of_our_own(settings: Settings) -> Iterator[Problem]:
    """A call to one's own number would leave through a trunk, come back and be paid for."""
    for name, tenant in settings.tenants.items():
        for place, number in numbers_in(name, tenant):
            if number in tenant.numbers:
                what = f"number:{number} is a number of your own: the call would go out through a trunk and come back"
                yield problem_at(settings, place, what, _instead_of(place, tenant.numbers[number]))


def _instead_of(place: YamlPath, leads_to: Target) -> str:
    if "agents" in place[2:3]:
        return "write the `extension:` at which the agent is to be rung"
    return f"write {text_of(leads_to)}, where it leads"


def numbers_without_a_trunk(settings: Settings) -> Iterator[Problem]:
    """A number no trunk of the tenant takes, and that is none of another tenant's."""
    for name, tenant in settings.tenants.items():
        usable = [settings.trunks[t] for t in tenant.trunks or settings.trunks if t in settings.trunks]
        prefixes = [prefix for trunk in usable for prefix in trunk.prefixes]
        if not trunks_are_sound(settings, tenant):
            continue
        for place, number in numbers_in(name, tenant):
            is_taken = any(number.removeprefix("+").startswith(prefix) for prefix in prefixes)
            if not is_taken and not settings.is_on_net(number, name):
                right = f"add its prefix to a trunk (here: {', '.join(tenant.trunks or settings.trunks) or 'none'})"
                yield problem_at(settings, place, f"no trunk takes number:{number}", right)
