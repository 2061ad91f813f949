"""`callcontrol account`: credit accounts of a tenant and its extensions. ACCOUNT is `tenant` or `extension:101`.

account show TENANT [ACCOUNT]                       balances, what running calls have reserved, what is left
account top-up TENANT ACCOUNT AMOUNT --why TEXT     money has come in
account correct TENANT ACCOUNT AMOUNT --why TEXT    a mistake is made good: -2.50 takes from the balance
account hold TENANT ACCOUNT --why TEXT              no new calls, until it is released; running ones end with their span
account release TENANT ACCOUNT --why TEXT           new calls again
account statement TENANT ACCOUNT                    every entry, in order, with the running total redone
account bundles TENANT                              what is used of bundles, reserved by running calls, and left
account check [TENANT]                              redo all running totals, and the counters of bundles
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from callcontrol.commands import account_bundles, account_entering, account_showing
from callcontrol.commands.arguments import add_config
from callcontrol.edges.ledger.accounts import EntryRefused
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.live_state.failures import LiveStateError

VERBS = ("show", *account_entering.VERBS, "statement", "bundles", "check")
FAILED = 1

_RUN: dict[str, Callable[[argparse.Namespace], int]] = {
    "show": account_showing.show,
    **dict.fromkeys(account_entering.VERBS, account_entering.run),
    "statement": account_showing.statement,
    "bundles": account_bundles.bundles,
    "check": account_showing.check,
}


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`account show|top-up|correct|hold|release|statement|check …`."""
    parser = subparsers.add_parser(
        "account",
        help="credit accounts: balances, top-ups, statements",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    account_showing.add(verbs)
    account_entering.add(verbs)
    account_bundles.add(verbs)
    for one in verbs.choices.values():
        add_config(one)
        one.add_argument("--currency", default="", metavar="XYZ", help="default: that of the tenant's price list")
        one.add_argument("--json", action="store_true", help="one JSON object a line, times in UTC")


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense, a store does not answer, or totals do not add up."""
    try:
        return _RUN[args.verb](args)
    except (EntryRefused, NoLedger, LiveStateError, ValueError) as error:
        print(error, file=sys.stderr)
        return FAILED
