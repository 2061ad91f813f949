"""The price lists of a configuration folder: each read once for every zone it is used in, and their mistakes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo

from callcontrol.billing.tariff import Tariff
from callcontrol.billing.tariffs import parse
from callcontrol.billing.tariffs.needed import lists_of_the_future, numbers_without_a_price
from callcontrol.config.checks import warnings as checks
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.vocabulary.moment import Instant

# Lists no tenant uses are read all the same, for their mistakes.
UNUSED_ZONE = "UTC"


def mistakes(files: Mapping[str, str], loaded: Settings | tuple[Problem, ...]) -> list[Problem]:
    """Every mistake in a folder's files: those `load` found, those in the price lists, and between them."""
    found = {*(loaded if isinstance(loaded, tuple) else ()), *_in_tariffs(files, loaded)}
    if isinstance(loaded, Settings):
        found.update(numbers_without_a_price(loaded, _tariffs(files, loaded)))
    return sorted(found)


def warnings(files: Mapping[str, str], settings: Settings, now: Instant) -> list[Problem]:
    """What is no mistake in a folder without mistakes, and yet hardly meant."""
    found = checks.warnings(settings, now)
    return sorted({*found, *lists_of_the_future(settings, _tariffs(files, settings), now)})


def _tariffs(files: Mapping[str, str], settings: Settings) -> dict[str, Tariff]:
    """The price list of each tenant that has one without mistakes."""
    named = {name: settings.tariff_files.get(tenant.tariff) for name, tenant in settings.tenants.items()}
    found = {name: parsed(files[file], file, settings.tenants[name].zone) for name, file in named.items() if file}
    return {name: tariff for name, tariff in found.items() if isinstance(tariff, Tariff)}


@lru_cache(maxsize=64)
def parsed(text: str, file: str, zone: str) -> Tariff | tuple[Problem, ...]:
    """A price list; one that several tenants use, or that a reload finds unchanged, is read once."""
    found = parse(text, file, ZoneInfo(zone))
    return found if isinstance(found, Tariff) else tuple(found)


def _in_tariffs(files: Mapping[str, str], loaded: Settings | tuple[Problem, ...]) -> Iterator[Problem]:
    """Mistakes in all price lists, each read in the zones of the tenants that use it."""
    for file in files:
        if file.startswith("tariffs/") and file.endswith((".yaml", ".csv")):
            for zone in _zones_of(file, loaded):
                found = parsed(files[file], file, zone)
                yield from () if isinstance(found, Tariff) else found


def _zones_of(file: str, loaded: Settings | tuple[Problem, ...]) -> set[str]:
    tenants = loaded.tenants.values() if isinstance(loaded, Settings) else ()
    used = {tenant.zone for tenant in tenants if isinstance(loaded, Settings) and _uses(tenant, file, loaded)}
    return used or {UNUSED_ZONE}


def _uses(tenant: Tenant, file: str, settings: Settings) -> bool:
    return settings.tariff_files.get(tenant.tariff) == file
