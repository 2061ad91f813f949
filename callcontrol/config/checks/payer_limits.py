"""Limits of all calls of a payer together: that each says something, and can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from callcontrol.config.caps import caps_of
from callcontrol.config.checks.places import problem_at
from callcontrol.config.payer_limits import Caps, PayerLimits
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.moment import Instant

# Of two caps of the same class the first is never reached where it is larger than the second.
_WITHIN: Final = (
    ("calls_per_minute", "calls_per_hour"),
    ("numbers_per_hour", "calls_per_hour"),
    ("money_per_hour", "money_per_day"),
    ("money_per_day", "money_per_month"),
)


def caps_of_nothing(settings: Settings) -> Iterator[Problem]:
    """An entry says a cap."""
    for place, _, payer_caps in _written(settings):
        if not payer_caps.model_fields_set:
            right = "write one, such as `calls_at_once: 5`, or `unlimited`"
            yield problem_at(settings, place, "says no cap", right)


def caps_never_reached(settings: Settings) -> Iterator[Problem]:
    """A cap that another one of the same class is always met before says nothing."""
    for place, _, caps in _written(settings):
        for smaller, larger in _WITHIN:
            mine, other = getattr(caps, smaller), getattr(caps, larger)
            if mine and other and mine > other:
                what = f"{mine} are never reached: `{larger}` allows {other}"
                yield problem_at(settings, (*place, smaller), what, "write less, or leave it out")


def caps_above_the_tenants(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """What an extension may do alone, and the tenant as a whole may not, is never reached."""
    for place, tenant, caps in _written(settings):
        if place[2] == "limits" and place[3] == "tenant":
            continue
        whole = caps_of("tenant", place[-1], tenant)
        for name in type(caps).model_fields:
            mine, most = getattr(caps, name), getattr(whole, name)
            if isinstance(mine, int) and isinstance(most, int) and most and (mine > most or not mine):
                what = f"the tenant as a whole may have {most}, so this is never reached"
                right = f"raise `limits.tenant.caps.{place[-1]}.{name}`, or write less"
                yield problem_at(settings, (*place, name), what, right)


def _written(settings: Settings) -> Iterator[tuple[YamlPath, Tenant, Caps]]:
    """Every entry of caps with its place and tenant."""
    for name, tenant in settings.tenants.items():
        for below, payer_limits in _all_limits(tenant):
            for capped, caps in payer_limits.caps.items():
                yield ("tenants", name, *below, "caps", capped), tenant, caps


def _all_limits(tenant: Tenant) -> Iterator[tuple[YamlPath, PayerLimits]]:
    yield ("limits", "tenant"), tenant.limits.tenant
    yield ("limits", "extension"), tenant.limits.extension
    for key, extension in tenant.extensions.items():
        yield ("extensions", key, "limits"), extension.limits
