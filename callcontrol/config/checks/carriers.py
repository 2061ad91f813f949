"""Rules by which trunks are chosen and numbers shown."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import did_you_mean, is_written, problem_at
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.vocabulary.moment import Instant


def rules_of_trunks_not_used(settings: Settings) -> Iterator[Problem]:
    """A rule chooses among the trunks the tenant may use."""
    for name, tenant in settings.tenants.items():
        usable = tenant.trunks or tuple(settings.trunks)
        for index, rule in enumerate(tenant.trunk_rules):
            for at, trunk in enumerate(rule.trunks):
                if trunk not in usable and (tenant.trunks or not is_written(settings, "trunks", trunk)):
                    place = ("tenants", name, "trunk_rules", str(index), "trunks", str(at))
                    right = did_you_mean(trunk, usable, "write one of the tenant's trunks")
                    yield problem_at(settings, place, f"{trunk} is no trunk of this tenant", right)


def rules_of_queues_that_do_not_exist(settings: Settings) -> Iterator[Problem]:
    """A number is shown for a queue of the tenant's."""
    for name, tenant in settings.tenants.items():
        for index, rule in enumerate(tenant.shown_rules):
            for at, queue in enumerate(rule.queues):
                if not is_written(settings, "tenants", name, "queues", queue):
                    place = ("tenants", name, "shown_rules", str(index), "queues", str(at))
                    right = did_you_mean(queue, tenant.queues, f"write {queue} below `queues:`")
                    yield problem_at(settings, place, f"there is no queue {queue}", right)


def costs_that_are_not_known(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """A trunk without a price list is tried last where trunks are tried by cost."""
    for name, tenant in settings.tenants.items():
        for index, rule in enumerate(tenant.trunk_rules):
            named = rule.trunks or tenant.trunks or tuple(settings.trunks)
            unknown = [one for one in named if one in settings.trunks and settings.trunks[one].tariff is None]
            if rule.by == "cost" and unknown:
                place = ("tenants", name, "trunk_rules", str(index), "by")
                what = f"what calls through {', '.join(unknown)} cost is not known: tried last"
                yield problem_at(settings, place, what, "write `tariff:` there, the carrier's price list")
