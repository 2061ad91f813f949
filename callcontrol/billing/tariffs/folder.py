"""The price lists of a configuration folder: each read once for every zone it is used in, and their mistakes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from callcontrol.billing.price_book import PriceBook
from callcontrol.billing.tariff import Tariff
from callcontrol.billing.tariffs import parse
from callcontrol.billing.tariffs.markups import on_bases
from callcontrol.billing.tariffs.needed import lists_of_the_future, numbers_without_a_price
from callcontrol.billing.tariffs.payers import lists_of_another_currency, rows_too_dear
from callcontrol.config.checks import warnings as checks
from callcontrol.config.checks.places import problem_at
from callcontrol.config.credit_accounts import accounts_by_payer
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.tariff_settings import extensions_in
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.target import ExtensionTarget, text_of

# Of lists no tenant uses: a carrier's, which names its own if it needs one, and those read for their mistakes alone.
NO_ZONE = "UTC"


def mistakes(files: Mapping[str, str], loaded: Settings | tuple[Problem, ...]) -> list[Problem]:
    """Every mistake in a folder's files: those `load` found, those in the price lists, and between them."""
    found = {*(loaded if isinstance(loaded, tuple) else ()), *_in_tariffs(files, loaded)}
    if isinstance(loaded, Settings):
        found.update(numbers_without_a_price(loaded, _tariffs(files, loaded)))
    return sorted(found)


def warnings(files: Mapping[str, str], settings: Settings, now: Instant) -> list[Problem]:
    """What is no mistake in a folder without mistakes, and yet hardly meant."""
    found = checks.warnings(settings, now)
    tariffs = _tariffs(files, settings)
    checks_of_lists = (lists_of_the_future, rows_too_dear, lists_of_another_currency)
    return sorted({*found, *(one for check in checks_of_lists for one in check(settings, tariffs, now))})


def _tariffs(files: Mapping[str, str], settings: Settings) -> dict[str, list[Tariff]]:
    """The price lists of each tenant whose own has no mistakes, that one first."""
    found: dict[str, list[Tariff]] = {}
    for name, tenant in settings.tenants.items():
        read = [listed(files, named, tenant.zone) for named in (tenant.tariff, *tenant.tariffs)]
        if isinstance(read[0], Tariff):
            found[name] = [tariff for tariff in read if isinstance(tariff, Tariff)]
    return found


def price_book(files: Mapping[str, str], settings: Settings, tenant: Tenant) -> PriceBook:
    """The price lists of a tenant, of a folder without mistakes."""

    def read(name: str, zone: str) -> Tariff:
        found = listed(files, name, zone)
        assert isinstance(found, Tariff), found
        return found

    of_payers = {
        text_of(ExtensionTarget(extension)): read(name, tenant.zone)
        for name, named in tenant.tariffs.items()
        for extension in extensions_in(tenant, named)
    }
    of_trunks = {name: read(trunk.tariff, NO_ZONE) for name, trunk in settings.trunks.items() if trunk.tariff}
    return PriceBook(read(tenant.tariff, tenant.zone), of_payers, of_trunks, accounts_by_payer(tenant), tenant)


def listed(files: Mapping[str, str], name: str, zone: str) -> Tariff | tuple[Problem, ...]:
    """A price list of this name, with those it marks up; none where there is no such file."""
    paths = _paths(files)
    path = paths.get(name)
    if path is None:
        return ()
    tariff = parsed(files[path], path, zone)
    if not isinstance(tariff, Tariff):
        return tariff
    wanted = {version.markup.on for version in tariff.versions if version.markup}
    if not wanted:
        return tariff
    bases = {on: parsed(files[base], base, zone) for on in wanted if (base := paths.get(on))}
    return on_bases(tariff, path, bases)


@lru_cache(maxsize=64)
def parsed(text: str, file: str, zone: str) -> Tariff | tuple[Problem, ...]:
    """A price list; one that several tenants use, or that a reload finds unchanged, is read once."""
    found = parse(text, file, ZoneInfo(zone))
    return found if isinstance(found, Tariff) else tuple(found)


def _paths(files: Mapping[str, str]) -> dict[str, str]:
    """The path of each price list by its name."""
    paths = (file for file in files if file.startswith("tariffs/") and file.endswith((".yaml", ".csv")))
    return {PurePosixPath(path).stem: path for path in paths}


def _in_tariffs(files: Mapping[str, str], loaded: Settings | tuple[Problem, ...]) -> Iterator[Problem]:
    """Mistakes in all price lists, each read in the zones in which it is used."""
    for name in _paths(files):
        for zone in _zones_of(name, loaded):
            found = listed(files, name, zone)
            yield from () if isinstance(found, Tariff) else found
    if isinstance(loaded, Settings):
        yield from _without_a_zone(files, loaded)


def _zones_of(name: str, loaded: Settings | tuple[Problem, ...]) -> set[str]:
    tenants = loaded.tenants.values() if isinstance(loaded, Settings) else ()
    return {tenant.zone for tenant in tenants if name in (tenant.tariff, *tenant.tariffs)} or {NO_ZONE}


def _without_a_zone(files: Mapping[str, str], settings: Settings) -> Iterator[Problem]:
    """A carrier is of no tenant's zone, so its list names the one of its periods."""
    for name, trunk in settings.trunks.items():
        found = listed(files, trunk.tariff, NO_ZONE) if trunk.tariff else ()
        has_periods = isinstance(found, Tariff) and any(version.terms.calendar.spans for version in found.versions)
        if has_periods and isinstance(found, Tariff) and found.zone.key == NO_ZONE:
            what = f"price list {trunk.tariff} has periods, and no zone"
            yield problem_at(
                settings, ("trunks", name, "tariff"), what, "write its zone into it, such as Europe/Warsaw"
            )
