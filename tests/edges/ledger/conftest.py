"""Connections to a database of the test's own."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from callcontrol.edges.ledger.writer import LedgerWriter
from tests.billing.trails import NOON

# Debian's package; `make pgbouncer` puts it into .venv/bin without root.
PGBOUNCER = shutil.which("pgbouncer", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin")
collect_ignore = [] if PGBOUNCER else ["test_pgbouncer.py"]

Rows = Callable[..., list[tuple[Any, ...]]]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was left out."""
    if PGBOUNCER is None:
        terminalreporter.write_line("PgBouncer was NOT TESTED: `make pgbouncer`, or apt install pgbouncer", red=True)


@pytest.fixture
def database(ledger_database: str) -> str:
    """One with the ledger's tables; files that are about how they come to be put `empty_database` in its place."""
    return ledger_database


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    """A connection to the database of the test."""
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
