"""Choices and texts out of bytes: a fuzzer that changes a byte changes a choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

_T = TypeVar("_T")


class Pieces:
    """The bytes, taken from the front; where they are at an end every choice is the first and every text empty."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def are_left(self) -> bool:
        """Whether any byte is."""
        return self._at < len(self._data)

    def number(self, most: int) -> int:
        """One byte's worth of 0 to `most`."""
        taken = self._take(1)
        return taken[0] % (most + 1) if taken else 0

    def choice(self, among: Sequence[_T]) -> _T:
        """One of these."""
        return among[self.number(len(among) - 1)]

    def text(self) -> str:
        """Up to a line break; bytes that are no UTF-8 become what a careless decoder would make of them."""
        end = self._data.find(b"\n", self._at)
        taken = self._take((end if end >= 0 else len(self._data)) - self._at)
        self._take(1)
        return taken.decode("utf-8", "replace")

    def _take(self, length: int) -> bytes:
        taken = self._data[self._at : self._at + length]
        self._at += len(taken)
        return taken
