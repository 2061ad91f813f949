"""Webhooks and blocks on their pages: what forms do, what is told once, what stays where it makes no sense."""

from __future__ import annotations

import re

from callcontrol.edges.live_state.restrictions import RestrictionStore
from callcontrol.vocabulary.restriction import Level
from tests.web.conftest import Site
from tests.web.panel.samples import WEBHOOK, add_webhook
from tests.web.panel.test_forms import Browser
from tests.web.panel.test_missed import browser_of as signed_in

PAGE = f"/webhooks/{WEBHOOK}"
GIVEN = {"url": "https://desk.example.com/hooks", "events": "call.ended"}


def send(browser: Browser, page: str, act: str, **fields: str) -> str:
    """Send a form of a page; what the next page says, or this one where it is refused."""
    found = browser.post(f"{page}/do/{act}", {"once": browser.once(page), "form": act, **fields})
    return found.text if found.status_code in (200, 422) else browser.get(found.headers["location"]).text


def test_a_webhook_is_added_paused_rotated_and_what_was_given_up_sent_again(site: Site) -> None:
    add_webhook(site)
    browser = signed_in(site, "admin")
    made = browser.post("/webhooks/do/add", {"once": browser.once("/webhooks"), "form": "add", **GIVEN})
    (secret,) = re.findall(r'value="(whsec_[^"]+)"', made.text)
    listed = browser.get("/webhooks").text
    assert "https://desk.example.com/hooks" in listed
    assert "nothing sent yet" in listed
    assert "given up: 1" in listed
    assert secret not in listed
    page = browser.get(PAGE).text
    assert "503 Service Unavailable" in page
    (dead,) = re.findall(r'name="delivery" value="(\d+)"', page)
    assert "connection refused" not in browser.get(f"{PAGE}?state=waiting").text
    assert "Nothing is sent from now on" in send(browser, PAGE, "pause")
    assert "resume it first" in send(browser, PAGE, "test")
    assert "Events are sent again." in send(browser, PAGE, "resume")
    assert "whsec_" in send(browser, PAGE, "rotate")
    assert "1 are sent again." in send(browser, PAGE, "replay", delivery=dead)
    assert f"no delivery {dead} was given up" in send(browser, PAGE, "replay", delivery=dead)
    wrong = send(browser, PAGE, "change", url="http://desk.example.com/", events="call.ended")
    assert 'value="http://desk.example.com/"' in wrong
    assert "change-url-mistake" in wrong
    assert "is told nothing any more" in send(browser, PAGE, "remove")
    assert browser.get(PAGE).status_code == 404
    acts = [act["what"] for act in site.get("admin", "/audit").json["acts"]]
    assert acts[:5] == ["webhook removed", "webhook: replay", "webhook: rotate", "webhook: resume", "webhook: pause"]


def test_numbers_and_payers_are_blocked_and_allowed_again(site: Site) -> None:
    browser = signed_in(site, "admin")
    page = browser.get("/blocks/101").text
    (version,) = re.findall(r'name="version" value="([0-9a-f]+)"', page)
    form = {"version": version, "classes": "premium", "numbers": "600 700 800\n22 123 45 67", "reason": "stolen"}
    wrong = send(browser, "/blocks/101", "set", **form | {"prefixes": "0"})
    assert "set-prefixes-mistake" in wrong
    assert "600 700 800\n22 123 45 67</textarea>" in wrong
    assert "It holds for the very next call." in send(browser, "/blocks/101", "set", **form)
    found = site.services.barrings("acme").of("101")
    assert found.blocked.numbers == ("+48221234567", "+48600700800")
    assert "changed meanwhile" in send(browser, "/blocks/101", "set", **form)
    subscriber = signed_in(site, "sub")
    assert "stolen" in subscriber.get("/blocks/101").text
    assert 'href="/blocks/101"' in subscriber.get("/phone").text
    listed = browser.get("/restrictions").text
    assert 'href="/blocks/101"' in listed
    assert re.search(r"<code class=\"soft\">[^<]*acme.yaml:\d+</code>", listed)
    assert "is blocked" in send(browser, "/restrictions", "block", payer="extension:102", reason="an invoice")
    _, (kept,) = RestrictionStore(site.pipeline).read()
    assert (kept.level, kept.why, kept.by) == (Level.BLOCK_OUTGOING, "an invoice", "panel, admin")
    assert "may call again" in send(browser, "/restrictions", "unblock", payer="extension:102", reason="paid")
    boss = signed_in(site, "boss")
    assert "do/block" not in boss.get("/restrictions").text
    assert boss.post("/restrictions/do/block", {"once": "1", "payer": "tenant", "reason": "x"}).status_code == 403
    assert boss.get("/blocks/103").status_code == 404
