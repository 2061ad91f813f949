"""Statements and fees: that they begin, end, and are for something that there is."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from callcontrol.config.checks.places import did_you_mean, is_written, problem_at
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.statement_settings import Fee, Per
from callcontrol.config.yaml_reader import YamlPath


def _fees(settings: Settings) -> Iterator[tuple[YamlPath, Tenant, Fee]]:
    for name, tenant in settings.tenants.items():
        for key, fee in tenant.statements.fees.items():
            yield ("tenants", name, "statements", "fees", key), tenant, fee


def statements_by_halves(settings: Settings) -> Iterator[Problem]:
    """Statements have a first month and a currency; what else is written counts only then."""
    for name, tenant in settings.tenants.items():
        place, own = ("tenants", name, "statements"), tenant.statements
        if not settings.source(*place):
            continue
        if own.since is None and not is_written(settings, *place, "since"):
            what = "the first month that gets a statement is not written, so none does"
            yield problem_at(settings, place, what, "write since: 2026-11")
        if own.currency is None and not is_written(settings, *place, "currency"):
            yield problem_at(settings, place, "its currency is not written", "write currency: PLN")
        if own.fees_from_account and not tenant.credit.has_account:
            what = "the tenant has no account of its own that fees could be taken from"
            yield problem_at(settings, (*place, "fees_from_account"), what, "write credit: {kind: prepaid}")


def fees_of_no_time(settings: Settings) -> Iterator[Problem]:
    """A fee ends behind its beginning; one that is paid once has neither, and is not counted."""
    for place, _, fee in _fees(settings):
        if fee.from_ is not None and fee.until is not None and fee.until < fee.from_:
            what = f"it ends on {fee.until}, before it begins on {fee.from_}"
            yield problem_at(settings, (*place, "until"), what, "write a later day")
        if fee.once is None:
            continue
        for name in ("from", "until", "prorated", "per", "of"):
            if settings.source(*place, name):
                what = f"it is paid once, on {fee.once}, so nothing of this counts"
                yield problem_at(settings, (*place, name), what, "leave it out, or leave out `once`")


def fees_of_unknown_things(settings: Settings) -> Iterator[Problem]:
    """What a fee is for exists, unless the fee has an end: what is gone is paid for until then."""
    for place, tenant, fee in _fees(settings):
        if fee.of and fee.per is Per.TENANT:
            what = "it is paid once a month for the tenant, so nothing of this counts"
            yield problem_at(settings, (*place, "of"), what, "write `per:`, such as per: queue")
            continue
        known = _known(tenant, fee.per)
        for index, name in enumerate(fee.of):
            if name not in known and fee.until is None:
                right = did_you_mean(name, known, "name one that there is, or write `until:`, its last day")
                yield problem_at(settings, (*place, "of", str(index)), f"there is no {fee.per} {name}", right)


def _known(tenant: Tenant, per: Per) -> Collection[str]:
    """What there is."""
    return {
        Per.EXTENSION: tenant.extensions,
        Per.QUEUE: tenant.queues,
        Per.AGENT: tenant.agents,
        Per.NUMBER: tenant.numbers,
        Per.BUNDLE: tenant.bundles,
    }.get(per, ())
