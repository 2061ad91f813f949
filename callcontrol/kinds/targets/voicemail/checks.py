"""Voicemail boxes by phone: whose they are, and by which number each is pressed."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import did_you_mean, problem_at, repeated
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.kinds.targets.voicemail.settings import BLOCK, Voicemail


def _boxes(settings: Settings) -> Iterator[tuple[YamlPath, str, Voicemail, Tenant]]:
    for name, tenant in settings.tenants.items():
        for key, box in BLOCK.of(tenant).items():
            yield ("tenants", name, BLOCK.key, key), key, box, tenant


def people_that_there_are_not(settings: Settings) -> Iterator[Problem]:
    """Whose box it is: extensions of the tenant's, each once."""
    for place, _, box, tenant in _boxes(settings):
        claims = [(name, (*place, "people", str(n))) for n, name in enumerate(box.people)]
        for name, here in claims:
            if name not in tenant.extensions:
                right = did_you_mean(name, tenant.extensions, "write extensions of this tenant's only")
                yield problem_at(settings, here, f"extension:{name} does not exist", right)
        for name, here, _first in repeated(claims):
            yield problem_at(settings, here, f"{name} is written twice", "remove one of them")


def numbers_of_two_boxes(settings: Settings) -> Iterator[Problem]:
    """What is pressed for one box is neither pressed for another one nor its name."""
    for name, tenant in settings.tenants.items():
        above, boxes = ("tenants", name, BLOCK.key), BLOCK.of(tenant)
        claims = [(box.number, (*above, key, "number")) for key, box in boxes.items() if box.number is not None]
        for number, here, first in repeated(claims):
            yield problem_at(settings, here, f"{first[3]} has the number {number} as well", "write another number")
        for number, here in claims:
            if number in boxes and number != here[3]:
                what = f"{number} is the name of another voicemail box"
                yield problem_at(settings, here, what, "write another number")


CHECKS = (people_that_there_are_not, numbers_of_two_boxes)
