"""How numbers become clips, and in what the languages differ.

A clip is the name of a sound file, without its folder and without `.wav`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

Clips = tuple[str, ...]


class Noun(StrEnum):
    """What is counted. Both are feminine in Polish and in Russian."""

    MINUTE = "minute"
    SECOND = "second"


class Form(StrEnum):
    """The form of a noun after a number: the plural categories of the Unicode CLDR."""

    ONE = "one"
    FEW = "few"
    MANY = "many"


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a language adds to the shared clips.

    Attributes:
        form: which form of a noun follows a number.
        before_noun: the number itself before a (feminine) noun.
        after_position: how "you are number three" goes on.
    """

    form: Callable[[int], Form]
    before_noun: Callable[[int], Clips]
    after_position: Clips = ()


def number(n: int) -> Clips:
    """A number from 0 to 999 by itself: its hundred, its ten and its unit, or what is below twenty in one."""
    hundred, rest = n - n % 100, n % 100
    parts = (hundred, rest) if rest < 20 else (hundred, rest - rest % 10, rest % 10)
    return tuple(f"number-{part}" for part in parts if part) or ("number-0",)


def feminine(clips: Clips) -> Clips:
    """The same number, its last part in the feminine."""
    return (*clips[:-1], f"{clips[-1]}-feminine")


def counted(grammar: Grammar, n: int, noun: Noun) -> Clips:
    """So many of these, such as "twenty-one minutes"."""
    return (*grammar.before_noun(n), f"{noun}-{grammar.form(n)}")
