"""Jobs work on records: none of them makes the tables."""

from __future__ import annotations

import pytest


@pytest.fixture
def database(ledger_database: str) -> str:
    """The records of each test in the same tables."""
    return ledger_database
