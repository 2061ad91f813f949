"""Everything that is stored of calls, as bytes: no digit that a caller typed may be in it, in any form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

# Digits mixed with the DTMF letters A to D: four digits alone occur in many timestamps in microseconds. A letter that
# stands alone is not part of an id or a word.
TYPED: Final = "D4A9B2C8"
# Four keys in a row, with anything between them (a list, a JSON array, one log line for each), each key alone.
_RUN: Final = 4
_BETWEEN: Final = rb"[^0-9a-zA-Z]{0,12}"
_ALONE: Final = re.compile(rb"""(?<=["'=:,\s])D(?=["',;\s])""")


def files(folder: Path) -> dict[str, bytes]:
    """All files below a stage's folder by their place, but those of Postgres, whose rows are read instead, and the
    configuration. Those of Redis are every command that has changed it, in full.
    """
    there = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in there
        if path.relative_to(folder).parts[0] not in ("postgres", "config")
    }


def rows(dsn: str) -> dict[str, bytes]:
    """Every row of every table, as text."""
    with psycopg.connect(dsn) as connection:
        names = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        return {str(name): _rows_of(connection, str(name)) for (name,) in names}


def _rows_of(connection: psycopg.Connection, name: str) -> bytes:
    query = sql.SQL("SELECT coalesce(string_agg(to_jsonb(one)::text, E'\\n'), '') FROM {} one")
    (text,) = connection.execute(query.format(sql.Identifier(name))).fetchone() or ("",)
    return str(text).encode()


def typed_in(places: Mapping[str, bytes], typed: str = TYPED) -> list[str]:
    """The places where typed keys are found, with the text around them."""
    runs = {typed[at : at + _RUN] for at in range(len(typed) - _RUN + 1)}
    shapes = [re.compile(_BETWEEN.join(re.escape(key).encode() for key in run)) for run in sorted(runs)]
    return [
        f"{place}: {text[max(hit.start() - 60, 0) : hit.end() + 60]!r}"
        for place, text in places.items()
        for shape in (*shapes, _ALONE)
        for hit in shape.finditer(text)
    ]
