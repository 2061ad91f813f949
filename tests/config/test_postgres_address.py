"""Where Postgres is: what libpq would refuse is refused, and never shown."""

from __future__ import annotations

import pytest

from tests.config.folder import MAIN, TENANT, loaded, problems

GOOD = [
    "host=db.example port=5432 dbname=callcontrol user=cc password='a b'",
    "host=/run/postgresql dbname=callcontrol",
    "service=callcontrol",
    "postgresql://cc:p%40ss%2Fw@db.example:5432/callcontrol?sslmode=verify-full",
    "postgres://cc@[::1]:5432,other:5433/callcontrol",
    "postgresql:///postgres?host=/run/postgresql",
    "",
]
BAD = {
    "db.example": "this is no connection string of Postgres",
    "host=db.example secret": "this is no connection string of Postgres",
    "host=db.example port=secret": "the port is none",
    "hots=secret": "Postgres knows no hots",
    "postgresql://cc:sec/ret@db.example/callcontrol": "this is no address of a Postgres",
    "postgresql://cc:sec@ret@db.example/callcontrol": "this is no address of a Postgres",
    "postgresql://cc:12/sec@db.example": "this is no address of a Postgres",
    "postgresql://cc:12?sec=@db.example": "this is no address of a Postgres",
    "postgresql://cc:sec#ret@db.example/callcontrol": "this is no address of a Postgres",
    "postgresql://cc:sec%ret@db.example/callcontrol": "this is no address of a Postgres",
    "postgresql://cc@host?sec@db.example": "this is no address of a Postgres",
    "postgresql://cc:secret@db.example:99999/callcontrol": "the port is none",
    "postgresql://db.example/callcontrol?sslmod=secret": "Postgres knows no sslmod",
}


@pytest.mark.parametrize("dsn", GOOD)
def test_connection_strings(dsn: str) -> None:
    assert loaded(TENANT, f'{MAIN}postgres: {{dsn: "{dsn}"}}\n').postgres.dsn == dsn


@pytest.mark.parametrize("dsn", BAD)
def test_what_is_none_is_told_without_its_secrets(dsn: str) -> None:
    (found,) = problems(TENANT, f'{MAIN}postgres: {{dsn: "{dsn}"}}\n')
    assert found.what == f"postgres.dsn: {BAD[dsn]}"
    assert "sec" not in str(found)
