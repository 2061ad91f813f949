"""What stands before every request: limits, size, same origin, the cookie."""

from __future__ import annotations

import pytest
from falcon import testing

from callcontrol.edges.ledger.reader import connect
from callcontrol.usecases.people import Doer, People
from callcontrol.usecases.signing_in import From
from callcontrol.web.app import application
from callcontrol.web.guards import Guards
from tests.web.conftest import Site

PASSWORD = "correct horse battery"
DND = "/api/v1/extensions/101/do-not-disturb"


def cookie_of(site: Site, login: str) -> dict[str, str]:
    with connect(site.dsn) as connection:
        doer = Doer("root (command)", "command")
        people = People(site.services.settings, connection, doer, site.services.now, bytes, str)
        people.set_password(login, PASSWORD)
    cookie = site.services.signing_in.sign_in(login, PASSWORD, "", From("192.0.2.7", "a browser"))
    return {site.guards.cookie: cookie}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "http://127.0.0.1:8095"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8095"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_a_page_of_another_site_changes_nothing(site: Site, headers: dict[str, str], status: int) -> None:
    cookies = cookie_of(site, "sub")
    found = site.client.simulate_put(DND, json={}, headers=headers, cookies=cookies)
    assert found.status_code == status, found.text
    assert site.get("sub", "/extensions/101/do-not-disturb").json["on"] is (status == 200)


def test_a_cookie_looks_from_anywhere_and_ends_with_the_session(site: Site) -> None:
    cookies = cookie_of(site, "sub")
    assert site.client.simulate_get("/api/v1/me", cookies=cookies).json["login"] == "sub"
    site.services.signing_in.sign_out(site.services.signing_in.of_cookie(cookies[site.guards.cookie]), From("", ""))
    assert site.client.simulate_get("/api/v1/me", cookies=cookies).status_code == 401


def test_an_address_that_asks_too_often_is_refused_and_others_are_not(site: Site) -> None:
    web = site.services.settings.web.model_copy(update={"requests_a_minute": 10})
    settings = site.services.settings.model_copy(update={"web": web})
    configuration = site.configuration
    object.__setattr__(configuration, "settings", settings)
    client = testing.TestClient(application(site.services, Guards(site.services), site.live))
    headers = {"X-Forwarded-For": "192.0.2.7"}
    found = [client.simulate_get("/api/v1/me", headers=headers).status_code for _ in range(12)]
    assert set(found[:8]) == {401}
    assert found[-1] == 429
    assert client.simulate_get("/api/v1/me", headers={"X-Forwarded-For": "192.0.2.8"}).status_code == 401


def test_a_body_is_small_json_of_known_length(site: Site) -> None:
    headers = {"Authorization": f"Bearer {site.tokens['sub']}"}
    large = site.client.simulate_put(DND, body="x" * 70_000, headers=headers)
    assert (large.status_code, large.json["code"]) == (413, "too_large")
    text = site.client.simulate_put(DND, body="until=now", headers=headers)
    assert (text.status_code, text.json["code"]) == (415, "not_json")
    broken = site.client.simulate_put(DND, body="{", headers=headers | {"Content-Type": "application/json"})
    assert (broken.status_code, broken.json["code"]) == (400, "not_json")
    chunked = site.client.simulate_put(DND, body="{}", headers=headers | {"Transfer-Encoding": "chunked"})
    assert chunked.status_code == 411


HERE = {"Sec-Fetch-Site": "same-origin"}


def test_a_browser_signs_in_by_a_cookie_that_scripts_cannot_read(site: Site) -> None:
    cookie_of(site, "sub")
    given = {"login": "sub", "password": PASSWORD}
    assert site.client.simulate_post("/api/v1/session", json=given).json["code"] == "other_origin"
    done = site.client.simulate_post("/api/v1/session", json=given, headers=HERE)
    assert done.status_code == 204
    cookie = done.cookies[site.guards.cookie]
    assert (cookie.http_only, cookie.same_site, cookie.path, cookie.max_age) == (True, "Lax", "/", 12 * 3_600)
    cookies = {site.guards.cookie: cookie.value}
    assert site.client.simulate_get("/api/v1/me", cookies=cookies).json["login"] == "sub"
    assert site.client.simulate_delete("/api/v1/session", headers=HERE, cookies=cookies).status_code == 204
    assert site.client.simulate_get("/api/v1/me", cookies=cookies).status_code == 401


def test_tries_to_sign_in_are_limited_by_account_and_by_address(site: Site) -> None:
    def tried(login: str, address: str) -> int:
        headers = HERE | {"X-Forwarded-For": address}
        given = {"login": login, "password": "wrong password"}
        return int(site.client.simulate_post("/api/v1/session", json=given, headers=headers).status_code)

    most = site.services.settings.web.sign_ins_a_minute
    object.__setattr__(site.guards.sign_ins, "_seconds", lambda: 0.0)
    assert [tried("sub", f"192.0.2.{number}") for number in range(most + 1)] == [401] * most + [429]
    assert tried("unknown", "192.0.2.200") == 401
    assert [tried(f"someone{number}", "198.51.100.1") for number in range(most + 1)][-1] == 429
