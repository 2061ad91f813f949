"""How the rows of a batch are written as a file: the same rows in the same form are the same bytes.

CSV is that of RFC 4180, with signs of one's own where a program wants other ones; JSONL is one object a line. Times are
ISO 8601 to the microsecond. Amounts are written to the last digit the ledger has: 0.63000000.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from callcontrol.billing.columns import Kind
from callcontrol.vocabulary.export import FileFormat
from callcontrol.vocabulary.moment import instant_of, text_of

_LINES_A_PIECE: Final = 1_000
_LINE_END: Final = "\r\n"


@dataclass(frozen=True, slots=True)
class Form:
    """How a batch is written. It is kept with the batch.

    Attributes:
        columns: by name, in order.
        zone: on whose clocks times are written; "": UTC.
        separator, decimal, quote_all, header, line_end: of CSV. decimal: between whole and fraction.
    """

    format: FileFormat
    columns: tuple[str, ...]
    zone: str = ""
    separator: str = ","
    decimal: str = "."
    quote_all: bool = False
    header: bool = True
    line_end: str = "\r\n"

    def as_json(self) -> dict[str, Any]:
        """As `form_from` reads it."""
        return asdict(self)


def form_from(value: Mapping[str, Any]) -> Form:
    """The form back from `as_json`. One that says more than is known here is refused: its bytes cannot be made.

    Raises:
        TypeError, ValueError: a later version wrote it.
    """
    return Form(**{**value, "format": FileFormat(value["format"]), "columns": tuple(value["columns"])})


_Write = Callable[[Any], Any]


def lines_of(form: Form, kinds: Mapping[str, Kind], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The file of CSV or JSONL, piece by piece.

    Args:
        rows: values of `form.columns`, as Postgres has them.
    """
    if form.format is FileFormat.JSONL:
        yield from _pieces(_json_lines(form, kinds, rows))
    else:
        yield from _pieces(_csv_lines(form, kinds, rows))


def _pieces(lines: Iterator[bytes]) -> Iterator[bytes]:
    piece: list[bytes] = []
    for line in lines:
        piece.append(line)
        if len(piece) == _LINES_A_PIECE:
            yield b"".join(piece)
            piece.clear()
    yield b"".join(piece)


def _json_lines(form: Form, kinds: Mapping[str, Kind], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    writes = [_writer(kinds[name], form, is_text=False) for name in form.columns]
    for row in rows:
        values = {name: write(value) for name, write, value in zip(form.columns, writes, row, strict=True)}
        yield orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)


class _Line:
    """What csv writes to: it keeps the last line."""

    text = ""

    def write(self, text: str) -> int:
        self.text = text
        return len(text)


def _csv_lines(form: Form, kinds: Mapping[str, Kind], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    line = _Line()
    # Pythons differ in what they quote beyond the signs of the line's end: these are all there are.
    writer = csv.writer(
        line,
        delimiter=form.separator,
        lineterminator=_LINE_END,
        quoting=csv.QUOTE_ALL if form.quote_all else csv.QUOTE_MINIMAL,
    )
    writes = [_writer(kinds[name], form, is_text=True) for name in form.columns]
    if form.header:
        writer.writerow(form.columns)
        yield _ended(line.text, form)
    for row in rows:
        writer.writerow([write(value) for write, value in zip(writes, row, strict=True)])
        yield _ended(line.text, form)


def _ended(line: str, form: Form) -> bytes:
    return (line.removesuffix(_LINE_END) + form.line_end).encode()


def _writer(kind: Kind, form: Form, *, is_text: bool) -> _Write:
    """How a value of this kind is written; None is empty in CSV, null in JSONL."""
    write = _of_kind(kind, form, is_text=is_text)
    empty = "" if is_text else None
    return lambda value: empty if value is None else write(value)


def _of_kind(kind: Kind, form: Form, *, is_text: bool) -> _Write:
    zone: tzinfo = ZoneInfo(form.zone) if form.zone else UTC
    match kind:
        case Kind.TIME:
            return lambda value: time_text(value, zone)
        case Kind.NUMBER if is_text and form.decimal != ".":
            return lambda value: number_text(value).replace(".", form.decimal)
        case Kind.NUMBER:
            return number_text
        case Kind.DAY:
            return date.isoformat
        case Kind.BOOLEAN if is_text:
            return lambda value: "true" if value else "false"
        case Kind.DOCUMENT | Kind.TEXTS if is_text:
            return document_text
    return lambda value: value


def time_text(value: datetime, zone: tzinfo = UTC) -> str:
    """ISO 8601 with microseconds and offset."""
    return text_of(instant_of(value), zone)


def number_text(value: Decimal) -> str:
    """To the last digit, without an exponent."""
    return format(value, "f")


def document_text(value: Any) -> str:
    """A document as one line of JSON, its keys in order."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
