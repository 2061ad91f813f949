"""The page of missed callers, and that of spending: by right, acted on once, with what stands in the books."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from callcontrol.usecases import click_to_call
from callcontrol.vocabulary.call import Caller
from callcontrol.web.pages.subscriber import missed as pages
from tests.jobs.test_missed_callers import LATER, Books, gave_up
from tests.web.conftest import Site
from tests.web.panel.server import session_of
from tests.web.panel.test_forms import Browser

PAGE = "/missed"
MONTH = "/spending/month?period="


@pytest.fixture
def missed(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Jan gave up in the queue `support` at noon; it is one o'clock."""
    books = Books(site.dsn, site.services.settings)
    books.read()
    books.write(gave_up(1))
    books.read()
    books.close()
    monkeypatch.setattr(site.services, "now", lambda: LATER)
    monkeypatch.setattr(click_to_call, "TAKEN_S", 0.0)
    return site


def browser_of(site: Site, login: str) -> Browser:
    browser = Browser(site)
    browser.cookies[site.guards.cookie] = session_of(site, login)
    return browser


def case_on(browser: Browser) -> dict[str, str]:
    """What the page's first form of a case carries."""
    page = browser.get(PAGE).text
    found = re.findall(r'name="(once|call|target)" value="([^"]+)"', page)
    return dict(found[:3])


def test_each_sees_the_missed_callers_of_the_persons_queues(missed: Site) -> None:
    assert "+48 22 123 45 67" in browser_of(missed, "boss").get(PAGE).text
    assert "+48 22 123 45 67" not in browser_of(missed, "sub").get(PAGE).text
    assert browser_of(missed, "bills").get(PAGE).status_code == 403
    operator = browser_of(missed, "olga")
    assert operator.get(PAGE).status_code == 400
    operator.post("/preferences", {"tenant": "acme", "back": PAGE})
    assert "+48 22 123 45 67" in operator.get(PAGE).text


def test_a_page_shows_so_many_and_says_that_there_are_more(missed: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "ON_A_PAGE", 1)
    browser = browser_of(missed, "boss")
    assert "Only the first" not in browser.get(PAGE).text
    books = Books(missed.dsn, missed.services.settings)
    books.write(replace(gave_up(2), caller=Caller("+48500600700")))
    books.read()
    books.close()
    shown = browser.get(PAGE).text
    assert "Only the first 1 are shown." in shown
    assert ("+48 22 123 45 67" in shown) != ("+48 500 600 700" in shown)
    hidden = "two" if "+48 22 123 45 67" in shown else "one"
    case = {"call": {"one": gave_up(1), "two": gave_up(2)}[hidden].call_id, "target": "queue:support", "once": "1"}
    assert browser.post(f"{PAGE}/do/claim", case | {"form": "claim-1"}).status_code == 303


def test_a_caller_is_taken_left_and_closed_with_a_reason(missed: Site) -> None:
    browser = browser_of(missed, "boss")
    case = case_on(browser)
    assert browser.post(f"{PAGE}/do/claim", case | {"form": "claim-1"}).status_code == 303
    assert "taken by boss" in browser.get(PAGE).text
    other = browser_of(missed, "admin")
    taken = other.post(f"{PAGE}/do/claim", case | {"form": "claim-1", "once": "2"})
    assert (taken.status_code, 'role="alert"' in taken.text) == (422, True)
    assert browser.post(f"{PAGE}/do/release", case | {"form": "release-1", "once": "3"}).status_code == 303
    unsaid = browser.post(f"{PAGE}/do/dismiss", case | {"form": "dismiss-1", "once": "4", "why": ""})
    assert (unsaid.status_code, 'id="dismiss-1-why-mistake"' in unsaid.text) == (422, True)
    done = browser.post(f"{PAGE}/do/dismiss", case | {"form": "dismiss-1", "once": "5", "why": "a wrong number"})
    assert done.status_code == 303
    assert "No caller waits" in browser.get(PAGE).text
    assert "a wrong number" in browser.get(f"{PAGE}?closed=yes").text
    whats = [act["what"] for act in missed.get("admin", "/audit").json["acts"]]
    assert whats[:3] == ["missed caller: dismiss", "missed caller: release", "missed caller: claim"]


def test_a_call_back_that_no_worker_takes_leaves_the_caller_to_others(missed: Site) -> None:
    browser = browser_of(missed, "boss")
    refused = browser.post(f"{PAGE}/do/call-back", case_on(browser) | {"form": "call-back-1"})
    assert (refused.status_code, "no worker has taken it" in refused.text) == (422, True)
    assert "taken by" not in browser.get(PAGE).text


def test_spending_is_that_of_the_own_phone(site: Site) -> None:
    browser, other = browser_of(site, "sub"), browser_of(site, "admin")
    page = browser.get("/spending").text
    assert "0.00 PLN" in page.replace("\u00a0", " ")
    assert "all calls, a day" in page
    assert re.findall(r'hx-get="([^"]+)"', page) == [MONTH + "this-month", MONTH + "last-month"]
    month = browser.get(MONTH + "this-month").text
    assert '<dd class="large">0.00 PLN</dd>' in month.replace("\u00a0", " ")
    assert browser.get(MONTH + "1999-01").status_code == 400
    for path in ("/spending", MONTH + "this-month"):
        assert other.get(path).status_code == 403
