"""Fees of a month: what there was on which of its days, and what that costs. Pure.

The rules:

1. A fee is for the days from its first to its last one, both included; without them for all.
2. Counted by queues, extensions and so on it is for each of them on each day on which it was there: a day on which
   something was there for a moment counts. What was there is noted in the ledger each day (`fee_days`). A day of which
   nothing is noted, as when no job ran, is as the last noted day before it, else the first one after it, else as the
   configuration is.
3. Each costs the share of its days (shares.py), or, where it is not prorated, all of the amount for any day.
4. What has the same days makes one line.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from callcontrol.billing.statements.document import Line, Rules, Section
from callcontrol.billing.statements.months import days_of, first_day
from callcontrol.billing.statements.shares import share_of, span_of
from callcontrol.billing.tariff import PricesAre
from callcontrol.config.bundle_settings import Bundle
from callcontrol.config.settings import Tenant
from callcontrol.config.statement_settings import Fee, Per
from callcontrol.vocabulary.money import EXACT

OF: str = " of "
"""Parts the name of a bundle from whose it is."""

Noted = Mapping[Per, Mapping[date, tuple[str, ...]]]
"""What was there, by day."""


def there_now(tenant: Tenant) -> dict[Per, tuple[str, ...]]:
    """What the configuration has of everything its fees are counted by; in order of their names."""
    wanted = {fee.per for fee in tenant.statements.fees.values()} - {Per.TENANT}
    return {per: tuple(sorted(_NAMES[per](tenant))) for per in sorted(wanted)}


def _bundles(tenant: Tenant) -> Iterator[str]:
    for name, bundle in tenant.bundles.items():
        yield from (f"{name}{OF}{holder}" for holder in _holders(tenant, bundle))


def _holders(tenant: Tenant, bundle: Bundle) -> Iterable[str]:
    if bundle.shared:
        return ("tenant",)
    return bundle.extensions or tenant.extensions


_NAMES: Mapping[Per, Callable[[Tenant], Iterable[str]]] = {
    Per.EXTENSION: lambda tenant: tenant.extensions,
    Per.QUEUE: lambda tenant: tenant.queues,
    Per.AGENT: lambda tenant: tenant.agents,
    Per.NUMBER: lambda tenant: tenant.numbers,
    Per.BUNDLE: _bundles,
}


def fee_lines(tenant: Tenant, month: str, noted: Noted, rules: Rules, currency: str) -> list[Line]:
    """The lines of the tenant's fees in this currency.

    Args:
        noted: what was noted up to the end of the month, at least the last day before it.
    """
    return [
        line
        for name, fee in tenant.statements.fees.items()
        if (fee.currency or tenant.statements.currency) == currency
        for line in _lines(name, fee, month, _Presence(tenant, noted), rules)
    ]


def fee_currencies(tenant: Tenant) -> list[str]:
    """The currencies of its fees, that of its statements first."""
    own = tenant.statements.currency
    named = (fee.currency for fee in tenant.statements.fees.values())
    return list(dict.fromkeys(one for one in (own, *named) if one is not None))


def _lines(name: str, fee: Fee, month: str, presence: _Presence, rules: Rules) -> Iterator[Line]:
    prices = PricesAre(fee.prices) if fee.prices else rules.prices
    percent = rules.vat_percent if fee.vat_percent is None else fee.vat_percent
    for days, count in _counted(fee, month, presence).items():
        unit, span = _unit(fee, month, days, rules)
        yield Line(
            section=Section.FEES,
            name=name,
            text=fee.name,
            vat_percent=percent,
            prices=prices,
            quantity=count,
            unit=unit,
            span=span,
            exact=EXACT.multiply(unit, count),
        )


def _unit(fee: Fee, month: str, days: frozenset[int], rules: Rules) -> tuple[Decimal, str]:
    """What one costs on these days, and the days as text."""
    if fee.once is not None:
        return fee.amount, str(fee.once.day)
    span = span_of(days, days_of(month))
    if fee.prorated == "no":
        return fee.amount, span
    return share_of(fee.amount, days, days_of(month), rules.decimals), span


def _counted(fee: Fee, month: str, presence: _Presence) -> Mapping[frozenset[int], int]:
    """How many are there on which days of the month."""
    first = first_day(month)
    if fee.once is not None:
        return {frozenset({fee.once.day}): 1} if fee.once.isoformat().startswith(month) else {}
    days_by_name = defaultdict[str, set[int]](set)
    for number in range(1, days_of(month) + 1):
        day = first + timedelta(days=number - 1)
        if (fee.from_ is None or fee.from_ <= day) and (fee.until is None or day <= fee.until):
            for name in presence.names(fee, day):
                days_by_name[name].add(number)
    counts = defaultdict[frozenset[int], int](int)
    for days in days_by_name.values():
        counts[frozenset(days)] += 1
    return dict(sorted(counts.items(), key=lambda item: min(item[0])))


class _Presence:
    """What was there on a day."""

    def __init__(self, tenant: Tenant, noted: Noted) -> None:
        self._now = there_now(tenant)
        self._noted = noted

    def names(self, fee: Fee, day: date) -> Iterator[str]:
        """What the fee is counted by on this day; once "" for the tenant."""
        if fee.per is Per.TENANT:
            yield ""
            return
        for name in self._on(fee.per, day):
            if not fee.of or name.partition(OF)[0] in fee.of:
                yield name

    def _on(self, per: Per, day: date) -> tuple[str, ...]:
        noted = self._noted.get(per, {})
        if not noted:
            return self._now.get(per, ())
        days = sorted(noted)
        return noted[days[max(bisect_right(days, day) - 1, 0)]]
