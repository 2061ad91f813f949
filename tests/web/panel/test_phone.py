"""The page of a phone: rules in force for the next call, never over another's, with what was typed kept."""

from __future__ import annotations

import re

from callcontrol.vocabulary.rule import RuleKind
from tests.web.conftest import Site
from tests.web.panel.server import session_of
from tests.web.panel.test_forms import Browser, signed_in

PHONE = "/phone"


def form_on(browser: Browser, kind: str, **typed: str) -> dict[str, str]:
    """The form of a rule as the page has it, with what is typed."""
    page = browser.get(PHONE).text
    seen = re.findall(r'name="seen" value="([0-9a-f]+)"', page)[0]
    once = re.findall(r'name="once" value="([^"]+)"', page)[0]
    return {"once": once, "form": f"rule-{kind}", "kind": kind, "seen": seen, "target": "number", **typed}


def rule_of(site: Site, kind: RuleKind) -> object:
    return site.services.forwarding("acme").rules("101").of(kind)


def test_a_rule_holds_for_the_very_next_call(site: Site) -> None:
    browser = signed_in(site, "sub")
    form = form_on(browser, "busy", number="600 700 801", until="2099-12-04T17:00", on="on")
    done = browser.post(f"{PHONE}/do/save-rule", form)
    assert (done.status_code, done.headers["location"]) == (303, PHONE)
    page = browser.get(PHONE).text
    assert "It holds for the very next call." in page
    assert "+48 600 700 801" in page
    rule = site.services.forwarding("acme").rules("101").of(RuleKind.BUSY)
    assert rule is not None
    assert (rule.on, rule.source.split(",")[:2]) == (True, ["panel", " sub"])
    acts = site.get("admin", "/audit").json["acts"]
    assert (acts[0]["what"], acts[0]["after"]["target"]) == ("rule busy", "number:+48600700801")
    plan = browser.get(f"{PHONE}/preview?caller=105", HX_Request="true").text
    assert "+48600700801" in plan
    assert "<html" not in plan


def test_what_was_typed_stays_beside_what_is_wrong(site: Site) -> None:
    browser = signed_in(site, "sub")
    form = form_on(browser, "busy", number="12ab", start="2099-01-01T10:00", on="on")
    refused = browser.post(f"{PHONE}/do/save-rule", form)
    assert refused.status_code == 422
    assert 'value="12ab"' in refused.text
    assert 'value="2099-01-01T10:00"' in refused.text
    assert 'id="rule-busy-number-mistake"' in refused.text
    assert 'id="rule-always-number-mistake"' not in refused.text
    assert site.get("admin", "/audit").json["acts"][0]["what"] != "rule busy"


def test_rules_that_were_changed_meanwhile_are_not_written_over(site: Site) -> None:
    browser = signed_in(site, "sub")
    first = form_on(browser, "busy", number="600700801", on="on")
    second = form_on(browser, "always", number="600700802", on="on")
    assert browser.post(f"{PHONE}/do/save-rule", first).status_code == 303
    late = browser.post(f"{PHONE}/do/save-rule", second)
    assert (late.status_code, "changed meanwhile" in late.text) == (422, True)
    assert rule_of(site, RuleKind.BUSY) is not None


def test_others_phones_are_seen_and_changed_by_right(site: Site) -> None:
    subscriber, boss, admin = (Browser(site) for _ in range(3))
    for browser, login in ((subscriber, "sub"), (boss, "boss"), (admin, "admin")):
        browser.cookies[site.guards.cookie] = session_of(site, login)
    assert subscriber.get(f"{PHONE}?extension=102").status_code == 404
    assert boss.get(f"{PHONE}?extension=101").status_code == 200
    assert "Switched on" not in boss.get(f"{PHONE}?extension=101").text
    form = {"once": "1", "form": "disturb"}
    assert boss.post(f"{PHONE}/do/disturb?extension=101", form).status_code == 403
    assert admin.post(f"{PHONE}/do/disturb?extension=101", form).status_code == 303


def test_do_not_disturb_and_second_calls(site: Site) -> None:
    browser = signed_in(site, "sub")
    past = {"once": "1", "form": "do-not-disturb", "until": "2020-01-01T00:00"}
    assert browser.post(f"{PHONE}/do/do-not-disturb", past).status_code == 422
    assert browser.post(f"{PHONE}/do/do-not-disturb", past | {"until": "", "once": "2"}).status_code == 303
    assert site.services.undisturbed("acme").of("101") is not None
    assert browser.post(f"{PHONE}/do/disturb", {"once": "3", "form": "disturb"}).status_code == 303
    assert site.services.undisturbed("acme").of("101") is None
    assert "they ring" in browser.get(PHONE).text
    assert browser.post(f"{PHONE}/do/second-calls-busy", {"once": "4", "form": "x"}).status_code == 303
    assert "they ring" not in browser.get(PHONE).text
