"""The page of calls: each sees what is the person's to see, in whole or masked; pages go on; nothing is a formula."""

from __future__ import annotations

import re
from html import unescape

import pytest

from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.writer import LedgerWriter
from tests.billing.trails import NOON, answered_in_queue, call_id, forwarded, supervising
from tests.edges.ledger.samples import rated
from tests.web.conftest import Site
from tests.web.panel.server import session_of
from tests.web.panel.test_forms import Browser, signed_in


@pytest.fixture
def history(site: Site) -> Site:
    """A call forwarded from 101, one in the queue, and one by which 102 listened to a conversation."""
    writer = LedgerWriter(site.dsn, now=lambda: NOON)
    assert writer.write([to_json(rated(one)) for one in (forwarded(), answered_in_queue(3), supervising(5))]) == []
    writer.close()
    return site


def calls_on(browser: Browser, path: str = "/calls") -> set[str]:
    return set(re.findall(r'href="/calls/([0-9a-f-]{36})"', browser.get(path).text))


def test_each_sees_the_calls_that_are_the_persons_to_see(history: Site) -> None:
    both = {call_id(0), call_id(3)}
    assert calls_on(signed_in(history, "sub")) == {call_id(0)}
    assert calls_on(signed_in(history, "boss")) == both
    assert calls_on(signed_in(history, "agent")) == set()
    assert signed_in(history, "audits").get("/calls").status_code == 403
    browser = signed_in(history, "sub")
    assert browser.get(f"/calls/{call_id(0)}").status_code == 200
    assert browser.get(f"/calls/{call_id(3)}").status_code == 404
    assert calls_on(browser, "/calls?period=2026-11") == {call_id(0)}
    assert calls_on(browser, "/calls?period=2026-11&type=missed") == set()


def test_sums_follow_the_calls_they_are_of(history: Site) -> None:
    for login, calls in (("sub", 1), ("boss", 2)):
        browser = signed_in(history, login)
        (address,) = re.findall(r'hx-get="(/calls/sums[^"]*)"', browser.get("/calls?period=2026-11").text)
        assert f"<dt>Calls</dt><dd>{calls}</dd>" in browser.get(unescape(address)).text
    assert "/calls/sums" not in browser.get("/calls").text
    assert signed_in(history, "audits").get("/calls/sums?period=2026-11").status_code == 403


def test_numbers_are_shown_by_right_and_costs_with_how_they_are_made_up(history: Site) -> None:
    whole = signed_in(history, "sub").get(f"/calls/{call_id(0)}").text
    assert "+48 600 700 800" in whole
    assert "61.5 s, up: 62 s" in whole
    assert "<svg" in whole
    browser = Browser(history)
    browser.cookies |= {history.guards.cookie: session_of(history, "bills")}
    masked = browser.get(f"/calls/{call_id(0)}").text
    assert "600700800" not in masked.replace(" ", "")
    assert "Kowalski" not in masked
    assert "PLN" in masked


def test_the_time_line_says_who_is_a_supervisor(history: Site) -> None:
    browser = Browser(history)
    browser.cookies |= {history.guards.cookie: session_of(history, "admin")}
    assert '<span class="badge plain">supervisor</span>' in browser.get(f"/calls/{call_id(5)}").text
    assert ">supervisor<" not in browser.get(f"/calls/{call_id(0)}").text


def test_a_spreadsheet_has_every_row_and_no_formula(history: Site) -> None:
    found = signed_in(history, "boss").get("/calls.csv?period=2026-11")
    assert found.headers["content-type"].startswith("text/csv")
    rows = found.text.removeprefix("\ufeff").splitlines()
    assert len(rows) == 3
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.split(","))


def test_a_filter_that_makes_no_sense_is_told_beside_it(history: Site) -> None:
    browser = signed_in(history, "sub")
    found = browser.get("/calls?period=soon")
    assert (found.status_code, 'id="filters-period-mistake"' in found.text) == (200, True)
    assert browser.get("/calls?colour=red").status_code == 400
    assert browser.get("/calls?cursor=broken").text.count('class="mistake"') == 1
