"""Opening hours and duties by the API: set by hand for the very next call, never over what another one has set."""

from __future__ import annotations

import pytest

from callcontrol.edges.live_state.overrides import OverrideStore
from callcontrol.kinds.targets.duty.settings import BLOCK
from callcontrol.vocabulary.override import override_of_hours
from tests.web.conftest import Site


def first_hours(site: Site) -> str:
    return next(iter(site.services.tenant("acme").hours))


def test_hours_are_set_by_hand_and_taken_back_and_never_over_anothers(site: Site) -> None:
    name = first_hours(site)
    path = f"/hours/{name}"
    looked = site.get("admin", path)
    assert looked.json in site.get("admin", "/hours").json["hours"]
    assert looked.json["by_hand"] is None
    version = looked.headers["ETag"]
    assert site.ask("admin", "PUT", path, {"open": False, "until": "taken-back"}).status_code == 428
    put = site.ask("admin", "PUT", path, {"open": False, "until": "taken-back"}, If_Match=version)
    assert (put.status_code, put.json["open"]) == (200, False)
    assert put.json["by_hand"] == {"until": None, "by": "panel, admin, token test"}
    found = override_of_hours(OverrideStore(site.pipeline).read("acme"), name)
    assert found is not None
    assert found.open is False
    late = site.ask("admin", "PUT", path, {"open": True, "until": "taken-back"}, If_Match=version)
    assert (late.status_code, late.json["code"]) == (412, "changed_meanwhile")
    assert site.ask("admin", "DELETE", path, If_Match=version).status_code == 412
    back = site.ask("admin", "DELETE", path, If_Match=put.headers["ETag"])
    assert back.json["by_hand"] is None
    assert back.headers["ETag"] == version
    acts = site.get("admin", "/audit").json["acts"]
    assert [act["what"] for act in acts if act["what"].startswith("hours")] == ["hours taken back", "hours set"]


def test_a_duty_is_given_and_taken_back(site: Site) -> None:
    name = next(iter(BLOCK.of(site.services.tenant("acme"))))
    path = f"/duties/{name}"
    looked = site.get("admin", path)
    assert looked.json in site.get("admin", "/duties").json["duties"]
    given = {"target": "extension:102", "until": "taken-back"}
    put = site.ask("admin", "PUT", path, given, If_Match=looked.headers["ETag"])
    assert (put.status_code, put.json["holder"]) == (200, "extension:102")
    late = site.ask("admin", "PUT", path, given, If_Match=looked.headers["ETag"])
    assert late.status_code == 412
    back = site.ask("admin", "DELETE", path, If_Match=put.headers["ETag"])
    assert (back.json["holder"], back.json["by_hand"]) == (looked.json["holder"], None)


@pytest.mark.parametrize(
    ("path", "given", "field"),
    [
        ("hours", {"open": True, "until": "2020-01-01T00:00"}, "until"),
        ("hours", {"open": True, "until": "soon"}, "until"),
        ("hours", {"until": "change"}, "open"),
        ("duties", {"target": "spaceship:1"}, "target"),
        ("duties", {"target": "extension:999"}, "target"),
    ],
)
def test_what_makes_no_sense_is_refused(site: Site, path: str, given: dict[str, object], field: str) -> None:
    name = first_hours(site) if path == "hours" else next(iter(BLOCK.of(site.services.tenant("acme"))))
    version = site.get("admin", f"/{path}/{name}").headers["ETag"]
    refused = site.ask("admin", "PUT", f"/{path}/{name}", given, If_Match=version)
    assert (refused.status_code, refused.json["field"]) == (400, field)


def test_a_supervisor_looks_and_a_subscriber_does_not(site: Site) -> None:
    name = first_hours(site)
    version = site.get("boss", f"/hours/{name}").headers["ETag"]
    assert site.ask("boss", "PUT", f"/hours/{name}", {"open": True}, If_Match=version).status_code == 403
    assert site.get("sub", "/hours").status_code == 403
    assert site.get("admin", "/hours/nothing").status_code == 404
    assert site.get("admin", "/duties/nothing").status_code == 404
