"""Webhooks by the API: an admin's, told once what is secret, and another tenant's are not there."""

from __future__ import annotations

import pytest

from tests.web.conftest import Site

GIVEN = {"url": "https://crm.example.com/calls", "events": ["call.ended", "call.missed"]}


def test_a_webhook_is_made_changed_paused_tested_and_removed(site: Site) -> None:
    made = site.ask("admin", "POST", "/webhooks", GIVEN, key="a")
    assert made.status_code == 201
    assert made.json["secret"].startswith("whsec_")
    one = f"/webhooks/{made.json['id']}"
    (listed,) = site.get("admin", "/webhooks").json["webhooks"]
    assert (listed["secret"], listed["made_by"], listed["events"]) == (None, "admin, token test", GIVEN["events"])
    changed = site.ask("admin", "PUT", one, GIVEN | {"events": ["voicemail.left"]})
    assert changed.json["events"] == ["voicemail.left"]
    rotated = site.ask("admin", "POST", f"{one}/acts", {"act": "rotate"}, key="b").json
    assert rotated["secret"].startswith("whsec_") != made.json["secret"]
    assert site.ask("admin", "POST", f"{one}/acts", {"act": "test"}, key="c").json["event"]
    (waiting,) = site.get("admin", f"{one}/deliveries?state=waiting").json["deliveries"]
    assert (waiting["kind"], waiting["attempts"]) == ("test", 0)
    assert site.ask("admin", "POST", f"{one}/acts", {"act": "pause"}, key="d").status_code == 200
    refused = site.ask("admin", "POST", f"{one}/acts", {"act": "test"}, key="e")
    assert (refused.status_code, refused.json["cure"]) == (400, "resume it first")
    assert site.ask("admin", "POST", f"{one}/acts", {"act": "replay"}, key="f").json["deliveries"] == 0
    assert site.ask("admin", "DELETE", one).status_code == 200
    assert site.get("admin", "/webhooks").json["webhooks"] == []
    whats = [act["what"] for act in site.get("admin", "/audit").json["acts"]]
    own = [what for what in whats if what.startswith("webhook")]
    assert (own[0], own[-1]) == ("webhook removed", "webhook added")
    assert "whsec" not in site.get("admin", "/audit").text


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"url": "http://crm.example.com/"}, "url"),
        ({"url": "https://ada:secret@crm.example.com/"}, "url"),
        ({"events": ["call.began"]}, "events"),
        ({"events": []}, "events"),
    ],
)
def test_one_that_makes_no_sense_is_refused(site: Site, given: dict[str, object], field: str) -> None:
    refused = site.ask("admin", "POST", "/webhooks", GIVEN | given, key="a")
    assert (refused.status_code, refused.json["field"]) == (400, field)


def test_only_so_many_are_possible_and_only_an_admin_sees_them(site: Site) -> None:
    for number in range(10):
        assert site.ask("admin", "POST", "/webhooks", GIVEN, key=f"n{number}").status_code == 201
    assert "no more are possible" in site.ask("admin", "POST", "/webhooks", GIVEN, key="last").json["detail"]
    for login in ("sub", "boss", "bills", "audits"):
        assert site.get(login, "/webhooks").status_code == 403
    (first, *_) = site.get("olga", "/webhooks").json["webhooks"]
    assert site.get("olga", f"/webhooks/{first['id']}/deliveries?tenant=umbrella").status_code == 404
    assert site.get("admin", "/webhooks/nothing/deliveries").status_code == 404
