"""What must fit together where entries can be set by star code: they have a `code`, and say who `may_set` them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from callcontrol.config.checks.places import did_you_mean, is_written, problem_at, repeated
from callcontrol.config.kinds import Block
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath


class SetByHand(Protocol):
    """An entry that can be set by star code."""

    @property
    def code(self) -> str | None:
        """The number that phones dial for it."""

    @property
    def may_set(self) -> tuple[str, ...]:
        """The extensions that may."""


def problems_of(block: Block[Any], settings: Settings) -> Iterator[Problem]:
    """Codes that are used twice, setters that there are not, rights without a code."""
    for name, tenant in settings.tenants.items():
        entries: Mapping[str, SetByHand] = block.of(tenant)
        above: YamlPath = ("tenants", name, block.key)
        yield from _codes_used_twice(settings, above, entries)
        for key, entry in entries.items():
            yield from _setters(settings, (*above, key), tenant, entry)


def _codes_used_twice(settings: Settings, above: YamlPath, entries: Mapping[str, SetByHand]) -> Iterator[Problem]:
    claims = [(entry.code, (*above, key, "code")) for key, entry in entries.items() if entry.code is not None]
    for code, place, first in repeated(claims):
        yield problem_at(settings, place, f"{first[3]} has the code {code} as well", "write another number")


def _setters(settings: Settings, place: YamlPath, tenant: Tenant, entry: SetByHand) -> Iterator[Problem]:
    for index, extension in enumerate(entry.may_set):
        if not is_written(settings, *place[:2], "extensions", extension):
            right = did_you_mean(extension, tenant.extensions, "write an extension of this tenant")
            yield problem_at(settings, (*place, "may_set", str(index)), f"there is no extension {extension}", right)
    if entry.may_set and entry.code is None:
        what = "there is no code that they could dial"
        yield problem_at(settings, (*place, "may_set"), what, "write a number as `code:`")
