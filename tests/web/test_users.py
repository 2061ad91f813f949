"""People, their tokens and their own access, by the API: who may give what, and that there is always an admin left."""

from __future__ import annotations

from typing import Any

import pyotp
import pytest

from callcontrol.edges.ledger.reader import connect
from callcontrol.usecases.signing_in import From, NotSignedIn
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.rights import Role
from tests.web.conftest import Site
from tests.web.test_guards import HERE, PASSWORD, cookie_of

EWA = {"login": "Ewa", "name": "Ewa Nowak", "roles": ["supervisor"], "extension": "102", "queues": ["support"]}


def added(site: Site, **fields: Any) -> dict[str, Any]:
    made = site.ask("admin", "POST", "/users", EWA | fields, key=f"add{sorted(fields)}")
    assert made.status_code == 201, made.text
    return dict(made.json)


def link_for(site: Site, login: str, **given: Any) -> str:
    made = site.ask("admin", "POST", f"/users/{login}/link", given, key=f"link {login} {given}")
    assert made.status_code == 201, made.text
    address, _, secret = made.json["link"].partition("#")
    assert address.endswith("/password")
    return str(secret)


def link(site: Site, method: str, **given: Any) -> Any:
    return site.client.simulate_request(method, "/api/v1/password-link", json=given, headers=HERE)


def acts(site: Site, **filters: str) -> list[str]:
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return [act["what"] for act in site.get("admin", f"/audit?{query}").json["acts"]]


def test_a_person_is_added_and_sets_a_password_by_a_link_that_is_good_once(site: Site) -> None:
    told = added(site)
    assert (told["login"], told["roles"], told["has_password"], told["queues"]) == (
        "ewa",
        ["supervisor"],
        False,
        ["support"],
    )
    secret = link_for(site, "ewa")
    assert link(site, "POST", link=secret).json == {"login": "ewa", "secret": "", "address": ""}
    short = link(site, "PUT", link=secret, password="short")
    assert (short.status_code, short.json["field"]) == (400, "password")
    assert link(site, "PUT", link=secret, password=PASSWORD).json == {"recovery_codes": []}
    assert site.services.signing_in.sign_in("ewa", PASSWORD, "", From("", ""))
    for method, more in (("POST", {}), ("PUT", {"password": PASSWORD})):
        again = link(site, method, link=secret, **more)
        assert (again.status_code, again.json["code"]) == (404, "not_there")
    assert site.get("admin", "/users/ewa").json["user"]["has_password"] is True
    assert acts(site, object="user ewa") == [
        *("signed in", "password set by a link of admin, token test", "link for a password", "user added"),
    ]
    assert secret not in site.get("admin", "/audit").text


def test_a_later_link_a_disabled_person_and_another_page_end_a_link(site: Site) -> None:
    added(site)
    first, second = link_for(site, "ewa"), link_for(site, "ewa", second_factor=True)
    assert link(site, "POST", link=first).status_code == 404
    assert site.client.simulate_post("/api/v1/password-link", json={"link": second}).status_code == 403
    assert site.ask("admin", "PUT", "/users/ewa/disabled").status_code == 200
    assert link(site, "POST", link=second).status_code == 404
    assert site.ask("admin", "POST", "/users/ewa/link", {}, key="x").json["field"] == "login"
    assert site.ask("admin", "DELETE", "/users/ewa/disabled").status_code == 200
    assert link(site, "POST", link=second).json["secret"]


def test_a_person_who_needs_a_second_factor_sets_it_with_the_link(site: Site) -> None:
    added(site, roles=["billing"], queues=[], extension="")
    secret = link_for(site, "ewa")
    seen = link(site, "POST", link=secret).json
    assert seen["address"].startswith("otpauth://totp/callcontrol:ewa?secret=")
    code = pyotp.TOTP(seen["secret"]).at(site.services.now() // SECOND_US)
    wrong = link(site, "PUT", link=secret, password=PASSWORD, secret=seen["secret"], code="000000")
    assert (wrong.status_code, wrong.json["field"]) == (400, "code")
    assert link(site, "PUT", link=secret, password=PASSWORD).json["field"] == "code"
    done = link(site, "PUT", link=secret, password=PASSWORD, secret=seen["secret"], code=code)
    assert len(done.json["recovery_codes"]) == 10
    with pytest.raises(NotSignedIn):
        site.services.signing_in.sign_in("ewa", PASSWORD, code, From("", ""))
    assert site.services.signing_in.sign_in("ewa", PASSWORD, done.json["recovery_codes"][0], From("", ""))
    assert site.ask("admin", "DELETE", "/users/ewa/second-factor").status_code == 200
    assert site.get("admin", "/users/ewa").json["user"]["has_second_factor"] is False


def test_what_is_changed_has_the_version_that_was_looked_at(site: Site) -> None:
    added(site)
    fields = {name: value for name, value in EWA.items() if name != "login"} | {"queues": ["support", "sales"]}
    assert site.ask("admin", "PUT", "/users/ewa", fields).status_code == 428
    looked = site.get("admin", "/users/ewa")
    version = looked.headers["ETag"]
    changed = site.ask("admin", "PUT", "/users/ewa", fields, If_Match=version)
    assert (changed.status_code, changed.json["queues"]) == (200, ["support", "sales"])
    late = site.ask("admin", "PUT", "/users/ewa", fields, If_Match=version)
    assert (late.status_code, late.json["code"]) == (412, "changed_meanwhile")
    unknown = site.ask("admin", "PUT", "/users/ewa", fields | {"queues": ["nosuch"]}, If_Match=changed.headers["ETag"])
    assert (unknown.status_code, unknown.json["field"]) == (404, "queues")


def test_the_last_admin_stays_one_and_no_one_gives_the_role_of_operators(site: Site) -> None:
    own = site.get("admin", "/users/admin")
    fields = {
        name: own.json["user"][name] for name in ("name", "extension", "agent", "extensions", "queues", "language")
    }
    for method, path, body, more in (
        ("DELETE", "/users/admin", None, {}),
        ("PUT", "/users/admin/disabled", None, {}),
        ("PUT", "/users/admin", fields | {"roles": ["auditor"]}, {"If_Match": own.headers["ETag"]}),
    ):
        refused = site.ask("admin", method, path, body, **more)
        assert (refused.status_code, refused.json["field"]) == (400, "roles"), refused.text
    given = site.ask("admin", "POST", "/users", EWA | {"roles": ["operator"]}, key="o")
    assert (given.status_code, given.json["field"]) == (400, "roles")
    added(site, roles=["admin"], queues=[])
    assert site.ask("admin", "DELETE", "/users/admin").status_code == 200
    assert site.ask("olga", "DELETE", "/users/ewa").status_code == 200


@pytest.mark.parametrize("login", ["olga", "nobody"])
def test_a_person_of_elsewhere_is_not_there(site: Site, login: str) -> None:
    for method, path in (
        ("GET", ""),
        ("DELETE", ""),
        ("PUT", "/disabled"),
        ("DELETE", "/disabled"),
        ("DELETE", "/second-factor"),
        ("DELETE", "/sessions"),
        ("DELETE", "/sessions/x"),
    ):
        found = site.ask("admin", method, f"/users/{login}{path}")
        assert (found.status_code, found.json["code"]) == (404, "not_there"), path
    assert site.ask("admin", "POST", f"/users/{login}/link", {}, key="l").status_code == 404
    token = {"login": login, "name": "crm", "rights": ["see:calls"]}
    assert site.ask("admin", "POST", "/tokens", token, key="t").status_code == 404
    assert login not in {user["login"] for user in site.get("admin", "/users").json["users"]}


def test_a_token_is_told_once_and_revoked(site: Site) -> None:
    given = {"login": "sub", "name": "crm", "rights": ["see:calls"], "days": 30}
    made = site.ask("admin", "POST", "/tokens", given, key="t")
    assert made.status_code == 201
    again = site.ask("admin", "POST", "/tokens", given, key="t")
    assert (again.status_code, again.json["code"]) == (410, "told_before")
    person = site.services.signing_in.of_token(made.json["secret"]).person
    assert (person.login, person.extension) == ("sub, token crm", "101")
    (row,) = [one for one in site.get("admin", "/tokens?login=sub").json["tokens"] if one["name"] == "crm"]
    assert (row["rights"], row["good"], row["used_at"] is not None) == (["see:calls"], True, True)
    assert made.json["secret"] not in site.get("admin", "/tokens").text
    assert site.ask("admin", "DELETE", f"/tokens/{row['token']}").status_code == 200
    with pytest.raises(NotSignedIn):
        site.services.signing_in.of_token(made.json["secret"])
    assert site.ask("admin", "DELETE", "/tokens/nosuch").status_code == 404
    for wrong, field in (({"rights": ["see:moon"]}, "rights"), ({"days": 0}, "days"), ({"name": ""}, "name")):
        refused = site.ask("admin", "POST", "/tokens", given | wrong, key=field)
        assert (refused.status_code, refused.json["field"]) == (400, field)


def test_a_token_gives_no_right_it_does_not_have(site: Site) -> None:
    made = site.ask("admin", "POST", "/tokens", {"login": "admin", "name": "hr", "rights": ["change:users"]}, key="t")
    headers = {"Authorization": f"Bearer {made.json['secret']}", "Idempotency-Key": "k"}
    given = {"login": "admin", "name": "more", "rights": ["see:calls"]}
    refused = site.client.simulate_post("/api/v1/tokens", json=given, headers=headers)
    assert (refused.status_code, refused.json["field"]) == (400, "rights")


def test_ones_own_access(site: Site) -> None:
    cookies = cookie_of(site, "sub")
    other = site.services.signing_in.sign_in("sub", PASSWORD, "", From("192.0.2.9", "a phone"))

    def own(method: str, path: str, body: object = None, key: str = "") -> Any:
        more: dict[str, Any] = {} if body is None else {"json": body}
        headers = HERE | ({"Idempotency-Key": key} if key else {})
        return site.client.simulate_request(method, f"/api/v1/me{path}", headers=headers, cookies=cookies, **more)

    told = own("GET", "/access").json
    assert (told["has_second_factor"], len(told["sessions"])) == (False, 2)
    (phone,) = [one["session"] for one in told["sessions"] if one["browser"] == "a phone"]
    assert told["this"] != phone
    assert own("DELETE", f"/sessions/{phone}").status_code == 200
    with pytest.raises(NotSignedIn):
        site.services.signing_in.of_cookie(other)
    assert own("DELETE", f"/sessions/{phone}").status_code == 404
    assert own("PUT", "/language", {"language": "pl"}).status_code == 200
    assert own("PUT", "/language", {"language": "xx"}).json["field"] == "language"
    wrong = own("PUT", "/password", {"password": "not this one", "new": "another good one"})
    assert (wrong.status_code, wrong.json["field"]) == (400, "password")
    new = own("POST", "/second-factor", {}, key="s").json
    code = pyotp.TOTP(new["secret"]).at(site.services.now() // SECOND_US)
    given = {"password": PASSWORD, "secret": new["secret"], "code": code}
    assert own("PUT", "/second-factor", given | {"code": "123"}).json["field"] == "code"
    assert len(own("PUT", "/second-factor", given).json["recovery_codes"]) == 10
    assert own("GET", "/access").status_code == 401
    assert site.get("sub", "/me/access").json["code"] == "session_needed"


def test_a_new_password_ends_every_session(site: Site) -> None:
    cookies = cookie_of(site, "sub")
    given = {"password": PASSWORD, "new": "a longer battery horse"}
    done = site.client.simulate_put("/api/v1/me/password", json=given, headers=HERE, cookies=cookies)
    assert done.status_code == 200
    assert site.client.simulate_get("/api/v1/me", cookies=cookies).status_code == 401
    assert site.services.signing_in.sign_in("sub", "a longer battery horse", "", From("", ""))


def test_passwords_of_ones_own_are_tried_no_more_often_than_those_to_sign_in(site: Site) -> None:
    cookies = cookie_of(site, "sub")
    object.__setattr__(site.guards.sign_ins, "_seconds", lambda: 0.0)
    most = site.services.settings.web.sign_ins_a_minute
    given = {"password": "a wrong one", "new": "another good one"}
    found = [
        site.client.simulate_put("/api/v1/me/password", json=given, headers=HERE, cookies=cookies).status_code
        for _ in range(most + 1)
    ]
    assert found == [400] * most + [429]


def test_roles_say_what_they_may_and_which_may_be_given(site: Site) -> None:
    roles = {role["role"]: role for role in site.get("admin", "/roles").json["roles"]}
    assert set(roles) == set(Role)
    assert {name for name, role in roles.items() if not role["given"]} == {"operator"}
    assert roles["supervisor"]["rights"]["see:calls"] == "group"


def test_the_audit_is_filtered_and_paged(site: Site) -> None:
    added(site)
    link_for(site, "ewa")
    assert acts(site, what="LINK") == ["link for a password"]
    assert acts(site, who="admin", object="user ewa") == ["link for a password", "user added"]
    assert acts(site, who="adm") == []
    first = site.get("admin", "/audit?limit=1").json["acts"]
    second = site.get("admin", f"/audit?limit=1&before={first[0]['audit_id']}").json["acts"]
    assert [act["what"] for act in (*first, *second)] == ["link for a password", "user added"]
    assert acts(site, since="2099-01-01") == []
    refused = site.get("admin", "/audit?since=soon")
    assert (refused.status_code, refused.json["field"]) == (400, "since")


def test_links_are_the_ledgers_own_to_make(site: Site) -> None:
    added(site)
    secret = link_for(site, "ewa")
    with connect(site.dsn) as connection:
        (row,) = connection.execute("SELECT * FROM web_links").fetchall()
    assert secret.encode() not in bytes(row["link_hash"])
    assert row["made_by"] == "admin, token test"
