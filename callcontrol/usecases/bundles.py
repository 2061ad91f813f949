"""What is used of bundles and discounts, reserved by running calls, and left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from callcontrol.config.bundle_settings import Bundle
from callcontrol.config.settings import Tenant
from callcontrol.edges.ledger.allowances import uses_of_tenant
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.live_state.credit import CreditStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.vocabulary.bundle_counter import BundleCounter, amount_of_parts
from callcontrol.vocabulary.moment import Instant, datetime_of


@dataclass(frozen=True, slots=True)
class BundleNow:
    """A month of a bundle, or of a discount, of one holder.

    Attributes:
        size: seconds, calls or money of the month; None: it is a discount, or not configured any more.
        ends: the last month in which what is left may be used, "" for a discount.
        reserved: by running calls, and what ended ones took that the ledger does not have yet; None: not known.
    """

    counter: BundleCounter
    used: Decimal
    size: Decimal | None
    unit: str
    ends: str
    is_carried: bool
    reserved: Decimal | None

    @property
    def left(self) -> Decimal | None:
        """What is left for further calls."""
        return None if self.size is None else max(self.size - self.used - (self.reserved or 0), Decimal(0))


Uses = Sequence[tuple[BundleCounter, Decimal]]


def month_of(tenant: Tenant, now: Instant) -> str:
    """The month of now on the tenant's clocks, as 2026-11."""
    return f"{datetime_of(now, ZoneInfo(tenant.zone)):%Y-%m}"


def uses_now(connection: DictConnection, name: str, tenant: Tenant, month: str) -> Uses:
    """What is used in this month, and in earlier ones of which something may be used still."""
    longest = max((one.carry_over for one in tenant.bundles.values()), default=0)
    return uses_of_tenant(connection, name, _moved(month, -longest))


def reserved_of(pipeline: RedisPipeline, tenant: Tenant, uses: Uses) -> dict[BundleCounter, Decimal]:
    """What Redis has of those bundles that are configured.

    Raises:
        LiveStateError: Redis is away.
    """
    store = CreditStore(pipeline, lambda account, on_balance: on_balance(None))
    counters = [counter for counter, _ in uses if counter.name in tenant.bundles]
    return {counter: amount_of_parts(store.look_at_bundle(counter).held) for counter in counters}


def bundles_now(
    tenant: Tenant, uses: Uses, reserved: Mapping[BundleCounter, Decimal], month: str
) -> Iterator[BundleNow]:
    """Those of which something may be used in this month.

    Args:
        reserved: without those of which it is not known.
    """
    for counter, amount in uses:
        one = _now(tenant.bundles.get(counter.name), counter, amount, reserved.get(counter), month)
        if not one.ends or one.ends >= month:
            yield one


def _now(
    bundle: Bundle | None, counter: BundleCounter, used: Decimal, reserved: Decimal | None, month: str
) -> BundleNow:
    if bundle is None:
        return BundleNow(counter, used, None, "", counter.month, False, None)
    size, unit = _size(bundle)
    return BundleNow(
        counter, used, size, unit, _moved(counter.month, bundle.carry_over), counter.month < month, reserved
    )


def _size(bundle: Bundle) -> tuple[Decimal, str]:
    if bundle.minutes is not None:
        return Decimal(bundle.minutes * 60), "s"
    return (Decimal(bundle.calls), "calls") if bundle.calls is not None else (bundle.money or Decimal(0), "of money")


def _moved(month: str, by: int) -> str:
    """The month so many months later."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + by, 12)
    return f"{year:04d}-{number + 1:02d}"
