"""Mistakes in the settings of boxes by phone, each with its line."""

from __future__ import annotations

import pytest

from callcontrol.config.loader import load
from callcontrol.config.settings import Settings
from callcontrol.kinds import KINDS
from tests.config.folder import located
from tests.routing.world import MAIN, TENANT


def problems(boxes: str, more: str = "") -> list[str]:
    written = TENANT.replace("voicemail:\n", f"{more}voicemail:\n{boxes}")
    loaded = load({"callcontrol.yaml": MAIN, "tenants/acme.yaml": located(written), "tariffs/retail.yaml": ""}, KINDS)
    assert not isinstance(loaded, Settings)
    assert all(str(one).startswith("tenants/acme.yaml:") for one in loaded)
    return [str(one).partition(": ")[2] for one in loaded]


@pytest.mark.parametrize(
    ("boxes", "told"),
    [
        (
            "  a: {number: 500}\n  b: {number: 500}\n",
            "voicemail.b.number: a has the number 500 as well; write another number",
        ),
        (
            "  a: {number: 101}\n",
            "voicemail.a.number: 101 is the name of another voicemail box; write another number",
        ),
        ("  a: {number: 5x}\n", "voicemail.a.number: '5x' is no number of a box; write one to sixteen digits"),
    ],
)
def test_mistakes(boxes: str, told: str) -> None:
    assert problems(boxes) == [told]


def test_pins_are_not_too_short() -> None:
    (told,) = problems("", "mailboxes: {shortest_pin: 3}\n")
    assert told.startswith("mailboxes.shortest_pin:")
