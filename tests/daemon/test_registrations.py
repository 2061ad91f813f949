"""Which phones are registered."""

from __future__ import annotations

import pytest

from callcontrol.daemon import registrations as module
from callcontrol.daemon.registrations import Registrations
from callcontrol.edges import clock

PHONE = ("101", "acme.example")


def row(user: str, token: str = "t1", seconds: int = 3600) -> dict[str, str]:
    return {
        "reg_user": user,
        "realm": "acme.example",
        "token": token,
        "expires": str(clock.now() // 1_000_000 + seconds),
    }


def test_nothing_is_known_before_a_switch_was_read() -> None:
    assert Registrations().known("acme.example", ["101"]) == {}


def test_the_table_is_read_whole_and_then_updated_by_events() -> None:
    found = Registrations()
    found.read("fs1", [row("101")])
    assert found.known("acme.example", ["101", "102"]) == {"101": True, "102": False}
    found.registered("fs1", ("102", "acme.example"), 60)
    found.gone("fs1", PHONE)
    assert found.known("acme.example", ["101", "102"]) == {"101": False, "102": True}


def test_a_rebooted_phone_registers_anew_and_unregisters() -> None:
    found = Registrations()
    found.read("fs1", [row("101", "before the reboot")])
    found.registered("fs1", PHONE, 60)
    assert found.known("acme.example", ["101"]) == {"101": True}
    found.gone("fs1", PHONE)
    assert found.known("acme.example", ["101"]) == {"101": False}


def test_a_registration_that_is_never_renewed_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Registrations()
    found.read("fs1", [])
    found.registered("fs1", PHONE, 60)
    now = clock.monotonic()
    monkeypatch.setattr(clock, "monotonic", lambda: now + 60 + module.GRACE_S + 1)
    assert found.known("acme.example", ["101"]) == {"101": False}


def test_where_a_phone_is_registered() -> None:
    found = Registrations()
    assert found.places("acme.example", ["101"]) == {}
    found.read("fs1", [row("101", seconds=60)])
    found.read("fs2", [row("101"), row("102")])
    assert found.places("acme.example", ["101", "102", "103"]) == {"101": ("fs2", "fs1"), "102": ("fs2",), "103": ()}
    found.lost("fs2")
    assert (found.where("acme.example", "101"), found.where("acme.example", "102")) == (("fs1", "fs2"), ("fs2",))


def test_a_phone_without_a_registration_is_offline_only_if_every_switch_is_heard() -> None:
    found = Registrations(["fs1", "fs2"])
    found.read("fs1", [])
    assert found.known("acme.example", ["101"]) == {}
    found.read("fs2", [row("101")])
    assert found.known("acme.example", ["101", "102"]) == {"101": True, "102": False}
    found.lost("fs2")
    assert found.known("acme.example", ["101", "102"]) == {"101": True}
    found.read("fs2", [])
    assert found.known("acme.example", ["101", "102"]) == {"101": False, "102": False}


def test_a_phone_that_registers_before_the_table_is_read_makes_no_other_offline() -> None:
    found = Registrations(["fs1"])
    found.registered("fs1", PHONE, 60)
    assert found.known("acme.example", ["101", "102"]) == {"101": True}
    found.read("fs1", [row("101"), row("102")])
    assert found.known("acme.example", ["101", "102", "103"]) == {"101": True, "102": True, "103": False}


def test_registrations_of_a_lost_switch_count_until_they_expire(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Registrations(["fs1", "fs2"])
    found.read("fs1", [])
    found.read("fs2", [row("101", seconds=60)])
    found.lost("fs2")
    assert found.places("acme.example", ["101"]) == {"101": ("fs2",)}
    now = clock.monotonic()
    monkeypatch.setattr(clock, "monotonic", lambda: now + 60 + module.GRACE_S + 1)
    assert found.places("acme.example", ["101"]) == {}


def test_registrations_of_domains_are_separate() -> None:
    found = Registrations()
    found.read("fs1", [row("101")])
    assert found.known("globex.example", ["101"]) == {"101": False}
