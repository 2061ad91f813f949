"""The statements of queries.sql by name, read once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

_FOLDER = Path(__file__).parent
_NAME = re.compile(r"^-- ([a-z_]+): (.+)$", re.MULTILINE)


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
        BadQueries: a name occurs twice, or has no statement.
    """
    found: dict[str, Query] = {}
    names = list(_NAME.finditer(text))
    for name, following in zip(names, [*names[1:], None], strict=True):
        statement = text[name.end() : following.start() if following else len(text)].strip()
        if name[1] in found:
            raise BadQueries(f"statement {name[1]} occurs twice: give each a name of its own")
        if not any(line and not line.startswith("--") for line in statement.splitlines()):
            raise BadQueries(f"no statement below `-- {name[1]}:`")
        found[name[1]] = Query(name[1], name[2], statement.removesuffix(";").encode())
    return MappingProxyType(found)


QUERIES = queries_from((_FOLDER / "queries.sql").read_text(encoding="utf-8"))
# What makes version 1, 2, …: each one follows on those before it.
_STEPS = ("schema.sql", "schema_2.sql", "schema_3.sql", "schema_4.sql", "schema_5.sql")
SCHEMA_STEPS = tuple((_FOLDER / name).read_bytes() for name in _STEPS)


def query(name: str) -> bytes:
    """The statement of this name."""
    return QUERIES[name].text
