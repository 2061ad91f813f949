"""`callcontrol limits`: payers whose outside calls are restricted now, and why. PAYER: `tenant` or `extension:101`.

limits show [TENANT [PAYER]]                       restrictions in force; a payer's caps of money, what is charged
limits block TENANT PAYER --reason TEXT            no calls outside, or of some classes; running ones end at once
limits unblock TENANT PAYER --reason TEXT          calls again; the limits that were passed do not act until the end
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from callcontrol.commands import limits_setting, limits_showing
from callcontrol.commands.arguments import add_config
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.live_state.failures import LiveStateError

VERBS = ("show", "block", "unblock")
FAILED = 1

_RUN: dict[str, Callable[[argparse.Namespace], int]] = {
    "show": limits_showing.show,
    "block": limits_setting.block,
    "unblock": limits_setting.unblock,
}


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`limits show|block|unblock …`."""
    parser = subparsers.add_parser(
        "limits",
        help="payers whose outside calls are restricted now, with the reason",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    limits_showing.add(verbs)
    limits_setting.add(verbs)
    for one in verbs.choices.values():
        add_config(one)
        one.add_argument("--json", action="store_true", help="one JSON object a line, times in UTC")


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense, or a store does not answer."""
    try:
        return _RUN[args.verb](args)
    except (NoLedger, LiveStateError, ValueError) as error:
        print(error, file=sys.stderr)
        return FAILED
