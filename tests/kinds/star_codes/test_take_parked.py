"""*70: parked callers taken without dialling a place."""

from __future__ import annotations

import pytest

from callcontrol.control import commands as do
from callcontrol.control import parked_commands as at_place
from tests.kinds.parking.story import TakingStory


@pytest.mark.parametrize(("dialled", "place"), [("*70", ""), ("*70#", ""), ("*70*702#", "702"), ("*70*702", "702")])
def test_the_longest_or_the_one_at_a_place(dialled: str, place: str) -> None:
    asked = TakingStory(dialled).command(at_place.TakeParked)
    assert (asked.place, asked.taker.extension) == (place, "102")


def test_a_place_that_is_none_is_refused_at_once() -> None:
    story = TakingStory("*70*999#")
    assert not story.has(at_place.TakeParked)
    assert story.has(do.Play)
