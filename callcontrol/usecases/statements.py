"""Statements: the documents of a tenant, and what a month comes to that is not closed yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from callcontrol.billing.statements.document import Document, text_of
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.edges.ledger.statements import Closed, closed_of
from callcontrol.jobs.statements.closing import Book, preview
from callcontrol.usecases.refusals import NotThere
from callcontrol.vocabulary.sentence import says


@dataclass(frozen=True, slots=True)
class Shown:
    """A document, and what the ledger has of it; of a draft there is no checksum."""

    document: Document
    text: str
    sha256: str = ""

    @property
    def name(self) -> str:
        """Of its file, without an ending."""
        document = self.document
        number = f"{document.number:06d}" if document.number else f"draft-{document.currency}"
        return f"{document.tenant}-{document.month}-{number}"


def shown_of(connection: DictConnection, book: Book, month: str) -> tuple[list[Shown], bool]:
    """The documents of a month; and whether it is closed, else they are drafts of it as of now."""
    closed = [_shown(one) for one in closed_of(connection, book.name, month)]
    return (closed, True) if closed else ([Shown(one, text_of(one)) for one in preview(connection, book, month)], False)


def document_of(connection: DictConnection, tenant: str, number: int) -> Shown:
    """The document of this number; raises NotThere."""
    for one in closed_of(connection, tenant):
        if one.document.number == number:
            return _shown(one)
    raise NotThere(
        says("%(tenant)s has no document %(number)s", tenant=tenant, number=number),
        "number",
        says("`statement list` tells which"),
    )


def _shown(one: Closed) -> Shown:
    return Shown(one.document, one.text, one.sha256)


def closed_row(one: Closed) -> Mapping[str, Any]:
    """A document in lists."""
    document = one.document
    names = ("number", "kind", "month", "currency", "corrects", "net", "vat", "gross", "closed_at")
    row = {name: getattr(document, name) for name in names}
    plain: Mapping[str, Any] = orjson.loads(
        orjson.dumps({**row, "closed_by": one.closed_by, "sha256": one.sha256}, default=str)
    )
    return plain
