"""The configuration in force: settings, price lists and who owns which number, replaced as a whole by a reload."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from callcontrol.billing.price_book import PriceBook
from callcontrol.billing.tariff import Tariff
from callcontrol.billing.tariffs.folder import mistakes, price_book
from callcontrol.config.settings import Settings
from callcontrol.edges import meters, series
from callcontrol.edges.config_folder import Refused, UnreadableFolder, accepted
from callcontrol.edges.config_snapshot import Version
from callcontrol.edges.threads import aside
from callcontrol.routing.arrival import Directory
from callcontrol.routing.facts import Prices
from callcontrol.vocabulary.call_price import CallPrice
from callcontrol.vocabulary.moment import Instant

__all__ = ["Configuration", "Current", "Refused", "mistakes", "read_configuration"]

log = logging.getLogger(__name__)


class _NoPrices:
    """An empty price list: nothing has a price."""

    def is_priced(self, number: str, at: Instant, payer: str = "") -> bool:
        return False

    def cost_of(self, trunk: str, number: str, at: Instant) -> tuple[str, Decimal] | None:
        return None

    def direction_of(self, number: str, at: Instant, payer: str = "") -> str:
        return ""

    def units_to_begin(self, number: str, at: Instant, payer: str = "") -> int:
        return 0

    def is_covered(self, number: str, at: Instant, payer: str, direction: str) -> bool:
        return False

    def affordable_s(self, number: str, at: Instant, units: int, payer: str = "") -> int:
        return 0

    def currency_of(self, payer: str = "") -> str:
        return ""

    def price_of(self, number: str, at: Instant, payer: str = "") -> CallPrice | None:
        return None


@dataclass(frozen=True)
class Configuration:
    """Settings, price lists by tenant, and the directory of numbers; never changed, only replaced."""

    settings: Settings
    price_books: Mapping[str, PriceBook]
    directory: Directory
    version: Version

    def agents_at(self, tenant: str) -> Mapping[str, str]:
        """Agent by extension; empty for a tenant that is unknown or has none."""
        return self.directory.agents.get(tenant, {})

    def prices_of(self, tenant: str) -> Prices:
        """The tenant's price lists as routing needs them."""
        return self.price_books.get(tenant) or _NoPrices()

    @property
    def tariffs(self) -> Mapping[str, Tariff]:
        """The price list of each tenant."""
        return {name: book.tariff for name, book in self.price_books.items()}

    def zone_of(self, tenant: str) -> ZoneInfo:
        """The zone of the tenant's days; UTC for one that is not known (any more)."""
        found = self.settings.tenants.get(tenant)
        return ZoneInfo(found.zone if found else "UTC")

    def region_of(self, tenant: str) -> str:
        """The country in which the tenant's nationally written numbers are read; "" for one not known (any more)."""
        found = self.settings.tenants.get(tenant)
        return found.region if found else ""


def read_configuration(path: Path) -> Configuration:
    """Read a folder, or the snapshot of one that was accepted, whole.

    Raises:
        Refused: with every mistake in every file, the price lists' included.
        UnreadableFolder: the folder or a file of it cannot be read.
    """
    read = accepted(path)
    settings, files = read.settings, read.snapshot.files
    books = {name: price_book(files, settings, tenant) for name, tenant in settings.tenants.items()}
    return Configuration(settings, books, Directory(settings), read.snapshot.version)


class Current:
    """What is in force now. A call keeps the configuration it began with."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.configuration = read_configuration(path)
        self._show()

    def reload(self) -> bool:
        """Read the folder anew. With mistakes it is refused, each of them is logged, and the old one stays in force.

        A large configuration takes seconds of pure computing: that happens in a thread, so that calls go on meanwhile.
        """
        try:
            self.configuration = aside(read_configuration, self._path)
        except Refused as refused:
            for problem in refused.problems:
                log.error("reload refused: %s", problem)
        except UnreadableFolder as error:
            log.error("reload refused: %s", error)
        else:
            count, version = len(self.configuration.settings.tenants), self.configuration.version
            log.info("configuration %s is in force: %d tenants", version, count)
            self._show()
            return True
        return False

    def _show(self) -> None:
        """The limits, and the series that are known beforehand, for Prometheus."""
        series.begin(self.configuration.settings)
        for name, value in self.configuration.settings.limits.model_dump().items():
            meters.limit.labels(name).set(value)
