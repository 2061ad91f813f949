"""Voicemail boxes are opened by star code."""

from __future__ import annotations

import pytest

from callcontrol.kinds.targets.voicemail.by_phone.boxes import own_box
from callcontrol.kinds.targets.voicemail.by_phone.visit import VisitBox
from callcontrol.kinds.targets.voicemail.settings import BLOCK
from callcontrol.routing import arrival
from callcontrol.routing.explain import explain
from callcontrol.routing.plan import Refuse
from tests.kinds.by_phone.story import known


@pytest.mark.parametrize("dialled", ["*97", "*97#"])
def test_the_own_box(dialled: str) -> None:
    step = arrival.decide(known(dialled)).step
    assert step == VisitBox("101", "extension:101", "101", with_pin=False)


def test_an_extension_without_a_box() -> None:
    named = known("*97", "104")
    assert arrival.decide(named).step == VisitBox(
        "", "extension:104", "104", True, "extension:104 has no voicemail box"
    )


@pytest.mark.parametrize(
    ("dialled", "box"), [("*98", ""), ("*98#", ""), ("*98*101#", "101"), ("*98*500", "office"), ("*98*102#", "102")]
)
def test_any_box_with_its_pin(dialled: str, box: str) -> None:
    assert arrival.decide(known(dialled)).step == VisitBox(box, "extension:101", "101")


def test_a_box_that_is_not_there() -> None:
    step = arrival.decide(known("*98*777#")).step
    assert step == VisitBox("", "extension:101", "101", rejected="there is no voicemail box 777")


@pytest.mark.parametrize("dialled", ["*98*", "*98*office", "*971", "*99"])
def test_anything_else_is_none(dialled: str) -> None:
    assert isinstance(arrival.decide(known(dialled)).step, Refuse)


def test_what_it_would_do_is_explained() -> None:
    assert "extension:101 listens to voicemail:101 by phone, without its PIN" in str(explain(known("*97")))
    assert "extension:101 listens to a voicemail box by phone, with its PIN" in str(explain(known("*98")))


def test_a_shared_box_is_everybodys_own_who_has_none_by_name() -> None:
    named = known("*97", "104")
    tenant = named.tenant
    boxes = {**BLOCK.of(tenant), "office": BLOCK.of(tenant)["office"].model_copy(update={"people": ("101", "104")})}
    assert own_box("104", tenant.model_copy(update={"voicemail": boxes})) == "office"
