"""What the tenants' files ask of the price lists: a price for every number they send calls to, and today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from callcontrol.billing.tariff import Tariff
from callcontrol.config.checks.places import nearest_source, numbers_in, problem_at
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.moment import text_of as time_text


def numbers_without_a_price(settings: Settings, tariffs: Mapping[str, Tariff]) -> Iterator[Problem]:
    """A number that no version of the tenant's price list has a price for is never dialled, unless it costs nothing.

    Args:
        tariffs: by tenant; a tenant whose list is missing or has mistakes is left out.
    """
    for name, tariff in tariffs.items():
        for place, number in numbers_in(name, settings.tenants[name]):
            is_priced = any(version.row_of(number) for version in tariff.versions)
            if not is_priced and not settings.is_free(number, name):
                listed = nearest_source(settings, ("tenants", name, "tariff"))
                what = f"number:{number} is never dialled: {tariff.name} has no price for it ({listed})"
                yield problem_at(settings, place, what, "add its prefix to the price list, or write another target")


def lists_of_the_future(settings: Settings, tariffs: Mapping[str, Tariff], now: Instant) -> Iterator[Problem]:
    """Until the first version of a price list begins nothing has a price, so nothing is dialled."""
    for name, tariff in tariffs.items():
        first = tariff.versions[0].valid_from
        if first > now:
            what = f"{tariff.name} begins at {time_text(first)}: no number outside is dialled before"
            right = "add a version that is valid now"
            yield problem_at(settings, ("tenants", name, "tariff"), what, right)
