"""A session with Postgres as the ledger relies on it, whatever the database or its administrator has set.

PgBouncer in transaction mode gives each transaction another server connection, which other programs use as well. So
nothing is prepared on the server, and nothing is set for a session but what PgBouncer keeps for each client: client
encoding, date style, zone, strings. Everything else is set for one transaction (`transaction`), locks included.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

from psycopg import Connection, IsolationLevel, sql

from callcontrol.config.postgres_address import check_dsn

CONNECT_TIMEOUT_S: Final = 5
OLDEST_SERVER: Final = 140000
# Settings of transactions that are put together once.
SETTINGS_KEPT: Final = 64
SETTINGS: Final = {"DateStyle": "ISO, YMD", "TimeZone": "UTC", "standard_conforming_strings": "on"}


# One whose rows are dicts, by column.
DictConnection = Connection[dict[str, Any]]


class WrongDatabase(RuntimeError):
    """The database cannot hold the ledger; the message says why, and what would be right."""


def open_session(dsn: str, kind: type[Connection[Any]] = Connection, **more: Any) -> Connection[Any]:
    """A connection in autocommit.

    Args:
        kind: its class.
        more: further parameters of the connection.

    Raises:
        psycopg.Error: Postgres cannot be reached.
        WrongDatabase: it is too old, or has another encoding than UTF8; or the address is none.
    """
    try:
        check_dsn(dsn)
    except ValueError as error:
        raise WrongDatabase(str(error)) from None
    connection: Connection[Any] = kind.connect(
        dsn,
        autocommit=True,
        connect_timeout=CONNECT_TIMEOUT_S,
        client_encoding="UTF8",
        application_name="callcontrol",
        prepare_threshold=None,
        **more,
    )
    try:
        _check(connection)
        connection.isolation_level = IsolationLevel.READ_COMMITTED
        connection.execute("; ".join(f"SET {name} TO '{value}'" for name, value in SETTINGS.items()).encode())
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: Connection[Any], **settings: str | int) -> Iterator[None]:
    """A transaction, read committed, in which these settings of Postgres hold."""
    with connection.transaction():
        if settings:
            connection.execute(_set_local(tuple(settings.items())))
        yield


@lru_cache(SETTINGS_KEPT)
def _set_local(settings: tuple[tuple[str, str | int], ...]) -> bytes:
    """What makes these settings hold in a transaction, in one round trip."""
    one = sql.SQL("SET LOCAL {} = {}")
    each = (one.format(sql.Identifier(name), sql.Literal(value)) for name, value in settings)
    return sql.SQL("; ").join(each).as_bytes(None)


def _check(connection: Connection[Any]) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise WrongDatabase(
            f"the database {connection.info.dbname} has the encoding {encoding}, which lacks letters that names have:"
            " make one with `createdb --encoding=UTF8 --template=template0 NAME`, move the tables there with pg_dump"
            " and pg_restore, and name it in postgres.dsn"
        )
    if connection.info.server_version < OLDEST_SERVER:
        raise WrongDatabase(
            f"this is Postgres {connection.info.server_version // 10000}: {OLDEST_SERVER // 10000} or later is needed"
        )
