"""`callcontrol limits show`: restrictions in force; of a payer its caps of money as well, and how much is charged."""

from __future__ import annotations

import argparse
from typing import Final
from zoneinfo import ZoneInfo

from callcontrol.commands.account_names import in_words
from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.limits_names import check_payer, said, told
from callcontrol.commands.media_ledger import ledger_of, note, say
from callcontrol.config.settings import Settings
from callcontrol.daemon.configuration import Configuration
from callcontrol.edges import clock
from callcontrol.edges.ledger.restrictions import restrictions_of
from callcontrol.edges.ledger.spending import spent
from callcontrol.edges.live_state.restrictions import RestrictionStore
from callcontrol.routing.outgoing.money_caps import used
from callcontrol.usecases.names import unknown
from callcontrol.usecases.stores import live_state
from callcontrol.vocabulary.restriction import Restriction
from callcontrol.vocabulary.spending import Payer, spans_at

MOST: Final = 50


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`show [TENANT [PAYER]] [--limit N]`."""
    showing = verbs.add_parser("show", help="restrictions in force, and what was said before")
    showing.add_argument("tenant", metavar="TENANT", nargs="?", default="", help="default: all that are in force")
    showing.add_argument("payer", metavar="PAYER", nargs="?", default="", help="only this one")
    showing.add_argument("--limit", type=int, default=MOST, help=f"at most so many of the past (default: {MOST})")


def show(args: argparse.Namespace) -> int:
    """Those in force; with a tenant what was said before as well, the latest first."""
    configuration = configuration_or_exit(args.config)
    settings = configuration.settings
    if args.payer:
        check_payer(settings, args.tenant, args.payer)
        _show_caps(args, configuration)
    elif args.tenant and args.tenant not in settings.tenants:
        raise ValueError(unknown("tenant", args.tenant, settings.tenants))
    found = _past(args, settings) if args.tenant else _in_force(settings)
    now = clock.now()
    for one in found:
        tenant = settings.tenants.get(one.tenant)
        say(args, told(one, now), said(one, ZoneInfo(tenant.zone if tenant else "UTC"), now))
    if not found:
        note("no payer is restricted, or was")
    return 0


def _show_caps(args: argparse.Namespace, configuration: Configuration) -> None:
    """What of each cap of money is charged; what running calls cost comes on top of it."""
    tenant, payer = configuration.settings.tenants[args.tenant], Payer(args.tenant, args.payer)
    book = configuration.price_books.get(args.tenant)
    if book is None:
        return
    currency = book.currency_of(args.payer)
    with ledger_of(configuration.settings) as connection:
        found = spent(connection, {payer: spans_at(clock.now(), ZoneInfo(tenant.zone))})[payer]
    for use in used(args.payer, tenant, currency, found):
        told = {"limit": use.cap.name, "spent": use.spent, "cap": use.cap.amount, "currency": currency}
        actions = ", ".join(f"{share} % {action}" for share, action in sorted(use.cap.actions.items()))
        spent_of = f"{in_words(use.spent, currency)} of {in_words(use.cap.amount, currency)}"
        say(
            args,
            told | {"actions": {str(share): action for share, action in use.cap.actions.items()}},
            f"{use.cap.name}: {spent_of} ({actions})",
        )


def _in_force(settings: Settings) -> list[Restriction]:
    now = clock.now()
    with live_state(settings) as pipeline:
        _, found = RestrictionStore(pipeline).read()
    return sorted((one for one in found if one.is_in_force(now)), key=lambda one: one.key)


def _past(args: argparse.Namespace, settings: Settings) -> list[Restriction]:
    with ledger_of(settings) as connection:
        return restrictions_of(connection, args.tenant, args.payer or None, args.limit)
