"""Puts the ledger's tables in place, once, whoever comes first."""

from __future__ import annotations

from psycopg import Connection
from psycopg.abc import Params

from callcontrol.edges.ledger.queries import SCHEMA, query

VERSION = 1


class SchemaTooNew(RuntimeError):
    """The database was made by a later version of this program."""


def apply_schema(connection: Connection[tuple[object, ...]]) -> None:
    """Make the tables if they are missing. Safe for any number of processes at once; does nothing when they are there.

    Raises:
        SchemaTooNew: the tables are of a later version than this program knows.
    """
    with connection.transaction():
        connection.execute(query("lock_schema"))
        found = _version(connection)
        if found is not None and found > VERSION:
            raise SchemaTooNew(
                f"the ledger has schema version {found}, this program knows {VERSION}: run a version that knows {found}"
            )
        if found is None:
            connection.execute(SCHEMA)
            connection.execute(query("note_schema_version"), {"version": VERSION})


def _version(connection: Connection[tuple[object, ...]]) -> int | None:
    if not value(connection, "schema_versions"):
        return None
    version = value(connection, "schema_version")
    assert version is None or isinstance(version, int)
    return version


def value(connection: Connection[tuple[object, ...]], name: str, params: Params | None = None) -> object:
    """The one value a named query returns."""
    row = connection.execute(query(name), params).fetchone()
    assert row is not None
    return row[0]
