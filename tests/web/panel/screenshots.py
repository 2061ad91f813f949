"""`make screenshots`: the pictures of the README, from the panel with sample calls on stores of their own.

python -m tests.web.panel.screenshots FOLDER
"""

from tests import gevent_first  # isort: skip  (patches gevent: nothing may be imported before it)

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from callcontrol.billing.record_json import to_json
from callcontrol.edges import clock
from callcontrol.edges.embedded import EmbeddedPostgres, EmbeddedRedis
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.billing.trails import answered_in_queue, call_id, forwarded
from tests.edges.ledger.samples import rated
from tests.web.conftest import site_of
from tests.web.panel.conftest import ARGUMENTS, CHROMIUM
from tests.web.panel.server import PanelServer, wait_until_whole

# The import is what counts.
PATCHED = gevent_first.__name__
CALLS, APART_S = 9, 47 * 60
# Name, page, login, theme: a supervisor looks at a call, a subscriber at the own phone.
PICTURES = (
    ("call", f"/calls/{call_id(0)}", "boss", "light"),
    ("phone", "/phone", "sub", "dark"),
)


@contextmanager
def panel_with_calls() -> Iterator[PanelServer]:
    """The panel, and calls of today."""
    with tempfile.TemporaryDirectory(prefix="callcontrol-pictures-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with EmbeddedRedis(folder / "redis") as redis, EmbeddedPostgres(folder / "postgres", durable=False) as dsn:
            _write_calls(dsn)
            (folder / "site").mkdir()
            site = site_of(folder / "site", redis, dsn)
            server = PanelServer(site, str(folder / "site" / "conf"), redis)
            yield server
            server.stop()
            site.stop()


def _write_calls(dsn: str) -> None:
    writer, now = LedgerWriter(dsn, now=clock.now), clock.now()
    starts = (Instant(now - (600 + n * APART_S) * SECOND_US) for n in range(CALLS))
    trails = [(answered_in_queue if n % 3 == 0 else forwarded)(n, start) for n, start in enumerate(starts)]
    assert writer.write([to_json(rated(trail)) for trail in trails]) == []
    writer.close()


def take(panel: PanelServer, browser: Browser, folder: Path) -> None:
    """All pictures."""
    for name, path, login, theme in PICTURES:
        context = browser.new_context(viewport={"width": 1120, "height": 640}, reduced_motion="reduce")
        context.add_cookies(panel.cookies(login, theme=theme, language="en"))
        page = context.new_page()
        page.goto(panel.address + path)
        wait_until_whole(page)
        page.screenshot(path=folder / f"{name}.png", full_page=True)
        context.close()


def main(folder: Path) -> None:
    """Take them."""
    folder.mkdir(parents=True, exist_ok=True)
    with panel_with_calls() as panel, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        take(panel, browser, folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
