"""Inputs by keys: what can be pressed, as a prefix tree, and what the keys pressed so far come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

# Ends an input where it cannot be part of one.
END_KEY = "#"


class Inputs(Generic[T]):
    """What can be pressed, and what each input means. Made once; asking costs the same however many there are."""

    __slots__ = ("_begun", "_meanings")

    def __init__(self, meanings: Mapping[str, T]) -> None:
        self._meanings = dict(meanings)
        self._begun = frozenset(keys[:length] for keys in self._meanings for length in range(1, len(keys)))

    def meaning(self, keys: str) -> T | None:
        """What these keys mean, None if they are no input."""
        return self._meanings.get(keys)

    def goes_on(self, keys: str) -> bool:
        """Whether a longer input begins with these keys."""
        return keys in self._begun

    def longer(self, keys: str) -> Iterator[str]:
        """Every longer input that begins with these keys; walks over all inputs."""
        return (one for one in self._meanings if one != keys and one.startswith(keys))

    def __iter__(self) -> Iterator[str]:
        return iter(self._meanings)


@dataclass(frozen=True, slots=True)
class Complete(Generic[T]):
    """An input, certain by now. `rest`: keys after it, which are for what comes next."""

    keys: str
    meaning: T
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Begun(Generic[T]):
    """More keys may follow. `so_far`: the input that these keys are if none does, None if they are none."""

    so_far: Complete[T] | None


@dataclass(frozen=True, slots=True)
class NoInput:
    """These keys are no input and begin none."""


def read(keys: str, trees: Sequence[Inputs[T]]) -> Complete[T] | Begun[T] | NoInput:
    """What the keys pressed so far come to; of two trees that know an input the first counts.

    A key that cannot follow makes an input before it certain: it is the first one for what comes next, or (`#`) only
    the end of the input.
    """
    for length in range(1, len(keys) + 1):
        if not any(tree.goes_on(keys[:length]) for tree in trees):
            return _ended(keys, length, trees)
    return Begun(_complete(keys, "", trees))


def _ended(keys: str, length: int, trees: Sequence[Inputs[T]]) -> Complete[T] | NoInput:
    """No input is longer than so many of these keys."""
    whole = _complete(keys[:length], keys[length:], trees)
    if whole is not None:
        return whole
    rest = keys[length - 1 :]
    return _complete(keys[: length - 1], rest.removeprefix(END_KEY), trees) or NoInput()


def _complete(keys: str, rest: str, trees: Sequence[Inputs[T]]) -> Complete[T] | None:
    found = (meaning for tree in trees if (meaning := tree.meaning(keys)) is not None)
    meaning = next(found, None)
    return None if meaning is None else Complete(keys, meaning, rest)
