"""The configuration in force: settings, price lists and who owns which number, replaced as a whole by a reload."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from gevent import get_hub

from callcontrol.billing.tariff import Tariff
from callcontrol.billing.tariffs import parse
from callcontrol.config.loader import load
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.edges import meters
from callcontrol.edges.config_folder import UnreadableFolder, read_folder
from callcontrol.routing.arrival import Directory
from callcontrol.routing.facts import Prices
from callcontrol.vocabulary.moment import Instant

log = logging.getLogger(__name__)

DEFAULT_REGION = "PL"


class Refused(Exception):
    """The configuration has mistakes; `problems` names each with file and line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} mistakes in the configuration")
        self.problems = problems


class _NoPrices:
    """The price list of nobody: nothing has a price."""

    def is_priced(self, number: str, at: Instant) -> bool:
        return False


@dataclass(frozen=True)
class Configuration:
    """Settings, price lists by tenant, and the directory of numbers; never changed, only replaced."""

    settings: Settings
    tariffs: Mapping[str, Tariff]
    directory: Directory

    def agents_at(self, tenant: str) -> Mapping[str, str]:
        """Agent by extension; empty for a tenant that is unknown or has none."""
        return self.directory.agents.get(tenant, {})

    def prices_of(self, tenant: str) -> Prices:
        """The tenant's price list as routing needs it."""
        return self.tariffs.get(tenant) or _NoPrices()

    def zone_of(self, tenant: str) -> ZoneInfo:
        """The zone of the tenant's days; UTC for one that is not known (any more)."""
        found = self.settings.tenants.get(tenant)
        return ZoneInfo(found.zone if found else "UTC")

    def region_of(self, tenant: str) -> str:
        """The country in which the tenant's nationally written numbers are read."""
        found = self.settings.tenants.get(tenant)
        return found.region if found else DEFAULT_REGION


def read_configuration(folder: Path) -> Configuration:
    """Read a folder whole.

    Raises:
        Refused: with every mistake in every file, the price lists' included.
        UnreadableFolder: the folder or a file of it cannot be read.
    """
    files = read_folder(folder)
    settings = load(files)
    problems = mistakes(files, settings)
    if problems or not isinstance(settings, Settings):
        raise Refused(tuple(problems))
    tariffs = {name: _tariff_of(tenant, files, settings) for name, tenant in settings.tenants.items()}
    return Configuration(settings, tariffs, Directory(settings))


def mistakes(files: Mapping[str, str], loaded: Settings | tuple[Problem, ...]) -> list[Problem]:
    """Every mistake in a folder's files: those `load` found, and those in the price lists."""
    return sorted({*(loaded if isinstance(loaded, tuple) else ()), *_in_tariffs(files, loaded)})


def _tariff_of(tenant: Tenant, files: Mapping[str, str], settings: Settings) -> Tariff:
    file = settings.tariff_files[tenant.tariff]
    tariff = _parsed(files[file], file, tenant.zone)
    assert isinstance(tariff, Tariff)
    return tariff


@lru_cache(maxsize=64)
def _parsed(text: str, file: str, zone: str) -> Tariff | tuple[Problem, ...]:
    """A price list; one that several tenants use, or that a reload finds unchanged, is read once."""
    found = parse(text, file, ZoneInfo(zone))
    return found if isinstance(found, Tariff) else tuple(found)


def _in_tariffs(files: Mapping[str, str], loaded: Settings | tuple[Problem, ...]) -> Iterator[Problem]:
    """Mistakes in all price lists, each read in the zones of the tenants that use it."""
    for file in files:
        if file.startswith("tariffs/") and file.endswith((".yaml", ".csv")):
            for zone in _zones_of(file, loaded):
                found = _parsed(files[file], file, zone)
                yield from () if isinstance(found, Tariff) else found


def _zones_of(file: str, loaded: Settings | tuple[Problem, ...]) -> set[str]:
    tenants = loaded.tenants.values() if isinstance(loaded, Settings) else ()
    used = {tenant.zone for tenant in tenants if isinstance(loaded, Settings) and _uses(tenant, file, loaded)}
    return used or {str(Tenant.model_fields["zone"].default)}


def _uses(tenant: Tenant, file: str, settings: Settings) -> bool:
    return settings.tariff_files.get(tenant.tariff) == file


class Current:
    """What is in force now. A call keeps the configuration it began with."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.configuration = read_configuration(folder)
        self._set_limits()

    def reload(self) -> bool:
        """Read the folder anew; a bad one is refused, every mistake logged, and the old one stays in force.

        A large folder takes seconds of pure computing: that happens in a thread, so that calls go on meanwhile.
        """
        try:
            self.configuration = get_hub().threadpool.apply(read_configuration, (self._folder,))
        except Refused as refused:
            for problem in refused.problems:
                log.error("reload refused: %s", problem)
        except UnreadableFolder as error:
            log.error("reload refused: %s", error)
        else:
            log.info("configuration reloaded: %d tenants", len(self.configuration.settings.tenants))
            meters.config_reloads_total.labels("accepted").inc()
            self._set_limits()
            return True
        meters.config_reloads_total.labels("refused").inc()
        return False

    def _set_limits(self) -> None:
        for name, value in self.configuration.settings.limits.model_dump().items():
            meters.limit.labels(name).set(value)
