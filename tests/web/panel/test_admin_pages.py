"""Pages by keyboard alone: the main story of a subscriber and of those who run things; and what a form tells once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.vocabulary.rights import Kind
from callcontrol.vocabulary.rule import RuleKind
from callcontrol.web.pages.admin.words import KINDS
from callcontrol.web.services import Services
from tests.web.panel.server import PanelServer
from tests.web.panel.test_desk_pages import page_of
from tests.web.panel.test_pages import AXE, violations

# What has the focus, as its label or it says, in one line.
FOCUSED = "(document.activeElement.labels?.[0] ?? document.activeElement).textContent.replace(/\\s+/g, ' ').trim()"


def reach(page: Page, name: str) -> None:
    """Go on by Tab until what has this text, or this label, has the focus."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == name:
            return
    raise AssertionError(f"{name} is not reached by Tab")


def reach_back(page: Page, name: str) -> None:
    """As `reach`, by Shift+Tab."""
    for _ in range(150):
        page.keyboard.press("Shift+Tab")
        if page.evaluate(FOCUSED) == name:
            return
    raise AssertionError(f"{name} is not reached by Shift+Tab")


def write(page: Page, label: str, text: str) -> None:
    reach(page, label)
    page.keyboard.type(text)


def test_an_admin_adds_a_person_and_gives_a_link(panel: PanelServer, browser: Browser) -> None:
    page = page_of(panel, browser, "admin", "/users")
    write(page, "Login", "keyboard")
    write(page, "Name", "Ewa Nowak")
    reach(page, "Supervisor")
    page.keyboard.press("Space")
    write(page, "Extensions", "101 102")
    reach(page, "Support")
    page.keyboard.press("Space")
    reach(page, "Add")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Ewa Nowak")
    expect(page.locator(".said")).to_contain_text("keyboard is added")
    assert page.input_value("#change-extensions") == "101 102"
    reach(page, "Make a link to set a password")
    page.keyboard.press("Enter")
    link = page.input_value("#link-text")
    assert "/password#ccl_" in link
    newcomer = browser.new_context(reduced_motion="reduce").new_page()
    newcomer.goto(f"{panel.address}/password#{link.partition('#')[2]}")
    expect(newcomer.locator("main")).to_contain_text("Your login is keyboard.")
    newcomer.evaluate(AXE)
    assert [violations(newcomer, theme) for theme in ("light", "dark")] == [[], []]
    write(newcomer, "New password", "correct horse battery")
    reach(newcomer, "Set the password")
    newcomer.keyboard.press("Enter")
    expect(newcomer.locator(".said")).to_contain_text("The password is set")
    assert "ccl_" not in newcomer.url


def test_a_subscriber_forwards_looks_what_a_call_would_do_and_finds_its_cost(
    panel: PanelServer, browser: Browser
) -> None:
    page = page_of(panel, browser, "sub", "/phone")
    rules = panel.site.services.forwarding("acme")
    summary = page.locator("section", has=page.locator("h3", has_text="When busy")).locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    write(page, "Number outside", "600 700 811")
    reach(page, "Save")
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_have_text("Saved. It holds for the very next call.")
    assert rules.rules("101").of(RuleKind.BUSY) is not None
    write(page, "A call from", "105")
    page.keyboard.press("Enter")
    expect(page.locator("#plan")).to_contain_text("rule no_answer of extension:101")
    reach_back(page, "Calls")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Calls")
    page.locator("tbody a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("+48 600 700 800")
    expect(page.locator(".formula").first).to_be_attached()
    page.context.close()


def test_billing_tops_an_account_up(panel: PanelServer, browser: Browser) -> None:
    page = page_of(panel, browser, "bills", "/accounts/tenant")
    before = page.locator("tbody tr").count()
    reach(page, "Top up, correct, put on hold")
    page.keyboard.press("Enter")
    write(page, "Amount in PLN, without VAT", "12.50")
    write(page, "Why, as it is to stand in the books", "cash")
    reach(page, "Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_contain_text("Entered: receipt")
    expect(page.locator("tbody tr")).to_have_count(before + 1)
    expect(page.locator("tbody tr").first).to_contain_text("12.50")


def test_what_makes_no_sense_stays_in_the_form(panel: PanelServer, browser: Browser) -> None:
    page = page_of(panel, browser, "bills", "/accounts/tenant")
    reach(page, "Top up, correct, put on hold")
    page.keyboard.press("Enter")
    write(page, "Amount in PLN, without VAT", "-3")
    write(page, "Why, as it is to stand in the books", "typing")
    page.keyboard.press("Enter")
    expect(page.locator("#enter-amount-mistake")).to_be_visible()
    assert page.input_value("#enter-why") == "typing"


def test_an_auditor_finds_what_was_done(panel: PanelServer, browser: Browser) -> None:
    page = page_of(panel, browser, "audits", "/audit")
    write(page, "What", "password")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{panel.address}/audit?who=&what=password&object=&since=&until=")
    expect(page.locator("tbody tr").first).to_contain_text("password")


def test_an_operator_looks_at_health_and_into_a_company(panel: PanelServer, browser: Browser) -> None:
    page = page_of(panel, browser, "olga", "/platform")
    expect(page.locator("tbody tr").first).to_contain_text("workers")
    reach(page, "Companies")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Companies")
    reach(page, "Look into it globex")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("People")
    assert page.input_value("#whose") == "globex"


@pytest.mark.parametrize("path", ["/users", "/tokens", "/accounts/tenant"])
def test_a_store_that_is_away_is_said_so(
    panel: PanelServer, browser: Browser, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(panel, browser, "admin", path)

    def away(*_: object) -> None:
        raise NoLedger("Postgres cannot be reached")

    monkeypatch.setattr(Services, "people", away)
    found = page.goto(panel.address + path)
    assert found is not None
    assert found.status == 503
    expect(page.locator("main")).to_contain_text("Calls go on as before.")


def test_every_kind_of_thing_has_a_name() -> None:
    assert set(KINDS) == set(Kind)
