"""Connections to a database of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from callcontrol.edges.ledger.writer import LedgerWriter
from tests.billing.trails import NOON

Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    """A connection to an empty database."""
    with psycopg.connect(database, autocommit=True) as opened:
        yield opened


@pytest.fixture
def writer(database: str) -> Iterator[LedgerWriter]:
    """A writer whose clock stands at the noon at which the sample calls arrive."""
    opened = LedgerWriter(database, now=lambda: NOON)
    yield opened
    opened.close()


@pytest.fixture
def rows(connection: psycopg.Connection) -> Rows:
    """Whatever a statement returns."""
    return lambda statement, *params: connection.execute(statement, params or None).fetchall()
