"""Links of walls: who may make one, its secret is shown only once, and what the link shows."""

from __future__ import annotations

import re

import psycopg
import pytest

from callcontrol.edges.ledger import kiosks as rows
from callcontrol.usecases.kiosks import opened, viewer
from callcontrol.usecases.signing_in import NotSignedIn
from callcontrol.vocabulary.moment import DAY_S, SECOND_US, Instant
from callcontrol.vocabulary.rights import NO_TENANT, Kind, Scope, Thing, Verb, may, scope_of
from tests.web.conftest import Site

GIVEN = {"name": "hall", "queues": ["support"], "days": 30}
SECRET = re.compile("cck_[0-9a-f]{64}$")


def test_a_link_is_told_once_kept_as_a_hash_and_revoked(site: Site) -> None:
    made = site.ask("boss", "POST", "/kiosks", GIVEN, key="k")
    assert made.status_code == 201
    found = SECRET.search(made.json["link"])
    assert found
    assert made.json["link"].startswith("http://127.0.0.1:8095/wallboard/open/cck_")
    again = site.ask("boss", "POST", "/kiosks", GIVEN, key="k")
    assert (again.status_code, again.json["code"]) == (410, "told_before")
    assert [one["link"] for one in site.get("admin", "/kiosks").json["kiosks"]] == [None]
    with psycopg.connect(site.dsn) as owner:
        (kept,) = owner.execute("SELECT k::text FROM web_kiosks k").fetchall()
    assert found[0] not in kept[0]
    with site.services.people(NO_TENANT) as connection:
        kiosk = opened(connection, found[0], site.services.now())
        with pytest.raises(NotSignedIn):
            opened(connection, found[0], Instant(kiosk.ends_at))
        with pytest.raises(NotSignedIn):
            opened(connection, found[0][:-1] + "x", site.services.now())
    assert kiosk.ends_at - kiosk.created_at == 30 * DAY_S * SECOND_US
    revoked = site.ask("boss", "DELETE", f"/kiosks/{kiosk.kiosk_id}")
    assert revoked.json["revoked_at"]
    with site.services.people(NO_TENANT) as connection, pytest.raises(NotSignedIn):
        opened(connection, found[0], site.services.now())
    assert site.ask("boss", "DELETE", f"/kiosks/{kiosk.kiosk_id}").status_code == 400
    acts = site.get("admin", "/audit").json["acts"]
    assert [one["what"] for one in acts[:2]] == ["wall: link revoked", "wall: link made"]
    assert found[0] not in str(acts)


def test_a_supervisor_makes_links_of_the_queues_looked_after_alone(site: Site) -> None:
    other = site.ask("boss", "POST", "/kiosks", {**GIVEN, "queues": ["support", "sales"]}, key="a")
    assert (other.status_code, other.json["field"]) == (404, "queues")
    made = site.ask("admin", "POST", "/kiosks", {**GIVEN, "queues": ["sales"]}, key="b").json
    assert site.get("boss", "/kiosks").json["kiosks"] == []
    assert site.ask("boss", "DELETE", f"/kiosks/{made['id']}").status_code == 404
    assert site.ask("boss", "DELETE", "/kiosks/nothing").status_code == 404
    assert site.get("agent", "/kiosks").status_code == 403
    assert site.ask("admin", "POST", "/kiosks", {**GIVEN, "queues": []}, key="c").status_code == 400


def test_who_has_a_link_sees_its_queues_now_and_nothing_else(site: Site) -> None:
    site.ask("admin", "POST", "/kiosks", GIVEN, key="k")
    with site.services.people("acme") as connection:
        (kiosk,) = rows.kiosks_of(connection, "acme")
        rows.note_kiosk_use(connection, kiosk, site.services.now())
        assert rows.kiosks_of(connection, "acme")[0].used_at is not None
    person = viewer(kiosk)
    assert may(person, Verb.SEE, Kind.QUEUES, Thing("acme", queue="support"))
    assert not may(person, Verb.SEE, Kind.QUEUES, Thing("acme", queue="sales"))
    assert not may(person, Verb.SEE, Kind.QUEUES, Thing("umbrella", queue="support"))
    allowed = {(verb, kind) for verb in Verb for kind in Kind if scope_of(person, verb, kind) is not Scope.NONE}
    assert allowed == {(Verb.SEE, Kind.QUEUES)}


def test_a_link_becomes_a_cookie_that_is_good_for_the_wall_alone(site: Site) -> None:
    link = site.ask("admin", "POST", "/kiosks", {**GIVEN, "queues": ["sales", "support"]}, key="k").json["link"]
    opened_ = site.client.simulate_get(link[link.index("/wallboard") :])
    assert (opened_.status_code, opened_.headers["location"]) == (303, "/wallboard")
    assert opened_.headers["referrer-policy"] == "no-referrer"
    (cookie,) = opened_.cookies.values()
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")
    cookies = {cookie.name: cookie.value}
    wall = site.client.simulate_get("/wallboard", cookies=cookies)
    assert re.findall(r'data-queue="([^"]+)"', wall.text) == ["sales", "support"]
    assert "cck_" not in wall.text
    assert site.client.simulate_get("/api/v1/queues", cookies=cookies).status_code == 401
    assert site.client.simulate_get("/api/v1/live", cookies=cookies).status_code == 401
    assert site.client.simulate_get("/floor", cookies=cookies).headers["location"].startswith("/sign-in")
    assert site.client.simulate_get("/wallboard").headers["location"] == "/sign-in?back=%2Fwallboard"
    with site.services.people("acme") as connection:
        (kiosk,) = rows.kiosks_of(connection, "acme")
    assert kiosk.used_at is not None
    site.ask("admin", "DELETE", f"/kiosks/{kiosk.kiosk_id}")
    gone = site.client.simulate_get("/wallboard", cookies=cookies)
    assert (gone.status_code, "shows nothing any more" in gone.text) == (401, True)
    assert gone.cookies[cookie.name].value == ""
    assert site.client.simulate_get("/wallboard/open/cck_nothing").status_code == 401
