"""The example tenant's queues, open at nine, for commands that look at the same clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.commands.call_centre import CallCentre, at, configured


@pytest.fixture
def centre(
    tmp_path: Path, redis_url: str, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CallCentre]:
    """Wanda, Yvonne and Zenon are active by their phones; Xawery and Stefan have not logged in."""
    redis_client.ping()
    monkeypatch.setenv("COLUMNS", "140")
    opened = CallCentre(configured(tmp_path, redis_url), redis_url)
    at(monkeypatch, opened)
    opened.open()
    yield opened
    opened.stop()


@pytest.fixture
def database(ledger_database: str) -> str:
    """The records of each test in the same tables."""
    return ledger_database
