"""What busy lamps show, and which subscriptions are taken."""

from __future__ import annotations

import pytest

from callcontrol.routing.busy_lamps import Goings, lights, watch_of
from callcontrol.vocabulary.busy_lamp import BusyLeg, LampWatch, Light
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.override import DoNotDisturb, Overrides
from tests.routing.world import NOW, settings

SETTINGS = settings()
TENANT = SETTINGS.tenants["acme"]
RINGS, TALKS = BusyLeg("101", "leg-1", is_ringing=True), BusyLeg("101", "leg-2", is_ringing=False)


def quiet(until: Instant | None) -> Overrides:
    return {"undisturbed:101": DoNotDisturb(until, "extension:101", NOW)}


@pytest.mark.parametrize(
    ("goings", "light"),
    [
        (Goings(), Light.DARK),
        (Goings((RINGS,)), Light.RINGING),
        (Goings((RINGS, TALKS)), Light.BUSY),  # a second call rings: it is on one
        (Goings((TALKS,), (), quiet(None)), Light.BUSY),
        (Goings((), (), quiet(None)), Light.UNDISTURBED),
        (Goings((), (), quiet(NOW)), Light.DARK),  # over
        (Goings((BusyLeg("102", "leg-3", is_ringing=False),), ("701",)), Light.DARK),
        (Goings((), ("701",), None), Light.DARK),
    ],
)
def test_an_extensions_lamp(goings: Goings, light: Light) -> None:
    assert lights(["101"], TENANT, goings, NOW) == {"101": light}


def test_the_lamps_of_a_place_of_an_account_and_of_nothing() -> None:
    account = next(iter(TENANT.extensions["101"].accounts("101")))
    shown = lights(["701", "702", account, "nobody"], TENANT, Goings((TALKS,), ("701",)), NOW)
    assert shown == {"701": Light.BUSY, "702": Light.DARK, account: Light.BUSY, "nobody": Light.DARK}


@pytest.mark.parametrize(
    ("by", "watched", "number"),
    [
        ("102", "101", "101"),
        ("102", "701", "701"),
        ("102@elsewhere.example", "101", None),
        ("102", "101@elsewhere.example", None),
        ("102@elsewhere.example", "101@elsewhere.example", None),  # no tenant of ours
        ("102", "", None),
        ("", "101", None),
    ],
)
def test_a_phone_watches_what_is_of_its_own_tenant(by: str, watched: str, number: str | None) -> None:
    by, watched = (one if "@" in one or not one else f"{one}@{TENANT.domain}" for one in (by, watched))
    found = watch_of(by, watched or f"@{TENANT.domain}", 60, SETTINGS, NOW)
    expected = None if number is None else LampWatch("acme", number, Instant(NOW + 60 * SECOND_US))
    assert found == expected
