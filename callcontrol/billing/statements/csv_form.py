"""Documents as CSV: a line each of its lines, of its VAT rates, and of its total. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from callcontrol.billing.statements.document import Document

_OF_DOCUMENT: Final = ("tenant", "number", "kind", "month", "currency", "corrects", "closed_at")
_OF_LINE: Final = ("section", "name", "text", "span", "quantity", "unit", "talk_s", "billed_s", "exact", "amount")
_OF_SUM: Final = ("net", "vat", "gross")
COLUMNS: Final = (*_OF_DOCUMENT, *_OF_LINE, "vat_percent", "prices", *_OF_SUM)


def csv_of(documents: Iterable[Document]) -> str:
    """RFC 4180, names of columns first. `section`: calls, fees, vat (a rate's sums), total."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for document in documents:
        of_document = _values(document, _OF_DOCUMENT)
        writer.writerows({name: _text(value) for name, value in (of_document | row).items()} for row in _rows(document))
    return text.getvalue()


def _rows(document: Document) -> Iterator[dict[str, object]]:
    for line in document.lines:
        yield _values(line, (*_OF_LINE, "vat_percent", "prices", "vat"))
    for one in document.sums:
        yield {"section": "vat", **_values(one, ("vat_percent", "prices", *_OF_SUM))}
    yield {"section": "total", **_values(document, _OF_SUM)}


def _values(one: object, names: Iterable[str]) -> dict[str, object]:
    return {name: getattr(one, name) for name in names}


def _text(value: object) -> str:
    if value is None:
        return ""
    return format(value, "f") if isinstance(value, Decimal) else str(value)
