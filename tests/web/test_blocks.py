"""Blocks by the API: numbers of an extension, payers as a whole, call waiting; in force at once, with a reason."""

from __future__ import annotations

import pytest

from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.edges.live_state.restrictions import RestrictionStore
from callcontrol.vocabulary.barring import admin_barring, barring_named
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.override import CallBlocks, blocks_name
from callcontrol.vocabulary.restriction import Level
from tests.web.conftest import Site

BARRING = "/extensions/101/barring"
GIVEN = {"classes": ["premium"], "numbers": ["600 700 800"], "prefixes": ["+4870"], "reason": "password stolen"}


def test_numbers_are_blocked_for_an_extension_and_never_over_anothers_change(site: Site) -> None:
    looked = site.get("admin", BARRING)
    assert (looked.json["blocked"]["classes"], looked.json["by"]) == ([], "")
    assert site.ask("admin", "PUT", BARRING, GIVEN).status_code == 428
    put = site.ask("admin", "PUT", BARRING, GIVEN, If_Match=looked.headers["ETag"])
    assert put.status_code == 200, put.text
    assert put.json["blocked"] == {"classes": ["premium"], "numbers": ["+48600700800"], "prefixes": ["4870"]}
    found = barring_named(OverrideStore(site.pipeline).read("acme"), admin_barring("101"))
    assert found is not None
    assert found.what_blocks("+48600700800", "mobile") == "+48600700800 is blocked"
    late = site.ask("admin", "PUT", BARRING, GIVEN, If_Match=looked.headers["ETag"])
    assert (late.status_code, late.json["code"]) == (412, "changed_meanwhile")
    assert site.get("sub", BARRING).json["reason"] == "password stolen"
    assert site.ask("sub", "PUT", BARRING, GIVEN, If_Match=put.headers["ETag"]).status_code == 403
    (act, *_) = site.get("admin", "/audit").json["acts"]
    assert (act["what"], act["object"]) == ("calls blocked", "extension:101")
    assert (act["before"]["reason"], act["after"]["reason"]) == ("", "password stolen")


def test_what_an_extension_has_blocked_itself_is_allowed_as_for_a_lost_pin(site: Site) -> None:
    own = CallBlocks(("mobile",), None, "extension:101", Instant(1))
    store = OverrideStore(site.pipeline)
    assert store.store_if("acme", blocks_name("101"), own, None)
    assert site.get("sub", BARRING).json["own"]["classes"] == ["mobile"]
    done = site.ask("admin", "POST", f"{BARRING}/allow-own", {"reason": "PIN lost"}, key="a")
    assert (done.json["own"]["classes"], done.json["reason"]) == ([], "PIN lost")
    assert blocks_name("101") not in store.read("acme")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"numbers": ["x"]}, "numbers"),
        ({"prefixes": ["0"]}, "prefixes"),
        ({"classes": ["cheap"]}, "classes"),
        ({"reason": " "}, "reason"),
        ({"until": "2020-01-01"}, "until"),
        (
            {"numbers": [f"+486007{number:05}" for number in range(40)], "prefixes": [f"44{n}" for n in range(11)]},
            "numbers",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(site: Site, more: dict[str, object], field: str) -> None:
    version = site.get("admin", BARRING).headers["ETag"]
    refused = site.ask("admin", "PUT", BARRING, GIVEN | more, If_Match=version)
    assert (refused.status_code, refused.json["field"]) == (400, field)


def test_a_payer_is_blocked_and_released_and_both_are_kept(site: Site) -> None:
    body = {"act": "block", "payer": "extension:101", "classes": ["international"], "reason": "an invoice is due"}
    told = site.ask("admin", "POST", "/restrictions", body, key="a")
    assert told.status_code == 200, told.text
    _, (found,) = RestrictionStore(site.pipeline).read()
    assert (found.level, found.classes, found.by) == (Level.BLOCK_CLASS, ("international",), "panel, admin, token test")
    (listed,) = site.get("sub", "/restrictions").json["restrictions"]
    assert (listed["payer"], listed["in_force"], listed["why"]) == ("extension:101", True, "an invoice is due")
    back = {"act": "unblock", "payer": "extension:101", "reason": "paid"}
    assert site.ask("bills", "POST", "/restrictions", back, key="b").status_code == 403
    assert site.ask("admin", "POST", "/restrictions", back, key="c").json["restrictions"][0]["level"] == "released"
    again = site.ask("admin", "POST", "/restrictions", back, key="d")
    assert (again.status_code, again.json["field"]) == (400, "payer")
    levels = [one["level"] for one in site.get("admin", "/restrictions").json["restrictions"]]
    assert levels == ["released", "block_class"]
    acts = [act["what"] for act in site.get("admin", "/audit").json["acts"]]
    assert acts[:2] == ["restriction: unblock", "restriction: block"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"payer": "extension:999"}, "payer"),
        ({"classes": ["cheap"]}, "classes"),
        ({"until": "2020-01-01"}, "until"),
        ({"act": "unblock", "classes": ["mobile"]}, "classes"),
    ],
)
def test_a_restriction_that_makes_no_sense_is_refused(site: Site, more: dict[str, object], field: str) -> None:
    body = {"act": "block", "payer": "tenant", "reason": "x"} | more
    refused = site.ask("admin", "POST", "/restrictions", body, key="a")
    assert (refused.status_code in (400, 404), refused.json["field"]) == (True, field)


def test_call_waiting_is_seen_and_set(site: Site) -> None:
    path = "/extensions/101/call-waiting"
    before = site.get("sub", path).json
    assert before["may_be_set"] == site.services.tenant("acme").call_waiting
    put = site.ask("sub", "PUT", path, {"on": not before["on"]})
    assert put.status_code == (200 if before["may_be_set"] else 400), put.text
    assert site.get("sub", path).json["on"] is (not before["on"] if before["may_be_set"] else before["on"])
    assert site.get("sub", "/extensions/103/call-waiting").status_code == 404
