"""Forms of pages without a browser: signing in and out, what is refused, two clicks, what is kept and what is not."""

from __future__ import annotations

import gzip
import re
from typing import Any
from urllib.parse import urlencode

import pyotp
import pytest
from falcon import testing

from callcontrol.edges import clock
from callcontrol.edges.ledger.reader import connect
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.web.keep_alive import IS_STREAM
from callcontrol.usecases.people import Doer, People
from callcontrol.usecases.signing_in import From
from tests.web.conftest import Site
from tests.web.panel.server import session_of
from tests.web.test_guards import HERE, PASSWORD, cookie_of


class Browser:
    """A browser without scripts: keeps cookies, sends forms."""

    def __init__(self, site: Site) -> None:
        self._site, self.cookies = site, dict[str, str]()

    def get(self, path: str, **headers: str) -> testing.Result:
        """A page."""
        query = path.partition("?")
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        asked: dict[str, Any] = {"query_string": query[2], "cookies": self.cookies, "extras": {IS_STREAM: bool}}
        found = self._site.client.simulate_get(query[0], headers=given, **asked)
        return self._kept(found)

    def post(self, path: str, form: dict[str, str], **headers: str) -> testing.Result:
        """A form."""
        given = {**HERE, "Content-Type": "application/x-www-form-urlencoded"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        where, _, query = path.partition("?")
        body = urlencode(form)
        client = self._site.client
        return self._kept(
            client.simulate_post(where, query_string=query, body=body, headers=given, cookies=self.cookies)
        )

    def once(self, path: str) -> str:
        """What a form of a page names itself."""
        found: list[str] = re.findall(r'name="once" value="([^"]+)"', self.get(path).text)
        return found[0]

    def _kept(self, found: testing.Result) -> testing.Result:
        for name, cookie in found.cookies.items():
            if cookie.max_age == 0:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = cookie.value
        return found


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site)


def signed_in(site: Site, login: str) -> Browser:
    one = Browser(site)
    one.cookies |= cookie_of(site, login)
    return one


def test_a_person_signs_in_where_the_person_wanted_to_go_and_out(site: Site, browser: Browser) -> None:
    cookie_of(site, "sub")
    looked = browser.get("/account?x=")
    assert (looked.status_code, looked.headers["location"]) == (303, "/sign-in?back=%2Faccount%3Fx%3D")
    wrong = browser.post("/sign-in?back=/account", {"login": "sub", "password": "wrong"})
    assert (wrong.status_code, 'value="sub"' in wrong.text, "not right" in wrong.text) == (422, True, True)
    done = browser.post("/sign-in?back=/account", {"login": "sub", "password": PASSWORD})
    assert (done.status_code, done.headers["location"]) == (303, "/account")
    assert "My account" in browser.get("/account").text
    assert browser.post("/sign-out", {}).headers["location"] == "/sign-in"
    assert "You are signed out." in browser.get("/sign-in").text
    assert "You are signed out." not in browser.get("/sign-in").text
    assert browser.get("/account").status_code == 303


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""])
def test_after_signing_in_one_stays_here(site: Site, browser: Browser, back: str) -> None:
    cookie_of(site, "sub")
    done = browser.post(f"/sign-in?{urlencode({'back': back})}", {"login": "sub", "password": PASSWORD})
    assert done.headers["location"] == "/"


def test_a_part_of_a_page_sends_the_browser_to_sign_in(browser: Browser) -> None:
    found = browser.get("/account", HX_Request="true", HX_Current_URL="https://here/account?a=1")
    assert (found.status_code, found.headers["hx-redirect"]) == (401, "/sign-in?back=%2Faccount%3Fa%3D1")


def test_a_form_of_another_site_changes_nothing(site: Site) -> None:
    browser = signed_in(site, "sub")
    for path in ("/account/do/end-session", "/sign-out", "/preferences", "/sign-in"):
        assert browser.post(path, {}, Sec_Fetch_Site="cross-site").status_code == 403
    assert browser.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "you have no phone of your own here"),
        ("pl", "Nie masz tu własnego telefonu"),
        ("ru", "вас здесь нет своего телефона"),
    ],
)
def test_what_is_refused_is_said_in_the_language_of_the_page(site: Site, language: str, said: str) -> None:
    browser = Browser(site)
    browser.cookies[site.guards.cookie] = session_of(site, "admin")
    form = {"once": browser.once("/account"), "call": "none", "target": "queue:support"}
    browser.cookies["language"] = language
    refused = browser.post("/missed/do/call-back", form)
    assert refused.status_code == 422
    (mistake,) = re.findall(r'<p class="mistake" role="alert">(.*)</p>', refused.text)
    assert mistake.endswith(said)
    assert "<span" not in mistake


def test_a_required_second_factor_is_set_up_before_signing_in(site: Site, browser: Browser) -> None:
    with connect(site.dsn) as connection:
        people = People(site.services.settings, connection, Doer("root", "command"), clock.now, bytes, str)
        people.set_password("admin", PASSWORD)
    asked = browser.post("/sign-in", {"login": "admin", "password": PASSWORD})
    assert asked.status_code == 200
    assert "<svg" in asked.text
    secret = re.findall(r'name="secret" value="([A-Z2-7]+)"', asked.text)[0]
    given = {"login": "admin", "password": PASSWORD, "secret": secret}
    wrong = browser.post("/sign-in/second-factor", given | {"code": "000000"})
    assert (wrong.status_code, secret in wrong.text) == (422, True)
    code = pyotp.TOTP(secret).now()
    codes = re.findall(
        r"<code>([a-z0-9-]+)</code>", browser.post("/sign-in/second-factor", given | {"code": code}).text
    )
    assert len(codes) == 10
    assert browser.post("/sign-in", {"login": "admin", "password": PASSWORD}).status_code == 422
    again = browser.post("/sign-in/second-factor", given | {"code": code})
    assert again.headers["location"] == "/sign-in"
    done = browser.post("/sign-in", {"login": "admin", "password": PASSWORD, "code": codes[0]})
    assert done.status_code == 303
    assert browser.get("/account").status_code == 200


def test_a_password_is_changed_by_who_knows_the_old_one(site: Site) -> None:
    browser = signed_in(site, "sub")
    new = "another battery of horses"
    form = {"form": "password", "password": "not this one", "new": new, "once": browser.once("/account")}
    refused = browser.post("/account/do/password", form)
    assert (refused.status_code, "this is not your password" in refused.text) == (422, True)
    assert new not in refused.text
    short = browser.post("/account/do/password", form | {"password": PASSWORD, "new": "short"})
    assert short.status_code == 422
    done = browser.post("/account/do/password", form | {"password": PASSWORD})
    assert done.status_code == 303
    assert browser.get("/account").headers["location"].startswith("/sign-in")
    assert "The password is changed." in browser.get("/sign-in").text
    assert browser.post("/sign-in", {"login": "sub", "password": new}).status_code == 303


def test_a_session_that_is_over_is_told_so_beside_its_form(site: Site) -> None:
    browser = signed_in(site, "sub")
    form = {"form": "end-1", "session": "x" * 8, "once": "1", "surplus": "y"}
    refused = browser.post("/account/do/end-session", form)
    assert refused.status_code == 422
    del form["surplus"]
    assert "you have no such session" in signed_in_page(browser, form)
    assert browser.post("/account/do/end-session", {"session": "x"}).status_code == 422


def signed_in_page(browser: Browser, form: dict[str, str]) -> str:
    return browser.post("/account/do/end-session", form).text


def test_two_clicks_end_one_session_and_are_answered_alike(site: Site) -> None:
    browser = signed_in(site, "sub")
    other = site.services.signing_in.sign_in("sub", PASSWORD, "", From("192.0.2.8", "another browser"))
    page = browser.get("/account").text
    session = re.findall(r'name="session" value="([^"]+)"', page)[0]
    form = {"form": "end-2", "session": session, "once": "of-the-form"}
    found = [browser.post("/account/do/end-session", form) for _ in range(2)]
    assert [(one.status_code, one.headers["location"]) for one in found] == [(303, "/account")] * 2
    assert "That session has ended." in browser.get("/account").text
    assert other


def test_language_and_theme_are_kept_by_the_browser(browser: Browser) -> None:
    assert '<html lang="ru"' in browser.get("/sign-in", Accept_Language="ru-RU,ru;q=0.9").text
    assert browser.post("/preferences", {"language": "pl", "back": "/sign-in"}).headers["location"] == "/sign-in"
    browser.post("/preferences", {"theme": "dark", "back": "//evil"})
    page = browser.get("/sign-in", Accept_Language="ru").text
    assert '<html lang="pl" data-theme="dark">' in page
    assert "Zaloguj się" in page


def test_pages_are_strict_small_and_not_kept(site: Site) -> None:
    browser = signed_in(site, "sub")
    found = browser.get("/account", Accept_Encoding="gzip")
    assert found.headers["content-encoding"] == "gzip"
    assert b"My account" in gzip.decompress(found.content)
    assert "unsafe" not in found.headers["content-security-policy"]
    assert found.headers["cache-control"] == "no-store"
    sheet = re.findall(r'href="(/assets/[^"]+\.css)"', browser.get("/account").text)[0]
    kept = browser.get(sheet, Accept_Encoding="gzip")
    assert (kept.status_code, "immutable" in kept.headers["cache-control"]) == (200, True)
    assert browser.get(sheet.replace("/assets/", "/assets/0")).status_code == 404


def test_what_is_not_there_and_what_is_wrong_are_pages(site: Site) -> None:
    browser = signed_in(site, "sub")
    missing = browser.get("/nowhere")
    assert (missing.status_code, "This page is not there" in missing.text) == (404, True)
    assert "no-store" in missing.headers["cache-control"]
    wrong = browser.get("/account?colour=red")
    assert (wrong.status_code, "colour" in wrong.text) == (400, True)
    assert site.client.simulate_get("/api/v1/nowhere").json["code"] == "not_there"
    assert browser.get("/account/do/password").headers["location"] == "/account"


def test_while_redis_is_away_a_page_says_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = signed_in(site, "sub")

    def away(*_: object, **__: object) -> None:
        raise LiveStateError("no answer within 2 s")

    monkeypatch.setattr(site.pipeline, "ask", away)
    found = browser.post("/account/do/end-session", {"session": "x", "once": "1", "form": "end-1"})
    assert (found.status_code, "does not answer" in found.text) == (503, True)
    assert "data-again" in found.text
