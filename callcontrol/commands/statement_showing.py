"""`callcontrol statement show` and `list`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from callcontrol.billing.statements.csv_form import csv_of
from callcontrol.billing.statements.document import Document
from callcontrol.billing.statements.page import Page
from callcontrol.commands.arguments import configuration_or_exit
from callcontrol.commands.export_names import folder_named
from callcontrol.commands.media_ledger import ledger_of, note, say
from callcontrol.commands.statement_names import book_named, month_named
from callcontrol.commands.tables import NOTHING, ORDINARY, Column, table_of
from callcontrol.edges import clock
from callcontrol.edges.ledger.statements import closed_of
from callcontrol.edges.statement_pdf import pdf_of
from callcontrol.jobs.statements.closing import open_months
from callcontrol.usecases.statements import Shown, closed_row, shown_of

_Row = Mapping[str, Any]


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`show TENANT MONTH [--number N] [--json|--csv|--pdf FOLDER]`, `list TENANT`."""
    showing = verbs.add_parser("show", help="the documents of a month, or a draft of them")
    showing.add_argument("tenant", metavar="TENANT")
    showing.add_argument("month", metavar="MONTH", help="such as 2026-11, this-month, last-month")
    showing.add_argument("--number", type=int, metavar="N", help="only the document of this number")
    form = showing.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object a document, as it is kept")
    form.add_argument("--csv", action="store_true", help="a line each of its lines, VAT rates and total")
    form.add_argument("--pdf", metavar="FOLDER", help="a file for each document, into this folder")
    listing = verbs.add_parser("list", help="all documents, and months that are to be closed")
    listing.add_argument("tenant", metavar="TENANT")
    listing.add_argument("--json", action="store_true", help="one JSON object a document")


def show(args: argparse.Namespace) -> int:
    """What is closed of the month, else a draft."""
    settings = configuration_or_exit(args.config).settings
    book = book_named(args, settings)
    month = month_named(args, book)
    with ledger_of(settings) as connection:
        shown, is_closed = shown_of(connection, book, month)
    if not is_closed:
        note(f"{month} of {args.tenant} is not closed: this is how it is now")
    if args.number is not None:
        shown = [one for one in shown if one.document.number == args.number]
        if not shown:
            raise ValueError(f"{month} of {args.tenant} has no document {args.number}: `statement list` tells which")
    _write(args, shown)
    return 0


def _write(args: argparse.Namespace, shown: Sequence[Shown]) -> None:
    if args.json:
        print("\n".join(one.text for one in shown))
    elif args.csv:
        sys.stdout.write(csv_of(one.document for one in shown))
    elif args.pdf:
        folder = folder_named(args.pdf)
        for one in shown:
            print(_write_pdf(folder, one))
    else:
        print_pages(one.document for one in shown)


def _write_pdf(folder: Path, shown: Shown) -> Path:
    path = folder / f"{shown.name}.pdf"
    path.write_bytes(pdf_of(shown.document, shown.sha256))
    return path


def print_pages(documents: Iterable[Document]) -> None:
    """What stands on the pages, for a terminal."""
    console = Console(highlight=False)
    for document in documents:
        page = Page(document).content()
        console.print(page["title"], style="bold", markup=False)
        parties = (f"{who}: {', '.join(lines)}" for who, lines in page["parties"] if lines)
        for told in (page["draft"], *(": ".join(fact) for fact in page["facts"]), *parties):
            if told:
                console.print(told, markup=False)
        for table in page["tables"]:
            console.print()
            console.print(table_of(table["title"], _columns(table), table["rows"], console.width))
        console.print()
        console.print(": ".join(page["total"]), style="bold", markup=False)
        console.print("\n".join(page["remarks"]), markup=False)


def _columns(table: Mapping[str, Any]) -> list[Column[Sequence[str]]]:
    heads: Sequence[str] = table["heads"]
    return [Column(head, _cell(at), gives_way=not at, left=at < table["words"]) for at, head in enumerate(heads)]


def _cell(at: int) -> Callable[[Sequence[str]], str]:
    return lambda row: row[at] or NOTHING


def list_(args: argparse.Namespace) -> int:
    """All documents in order; below them the months that are over and not closed."""
    settings = configuration_or_exit(args.config).settings
    book = book_named(args, settings)
    with ledger_of(settings) as connection:
        rows = [closed_row(one) for one in closed_of(connection, args.tenant)]
        missing = open_months(connection, book, clock.now())
    if args.json:
        for row in rows:
            say(args, row, "")
    elif rows:
        console = Console()
        console.print(table_of("", _DOCUMENTS, rows, console.width))
    else:
        note(f"{args.tenant} has no statement yet")
    for month in missing:
        note(f"{month} is over and not closed")
    return 0


def _column(title: str, name: str, width: int = 0, *, left: bool = True) -> Column[_Row]:
    return Column(title, lambda row: str(row[name] or NOTHING), width, left=left)


_DOCUMENTS = [
    _column("number", "number", left=False),
    _column("kind", "kind"),
    _column("month", "month"),
    _column("corrects", "corrects", left=False),
    _column("net", "net", left=False),
    _column("VAT", "vat", left=False),
    _column("gross", "gross", left=False),
    _column("", "currency"),
    _column("closed", "closed_at"),
    _column("by", "closed_by", ORDINARY),
]
