"""Signing in by a tenant's own OpenID provider: a real one, in a process of its own."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import gevent
import orjson
import pyotp
import pytest
import urllib3
from falcon import testing
from redis import Redis

from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges import openid
from callcontrol.web import vouched
from tests.commands.call_centre import configured
from tests.redis_servers.server import free_port
from tests.web.conftest import KEY, Site

STARTED_S = 30


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of a provider that signs everyone in whom it is told of."""
    port = free_port()
    words = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            _await(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(10)


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    with gevent.Timeout(STARTED_S), urllib3.PoolManager() as pool:
        while process.poll() is None:
            try:
                if pool.request("GET", f"{address}/jwks", retries=False, timeout=2).status == 200:
                    return
            except urllib3.exceptions.HTTPError:
                gevent.sleep(0.05)
    pytest.fail("the provider has not started")


class Browser:
    """A browser, at our site and at the provider's."""

    def __init__(self, site: Site, issuer: str) -> None:
        self.site, self.issuer = site, issuer
        self.cookies: dict[str, str] = {}
        self._pool = urllib3.PoolManager()

    def get(self, path: str, **params: str) -> testing.Result:
        answer = self.site.client.simulate_get(path, params=params, cookies=self.cookies)
        self.cookies |= {name: cookie.value for name, cookie in answer.cookies.items()}
        return answer

    def post(self, path: str, site: str = "same-origin", **fields: str) -> testing.Result:
        """A form of a page."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": site}
        answer = self.site.client.simulate_post(path, body=urlencode(fields), headers=headers, cookies=self.cookies)
        self.cookies |= {name: cookie.value for name, cookie in answer.cookies.items()}
        return answer

    def cookies_of_attempt(self) -> str:
        """What a browser keeps that was sent to the provider: sealed likewise, and for something else."""
        self.cookies = {}
        self.get("/sign-in/acme")
        return self.cookies["callcontrol-sign-on"]

    def knows(self, subject: str, **claims: Any) -> None:
        """The provider is told of a person."""
        url, body = f"{self.issuer}/users/{subject}", orjson.dumps(claims)
        answer = self._pool.request("PUT", url, body=body, headers={"Content-Type": "application/json"})
        assert answer.status == 204, answer.data

    def agrees(self, address: str, subject: str) -> Mapping[str, str]:
        """The person signs in at the provider; what the browser brings back."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({"sub": subject})
        answer = self._pool.request("POST", address, body=body, headers=headers, redirect=False)
        assert answer.status == 302, answer.data
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}

    def signs_in(self, subject: str) -> testing.Result:
        """From our button to our page."""
        sent = self.get("/sign-in/acme")
        assert sent.status_code == 303
        return self.get("/sign-in/acme/callback", **self.agrees(sent.headers["Location"], subject))

    def me(self) -> Any:
        return self.get("/api/v1/me").json

    def close(self) -> None:
        self._pool.clear()


def opened(folder: Path, redis_url: str, dsn: str, issuer: str, rules: str) -> Site:
    config = Path(configured(folder, redis_url, dsn))
    main, tenant = config / "callcontrol.yaml", config / "tenants" / "acme.yaml"
    main.write_text(
        main.read_text() + f"\nweb: {{keys: [{KEY}], requests_a_minute: 100000, sign_ins_a_minute: 1000}}\n"
    )
    own = (
        f"\nsign_on: {{issuer: '{issuer}', client_id: callcontrol, client_secret: s3cret, label: With Acme, {rules}}}\n"
    )
    tenant.write_text(tenant.read_text() + own)
    return Site(read_configuration(config), dsn, redis_url)


RULES = "create: yes, link: yes, roles: {staff: [subscriber], chiefs: [admin, subscriber]}, extension_claim: phone"


@pytest.fixture
def browser(
    tmp_path: Path, redis_url: str, redis_client: Redis, ledger_database: str, issuer: str
) -> Iterator[Browser]:
    redis_client.ping()
    site = opened(tmp_path, redis_url, ledger_database, issuer, RULES)
    made = Browser(site, issuer)
    yield made
    made.close()
    site.stop()


STAFF = {"email": "Jan@Acme.example", "email_verified": True, "name": "Jan", "groups": ["staff"], "phone": "102"}


def test_the_first_sign_in_creates_a_person_who_stays_the_same(browser: Browser) -> None:
    assert "With Acme" in browser.get("/sign-in").text
    browser.knows("jan", **STAFF)
    back = browser.signs_in("jan")
    assert (back.status_code, back.headers["Location"]) == (303, "/")
    me = browser.me()
    assert (me["login"], me["extension"]) == ("jan@acme.example", "102")
    assert browser.cookies["callcontrol-sign-on"] == ""
    browser.knows("jan", **STAFF | {"email": "jan.kowalski@acme.example"})
    assert browser.signs_in("jan").status_code == 303
    assert browser.me()["login"] == "jan@acme.example"
    acts = [act["what"] for act in browser.site.get("admin", "/audit").json["acts"]]
    assert acts.count("user added") == len(browser.site.tokens)  # six of the fixture are acme's, and Jan
    assert "signed in by single sign-on" in acts


SECOND = "/sign-in/acme/second-factor"
CHIEF = STAFF | {"email": "ada@acme.example", "groups": ["chiefs"]}


def code_of(secret: str, steps_on: int = 0) -> str:
    """What an authenticator app shows for it now, or so many steps later."""
    return pyotp.TOTP(secret).at(datetime.now(tz=UTC), counter_offset=steps_on)


def with_second_factor(browser: Browser) -> tuple[str, str, list[str]]:
    """An admin who has set one up at signing in by a provider that says nothing of one: its secret, the code that is
    spent, recovery codes.
    """
    browser.knows("ada", **CHIEF)
    sent = browser.signs_in("ada")
    assert (sent.status_code, sent.headers["Location"]) == (303, SECOND)
    assert browser.me()["code"] == "not_signed_in"
    secret = re.search(r'name="secret" value="([A-Z2-7]+)"', browser.get(SECOND).text)
    assert secret is not None
    assert browser.post(SECOND, secret=secret[1], code="000000").status_code == 422
    assert browser.me()["code"] == "not_signed_in"
    spent = code_of(secret[1])
    done = browser.post(SECOND, secret=secret[1], code=spent)
    return secret[1], spent, re.findall(r"<code>([^<]+)</code>", done.text)


def test_without_a_second_factor_at_the_provider_ours_is_set_up_and_then_asked_for_each_time(browser: Browser) -> None:
    secret, spent, recovery = with_second_factor(browser)
    assert len(recovery) > 1
    assert "admin" in browser.me()["roles"]
    browser.cookies.clear()
    browser.signs_in("ada")
    page = browser.get(SECOND).text
    assert 'name="code"' in page
    assert 'name="secret"' not in page
    # A wrong code, the one that is spent, and no other person's second factor: none signs in.
    for wrong in ("", "000000", spent):
        assert browser.post(SECOND, code=wrong, secret="A" * 32).status_code == 422
        assert browser.me()["code"] == "not_signed_in"
    assert browser.post(SECOND, code=code_of(secret, 1)).headers["Location"] == "/"
    assert "admin" in browser.me()["roles"]
    browser.cookies.clear()
    browser.signs_in("ada")
    assert [browser.post(SECOND, code=recovery[0]).status_code for _ in range(2)] == [303, 303]
    assert browser.cookies["callcontrol-vouched"] == ""
    browser.signs_in("ada")
    assert browser.post(SECOND, code=recovery[0]).status_code == 422
    acts = [act["what"] for act in browser.site.get("admin", "/audit").json["acts"]]
    assert acts.count("second factor set") == 1
    assert acts.count("sign-in refused") == 4
    assert acts.count("signed in by single sign-on") == 3
    browser.knows("ada", **CHIEF | {"amr": ["pwd", "otp"]})
    assert browser.signs_in("ada").headers["Location"] == "/"


def test_the_second_step_is_of_who_was_vouched_for_here_and_just_now(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "/sign-in" in browser.get(SECOND).headers["Location"]
    secret, _, _ = with_second_factor(browser)
    browser.cookies.clear()
    browser.signs_in("ada")
    kept = dict(browser.cookies)
    # Of another tenant, of another browser, tampered with, of another site, too late, of a person who is disabled.
    assert "/sign-in" in browser.post("/sign-in/globex/second-factor", code=code_of(secret, 1)).headers["Location"]
    browser.cookies = kept | {"callcontrol-vouched": kept["callcontrol-vouched"][:-4] + "AAAA"}
    assert "/sign-in" in browser.post(SECOND, code=code_of(secret, 1)).headers["Location"]
    browser.cookies = {"callcontrol-vouched": browser.cookies_of_attempt()}
    assert "/sign-in" in browser.post(SECOND, code=code_of(secret, 1)).headers["Location"]
    browser.cookies = kept
    assert browser.post(SECOND, site="cross-site", code=code_of(secret, 1)).status_code == 403
    with monkeypatch.context() as patched:
        patched.setattr(vouched, "VOUCHED_S", 0)
        assert "/sign-in" in browser.post(SECOND, code=code_of(secret, 1)).headers["Location"]
    with browser.site.services.own_ledger() as connection:
        connection.execute("UPDATE web_users SET disabled_at = now() WHERE login = 'ada@acme.example'")
    assert "/sign-in" in browser.post(SECOND, code=code_of(secret, 1)).headers["Location"]
    assert browser.me()["code"] == "not_signed_in"


def test_who_needs_none_is_asked_for_one_only_where_the_person_has_one(browser: Browser) -> None:
    with_second_factor(browser)
    browser.knows("ada", **STAFF | {"email": "ada@acme.example"})
    assert browser.signs_in("ada").headers["Location"] == SECOND
    with browser.site.services.own_ledger() as connection:
        connection.execute("UPDATE web_users SET totp = NULL WHERE login = 'ada@acme.example'")
    assert browser.signs_in("ada").headers["Location"] == "/"
    assert browser.me()["roles"] == ["subscriber"]


def test_roles_are_those_the_provider_gives(browser: Browser) -> None:
    browser.knows("ada", **STAFF | {"email": "ada@acme.example", "groups": ["chiefs"], "amr": ["pwd", "mfa"]})
    assert browser.signs_in("ada").status_code == 303
    assert "admin" in browser.me()["roles"]
    browser.knows("ada", **STAFF | {"email": "ada@acme.example", "groups": ["staff"]})
    assert browser.signs_in("ada").status_code == 303
    assert browser.me()["roles"] == ["subscriber"]
    browser.knows("ada", **STAFF | {"email": "ada@acme.example", "groups": ["visitors"]})
    assert browser.signs_in("ada").status_code == 403


def test_a_person_who_is_here_is_linked_by_the_login_if_the_address_is_verified(browser: Browser) -> None:
    for login, address in (("boss", "boss@acme.example"), ("olga", "olga@acme.example")):
        with browser.site.services.own_ledger() as connection:
            connection.execute("UPDATE web_users SET login = %s WHERE login = %s", (address, login))
    browser.knows("b", email="boss@acme.example", email_verified=False, groups=["staff"])
    assert browser.signs_in("b").status_code == 403
    browser.knows("b", email="boss@acme.example", email_verified=True, groups=["staff"])
    assert browser.signs_in("b").status_code == 303
    assert (browser.me()["login"], browser.me()["extension"]) == ("boss@acme.example", "105")
    # No tenant's provider vouches for an operator.
    browser.knows("o", email="olga@acme.example", email_verified=True, groups=["staff"])
    assert browser.signs_in("o").status_code == 403


def test_one_who_is_disabled_or_without_a_role_does_not_get_in(browser: Browser) -> None:
    browser.knows("jan", **STAFF)
    assert browser.signs_in("jan").status_code == 303
    with browser.site.services.own_ledger() as connection:
        connection.execute("UPDATE web_users SET disabled_at = now() WHERE login = 'jan@acme.example'")
    assert browser.signs_in("jan").status_code == 403


def test_an_answer_to_another_browser_or_another_request_is_not_believed(browser: Browser) -> None:
    browser.knows("jan", **STAFF)
    sent = browser.get("/sign-in/acme").headers["Location"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(sent).query).items()}
    assert (asked["code_challenge_method"], asked["response_type"], asked["scope"]) == (
        "S256",
        "code",
        "openid email profile",
    )
    answer = dict(browser.agrees(sent, "jan"))
    for wrong in ({"state": "x"}, {"iss": "https://evil.example"}, {"error": "access_denied"}, {"code": "stolen"}):
        kept = dict(browser.cookies)
        assert browser.get("/sign-in/acme/callback", **answer | wrong).status_code == 403
        browser.cookies = kept
    other = Browser(browser.site, browser.issuer)
    assert other.get("/sign-in/acme/callback", **answer).status_code == 403
    other.get("/sign-in/acme")
    assert other.get("/sign-in/acme/callback", **answer).status_code == 403
    other.close()
    sent_bodies = []
    real = openid.Providers._asked

    def heard(self: openid.Providers, method: str, url: str, *given: Any) -> dict[str, Any]:
        sent_bodies.append((method, given[-1]))
        return real(self, method, url, *given)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(openid.Providers, "_asked", heard)
        assert browser.get("/sign-in/acme/callback", **answer).status_code == 303
    (form,) = [parse_qs(body.decode()) for method, body in sent_bodies if method == "POST"]
    digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
    # A code is good once, and so is the cookie.
    assert browser.get("/sign-in/acme/callback", **answer).status_code == 403


def test_a_token_for_another_request_or_of_another_key_is_not_believed(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.knows("jan", **STAFF)
    real = openid.Providers._asked

    def other_nonce(self: openid.Providers, sign_on: Any, token: str, attempt: openid.Attempt) -> Any:
        return read(self, sign_on, token, openid.Attempt(attempt.state, "another", attempt.verifier))

    read = openid.Providers._read
    monkeypatch.setattr(openid.Providers, "_read", other_nonce)
    assert browser.signs_in("jan").status_code == 403
    monkeypatch.undo()

    def tampered(self: openid.Providers, method: str, url: str, *given: Any) -> dict[str, Any]:
        told = real(self, method, url, *given)
        if "id_token" in told:
            head, body, signature = told["id_token"].split(".")
            told["id_token"] = f"{head}.{body}.{signature[:-4]}AAAA"
        return told

    monkeypatch.setattr(openid.Providers, "_asked", tampered)
    assert browser.signs_in("jan").status_code == 403


def test_a_tenant_without_a_provider_has_no_such_page_and_one_that_is_away_says_so(
    browser: Browser, tmp_path: Path, redis_url: str, ledger_database: str
) -> None:
    assert browser.get("/sign-in/umbrella").status_code == 404
    assert browser.get("/sign-in/nothing/callback", code="x", state="y").status_code == 404
    folder = tmp_path / "away"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Site, "_people", lambda self, connection: None)
        away = opened(folder, redis_url, ledger_database, f"http://127.0.0.1:{free_port()}", RULES)
    assert away.client.simulate_get("/sign-in/acme").status_code == 503
    away.stop()
