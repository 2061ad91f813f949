"""The API: rights, errors that say the field and the cure, versions, requests that name themselves, audit."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest

from callcontrol.billing.record_json import to_json
from callcontrol.edges.ledger.writer import LedgerWriter
from callcontrol.usecases.reports import REPORTS
from callcontrol.vocabulary.rights import Scope, scope_of
from callcontrol.web.registry import OPERATIONS, document
from tests.billing.trails import NOON, answered_in_queue, call_id, forwarded
from tests.edges.ledger.samples import rated
from tests.web.conftest import PEOPLE, Site

DOCUMENT = Path(__file__).parents[2] / "deploy" / "openapi.json"
RULES = "/extensions/101/rules"
# What stands in addresses where there are few words.
WORDS = {"kind": "busy", "name": "queues", "number": "1"}


@pytest.fixture
def history(site: Site) -> Site:
    """A call forwarded from 101, and one in the queue."""
    writer = LedgerWriter(site.dsn, now=lambda: NOON)
    assert writer.write([to_json(rated(forwarded())), to_json(rated(answered_in_queue(3)))]) == []
    writer.close()
    return site


def seen(site: Site, login: str, path: str = "/calls") -> list[str]:
    return [row["call_id"] for row in site.get(login, path).json["calls"]]


def test_each_sees_the_calls_that_are_the_persons_to_see(history: Site) -> None:
    both = {call_id(0), call_id(3)}
    assert {login: set(seen(history, login)) for login in ("sub", "admin", "bills", "olga")} == {
        "sub": {call_id(0)},
        "admin": both,
        "bills": both,
        "olga": both,
    }
    assert set(seen(history, "boss")) == both
    assert seen(history, "agent") == []
    assert history.get("audits", "/calls").status_code == 403


def test_another_persons_call_is_not_there(history: Site) -> None:
    assert history.get("sub", f"/calls/{call_id(0)}").status_code == 200
    refused = history.get("sub", f"/calls/{call_id(3)}")
    assert (refused.status_code, refused.json["code"]) == (404, "not_there")
    assert history.get("sub", "/calls?tenant=umbrella").status_code == 404
    assert history.get("olga", "/calls?tenant=umbrella").status_code == 404


def test_numbers_are_masked_for_those_who_have_no_right_to_them(history: Site) -> None:
    (whole,) = [row for row in history.get("admin", "/calls").json["calls"] if row["call_id"] == call_id(0)]
    (masked,) = [row for row in history.get("bills", "/calls").json["calls"] if row["call_id"] == call_id(0)]
    assert (whole["from"], whole["from_name"]) == ("+48221234567", "Jan Kowalski")
    assert (masked["from"], masked["from_name"], masked["cost"]) == ("+48******567", "", whole["cost"])
    text = history.get("bills", f"/calls/{call_id(0)}").text
    assert "48600700800" not in text
    assert "+48******800" in text


def test_pages_go_on_by_a_cursor_that_holds_for_its_filters_and_person(history: Site) -> None:
    first = history.get("admin", "/calls?limit=1&sums=true").json
    assert (len(first["calls"]), first["sums"]["calls"], first["zone"]) == (1, 2, "Europe/Warsaw")
    second = history.get("admin", f"/calls?limit=1&cursor={first['next']}").json
    assert (len(second["calls"]), second["next"]) == (1, None)
    assert first["calls"] != second["calls"]
    for path, login in (
        (f"/calls?type=missed&cursor={first['next']}", "admin"),
        (f"/calls?limit=1&cursor={first['next']}", "bills"),
        (f"/calls?cursor={first['next'][:-2]}xx", "admin"),
    ):
        refused = history.get(login, path)
        assert (refused.status_code, refused.json["field"]) == (400, "cursor")


@pytest.mark.parametrize(
    ("path", "code", "field"),
    [
        ("/calls?tpye=missed", "unknown_parameter", "tpye"),
        ("/calls?type=lost", "makes_no_sense", "type"),
        ("/calls?limit=0", "makes_no_sense", "limit"),
        ("/calls?since=soon", "makes_no_sense", "since"),
        ("/calls?type=in&type=out", "given_twice", "type"),
        ("/reports/queues?period=november", "makes_no_sense", "period"),
        ("/reports/nothing", "not_there", "name"),
    ],
)
def test_an_error_says_which_field_and_what_would_be_right(site: Site, path: str, code: str, field: str) -> None:
    refused = site.get("admin", path)
    assert refused.status_code in (400, 404)
    assert (refused.json["code"], refused.json["field"]) == (code, field)
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json["status"] == refused.status_code


def test_a_rule_is_set_for_the_very_next_call_and_never_over_anothers(site: Site) -> None:
    looked = site.get("sub", RULES)
    version = looked.headers["ETag"]
    assert looked.json["no_answer"]["target"] == "voicemail:101"
    given = {"target": "number:600700800", "until": "2099-12-04T17:00"}
    put = site.ask("sub", "PUT", f"{RULES}/busy", given, If_Match=version)
    assert (put.status_code, put.json["busy"]["target"]) == (200, "number:+48600700800")
    assert put.json["busy"]["source"].startswith("panel, sub, token test, ")
    late = site.ask("admin", "PUT", f"{RULES}/busy", {"target": "extension:105"}, If_Match=version)
    assert (late.status_code, late.json["code"]) == (412, "changed_meanwhile")
    assert site.ask("sub", "PUT", f"{RULES}/busy", given).status_code == 428
    gone = site.ask("sub", "DELETE", f"{RULES}/busy", If_Match=put.headers["ETag"])
    assert gone.json["busy"] is None
    acts = site.get("admin", "/audit").json["acts"]
    assert [act["what"] for act in acts[:2]] == ["rule busy", "rule busy"]
    assert acts[1]["after"]["target"] == "number:+48600700800"
    assert (acts[0]["before"]["target"], acts[0]["after"]) == ("number:+48600700800", None)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"target": "spaceship:1"}, "target"),
        ({"target": "extension:101"}, "target"),
        ({"target": "extension:105", "after_s": 0}, "after_s"),
        ({"target": "extension:105", "colour": "red"}, "colour"),
        ({}, "target"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(site: Site, given: dict[str, object], field: str) -> None:
    refused = site.ask("sub", "PUT", f"{RULES}/always", given, If_Match=site.get("sub", RULES).headers["ETag"])
    assert (refused.status_code, refused.json["field"]) == (400, field)


def test_another_persons_phone_is_not_there_and_one_looked_after_is_not_changed(site: Site) -> None:
    assert site.get("sub", "/extensions/102/rules").status_code == 404
    assert site.get("boss", RULES).status_code == 200
    version = site.get("boss", RULES).headers["ETag"]
    given = {"target": "extension:105"}
    assert site.ask("boss", "PUT", f"{RULES}/busy", given, If_Match=version).status_code == 403
    assert site.get("admin", "/extensions/999/rules").status_code == 404


def test_do_not_disturb_by_the_api(site: Site) -> None:
    path = "/extensions/101/do-not-disturb"
    assert site.get("sub", path).json["on"] is False
    assert site.ask("sub", "PUT", path, {}).json["on"] is True
    assert site.get("sub", path).json == {"extension": "101", "on": True, "until": None, "by": "panel, sub, token test"}
    assert site.ask("sub", "DELETE", path).json["on"] is False


def test_what_changes_by_post_names_itself_and_is_done_once(site: Site) -> None:
    path, given = "/clicks", {"number": "+48600700800"}
    assert site.ask("sub", "POST", path, given).json["code"] == "key_needed"
    no_worker = site.ask("sub", "POST", path, given, key="a")
    assert (no_worker.status_code, no_worker.json["code"]) == (409, "not_called")
    put = site.ask("sub", "PUT", "/extensions/101/do-not-disturb", {}, key="b")
    again = site.ask("sub", "PUT", "/extensions/101/do-not-disturb", {}, key="b")
    assert (again.json, again.headers["Idempotency-Replayed"]) == (put.json, "true")
    other = site.ask("sub", "PUT", "/extensions/101/do-not-disturb", {"until": "2099-01-01"}, key="b")
    assert (other.status_code, other.json["code"]) == (422, "key_used")


@pytest.mark.parametrize("name", REPORTS)
def test_each_report_is_read_behind_the_wall(history: Site, name: str) -> None:
    found = history.get("admin", f"/reports/{name}?period=2026-11")
    assert found.status_code == 200, found.text
    assert all(len(row) == len(found.json["figures"]) for row in found.json["rows"])


def test_a_supervisor_sees_reports_of_the_group_alone(history: Site) -> None:
    assert [row[0] for row in history.get("boss", "/reports/queues?period=2026-11").json["rows"]] == ["support"]
    assert history.get("boss", "/reports/costs?period=2026-11").status_code == 404
    assert history.get("sub", "/reports/queues").status_code == 403


def test_a_request_without_sign_in_gets_that_error_and_nothing_else(site: Site) -> None:
    for headers in ({}, {"Authorization": "Bearer cct_wrong"}, {"Authorization": "Basic x"}):
        refused = site.client.simulate_get("/api/v1/me", headers=headers)
        assert (refused.status_code, refused.json["code"]) == (401, "not_signed_in")
    assert site.client.simulate_get("/api/v1/nothing").json["code"] == "not_there"
    assert site.client.simulate_get("/healthz").json == {"redis": "answers"}


def test_a_tokens_rights_are_its_own_not_the_persons(site: Site) -> None:
    rights = site.get("sub", "/me").json["rights"]
    assert rights["change:rules"] == "own"
    assert "see:users" not in rights


def test_an_operator_names_the_tenant_and_each_look_is_noted(history: Site) -> None:
    headers = {"Authorization": f"Bearer {history.tokens['olga']}"}
    nameless = history.client.simulate_get("/api/v1/calls", headers=headers)
    assert (nameless.status_code, nameless.json["field"]) == (400, "tenant")
    history.get("olga", "/calls")
    first = history.get("admin", "/audit?limit=1").json["acts"][0]
    assert (first["what"], first["object"], first["who"]) == ("looked: list_calls", "acme", "olga, token test")


def test_an_operation_is_refused_to_roles_that_have_no_right_to_any(site: Site) -> None:
    people = {login: site.services.signing_in.of_token(site.tokens[login]).person for login in PEOPLE}
    for operation in OPERATIONS:
        path = re.sub(r"\{([a-z]+)\}", lambda name: WORDS.get(name[1], "x"), operation.path)
        body: dict[str, object] | None = {} if operation.body is not None else None
        for login, person in people.items():
            allowed = operation.right is None or scope_of(person, *operation.right) is not Scope.NONE
            found = site.ask(login, operation.method, path, body, key=f"{login}{operation.name}")
            assert (found.status_code == 403) == (not allowed), f"{login} {operation.name}: {found.text}"
            assert found.status_code != 500, f"{login} {operation.name}"


def test_the_document_is_as_it_is_kept() -> None:
    kept = orjson.loads(DOCUMENT.read_bytes())
    assert kept == orjson.loads(orjson.dumps(document())), "python -m tests.web.openapi writes it anew"


def test_the_document_names_every_operation_once(site: Site) -> None:
    told = site.client.simulate_get("/api/v1/openapi.json").json
    names = [one["operationId"] for path in told["paths"].values() for one in path.values()]
    assert len(names) == len(set(names)) == len(OPERATIONS) + 5
    assert told["openapi"] == "3.1.0"
