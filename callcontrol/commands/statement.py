"""`callcontrol statement`: what a tenant's month comes to: calls, fees, VAT, one total. MONTH is such as 2026-11.

statement TENANT MONTH             its statements and notes; of a month that is not closed a draft of them as of now
statement list TENANT              all documents, and months that are over and not closed
statement close TENANT MONTH       close it: numbered, and never changed again; months before it are corrected by notes
statement correct TENANT MONTH     a note of what has changed of a closed month since; --fees: of its fees, too
statement check [TENANT]           redo all documents: none altered or missing, and together they are what calls cost

`show` writes --json, --csv, or with --pdf FOLDER a file for each document; --number: only this one.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable

from callcontrol.billing.statements.document import NewerDocument
from callcontrol.commands import statement_closing, statement_showing
from callcontrol.commands.arguments import add_config
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.statement_pdf import NoTypst

VERBS = ("show", "list", "close", "correct", "check")
FAILED = 1

_RUN: dict[str, Callable[[argparse.Namespace], int]] = {
    "show": statement_showing.show,
    "list": statement_showing.list_,
    "close": statement_closing.close_month,
    "correct": statement_closing.correct_month,
    "check": statement_closing.check,
}


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`statement show|list|close|correct|check …`."""
    parser = subparsers.add_parser(
        "statement",
        help="what a tenant's month comes to: calls, fees, VAT, one total",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    statement_showing.add(verbs)
    statement_closing.add(verbs, getpass.getuser())
    for one in verbs.choices.values():
        add_config(one)


def run(args: argparse.Namespace) -> int:
    """Carry it out; 1 if it makes no sense, something does not add up, or Postgres does not answer."""
    try:
        return _RUN[args.verb](args)
    except (NoLedger, NewerDocument, NoTypst, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return FAILED
