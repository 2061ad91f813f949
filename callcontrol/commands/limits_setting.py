"""`callcontrol limits block` and `unblock`: what a person says, with the reason, is in the ledger before it counts."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from functools import partial
from zoneinfo import ZoneInfo

from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.limits_names import said, told
from callcontrol.commands.media_ledger import ledger_of, say
from callcontrol.commands.overriding import add_by, said_by
from callcontrol.config.settings import Settings
from callcontrol.edges import clock
from callcontrol.usecases.restrictions import CLASSES, MIDNIGHT, Restricting
from callcontrol.usecases.set_by_hand import TAKEN_BACK
from callcontrol.usecases.stores import live_state
from callcontrol.vocabulary.restriction import Restriction


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`block` and `unblock`."""
    blocking = verbs.add_parser("block", help="no calls outside; running ones end at once")
    unblocking = verbs.add_parser("unblock", help="calls again")
    for one, default, text in (
        (blocking, TAKEN_BACK, "until unblocked"),
        (unblocking, MIDNIGHT, "until midnight: then the limits act again"),
    ):
        one.add_argument("tenant", metavar="TENANT")
        one.add_argument("payer", metavar="PAYER", help="tenant, or extension:101")
        one.add_argument("--reason", required=True, metavar="TEXT", help="why, as it is to stand in the ledger")
        one.add_argument("--until", default=default, metavar="WHEN", help=f"HH:MM, or an ISO time; default: {text}")
        add_by(one)
    blocking.add_argument(
        "--classes", nargs="+", default=(), choices=CLASSES, metavar="CLASS", help=f"only {', '.join(CLASSES)}"
    )


def block(args: argparse.Namespace) -> int:
    """Restrict the payer by hand."""
    settings = configuration_or_exit(args.config).settings
    restricting = _restricting(args, settings)
    found = restricting.block(args.payer, args.classes, args.reason, args.until, said_by(args))
    return _say(args, settings, [found])


def unblock(args: argparse.Namespace) -> int:
    """Release the payer from every limit that restricts it now; 1 if none does."""
    settings = configuration_or_exit(args.config).settings
    found = _restricting(args, settings).unblock(args.payer, args.reason, args.until, said_by(args))
    return _say(args, settings, found)


def _restricting(args: argparse.Namespace, settings: Settings) -> Restricting:
    ledger, redis = partial(ledger_of, settings), partial(live_state, settings)
    return Restricting(settings, args.tenant, ledger, redis, clock.now)


def _say(args: argparse.Namespace, settings: Settings, restrictions: Iterable[Restriction]) -> int:
    zone = ZoneInfo(settings.tenants[args.tenant].zone)
    for one in restrictions:
        say(args, told(one, one.at), said(one, zone, one.at))
    return 0
