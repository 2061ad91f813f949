"""Languages: that each caller who is meant can be led in the one chosen, and each choice can ever be made."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import did_you_mean, is_written, nearest_source, problem_at
from callcontrol.config.language_settings import LanguageFor
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.yaml_reader import YamlPath


def languages_of_no_caller(settings: Settings) -> Iterator[Problem]:
    """An entry says whose language it is."""
    for place, entry, _ in _entries(settings):
        if entry.dialled is None and entry.caller is None:
            yield problem_at(settings, place, "no caller is named", "write `dialled: …` or `caller: …`")


def languages_not_spoken(settings: Settings) -> Iterator[Problem]:
    """A caller is led only in the tenant's languages."""
    for place, entry, tenant in _entries(settings):
        if entry.language not in tenant.spoken:
            what = f"callers are not led in {entry.language}"
            right = f"write `languages: [{', '.join((*tenant.spoken, entry.language))}]`"
            yield problem_at(settings, (*place, "language"), what, right)


def languages_of_numbers_not_owned(settings: Settings) -> Iterator[Problem]:
    """A caller cannot reach this tenant by a number it does not have."""
    for place, entry, tenant in _entries(settings):
        if entry.dialled is not None and not is_written(settings, *place[:2], "numbers", entry.dialled):
            what = f"{entry.dialled} is none of this tenant's numbers"
            right = did_you_mean(entry.dialled, tenant.numbers, f"add {entry.dialled} below `numbers:`")
            yield problem_at(settings, (*place, "dialled"), what, right)


def languages_never_chosen(settings: Settings) -> Iterator[Problem]:
    """The first entry that fits a caller counts, so a wider one before hides it."""
    for place, entry, tenant in _entries(settings):
        before = tenant.language_for[: int(place[-1])]
        wider = next((i for i, other in enumerate(before) if other.covers(entry)), None)
        if wider is not None:
            source = nearest_source(settings, (*place[:-1], str(wider)))
            what = f"never chosen: every caller it fits has an entry before it ({source})"
            yield problem_at(settings, place, what, "put it before that one")


def languages_remembered_in_vain(settings: Settings) -> Iterator[Problem]:
    """With one language there is nothing to choose, and nothing to remember."""
    for name, tenant in settings.tenants.items():
        if tenant.remember_language and len(tenant.spoken) == 1:
            right = f"write `languages: [{tenant.language}, …]`, or remove it"
            what = f"callers are led in {tenant.language} only: there is nothing to remember"
            yield problem_at(settings, ("tenants", name, "remember_language"), what, right)


def _entries(settings: Settings) -> Iterator[tuple[YamlPath, LanguageFor, Tenant]]:
    for name, tenant in settings.tenants.items():
        for index, entry in enumerate(tenant.language_for):
            yield ("tenants", name, "language_for", str(index)), entry, tenant
