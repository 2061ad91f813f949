"""Every page for every role, in each language and theme: no barrier that axe-core sees, no message, small.

The theme changes contrasts alone, and the language changes none: so contrasts are looked at in both themes of one
language, all other rules in every language. What a role changes of a page, it changes in every language alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from callcontrol.vocabulary.language import DEFAULT_LANGUAGE, LANGUAGES
from callcontrol.vocabulary.rights import Person
from callcontrol.web.pages.registry import PAGES
from tests.billing.trails import call_id
from tests.web.conftest import PEOPLE
from tests.web.panel.samples import EXPORT, STATEMENT, WEBHOOK
from tests.web.panel.server import PanelServer, wait_until_whole

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text()
# Of all that axe-core knows of a page, what is wrong alone is carried from the browser.
TELL = """
    options => axe.run(document, options).then(found => found.violations.flatMap(
        one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 200)}`)))
"""
CONTRAST = "color-contrast"
# Bytes on the wire, all files of a page together, when nothing is kept from before.
MOST_BYTES = 60_000
NARROW: ViewportSize = {"width": 320, "height": 640}
WIDE: ViewportSize = {"width": 1280, "height": 800}
# Of pages with names in their addresses: which, and who may see that; the history has this call.
NAMES: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "call": ({"call": call_id(0)}, ("sub", "boss", "admin", "bills", "olga")),
    "user": ({"login": "boss"}, ("admin", "olga")),
    "account_entries": ({"account": "extension:101"}, ("boss", "admin", "bills", "olga")),
    "statement": ({"number": STATEMENT}, ("admin", "bills", "olga")),
    "draft": ({"month": "this-month"}, ("admin", "bills", "olga")),
    "export": ({"export": EXPORT}, ("admin", "bills", "olga")),
    "webhook": ({"webhook": WEBHOOK}, ("admin", "olga")),
    "extension_blocks": ({"extension": "101"}, ("sub", "boss", "admin", "olga")),
}
MISSING = "/nowhere"


def places() -> list[tuple[str, str]]:
    """Page and login, for each person who has the page."""
    return [("/sign-in", ""), ("/password", ""), (MISSING, "sub"), *_places()]


def _places() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        names, people = NAMES.get(page.name, ({}, tuple(PEOPLE)))
        mine = [login for login in people if page.is_for(_person(login))]
        # What is everyone's is the same for everyone.
        for login in mine if page.right is not None else mine[:1]:
            yield page.path.format(**names), login


def _person(login: str) -> Person:
    tenant, roles, own = PEOPLE[login]
    several = {name: frozenset(own.get(name, ())) for name in ("extensions", "queues")}
    one = {name: str(own.get(name, "")) for name in ("extension", "agent")}
    return Person(user_id="", login=login, tenant=tenant, roles=frozenset(roles), **one, **several)  # type: ignore[arg-type]  # by their names


def looks() -> Iterator[tuple[str, str, str]]:
    """Page, login, language: in English for each person, in the others for the first one of each page.

    Person by person: when the person changes, the browser begins a process ahead for the one it sees next.
    """
    yield from sorted(_looks(), key=lambda look: look[1])


def _looks() -> Iterator[tuple[str, str, str]]:
    seen = set[str]()
    for path, login in places():
        yield path, login, DEFAULT_LANGUAGE
        if path not in seen:
            seen.add(path)
            yield from ((path, login, language) for language in LANGUAGES if language != DEFAULT_LANGUAGE)


@pytest.mark.parametrize(("path", "login", "language"), list(looks()))
def test_a_page_is_for_everyone(panel: PanelServer, tabs: Tabs, path: str, login: str, language: str) -> None:
    page, said, weights = tabs.of(login)
    page.context.add_cookies(panel.cookies("", language=language))
    page.set_viewport_size(WIDE)
    found = page.goto(panel.address + path, wait_until="load")
    assert found is not None
    assert found.status == (404 if path == MISSING else 200), page.inner_text("body")
    assert page.get_attribute("html", "lang") == language
    wait_until_whole(page)
    rules = [CONTRAST] if language == DEFAULT_LANGUAGE else []
    assert violations(page, "light", but=[] if rules else [CONTRAST]) == []
    if rules:
        assert violations(page, "dark", only=rules) == []
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], "a line is wider than a phone"
    assert [text for text in said if path != MISSING or "404" not in text] == []
    assert sum(weights) <= MOST_BYTES


class Tabs:
    """A tab of the browser for each person; a new one for each page would take as long as all that is looked at."""

    def __init__(self, panel: PanelServer, browser: Browser) -> None:
        self._panel, self._browser = panel, browser
        self._open: dict[str, tuple[Page, list[str], list[int]]] = {}

    def of(self, login: str) -> tuple[Page, list[str], list[int]]:
        """The person's tab, what it says on its console from now on, and the weight of each file it loads."""
        if login not in self._open:
            self._open[login] = self._opened(login)
        page, said, weights = self._open[login]
        said.clear()
        weights.clear()
        return page, said, weights

    def _opened(self, login: str) -> tuple[Page, list[str], list[int]]:
        context = self._browser.new_context(viewport=WIDE, reduced_motion="reduce")
        context.add_cookies(self._panel.cookies(login))
        page, said, weights = context.new_page(), list[str](), list[int]()
        # Handed to the browser once, not with each page.
        page.add_init_script(AXE)
        # Each page is weighed as if it were the first one.
        context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("requestfinished", lambda request: weights.append(request.sizes()["responseBodySize"]))
        return page, said, weights


@pytest.fixture(scope="module")
def tabs(panel: PanelServer, browser: Browser) -> Tabs:
    return Tabs(panel, browser)


def violations(page: Page, theme: str, only: list[str] | None = None, but: list[str] | None = None) -> list[str]:
    """What axe-core finds in a theme."""
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    options: dict[str, Any] = {"resultTypes": ["violations"], "rules": {rule: {"enabled": False} for rule in but or ()}}
    if only:
        options["runOnly"] = {"type": "rule", "values": only}
    found: list[str] = page.evaluate(TELL, options)
    return found
