"""The panel on real stores, served in this process, with people of each role who are signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callcontrol.edges import clock
from callcontrol.edges.freeswitch.binding import Address
from callcontrol.edges.ledger import people
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.web.keep_alive import KeepAliveServer
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.web.app import application
from callcontrol.web.guards import Guards
from callcontrol.web.live import Live
from tests.web.conftest import PEOPLE, Site

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam
    from playwright.sync_api import Page

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/145"


class PanelServer:
    """The site of `tests/web`, reached by a browser.

    Attributes:
        address: `http://127.0.0.1:PORT`.
        config: the folder of its configuration; redis_url: its live state.
    """

    def __init__(self, site: Site, config: str, redis_url: str) -> None:
        self.site, self.config, self.redis_url = site, config, redis_url
        self._cookies: dict[str, str] = {}
        app = application(site.services, Guards(site.services), Live(site.services))
        self._server = KeepAliveServer(Address("127.0.0.1", 0), app, 100)
        self.address = f"http://127.0.0.1:{self._server.address.port}"

    def cookie(self, login: str) -> str:
        """The cookie of a session of this person, as signing in makes one."""
        if login not in self._cookies:
            self._cookies[login] = session_of(self.site, login)
        return self._cookies[login]

    def cookies(self, login: str, **others: str) -> list[SetCookieParam]:
        """For a browser: of the session, and others by name."""
        given = {self.site.guards.cookie: self.cookie(login)} if login else {}
        if login and PEOPLE[login][0] == "-":
            given["tenant"] = "acme"
        return [{"name": name, "value": value, "url": self.address} for name, value in (given | others).items()]

    def stop(self) -> None:
        """No more."""
        self._server.stop(1.0)


def wait_until_whole(page: Page) -> None:
    """Parts that follow their page have come."""
    page.wait_for_function("() => !document.querySelector('main [hx-trigger=load]')")


def session_of(site: Site, login: str) -> str:
    """The cookie of a session that begins now, whatever second factor the person would need."""
    cookie, now = login.encode().hex().ljust(64, "0"), clock.now()
    session_id = "00000000-0000-4000-8000-" + login.encode().hex()[:12].rjust(12, "0")
    with connect(site.dsn) as connection:
        found = people.user_of_login(connection, login)
        assert found is not None, login
        given = {"now": now, "ends_at": Instant(now + 3_600 * SECOND_US)}
        people.begin_session(connection, found[0], cookie, session_id, "192.0.2.7", BROWSER, **given)
    return cookie
