"""What price lists say to those who pay by them, and hardly mean: prices above a call's limit, another currency."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from callcontrol.billing.tariff import INBOUND, SHORT, PriceRow, Rate, Tariff
from callcontrol.billing.tariffs.needed import Tariffs
from callcontrol.config.checks.places import problem_at
from callcontrol.config.credit_accounts import TENANT_ACCOUNT, account_of
from callcontrol.config.outgoing_limits import DEFAULT_LIMITS, UNLIMITED, CallLimit
from callcontrol.config.problems import Problem
from callcontrol.config.settings import Settings, Tenant
from callcontrol.config.tariff_settings import extensions_in
from callcontrol.config.yaml_reader import YamlPath
from callcontrol.vocabulary.call_price import about
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.money import plain
from callcontrol.vocabulary.target import ExtensionTarget, text_of

# Of rows that say no class it is not known; satellite phones have codes of their own (vocabulary/direction.py).
_SATELLITE: Final = ("870", "881", "882", "883")
_SHOWN: Final = 3


def rows_too_dear(settings: Settings, tariffs: Tariffs, now: Instant) -> Iterator[Problem]:
    """A number that costs more than any call of this tenant may is never dialled."""
    for name, lists in tariffs.items():
        for place, tariff in _placed(name, settings.tenants[name], lists):
            dear = list(_too_dear(settings.tenants[name], tariff, now))
            if dear:
                more = f" and {len(dear) - _SHOWN} more" if len(dear) > _SHOWN else ""
                what = f"{tariff.name} has prices above what a call may cost: {', '.join(dear[:_SHOWN])}{more}"
                right = "correct the prices, or write `limits:` below `outgoing:` that allow them"
                yield problem_at(settings, place, f"{what}: these numbers are not dialled", right)


def lists_of_another_currency(settings: Settings, tariffs: Tariffs, _now: Instant) -> Iterator[Problem]:
    """An account is in one currency: charges in another go to another account of the same name."""
    for name, lists in tariffs.items():
        tenant = settings.tenants[name]
        for place, tariff in _placed(name, tenant, lists[1:], 1):
            for extension in extensions_in(tenant, tenant.tariffs[place[-1]]):
                found = account_of(text_of(ExtensionTarget(extension)), tenant)
                if found is not None and found[0] == TENANT_ACCOUNT and tariff.currency != lists[0].currency:
                    what = (
                        f"extension {extension} is priced in {tariff.currency}, and paid by the tenant's account, in "
                        f"{lists[0].currency}: its calls use another one of that name, in {tariff.currency}"
                    )
                    right = f"give the extension `credit:` of its own, or top up `tenant --currency {tariff.currency}`"
                    yield problem_at(settings, place, what, right)


def _placed(name: str, tenant: Tenant, lists: Sequence[Tariff], first: int = 0) -> Iterator[tuple[YamlPath, Tariff]]:
    places: list[YamlPath] = [("tenants", name, "tariff")]
    places += [("tenants", name, "tariffs", named) for named in tenant.tariffs]
    return zip(places[first:], lists, strict=False)


def _too_dear(tenant: Tenant, tariff: Tariff, now: Instant) -> Iterator[str]:
    """The prefixes whose calls no one may make, and what they cost."""
    version = tariff.version_at(now)
    for row in version.rows.values() if version else ():
        if row.prefix.startswith((INBOUND, SHORT)):
            continue
        limit = _most(tenant, row, "price_per_minute", tariff.currency)
        per_minute = max(price for rate in row.price.rates.values() for price in _prices(rate))
        if per_minute > limit:
            yield f"{row.prefix} ({plain(per_minute)} a minute, {plain(limit)} at most)"
            continue
        limit = _most(tenant, row, "connection_fee", tariff.currency)
        begin = max(row.price.minimum_amount, *(rate.connection_fee for rate in row.price.rates.values()))
        if begin > limit:
            yield f"{row.prefix} ({plain(begin)} a call, {plain(limit)} at most)"


def _prices(rate: Rate) -> tuple[Decimal, ...]:
    return (rate.price_per_minute, *(later.price_per_minute for later in rate.later))


def _most(tenant: Tenant, row: PriceRow, what: str, currency: str) -> Decimal:
    """The most that any payer of the tenant may pay for calls of the row's class; of all classes it may be of."""
    classes = {row.direction} if row.direction else {"satellite"} if row.prefix.startswith(_SATELLITE) else None
    own = [one.outgoing.limits for one in tenant.extensions.values()] or [()]
    return max(_limit((*mine, *tenant.outgoing.limits), classes, what, currency) for mine in own)


def _limit(entries: tuple[CallLimit, ...], classes: set[str] | None, what: str, currency: str) -> Decimal:
    known = classes or {one for entry in (*entries, *DEFAULT_LIMITS) for one in entry.classes} - {"satellite"}
    return max(_of_class(entries, one, what, currency) for one in known)


def _of_class(entries: tuple[CallLimit, ...], one: str, what: str, currency: str) -> Decimal:
    def first(of: tuple[CallLimit, ...]) -> Decimal | None:
        said = (getattr(entry, what) for entry in of if one in entry.classes or "all" in entry.classes)
        return next((value for value in said if value is not None), None)

    written, default = first(entries), first(DEFAULT_LIMITS)
    return written if written is not None else UNLIMITED if default is None else about(default, currency)
