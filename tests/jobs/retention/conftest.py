"""A ledger of its own: partitions of years come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from callcontrol.config.loader import load
from callcontrol.config.settings import Settings
from callcontrol.edges.ledger.hours import HourCounter
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.ledger.session import DictConnection
from callcontrol.jobs.retention.keeper import Keeper
from callcontrol.kinds import KINDS
from tests.config import folder
from tests.jobs.retention.years import noon

Keep = Callable[..., int]


@pytest.fixture
def database(empty_database: str) -> str:
    return empty_database


@pytest.fixture
def ledger(database: str) -> Iterator[DictConnection]:
    """A connection; the tables are there once something was written."""
    with connect(database) as connection:
        yield connection


def settings_with(main: str = "", tenant: str = "") -> Settings:
    """The small configuration with tenants acme and globex; `tenant`: what globex says besides."""
    other = folder.TENANT.replace("acme.example", "globex.example").replace("+4822123", "+4822555")
    found = load(folder.files(main=folder.MAIN + main, globex=other + tenant), KINDS)
    assert isinstance(found, Settings), found
    return found


@pytest.fixture
def keep(database: str) -> Keep:
    """The job's steps on some day, until there is nothing more to be done; how many."""

    def kept(settings: Settings, day: date) -> int:
        with connect(database) as connection:  # the upgrade was long ago
            connection.execute("UPDATE schema_version SET applied_at = '2020-01-01'")
        keeper, steps = Keeper(database, "keeper", lambda: settings, lambda: noon(day)), 1
        while HourCounter(database).step():
            pass
        while keeper.step():
            steps += 1
        return steps

    return kept


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    (tmp_path / "archive").mkdir()
    return tmp_path / "archive"
