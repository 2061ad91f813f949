"""`/statements`: what a month came to: documents as they are kept, as CSV and PDF; drafts of months not closed yet."""

from __future__ import annotations

from typing import Any, Final

import orjson

from callcontrol.billing.statements.csv_form import csv_of
from callcontrol.billing.statements.months import month_from
from callcontrol.edges.ledger.statements import closed_of
from callcontrol.edges.statement_pdf import pdf_of
from callcontrol.edges.threads import aside
from callcontrol.jobs.statements.closing import book_of, open_months
from callcontrol.usecases.refusals import NotThere, Refused
from callcontrol.usecases.statements import Shown, closed_row, document_of, shown_of
from callcontrol.vocabulary.rights import Kind, Thing, Verb, may
from callcontrol.web.operations import Answer, Asked, Operation, Told

AS_KEPT: Final = "application/vnd.callcontrol.statement+json"


class StatementTold(Told):
    """A document; `kind`: statement, or a note that corrects one. Amounts as text."""

    number: int
    kind: str
    month: str
    currency: str
    corrects: int | None
    net: str
    vat: str
    gross: str
    closed_at: str
    closed_by: str
    sha256: str


class StatementsTold(Told):
    """All documents, in order; and months that are over and not closed."""

    statements: list[StatementTold]
    open_months: list[str]


class DraftTold(Told):
    """What the month comes to as of now, one document for each currency; `closed`: these are its statements."""

    month: str
    closed: bool
    documents: list[dict[str, Any]]


def statements_told(asked: Asked) -> StatementsTold:
    """The tenant's documents."""
    _check(asked)
    book = book_of(asked.services.settings, asked.tenant)
    with asked.services.people(asked.tenant) as connection:
        rows = [StatementTold(**closed_row(one)) for one in closed_of(connection, asked.tenant)]
        missing = open_months(connection, book, asked.services.now())
    return StatementsTold(statements=rows, open_months=missing)


def _check(asked: Asked) -> None:
    if not may(asked.person, Verb.SEE, Kind.STATEMENTS, Thing(asked.tenant)):
        raise PermissionError("statements")


def _list(asked: Asked) -> Answer:
    return Answer(statements_told(asked))


def shown(asked: Asked) -> Shown:
    """The document of the address."""
    _check(asked)
    text = asked.path["number"]
    if not text.isdecimal() or len(text) > 9:
        raise NotThere(f"there is no document {text}", "number")
    with asked.services.people(asked.tenant) as connection:
        return document_of(connection, asked.tenant, int(text))


def _file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _as_kept(asked: Asked) -> Answer:
    one = shown(asked)
    headers = _file(f"{one.name}.json") | {"ETag": f'"{one.sha256}"'}
    return Answer([one.text.encode()], headers=headers, content_type=AS_KEPT)


def statement_as_csv(asked: Asked) -> Answer:
    """The document of the address."""
    one = shown(asked)
    pieces = [csv_of([one.document]).encode()]
    return Answer(pieces, headers=_file(f"{one.name}.csv"), content_type="text/csv; charset=utf-8")


def statement_as_pdf(asked: Asked) -> Answer:
    """The document of the address."""
    one = shown(asked)
    # Seconds of computing: other requests go on meanwhile.
    pieces = [aside(pdf_of, one.document, one.sha256)]
    return Answer(pieces, headers=_file(f"{one.name}.pdf"), content_type="application/pdf")


def draft(asked: Asked) -> tuple[str, list[Shown], bool]:
    """The month of the address, what it comes to, and whether it is closed."""
    _check(asked)
    book = book_of(asked.services.settings, asked.tenant)
    try:
        month = month_from(asked.path["month"], book.zone, asked.services.now())
    except ValueError as error:
        raise Refused(str(error), "month") from error
    with asked.services.own_ledger() as connection:
        found, is_closed = shown_of(connection, book, month)
    return month, found, is_closed


def _draft(asked: Asked) -> Answer:
    month, found, is_closed = draft(asked)
    return Answer(DraftTold(month=month, closed=is_closed, documents=[orjson.loads(one.text) for one in found]))


_SEE: Final = (Verb.SEE, Kind.STATEMENTS)
_ONE: Final = "/statements/{number}"
OPERATIONS: Final = (
    Operation("list_statements", "GET", "/statements", "All documents, in order", _SEE, _list, StatementsTold),
    Operation("get_statement", "GET", _ONE, "A document, as it is kept", _SEE, _as_kept, None, content_type=AS_KEPT),
    Operation(
        "statement_as_csv",
        "GET",
        f"{_ONE}/csv",
        "A document as CSV",
        _SEE,
        statement_as_csv,
        None,
        content_type="text/csv",
    ),
    Operation(
        "statement_as_pdf",
        "GET",
        f"{_ONE}/pdf",
        "A document as PDF (PDF/UA-1)",
        _SEE,
        statement_as_pdf,
        None,
        content_type="application/pdf",
    ),
    Operation(
        "get_draft", "GET", "/drafts/{month}", "What a month comes to that is not closed", _SEE, _draft, DraftTold
    ),
)
