"""The statements of queries*.sql by name, read once; the columns of their tables follow from their declaration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from callcontrol.billing.columns import Column, Kind
from callcontrol.billing.record import TABLES

_FOLDER = Path(__file__).parent
_NAME = re.compile(r"^-- ([a-z_]+): (.+)$", re.MULTILINE)
_COLUMNS = re.compile(r"\{([a-z_]+): ([^{}]+)\}")
_STORED = re.compile(r"\bSTORED\(([^)]+)\)")

# By kind of column: its type in the JSON.
_TYPES: Final = MappingProxyType(
    {
        Kind.TEXT: "text",
        Kind.BOOLEAN: "boolean",
        Kind.INTEGER: "bigint",
        Kind.TIME: "bigint",
        Kind.NUMBER: "numeric",
        Kind.TEXTS: "text[]",
        Kind.DOCUMENT: "jsonb",
    }
)


class BadQueries(ValueError):
    """The file of statements cannot be read; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Query:
    """A statement and one line about it."""

    name: str
    about: str
    text: bytes


def queries_from(text: str) -> Mapping[str, Query]:
    """Read statements, each below a line `-- name: what it does`.

    Raises:
        BadQueries: a name occurs twice, has no statement, or one with columns of a table that is not declared.
    """
    found: dict[str, Query] = {}
    names = list(_NAME.finditer(text))
    for name, following in zip(names, [*names[1:], None], strict=True):
        statement = text[name.end() : following.start() if following else len(text)].strip()
        if name[1] in found:
            raise BadQueries(f"statement {name[1]} occurs twice: give each a name of its own")
        if not any(line and not line.startswith("--") for line in statement.splitlines()):
            raise BadQueries(f"no statement below `-- {name[1]}:`")
        found[name[1]] = Query(name[1], name[2], _with_columns(statement.removesuffix(";")).encode())
    return MappingProxyType(found)


def _with_columns(statement: str) -> str:
    """The statement with every `{table: form}` written out."""
    return _COLUMNS.sub(_columns, statement)


def _columns(found: re.Match[str]) -> str:
    table, form = found.groups()
    if table not in TABLES:
        raise BadQueries(f"{found[0]}: no table {table} is declared; these are: {', '.join(TABLES)}")
    return ", ".join(_column(form, column) for column in TABLES[table].columns)


def _column(form: str, column: Column) -> str:
    stored = _STORED.sub(lambda given: _stored(given[1], column), form)
    return re.sub(r"\bTYPE\b", _TYPES[column.kind], stored).replace("NAME", column.name)


def _stored(given: str, column: Column) -> str:
    """The value as it is stored; what a record of before does not have is its default."""
    value = f"timestamptz 'epoch' + {given} * interval '1 microsecond'" if column.kind is Kind.TIME else given
    return f"coalesce({value}, {_literal(column.default)})" if column.default is not None else value


def _literal(default: object) -> str:
    match default:
        case bool():
            return str(default).lower()
        case int():
            return str(default)
        case str() if "'" not in default:
            return f"'{default}'"
        case ():
            return "'[]'::jsonb"
    right = "text, a whole number, true and false, or an empty list"
    raise BadQueries(f"{default!r}: a column that came later defaults to {right}")


QUERIES = queries_from("".join(path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("queries*.sql"))))
# What makes version 1, 2, …: each one follows on those before it.
_STEPS = {1: _FOLDER / "schema.sql"} | {int(p.stem.split("_")[1]): p for p in _FOLDER.glob("schema_*.sql")}
SCHEMA_STEPS = tuple(_STEPS[version].read_bytes() for version in range(1, len(_STEPS) + 1))


def query(name: str) -> bytes:
    """The statement of this name."""
    return QUERIES[name].text
