"""Chance: the same in Python and Lua, and fair."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from tests.oracle.chance import Chance


def test_the_generator_is_the_minimal_standard_of_park_and_miller() -> None:
    # With the factor 48271 the ten thousandth number after 1 is 399268537 (C++ [rand.predef], minstd_rand).
    chance = Chance(0)
    for _ in range(9_999):
        chance.next()
    assert round(chance.next() * 2_147_483_647) == 399_268_537


def test_the_same_seed_draws_the_same() -> None:
    assert [Chance(7).lot(1) for _ in range(3)] == [Chance(7).lot(1)] * 3


@pytest.mark.parametrize("seed", [0, 1, 2_147_483_645, 2_147_483_646, 2**53])
def test_any_seed_draws_between_0_and_1(seed: int) -> None:
    assert 0 < Chance(seed).next() < 1


def test_a_lot_is_the_logarithm_in_millionths() -> None:
    assert Chance(5).lot(1) == math.floor(-math.log(Chance(5).next()) * 1_000_000)
    assert Chance(5).lot(3) == math.floor(-math.log(Chance(5).next()) * 1_000_000 / 3)


def test_the_smallest_of_three_lots_falls_by_weight() -> None:
    won: Counter[int] = Counter()
    chance = Chance(1)
    for _ in range(6_000):
        won[min((1, 2, 3), key=lambda weight: chance.lot(weight))] += 1
    assert [round(won[weight] / 1_000) for weight in (1, 2, 3)] == [1, 2, 3]
