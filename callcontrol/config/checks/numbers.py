"""Numbers: each has one owner, and only its owner may show it."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import did_you_mean, is_written, nearest_source, problem_at
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.phone_number import is_assigned


def numbers_claimed_twice(settings: Settings) -> Iterator[Problem]:
    """A number in two tenants' files; twice in one file is found by the loader, before writings become one."""
    first: dict[str, YamlPath] = {}
    for name, tenant in settings.tenants.items():
        for number in tenant.numbers:
            place = ("tenants", name, "numbers", number)
            owner = first.setdefault(number, place)
            if owner != place:
                what = f"{number} belongs to tenant {owner[1]} already ({nearest_source(settings, owner)})"
                yield problem_at(settings, place, what, "keep it in one of the two files")


def shown_numbers_not_owned(settings: Settings) -> Iterator[Problem]:
    """A number the tenant does not own must not be shown: people who call it back would reach another subscriber."""
    for name, tenant in settings.tenants.items():
        for place, number in _shown(name, tenant):
            if number not in tenant.numbers and not is_written(settings, "tenants", name, "numbers", number):
                what = f"{number} is shown to others, but is none of this tenant's numbers"
                add = f"write one of its numbers, or add {number} below `numbers:`"
                otherwise = add if is_assigned(number) else "look whether a digit is missing or too many"
                yield problem_at(settings, place, what, did_you_mean(number, tenant.numbers, otherwise))


def _shown(name: str, tenant: Tenant) -> Iterator[tuple[YamlPath, str]]:
    above: YamlPath = ("tenants", name)
    yield (*above, "company_number"), tenant.company_number
    for key, location in tenant.locations.items():
        yield (*above, "locations", key, "number"), location.number
    for index, ruled in enumerate(tenant.shown_rules):
        if ruled.show.startswith("+"):
            yield (*above, "shown_rules", str(index), "show"), ruled.show
    for key, extension in tenant.extensions.items():
        if extension.number is not None:
            yield (*above, "extensions", key, "number"), extension.number
        for kind, rule in extension.forward:
            if rule is not None and rule.show.startswith("+"):
                yield (*above, "extensions", key, "forward", kind, "show"), rule.show
