"""Creates the ledger's tables, once, by whichever process is first; tables of an earlier version are migrated.

The documents in jsonb columns name no version: bills are made of these columns by SQL, and a document's form is that of
its column, as the comment on it says. It changes in a schema step, which writes a new comment: a field is added that
readers of before leave out, or another column is put beside the old one. So `schema_version` is the version of every
document, and older programs read what they know of newer ones (tests/edges/ledger/test_documents.py).
"""

from __future__ import annotations

import psycopg
from psycopg import Connection, sql
from psycopg.abc import Params

from callcontrol.edges.ledger.partitions import make_missing
from callcontrol.edges.ledger.queries import SCHEMA_STEPS, query
from callcontrol.edges.ledger.session import WrongDatabase, open_session

VERSION = len(SCHEMA_STEPS)


class SchemaTooNew(RuntimeError):
    """The database was made by a later version of this program."""


def apply_schema(connection: Connection[tuple[object, ...]]) -> None:
    """Make the tables that are missing, of one version after the other, all or none. Safe for any number of processes
    at once; does nothing when they are there. Tables that come to others get the months the others have.

    Raises:
        SchemaTooNew: the tables are of a later version than this program knows.
        ForeignTable: a table has the name of a partition but is none.
    """
    with connection.transaction():
        connection.execute(query("lock_schema"))
        found = _version(connection) or 0
        if found > VERSION:
            raise SchemaTooNew(
                f"the ledger has schema version {found}, this program knows {VERSION}: run a version that knows {found}"
            )
        if found < VERSION:
            for step in SCHEMA_STEPS[found:]:
                connection.execute(step)
            make_missing(connection)
            connection.execute(query("note_schema_version"), {"version": VERSION})
        _note_cluster(connection)


def has_tables(dsn: str) -> bool:
    """Whether the tables of this version are there. Where Postgres does not answer it is True: then they are not what
    is waited for.
    """
    try:
        with open_session(dsn) as connection:
            return (_version(connection) or 0) >= VERSION
    except (psycopg.Error, WrongDatabase):
        return True


def _note_cluster(connection: Connection[tuple[object, ...]]) -> None:
    """Numbers of transactions go on behind all there are where the database was restored into another cluster."""
    if not value(connection, "is_elsewhere"):
        return
    highest = value(connection, "highest_transaction")
    assert isinstance(highest, int)
    body = sql.Literal(f"SELECT {highest + 1}::bigint")
    replaced = "CREATE OR REPLACE FUNCTION ledger_origin() RETURNS bigint LANGUAGE sql STABLE AS {}"
    connection.execute(sql.SQL(replaced).format(body))
    connection.execute(query("note_cluster"), {"origin": highest + 1})


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
