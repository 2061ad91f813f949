"""Which phones are there."""

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


def test_read_whole_then_followed() -> None:
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
    found.forget("fs2")
    assert (found.where("acme.example", "101"), found.where("acme.example", "102")) == (("fs1",), ())


def test_registered_at_one_switch_is_enough_and_a_lost_switch_is_forgotten() -> None:
    found = Registrations()
    found.read("fs1", [])
    found.read("fs2", [row("101")])
    assert found.known("acme.example", ["101"]) == {"101": True}
    found.forget("fs2")
    assert found.known("acme.example", ["101"]) == {}
    found.forget("fs1")
    assert found.known("acme.example", ["101"]) == {}


def test_domains_are_apart() -> None:
    found = Registrations()
    found.read("fs1", [row("101")])
    assert found.known("globex.example", ["101"]) == {"101": False}


def test_while_one_switch_is_not_heard_nobody_is_offline() -> None:
    found = Registrations()
    found.expect("fs1")
    found.expect("fs2")
    found.read("fs1", [row("101")])
    assert found.known("acme.example", ["101", "102"]) == {"101": True}
    assert found.places("acme.example", ["101", "102"]) == {"101": ("fs1",)}
    found.read("fs2", [])
    assert found.known("acme.example", ["101", "102"]) == {"101": True, "102": False}
    found.forget("fs2")
    assert found.known("acme.example", ["102"]) == {}


def test_a_phone_that_registers_before_the_table_is_read_makes_no_other_offline() -> None:
    found = Registrations()
    found.registered("fs1", PHONE, 60)
    assert found.known("acme.example", ["101", "102"]) == {"101": True}
