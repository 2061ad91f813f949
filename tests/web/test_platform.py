"""What operators see of all there is, and what the files say of a tenant, by the API."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from callcontrol.edges import clock
from callcontrol.edges.ledger.reader import NoLedger
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import StoreAway
from callcontrol.edges.live_state.workers import Workers
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.web.services import Services
from tests.web.conftest import Site


def worker(site: Site, name: str, heard_s_ago: float = 0) -> Workers:
    """A worker that has just renewed its lease."""
    at = Instant(clock.now() - round(heard_s_ago * SECOND_US))
    one = Workers(site.pipeline, name, heard=lambda: {"fs1": at})
    one.beat()
    site.pipeline.ask("PING")
    return one


def test_workers_and_switches_are_as_redis_has_them(site: Site, redis_client: Redis) -> None:
    assert site.get("olga", "/platform/workers").json == {"workers": []}
    (switch,) = [one for one in site.get("olga", "/platform/switches").json["switches"] if one["name"] == "fs1"]
    assert (switch["standing"], switch["heard_at"]) == ("unknown", None)
    worker(site, "host-a/1/x.1")
    worker(site, "host-b/2/x.2", heard_s_ago=60)
    redis_client.hset(keys.owners("acme"), mapping={"call-1": "host-a/1/x.1", "call-2": "host-a/1/x.1"})
    found = {one["name"]: one for one in site.get("olga", "/platform/workers").json["workers"]}
    assert {name: (one["host"], one["alive"], one["calls"]) for name, one in found.items()} == {
        "host-a/1/x.1": ("host-a", True, 2),
        "host-b/2/x.2": ("host-b", True, 0),
    }
    (switch,) = [one for one in site.get("olga", "/platform/switches").json["switches"] if one["name"] == "fs1"]
    assert (switch["standing"], switch["heard_by"], switch["workers"]) == ("warn", 1, 2)
    redis_client.delete(keys.worker("host-a/1/x.1"))
    silent = [one for one in site.get("olga", "/platform/workers").json["workers"] if not one["alive"]]
    assert [(one["name"], one["calls"]) for one in silent] == [("host-a/1/x.1", 2)]
    tenants = {
        one["name"]: (one["calls"], one["domain"]) for one in site.get("olga", "/platform/tenants").json["tenants"]
    }
    assert tenants == {"acme": (2, "acme.example"), "globex": (0, "globex.example")}


def test_a_worker_that_ended_in_order_is_left_out(site: Site) -> None:
    worker(site, "host-a/1/x.1").resign()
    assert site.get("olga", "/platform/workers").json["workers"] == []


def test_health_tells_the_worst_first(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    told = site.get("olga", "/platform/health").json
    assert told["checks"][0] == {"part": "workers", "standing": "away", "detail": "0 live, 0 silent, 0 calls"}
    parts = {one["part"]: one["standing"] for one in told["checks"]}
    assert (parts["Redis"], parts["Postgres"], parts["mails"]) == ("good", "good", "good")

    def away(*_: object, **__: object) -> Any:
        raise StoreAway("Redis does not answer")

    def no_ledger(_: Services) -> Any:
        raise NoLedger("Postgres cannot be reached")

    asked = site.services.pipeline.ask
    monkeypatch.setattr(
        site.services.pipeline, "ask", lambda *words, **more: away() if words == ("PING",) else asked(*words, **more)
    )
    monkeypatch.setattr(Services, "own_ledger", no_ledger)
    checks = site.get("olga", "/platform/health").json["checks"]
    assert [(one["part"], one["standing"]) for one in checks] == [("Redis", "away"), ("Postgres", "away")]


def test_mails_are_looked_at_and_sent_again_and_each_look_is_noted(site: Site) -> None:
    assert site.get("olga", "/platform/mails").json == {"waiting": 0, "mails": []}
    assert site.ask("olga", "POST", "/platform/mails/nosuch/attempts", {}, key="a").status_code == 404
    assert site.get("olga", "/platform/mails?state=lost").status_code == 400
    with site.services.own_ledger() as connection:
        rows = connection.execute("SELECT what, tenant FROM web_audit WHERE what LIKE 'looked%'").fetchall()
    assert rows == [{"what": "looked: list_mails", "tenant": "-"}]


def test_only_operators_see_the_platform(site: Site) -> None:
    for login in ("sub", "agent", "boss", "admin", "bills", "audits"):
        for path in ("tenants", "switches", "workers", "exports", "mails", "health"):
            assert site.get(login, f"/platform/{path}").status_code == 403


def test_what_the_files_say_has_file_and_line_and_no_secret(site: Site, tmp_path: Path) -> None:
    told = site.get("admin", "/settings?section=extensions&name=101").json
    rows = {row["place"]: row for row in told["settings"]}
    file, _, line = rows["extensions.101.name"]["source"].partition(":")
    written = (tmp_path / "conf" / file).read_text().splitlines()[int(line) - 1]
    assert written.strip() == f"name: {rows['extensions.101.name']['value']}"
    assert rows["extensions.101.forward.busy.target"]["value"] == "extension:102"
    everything = ""
    for section in told["sections"]:
        everything += site.get("admin", f"/settings?section={section}").text
    secrets = re.findall(r"password: (\S+?)[},\s]", (tmp_path / "conf" / "tenants" / "acme.yaml").read_text())
    pins = re.findall(r'pin: "([0-9]+)"', (tmp_path / "conf" / "tenants" / "acme.yaml").read_text())
    assert secrets
    assert pins
    assert [one for one in (*secrets, *(f'"{pin}"' for pin in pins)) if one in everything] == []
    for query, field in (("section=nosuch", "section"), ("section=extensions&name=999", "name")):
        refused = site.get("admin", f"/settings?{query}")
        assert (refused.status_code, refused.json["field"]) == (404, field)
    assert site.get("boss", "/settings").status_code == 200
    assert site.get("sub", "/settings").status_code == 403
