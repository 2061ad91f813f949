"""`callcontrol statement close`, `correct` and `check`."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from callcontrol.billing.statements.document import DocumentKind
from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.media_ledger import check_tenant, ledger_of, note, printable
from callcontrol.commands.statement_names import book_named, month_named
from callcontrol.edges import clock
from callcontrol.edges.ledger.statements import Closed, tenants_with_statements
from callcontrol.jobs.statements.checking import Checked, checked
from callcontrol.jobs.statements.closing import book_of, close, correct
from callcontrol.vocabulary.money import plain

FAULTS = 1


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser], user: str) -> None:
    """`close TENANT MONTH`, `correct TENANT MONTH [--fees]`, `check [TENANT]`."""
    closing = verbs.add_parser("close", help="close a month")
    correcting = verbs.add_parser("correct", help="a note of what has changed of a closed month since")
    correcting.add_argument("--fees", action="store_true", help="also fees, as the configuration has them now")
    for one in (closing, correcting):
        one.add_argument("tenant", metavar="TENANT")
        one.add_argument("month", metavar="MONTH", help="such as 2026-11, last-month")
        one.add_argument("--by", default=user, metavar="WHO", help="default: you")
        one.add_argument("--json", action="store_true", help="one JSON object a document, as it is kept")
    checking = verbs.add_parser("check", help="redo all documents")
    checking.add_argument("tenant", metavar="TENANT", nargs="?", default="")


def close_month(args: argparse.Namespace) -> int:
    """Close it, and say what was closed."""
    settings = configuration_or_exit(args.config).settings
    book = book_named(args, settings)
    month = month_named(args, book)
    with ledger_of(settings) as connection:
        _tell(args, close(connection, book, month, clock.now(), args.by))
    return 0


def correct_month(args: argparse.Namespace) -> int:
    """Write what has changed into notes, and say so."""
    settings = configuration_or_exit(args.config).settings
    book = book_named(args, settings)
    month = month_named(args, book)
    with ledger_of(settings) as connection:
        notes = correct(connection, book, month, args.by, with_fees=args.fees)
    _tell(args, notes)
    if not notes:
        note(f"nothing of {month} has changed since")
    return 0


def _tell(args: argparse.Namespace, closed: Iterable[Closed]) -> None:
    for one in closed:
        document = one.document
        if args.json:
            print(one.text)
            continue
        what = "statement" if document.kind is DocumentKind.STATEMENT else f"note, corrects {document.corrects}"
        total = f"{document.gross:f} {document.currency}"
        print(
            printable(f"{document.reference}: {what}, {total} with VAT {document.vat:f}, {len(document.lines)} lines")
        )


def check(args: argparse.Namespace) -> int:
    """Redo all documents; 1 where something does not add up."""
    settings = configuration_or_exit(args.config).settings
    if args.tenant:
        check_tenant(args, settings)
    faulty = False
    with ledger_of(settings) as connection:
        for tenant in [args.tenant] if args.tenant else tenants_with_statements(connection):
            if tenant not in settings.tenants:
                note(f"{tenant} is configured no more: its documents are not compared with its calls")
                continue
            found = checked(connection, book_of(settings, tenant))
            print(printable(_checked_said(tenant, found)))
            for fault in found.faults:
                note(fault)
            faulty = faulty or bool(found.faults)
    return FAULTS if faulty else 0


def _checked_said(tenant: str, found: Checked) -> str:
    stated = " and ".join(f"{plain(amount)} {currency}" for currency, amount in found.stated.items())
    gone = f", {found.gone} of these calls no longer in the ledger" if found.gone else ""
    return f"{tenant}: {found.documents} documents, calls stated: {stated or 'none'}{gone}; {len(found.faults)} faults"
