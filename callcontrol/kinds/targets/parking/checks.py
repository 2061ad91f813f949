"""What must fit together in the parking lots of a tenant."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import problem_at, repeated
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.kinds.targets.parking.settings import BLOCK
from callcontrol.vocabulary.emergency import emergency_called

_OTHER = "write another number"


def _numbers(name: str, tenant: Tenant) -> Iterator[tuple[str, YamlPath]]:
    """Every number of lots and places, and where it is written."""
    for key, lot in BLOCK.of(tenant).items():
        place: YamlPath = ("tenants", name, BLOCK.key, key)
        if lot.number is not None:
            yield lot.number, (*place, "number")
        yield from ((number, (*place, "places")) for number in lot.places)


def numbers_that_mean_something_else(settings: Settings) -> Iterator[Problem]:
    """A place is reached by what phones dial: no extension, short number or emergency number has the same digits."""
    for name, tenant in settings.tenants.items():
        for number, place in _numbers(name, tenant):
            if (other := _other(number, tenant)) is not None:
                yield problem_at(settings, place, f"{number} is {other}", _OTHER)


def _other(number: str, tenant: Tenant) -> str | None:
    if number in tenant.extensions:
        return "an extension"
    if number in tenant.outgoing.short_numbers:
        return "a short number outside (`outgoing.short_numbers`)"
    if emergency_called(number, tenant.region, tenant.emergency_numbers):
        return "an emergency number"
    behind = (prefix for prefix in tenant.outgoing.prefixes if number.startswith(prefix))
    for prefix in behind:
        if emergency_called(number.removeprefix(prefix), tenant.region, tenant.emergency_numbers):
            return f"the emergency number {number.removeprefix(prefix)} behind the prefix {prefix}"
    return None


def numbers_written_twice(settings: Settings) -> Iterator[Problem]:
    """One place, one caller; a lot's own number is no place."""
    for name, tenant in settings.tenants.items():
        claims = [(number, (*place, str(index))) for index, (number, place) in enumerate(_numbers(name, tenant))]
        for number, place, owner in repeated(claims):
            what = f"{number} is a number of {BLOCK.key}.{owner[3]} already"
            yield problem_at(settings, place[:-1], what, "write each number once")


CHECKS = (numbers_that_mean_something_else, numbers_written_twice)
