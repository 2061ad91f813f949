"""A queue on the ledger's tables, and a far end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from psycopg import Connection

from callcontrol.edges.ledger.mails import MailQueue
from callcontrol.edges.ledger.session import open_session
from tests.edges.mail.far_end import FarEnd


@pytest.fixture
def connection(ledger_database: str) -> Iterator[Connection[Any]]:
    """To the tables, all empty."""
    with open_session(ledger_database) as opened:
        yield opened


@pytest.fixture
def queue(connection: Connection[Any]) -> MailQueue:
    """The mail queue there."""

    @contextmanager
    def ready() -> Iterator[Connection[Any]]:
        yield connection

    return MailQueue(ready)


@pytest.fixture
def far_end() -> Iterator[FarEnd]:
    """One without TLS."""
    with FarEnd() as running:
        yield running
