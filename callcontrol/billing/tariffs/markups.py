"""Price lists that mark up another one are joined with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from callcontrol.billing.tariff import Markup, Tariff
from callcontrol.config.problems import Problem

Bases = Mapping[str, Tariff | tuple[Problem, ...]]
"""By name; mistakes of a base are told with its own file."""


def on_bases(tariff: Tariff, file: str, bases: Bases) -> Tariff | tuple[Problem, ...]:
    """The list with those its versions mark up, or why it cannot be."""
    problems = tuple(_mistakes(tariff, file, bases))
    if problems:
        return problems
    versions = (replace(version, markup=_joined(version.markup, bases)) for version in tariff.versions)
    return replace(tariff, versions=tuple(versions))


def _joined(markup: Markup | None, bases: Bases) -> Markup | None:
    base = bases.get(markup.on) if markup else None
    return replace(markup, base=base) if markup and isinstance(base, Tariff) else markup


def _mistakes(tariff: Tariff, file: str, bases: Bases) -> Iterator[Problem]:
    for markup in dict.fromkeys(version.markup for version in tariff.versions if version.markup):
        base = bases.get(markup.on)
        if base is None:
            yield Problem(file, markup.line, f"there is no price list {markup.on}", "name a file below tariffs/")
        elif not isinstance(base, Tariff):
            yield Problem(file, markup.line, f"price list {markup.on} has mistakes", "mend them first")
        elif base.currency != tariff.currency:
            what = f"price list {markup.on} is in {base.currency}, this one in {tariff.currency}"
            yield Problem(file, markup.line, what, "mark up a list in the same currency")
        elif any(version.markup for version in base.versions):
            what = f"price list {markup.on} is marked up on another one itself"
            yield Problem(file, markup.line, what, "mark up the list that has the prices")
