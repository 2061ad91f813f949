"""Chance, so that Python and Lua draw the same: Lehmer's generator (Park and Miller 1988), exact in doubles."""

from __future__ import annotations

import math

_FACTOR = 48_271
_MODULUS = 2_147_483_647
_LOT_SCALE = 1_000_000


class Chance:
    """The numbers of one operation, from its seed (any whole number from 0 on)."""

    def __init__(self, seed: int) -> None:
        self._x = seed % (_MODULUS - 1) + 1

    def next(self) -> float:
        """The next number, between 0 and 1, both excluded."""
        self._x = self._x * _FACTOR % _MODULUS
        return self._x / _MODULUS

    def lot(self, weight: int) -> int:
        """An exponential draw with mean 1/weight, in millionths.

        The smallest of several is each one's with a probability in proportion to its weight (Efraimidis and Spirakis
        2006).
        """
        return math.floor(-math.log(self.next()) * _LOT_SCALE / weight)
