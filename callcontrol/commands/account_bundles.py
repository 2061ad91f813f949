"""`callcontrol account bundles`: what is used of bundles and discounts, reserved by running calls, and left."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from decimal import Decimal

from callcontrol.commands.account_names import accounts_in
from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.media_ledger import ledger_of, note, say
from callcontrol.config.settings import Settings, Tenant
from callcontrol.edges import clock
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.usecases.bundles import BundleNow, Uses, bundles_now, month_of, reserved_of, uses_now
from callcontrol.usecases.stores import live_state
from callcontrol.vocabulary.bundle_counter import BundleCounter
from callcontrol.vocabulary.money import plain


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`bundles TENANT`."""
    parser = verbs.add_parser("bundles", help="what is used of bundles and discounts, and what is left")
    parser.add_argument("tenant", metavar="TENANT")


def bundles(args: argparse.Namespace) -> int:
    """Those of this month, and of earlier ones of which something may be used still."""
    configuration = configuration_or_exit(args.config)
    tenant = accounts_in(args, configuration).tenant
    month = month_of(tenant, clock.now())
    with ledger_of(configuration.settings) as connection:
        uses = uses_now(connection, args.tenant, tenant, month)
    lines = list(bundles_now(tenant, uses, _reserved(configuration.settings, tenant, uses), month))
    for line in lines:
        say(args, _told(line), _said(line))
    if not lines:
        note(f"nothing is used of a bundle or discount of tenant {args.tenant} in {month}")
    return 0


def _reserved(settings: Settings, tenant: Tenant, uses: Uses) -> Mapping[BundleCounter, Decimal]:
    """What Redis has of them; without Redis nothing, which is said."""
    try:
        with live_state(settings) as pipeline:
            return reserved_of(pipeline, tenant, uses)
    except LiveStateError as error:
        note(f"what is reserved is not known: {error}")
    return {}


def _told(line: BundleNow) -> dict[str, object]:
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


def _said(line: BundleNow) -> str:
    """`national of extension:101, 2026-11: 3000 s; 120 used, 31 reserved, 2849 left; until the end of 2026-12`."""
    name = f"{line.counter.name} of {line.counter.holder}, {line.counter.month}"
    if line.size is None or line.left is None:
        return f"{name}: {plain(line.used)} counted; not a bundle that is configured now"
    reserved = "" if line.reserved is None else f", {plain(line.reserved)} reserved"
    carried = ", carried over" if line.is_carried else ""
    sizes = f"{plain(line.size)} {line.unit}; {plain(line.used)} used{reserved}, {plain(line.left)} left"
    return f"{name}: {sizes}; until the end of {line.ends}{carried}"
