"""`callcontrol export`: what is delivered of the ledger, in numbered batches without a gap, each row exactly once.

export list                       the exports of the configuration, and how they stand
export list NAME                  the batches of one
export run NAME                   close what there is by now, and deliver it
export resend NAME NUMBER         deliver a batch of before once more: the same bytes; --to FOLDER: there
export receipt NAME NUMBER        the receiver has this batch; without a number: look for the receipts it has written
export check NAME                 redo counts and sums of all batches against the ledger; --bytes: make each file again
export verify NAME                compare the files that lie in its folder, or in --from FOLDER, with the books
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from callcontrol.commands import export_checking, export_receipts, export_running, export_showing
from callcontrol.commands.arguments import add_config
from callcontrol.edges.deliveries import DeliveryAway, OtherFile
from callcontrol.edges.ledger.export_books import ExportBusy, ExportRefused
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.parquet import NoParquet

VERBS = ("list", "run", "resend", "receipt", "check", "verify")
FAILED = 1

_RUN: dict[str, Callable[[argparse.Namespace], int]] = {
    "list": export_showing.show,
    "run": export_running.run,
    "resend": export_running.resend,
    "receipt": export_receipts.receipt,
    "check": export_checking.check,
    "verify": export_checking.verify,
}


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`export list|run|resend|receipt|check|verify …`."""
    parser = subparsers.add_parser(
        "export",
        help="deliver calls, legs, charges, account entries, missed callers, statements in numbered batches",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    export_showing.add(verbs)
    export_running.add(verbs)
    export_receipts.add(verbs)
    export_checking.add(verbs)
    for one in verbs.choices.values():
        add_config(one)
        one.add_argument("--json", action="store_true", help="one JSON object a line, times in UTC")


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense, Postgres or the receiver does not answer, or something does not add up."""
    try:
        return _RUN[args.verb](args)
    except (ExportBusy, ExportRefused, NoLedger, NoParquet, DeliveryAway, OtherFile, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return FAILED
