"""What the tenants' files ask of the price lists: a price for every number they send calls to, and today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from callcontrol.billing.tariff import Tariff
from callcontrol.config.checks.places import nearest_source, numbers_in, problem_at
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.moment import text_of as time_text

Tariffs = Mapping[str, Sequence[Tariff]]
"""The price lists of each tenant, its own first; a tenant whose own is missing or has mistakes is left out."""


def numbers_without_a_price(settings: Settings, tariffs: Tariffs) -> Iterator[Problem]:
    """A number for which no version of the tenant's lists has a price is never dialled, unless it costs nothing."""
    for name, lists in tariffs.items():
        for place, number in numbers_in(name, settings.tenants[name]):
            if not any(tariff.ever_prices(number) for tariff in lists) and not settings.is_free(number, name):
                listed = nearest_source(settings, ("tenants", name, "tariff"))
                what = f"number:{number} is never dialled: {lists[0].name} has no price for it ({listed})"
                yield problem_at(settings, place, what, "add its prefix to the price list, or write another target")


def lists_of_the_future(settings: Settings, tariffs: Tariffs, now: Instant) -> Iterator[Problem]:
    """Until the first version of a price list begins nothing has a price, so nothing is dialled."""
    for name, lists in tariffs.items():
        first = lists[0].versions[0].valid_from
        if first > now:
            what = f"{lists[0].name} begins at {time_text(first)}: no number outside is dialled before"
            right = "add a version that is valid now"
            yield problem_at(settings, ("tenants", name, "tariff"), what, right)
