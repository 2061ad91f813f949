"""Columns: what the declaration of a record (`record.py`) says of its table and of its JSON.

A field is a column. Its name is the column's, unless `Annotated[..., Named("target")]` gives another; its type says how
the value is written:

    field                        in JSON                            kind, for `edges/ledger/queries.py`
    str, StrEnum                 text                               text
    bool                         true, false                        boolean
    int                          number                             integer
    Instant, Instant | None      microseconds since the epoch       time
    Decimal, Decimal | None      text, to the last digit            number
    tuple[str, ...]              list of texts                      texts
    tuple of dataclasses         list of objects, times as ISO text document
    tuple of mappings            list of objects                    document
    a dataclass                  its fields, `field_name`           each field as above

`Annotated[..., LATER]` marks a field that came after records had been stored: a record that does not have it means the
dataclass's default. The default itself is not written. `Annotated[..., ROWS]` marks rows of a table of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from decimal import Decimal
from enum import Enum, StrEnum, auto
from types import NoneType, UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from callcontrol.vocabulary.moment import Instant, instant_from, text_of

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Named:
    """The column has another name than the field."""

    name: str


class _Mark(Enum):
    LATER = auto()
    ROWS = auto()


LATER = _Mark.LATER
ROWS = _Mark.ROWS


class Kind(StrEnum):
    """How a column's values are written."""

    TEXT = auto()
    BOOLEAN = auto()
    INTEGER = auto()
    TIME = auto()
    NUMBER = auto()
    TEXTS = auto()
    DOCUMENT = auto()
    DAY = auto()  # of no field: the database works it out


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: in the table and in the JSON.
        attribute: where the record has it, dotted if in a dataclass of its own.
        write, read: to JSON and back; None: the value is the same on both sides.
        is_later: older records do not have it and mean `default`.
    """

    name: str
    attribute: str
    kind: Kind
    write: Callable[[Any], Any] | None = None
    read: Callable[[Any], Any] | None = None
    is_later: bool = False
    default: Any = None


class Table(Generic[Record]):
    """What a dataclass declares, worked out once.

    Attributes:
        columns: in the order of the fields.
    """

    def __init__(self, record: type[Record]) -> None:
        self.columns = tuple(_columns(record))
        self._write, self._read = _writer(self.columns), _reader(record, self.columns)

    def to_json(self, record: Record) -> dict[str, Any]:
        """The record's columns as plain values: `from_json(to_json(r)) == r`, but for rows of other tables."""
        return self._write(record)

    def from_json(self, value: Mapping[str, Any], **rows: object) -> Record:
        """The record back.

        Args:
            rows: the fields that are rows of tables of their own.

        Raises:
            KeyError, TypeError, ValueError, ArithmeticError: a column is not there, or of another kind.
        """
        record: Record = self._read(value, rows)
        return record


_Declared = tuple[str, Any, frozenset[object], Any]  # name, type, marks, default


def _declared(record: type) -> Iterator[_Declared]:
    hints = get_type_hints(record, include_extras=True)
    assert is_dataclass(record)
    for field in fields(record):
        hint, marks = hints[field.name], frozenset[object]()
        if get_origin(hint) is Annotated:
            hint, *more = get_args(hint)
            marks = frozenset(more)
        yield field.name, hint, marks, field.default


def _columns(record: type) -> Iterator[Column]:
    for name, hint, marks, default in _declared(record):
        if ROWS in marks:
            continue
        if isinstance(hint, type) and is_dataclass(hint):
            yield from (_column(f"{name}_{inner}", f"{name}.{inner}", *rest) for inner, *rest in _declared(hint))
        else:
            yield _column(name, name, hint, marks, default)


def _column(name: str, attribute: str, hint: Any, marks: frozenset[object], default: Any) -> Column:
    named = next((mark.name for mark in marks if isinstance(mark, Named)), name)
    is_later = LATER in marks
    if is_later and default is MISSING:
        raise TypeError(f"{attribute} came later: what is meant by records that do not have it? Give it a default")
    return Column(named, attribute, *_written(attribute, hint), is_later, default if is_later else None)


_Written = tuple[Kind, Callable[[Any], Any] | None, Callable[[Any], Any] | None]  # kind, to JSON, back


def _written(attribute: str, hint: Any) -> _Written:
    """How values of this type are written.

    Raises:
        TypeError: it is none that can be.
    """
    kind = _not_none(hint)
    if kind is Instant:
        return Kind.TIME, None, None
    if kind is Decimal:
        return Kind.NUMBER, _decimal_text, _decimal
    if get_origin(kind) is tuple:
        return _written_list(get_args(kind)[0])
    match kind:
        case type() if issubclass(kind, StrEnum):
            return Kind.TEXT, None, kind
        case type() if kind in _PLAIN:
            return _PLAIN[kind], None, None
    raise TypeError(f"{attribute}: {hint} is no type of a column; columns.py says which are")


_PLAIN = {str: Kind.TEXT, bool: Kind.BOOLEAN, int: Kind.INTEGER}


def _not_none(hint: Any) -> Any:
    """The type besides None."""
    if get_origin(hint) not in (Union, UnionType):
        return hint
    (kind,) = (kind for kind in get_args(hint) if kind is not NoneType)
    return kind


def _written_list(entry: Any) -> _Written:
    if entry is str:
        return Kind.TEXTS, list, tuple
    if not (isinstance(entry, type) and is_dataclass(entry)):
        return Kind.DOCUMENT, list, tuple
    columns = tuple(_document_column(*declared) for declared in _declared(entry))
    write, read = _writer(columns), _reader(entry, columns)
    return (
        Kind.DOCUMENT,
        lambda entries: [write(entry) for entry in entries],
        lambda values: tuple(read(value, {}) for value in values),
    )


def _document_column(name: str, hint: Any, marks: frozenset[object], default: Any) -> Column:
    """A field of a document: as it is, but times are ISO text, so that people can read them."""
    write, read = (text_of, instant_from) if hint is Instant else (None, None)
    return Column(name, name, Kind.DOCUMENT, write, read, LATER in marks, default)


# Writing is part of the end of every call: a function made for the columns takes a third of the time of a loop.
def _writer(columns: tuple[Column, ...]) -> Callable[[Any], dict[str, Any]]:
    names: dict[str, Any] = {f"write{n}": column.write for n, column in enumerate(columns)}
    items = (
        f"{c.name!r}: " + (f"write{n}(r.{c.attribute})" if c.write else f"r.{c.attribute}")
        for n, c in enumerate(columns)
    )
    write: Callable[[Any], dict[str, Any]] = eval(f"lambda r: {{{', '.join(items)}}}", names)
    later = tuple((c.name, c.write(c.default) if c.write else c.default) for c in columns if c.is_later)
    return (lambda record: _without(write(record), later)) if later else write


def _without(value: dict[str, Any], defaults: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    for name, default in defaults:
        if value[name] == default:
            del value[name]
    return value


def _reader(record: type, columns: tuple[Column, ...]) -> Callable[..., Any]:
    """A function of the JSON's object and of the fields that are rows."""
    names: dict[str, Any] = {"record": record}
    own, inner = list[str](), dict[str, list[str]]()
    for n, column in enumerate(columns):
        names |= {f"read{n}": column.read, f"default{n}": column.default}
        value = f"v.get({column.name!r}, default{n})" if column.is_later else f"v[{column.name!r}]"
        whole, _, part = column.attribute.rpartition(".")
        item = f"{part}=" + (f"read{n}({value})" if column.read else value)
        (inner.setdefault(whole, []) if whole else own).append(item)
    for whole, items in inner.items():
        names[f"type_{whole}"] = get_type_hints(record)[whole]
        own.append(f"{whole}=type_{whole}({', '.join(items)})")
    reader: Callable[..., Any] = eval(f"lambda v, rows: record({', '.join(own)}, **rows)", names)
    return reader


def _decimal_text(number: Decimal | None) -> str | None:
    return None if number is None else format(number, "f")


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
