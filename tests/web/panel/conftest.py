"""One server, one browser, one database for all tests of pages."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright
from psycopg import sql
from psycopg.conninfo import make_conninfo

from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.writer import LedgerWriter
from tests.billing.trails import NOON, answered_in_queue, forwarded
from tests.conftest import EMPTY_TABLES
from tests.edges.ledger.samples import rated
from tests.web.conftest import site_of
from tests.web.panel.samples import add_blocks, add_money, add_settings, add_webhook
from tests.web.panel.server import PanelServer

# The system's, `$CHROMIUM`, or that of `make chromium`.
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which(
    "chromium", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}"
)
_NEED_IT = [file.name for file in Path(__file__).parent.glob("test_*.py") if "from playwright" in file.read_text()]
collect_ignore = [] if CHROMIUM else _NEED_IT
# Debian's own is set up for a desktop; root has no sandbox.
# Pages are small: threads that compile and collect beside them cost more than they win.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--force-prefers-reduced-motion"]
ARGUMENTS += ["--js-flags=--single-threaded"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not CHROMIUM:
        terminalreporter.write_line(
            "The panel's pages were NOT TESTED: `make chromium`, or apt install chromium", red=True
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without windows. It has an event loop of asyncio that runs: other modules' tests want their own."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def panel(tmp_path_factory: pytest.TempPathFactory, redis_url: str, ledger_tables: str) -> Iterator[PanelServer]:
    """The panel with people, and a little history; its database is a copy of the one with the tables."""
    dsn = _copied(ledger_tables)
    writer = LedgerWriter(dsn, now=lambda: NOON)
    assert writer.write([to_json(rated(forwarded())), to_json(rated(answered_in_queue(3)))]) == []
    writer.close()
    folder = tmp_path_factory.mktemp("panel")
    site = site_of(folder, redis_url, dsn, add_settings)
    add_money(site)
    add_webhook(site)
    add_blocks(site)
    server = PanelServer(site, str(folder / "conf"), redis_url)
    yield server
    server.stop()
    site.stop()


def _copied(tables: str) -> str:
    with psycopg.connect(make_conninfo(tables, dbname="callcontrol"), autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'ledger'")
        connection.execute(sql.SQL("CREATE DATABASE panel TEMPLATE ledger"))
    dsn = make_conninfo(tables, dbname="panel")
    with psycopg.connect(dsn) as connection:
        connection.execute(EMPTY_TABLES)
    return dsn
