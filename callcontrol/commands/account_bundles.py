"""`callcontrol account bundles`: what is used of bundles and discounts, reserved by running calls, and left."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from callcontrol.commands.account_names import tenant_in
from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.media_ledger import ledger_of, note, say
from callcontrol.config.bundle_settings import Bundle
from callcontrol.config.settings import Settings, Tenant
from callcontrol.edges import clock
from callcontrol.edges.ledger.allowances import uses_of_tenant
from callcontrol.edges.live_state.credit import CreditStore
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.usecases.stores import live_state
from callcontrol.vocabulary.bundle_counter import BundleCounter, amount_of_parts
from callcontrol.vocabulary.moment import datetime_of
from callcontrol.vocabulary.money import plain


@dataclass(frozen=True, slots=True)
class Line:
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


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`bundles TENANT`."""
    parser = verbs.add_parser("bundles", help="what is used of bundles and discounts, and what is left")
    parser.add_argument("tenant", metavar="TENANT")


def bundles(args: argparse.Namespace) -> int:
    """Those of this month, and of earlier ones of which something may be used still."""
    configuration = configuration_or_exit(args.config)
    tenant = tenant_in(args, configuration)
    month = f"{datetime_of(clock.now(), ZoneInfo(tenant.zone)):%Y-%m}"
    longest = max((one.carry_over for one in tenant.bundles.values()), default=0)
    with ledger_of(configuration.settings) as connection:
        used = uses_of_tenant(connection, args.tenant, _moved(month, -longest))
    reserved = _reserved(configuration.settings, [counter for counter, _ in used if counter.name in tenant.bundles])
    lines = [line for line in _lines(tenant, used, reserved, month) if not line.ends or line.ends >= month]
    for line in lines:
        say(args, _told(line), _said(line))
    if not lines:
        note(f"nothing is used of a bundle or discount of tenant {args.tenant} in {month}")
    return 0


def _lines(
    tenant: Tenant,
    used: list[tuple[BundleCounter, Decimal]],
    reserved: Mapping[BundleCounter, Decimal],
    month: str,
) -> Iterator[Line]:
    for counter, amount in used:
        bundle = tenant.bundles.get(counter.name)
        if bundle is None:
            yield Line(counter, amount, None, "", counter.month, False, None)
        else:
            ends = _moved(counter.month, bundle.carry_over)
            size, unit = _size(bundle)
            yield Line(counter, amount, size, unit, ends, counter.month < month, reserved.get(counter))


def _size(bundle: Bundle) -> tuple[Decimal, str]:
    if bundle.minutes is not None:
        return Decimal(bundle.minutes * 60), "s"
    return (Decimal(bundle.calls), "calls") if bundle.calls is not None else (bundle.money or Decimal(0), "of money")


def _moved(month: str, by: int) -> str:
    """The month so many months later."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + by, 12)
    return f"{year:04d}-{number + 1:02d}"


def _reserved(settings: Settings, counters: list[BundleCounter]) -> Mapping[BundleCounter, Decimal]:
    """What Redis has of them; without Redis nothing, which is said."""
    found: dict[BundleCounter, Decimal] = {}
    with ExitStack() as stack:
        try:
            store = CreditStore(stack.enter_context(live_state(settings)), lambda account, on_balance: on_balance(None))
            found |= {counter: amount_of_parts(store.look_at_bundle(counter).held) for counter in counters}
        except LiveStateError as error:
            note(f"what is reserved is not known: {error}")
    return found


def _told(line: Line) -> dict[str, object]:
    return {
        **line.counter._asdict(),
        "size": line.size,
        "unit": line.unit,
        "used": line.used,
        "reserved": line.reserved,
        "left": line.left,
        "carried_over": line.is_carried,
        "ends": line.ends,
    }


def _said(line: Line) -> str:
    """`national of extension:101, 2026-11: 3000 s; 120 used, 31 reserved, 2849 left; until the end of 2026-12`."""
    name = f"{line.counter.name} of {line.counter.holder}, {line.counter.month}"
    if line.size is None or line.left is None:
        return f"{name}: {plain(line.used)} counted; not a bundle that is configured now"
    reserved = "" if line.reserved is None else f", {plain(line.reserved)} reserved"
    carried = ", carried over" if line.is_carried else ""
    sizes = f"{plain(line.size)} {line.unit}; {plain(line.used)} used{reserved}, {plain(line.left)} left"
    return f"{name}: {sizes}; until the end of {line.ends}{carried}"
