"""The block `parking:`, what is refused of it, and what is explained."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcontrol.config.loader import load
from callcontrol.config.settings import Settings
from callcontrol.kinds import KINDS
from callcontrol.kinds.targets.parking.settings import BLOCK
from callcontrol.routing.explain import explain
from callcontrol.vocabulary.call import Caller
from tests.config.folder import TENANT, files
from tests.kinds.parking.story import known

LOT = "parking:\n  front: {number: 700, places: %s}\n"


def problems(text: str) -> list[str]:
    found = load(files(TENANT + text), KINDS)
    return [] if isinstance(found, Settings) else [str(one).partition(" ")[2] for one in found]


@pytest.mark.parametrize(
    ("written", "places"),
    [
        ("701-703", ("701", "702", "703")),
        ("[701, 710-711]", ("701", "710", "711")),
        ("701", ("701",)),
        ("0701-0702", ("0701", "0702")),
    ],
)
def test_places_are_numbers_and_spans(written: str, places: tuple[str, ...]) -> None:
    settings = load(files(TENANT + LOT % written), KINDS)
    assert isinstance(settings, Settings), settings
    assert BLOCK.of(settings.tenants["acme"])["front"].places == places


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (LOT % "7", "'7' is no number of a place"),
        (LOT % "709-701", "'709-701' is no span of places"),
        (LOT % "1000-2000", "'1000-2000' are more than 100 places"),
        (LOT % "'*71'", "'*71' is no number of a place"),
        (LOT % "101-103", "101 is an extension"),
        (LOT % "111-113", "112 is an emergency number"),
        (LOT % "700-702", "700 is a number of parking.front already"),
        (LOT % "701" + "  back: {places: 701-702}\n", "701 is a number of parking.front already"),
        (LOT % "701" + "outgoing: {short_numbers: [701]}\n", "701 is a short number outside"),
        (LOT % "9112" + "outgoing: {prefixes: {'9': {}}}\n", "9112 is the emergency number 112 behind the prefix 9"),
        ("parking:\n  front: {places: 701, music: music/calm/}\n", "'music/calm/' is a folder, which only queues play"),
        ("parking:\n  front: {places: 701, overflow: queue:none}\n", "queue:none"),
        ("parking:\n  front: {}\n", "places"),
    ],
)
def test_what_clashes_or_cannot_be_is_told(text: str, what: str) -> None:
    assert any(what in one for one in problems(text)), problems(text)


@pytest.mark.parametrize(
    ("dialled", "what"),
    [
        ("701", "take the caller at 701"),
        ("700", "say the next free place of front, and hold it"),
        ("*70#", "take the caller who has been parked longest"),
    ],
)
def test_what_a_phone_dials_is_explained(dialled: str, what: str) -> None:
    assert what in explain(known(dialled, caller=Caller("102", extension="102")))


def test_what_becomes_of_a_parked_caller_is_explained() -> None:
    lines = explain(replace(known("701"), transferred=True, transferred_by="101"))
    assert lines[0].startswith("park at 701")
    assert any("if no phone takes the caller within 60 s" in line for line in lines)
    assert any("group:quiet" in line for line in lines)
