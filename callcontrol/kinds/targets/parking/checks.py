"""What must fit together in the parking lots of a tenant."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import problem_at, repeated
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.kinds.inside_numbers import OTHER_NUMBER, other_meaning
from callcontrol.kinds.targets.parking.settings import BLOCK


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
            if (other := other_meaning(number, tenant)) is not None:
                yield problem_at(settings, place, f"{number} is {other}", OTHER_NUMBER)


def numbers_written_twice(settings: Settings) -> Iterator[Problem]:
    """One place, one caller; a lot's own number is no place."""
    for name, tenant in settings.tenants.items():
        claims = [(number, (*place, str(index))) for index, (number, place) in enumerate(_numbers(name, tenant))]
        for number, place, owner in repeated(claims):
            what = f"{number} is a number of {BLOCK.key}.{owner[3]} already"
            yield problem_at(settings, place[:-1], what, "write each number once")


CHECKS = (numbers_that_mean_something_else, numbers_written_twice)
