"""Credit: that limits stand where they count, and that warnings can be told apart."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.checks.places import is_written, problem_at
from callcontrol.config.credit_accounts import account_of
from callcontrol.config.credit_settings import Credit, CreditKind, WithoutRedis
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.target import ExtensionTarget, text_of


def credit_limits_in_vain(settings: Settings) -> Iterator[Problem]:
    """A limit belongs to a postpaid account, and such an account has one."""
    for place, credit in _accounts(settings):
        if credit.kind is CreditKind.POSTPAID and credit.limit is None and not is_written(settings, *place, "limit"):
            what = "a postpaid account without a limit is none"
            yield problem_at(settings, (*place, "kind"), what, "write `limit:`, or `kind: none`")
        elif credit.kind is not CreditKind.POSTPAID and credit.limit is not None:
            what = f"the balance of `kind: {credit.kind}` has no limit below 0"
            yield problem_at(settings, (*place, "limit"), what, "leave it out, or write `kind: postpaid`")


def credit_settings_without_accounts(settings: Settings) -> Iterator[Problem]:
    """What holds for all accounts of a tenant is written where there are some."""
    for name, tenant in settings.tenants.items():
        if tenant.credit.has_account or any(one.credit.has_account for one in tenant.extensions.values()):
            continue
        for key in ("span", "warn", "without_redis", "short"):
            place = ("tenants", name, "credit", key)
            if settings.source(*place):
                what = "neither the tenant nor an extension of it has an account"
                yield problem_at(settings, place, what, "write `kind: prepaid` or `kind: postpaid`")


def credit_warnings_in_vain(settings: Settings) -> Iterator[Problem]:
    """Warnings come one after the other; seconds without a reservation count where there may be some."""
    for name, tenant in settings.tenants.items():
        place, credit = ("tenants", name, "credit"), tenant.credit
        if list(credit.warn) != sorted(set(credit.warn), reverse=True):
            what = f"{', '.join(map(str, credit.warn))}: the warnings are out of order"
            yield problem_at(settings, (*place, "warn"), what, "write the earliest first, each once, such as [60, 10]")
        if settings.source(*place, "short") and credit.without_redis is not WithoutRedis.SHORT:
            what = f"`without_redis: {credit.without_redis}` gives a call no such time"
            yield problem_at(settings, (*place, "short"), what, "leave it out, or write `without_redis: short`")


def bundles_beside_accounts(settings: Settings, _now: Instant) -> Iterator[Problem]:
    """What calls take of a bundle is reserved with the credit that pays for them: calls that no account pays for may
    take what was reserved for others.
    """
    for name, tenant in settings.tenants.items():
        for key, bundle in tenant.bundles.items():
            payers = [text_of(ExtensionTarget(one)) for one in bundle.extensions or tenant.extensions]
            paid = [account_of(one, tenant) is not None for one in payers]
            if bundle.shared and any(paid) and not all(paid):
                free = payers[paid.index(False)]
                what = f"{free} has no account, and its calls may take what was reserved for calls of others"
                right = "write `kind: postpaid` with a limit for it, or name others in `extensions:`"
                yield problem_at(settings, ("tenants", name, "bundles", key), what, right)


def _accounts(settings: Settings) -> Iterator[tuple[YamlPath, Credit]]:
    for name, tenant in settings.tenants.items():
        yield ("tenants", name, "credit"), tenant.credit
        for extension, one in tenant.extensions.items():
            yield ("tenants", name, "extensions", extension, "credit"), one.credit
