"""Bundles and discounts by volume: that each counts one thing, for extensions that there are."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import did_you_mean, is_written, problem_at
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings


def bundles_by_halves(settings: Settings) -> Iterator[Problem]:
    """A bundle is of minutes, of calls or of money; what is carried over comes from a first month on."""
    for name, tenant in settings.tenants.items():
        for key, bundle in tenant.bundles.items():
            place = ("tenants", name, "bundles", key)
            if sum(one is not None for one in (bundle.minutes, bundle.calls, bundle.money)) != 1:
                yield problem_at(settings, place, "not one of minutes, calls and money", "write one of them")
            if bundle.money is not None and bundle.beyond is not None:
                right = "leave it out: what money does not cover costs what the price list says"
                yield problem_at(settings, (*place, "beyond"), "a bundle of money has no price beyond it", right)
            if bundle.carry_over and bundle.since is None and not is_written(settings, *place, "since"):
                what, right = "what is left is carried over, from no month on", "write since: 2026-11, its first month"
                yield problem_at(settings, (*place, "carry_over"), what, right)


def discounts_out_of_order(settings: Settings) -> Iterator[Problem]:
    """The more, the later."""
    for name, tenant in settings.tenants.items():
        for key, volume in tenant.volumes.items():
            froms = [one.from_ for one in volume.discounts]
            if froms != sorted(set(froms)):
                place = ("tenants", name, "volumes", key, "discounts")
                yield problem_at(settings, place, "the discounts are out of order", "write the lowest `from` first")


def bundles_of_unknown_extensions(settings: Settings) -> Iterator[Problem]:
    """Who has a bundle is an extension; a bundle and a discount are told apart by name."""
    for name, tenant in settings.tenants.items():
        for block, counted in (("bundles", tenant.bundles), ("volumes", tenant.volumes)):
            for key, one in counted.items():
                for index, extension in enumerate(one.extensions):
                    place = ("tenants", name, block, key, "extensions", str(index))
                    if extension not in tenant.extensions:
                        right = did_you_mean(extension, tenant.extensions, "write it below `extensions:`")
                        yield problem_at(settings, place, f"there is no extension {extension}", right)
        for key in set(tenant.bundles) & set(tenant.volumes):
            above = ("tenants", name, "volumes", key)
            yield problem_at(settings, above, f"{key} is a bundle too", "give it another name")
