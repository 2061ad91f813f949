"""What a statement tells of bundles and discounts: what was used, of how much. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from callcontrol.billing.statements.document import BundleUsed
from callcontrol.config.bundle_settings import Bundle, Measure
from callcontrol.config.settings import Tenant


def bundles_told(tenant: Tenant, used: Iterable[tuple[str, str, Decimal]]) -> tuple[BundleUsed, ...]:
    """What is used, with the sizes the configuration has; discounts by volume have none.

    Args:
        used: (name, holder, seconds, calls or money).
    """
    return tuple(_told(tenant, name, holder, amount) for name, holder, amount in used)


def _told(tenant: Tenant, name: str, holder: str, used: Decimal) -> BundleUsed:
    bundle, volume = tenant.bundles.get(name), tenant.volumes.get(name)
    if bundle is not None:
        measure, size = _size(bundle)
        return BundleUsed(name=name, holder=holder, measure=measure, used=used, size=size)
    return BundleUsed(name=name, holder=holder, measure=volume.by if volume else "", used=used)


def _size(bundle: Bundle) -> tuple[Measure, Decimal]:
    """In seconds, calls or money."""
    if bundle.minutes is not None:
        return Measure.MINUTES, Decimal(bundle.minutes * 60)
    if bundle.calls is not None:
        return Measure.CALLS, Decimal(bundle.calls)
    return Measure.MONEY, bundle.money or Decimal(0)
