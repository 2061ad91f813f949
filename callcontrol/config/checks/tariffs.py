"""Price lists that are named: that they are there, and that each extension has one."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import did_you_mean, is_written, nearest_source, problem_at, repeated
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.config.tariff_settings import extensions_in, group_of
from callcontrol.config.yaml_reader import YamlPath


def unknown_tariffs(settings: Settings) -> Iterator[Problem]:
    """Without its price list a tenant could dial nothing, and a carrier's costs would not be known."""
    for place, named in _named(settings):
        if named not in settings.tariff_files:
            right = did_you_mean(named, settings.tariff_files, f"write tariffs/{named}.yaml")
            yield problem_at(settings, place, f"there is no price list {named}", right)


def _named(settings: Settings) -> Iterator[tuple[YamlPath, str]]:
    for name, tenant in settings.tenants.items():
        yield ("tenants", name, "tariff"), tenant.tariff
        yield from ((("tenants", name, "tariffs", named), named) for named in tenant.tariffs)
    for name, trunk in settings.trunks.items():
        if trunk.tariff is not None:
            yield ("trunks", name, "tariff"), trunk.tariff


def tariffs_of_unknown_extensions(settings: Settings) -> Iterator[Problem]:
    """A list of its own is an extension's of this tenant, and each extension has one."""
    for name, tenant in settings.tenants.items():
        above = ("tenants", name, "tariffs")
        claims: list[tuple[str, YamlPath]] = []
        for named, payers in tenant.tariffs.items():
            for index, payer in enumerate(payers):
                place: YamlPath = (*above, named, str(index))
                claims += ((extension, place) for extension in extensions_in(tenant, (payer,)))
                yield from _unknown(settings, name, payer, place)
        for extension, place, first in repeated(claims):
            what = f"extension {extension} has the price list {first[3]} already ({nearest_source(settings, first)})"
            yield problem_at(settings, place, what, "name it below one of them")


def _unknown(settings: Settings, name: str, payer: str, place: YamlPath) -> Iterator[Problem]:
    tenant = settings.tenants[name]
    kind, _, group = payer.rpartition(":")
    if kind:
        if group_of(tenant, payer) is None and not is_written(settings, "tenants", name, f"{kind}s", group):
            right = did_you_mean(group, getattr(tenant, f"{kind}s", {}), f"write it below `{kind}s:`")
            yield problem_at(settings, place, f"there is no {kind} {group}", right)
        elif not any(extensions_in(tenant, (payer,))):
            yield problem_at(settings, place, f"no extension is a member of {kind} {group}", "name extensions")
    elif payer not in tenant.extensions and not is_written(settings, "tenants", name, "extensions", payer):
        right = did_you_mean(payer, tenant.extensions, "write it below `extensions:`")
        yield problem_at(settings, place, f"there is no extension {payer}", right)
