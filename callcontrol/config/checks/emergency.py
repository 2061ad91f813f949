"""Emergency calls: that they are dialled as such, and that they leave."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import numbers_in, problem_at, trunks_are_sound
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.vocabulary.emergency import is_emergency


def extensions_named_like_emergency_numbers(settings: Settings) -> Iterator[Problem]:
    """Who dials 112 reaches the emergency services; that an extension of that name cannot be dialled must be meant."""
    for name, tenant in settings.tenants.items():
        for key, extension in tenant.extensions.items():
            if extension.dialled and _is_emergency(key, tenant):
                what = f"{key} is an emergency number{_of(key, tenant)}: phones that dial it never reach this extension"
                right = "give it another name; or write `dialled: no`, if it is to be rung in other ways only"
                yield problem_at(settings, ("tenants", name, "extensions", key), what, right)


def emergency_numbers_as_targets(settings: Settings) -> Iterator[Problem]:
    """Only who is in need calls the emergency services: no rule, menu or agent does."""
    for name, tenant in settings.tenants.items():
        for place, number in numbers_in(name, tenant):
            if _is_emergency(number, tenant):
                what = f"number:{number} is an emergency number: calls are not sent there"
                yield problem_at(settings, place, what, "write another target")


def emergency_calls_that_cannot_leave(settings: Settings) -> Iterator[Problem]:
    """Every tenant with phones has a trunk for them; trunks always have a number to show.

    Where there is no trunk at all, nothing is meant to leave.
    """
    for name, tenant in settings.tenants.items():
        usable = [settings.trunks[t] for t in tenant.trunks or settings.trunks if t in settings.trunks]
        leaves = any(trunk.emergency for trunk in usable)
        if tenant.extensions and tenant.emergency and not leaves and trunks_are_sound(settings, tenant) and usable:
            what = "its phones cannot call emergency numbers: no trunk of this tenant carries them"
            right = "add a trunk (without `emergency: no`), or write `emergency: no`, if these phones have no line out"
            yield problem_at(settings, ("tenants", name, "trunks"), what, right)


def _is_emergency(digits: str, tenant: Tenant) -> bool:
    return is_emergency(digits, tenant.region, tenant.emergency_numbers)


def _of(digits: str, tenant: Tenant) -> str:
    return "" if digits in tenant.emergency_numbers else f" of {tenant.region}"
