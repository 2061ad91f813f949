"""Which PINs of a voicemail box are too easy to guess. The PINs people choose most are runs, one digit again and again,
years, and their own numbers: those are what a stranger tries first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from itertools import pairwise
from typing import Final

SHORTEST: Final = 4
LONGEST: Final = 12
_DIGITS: Final = re.compile(r"[0-9]+")
# The years in which people are born, marry and set PINs.
_YEAR: Final = re.compile(r"(19|20)[0-9]{2}")
# What lies in one line on the keypad, down and up.
_COLUMNS: Final = ("147", "258", "369", "2580")


class PinVerdict(StrEnum):
    """What became of an attempt at a PIN."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"  # there were too many wrong ones: none is checked for a while
    UNKNOWN = "unknown"  # it could not be checked


def weakness(pin: str, own: Iterable[str] = (), shortest: int = SHORTEST) -> str:
    """Why this PIN must not be chosen, "" if it may be.

    Args:
        own: numbers that others know of the owner: extensions, numbers in E.164, the name of the box.
        shortest: digits at least.
    """
    if not _DIGITS.fullmatch(pin):
        return "a PIN has digits only"
    if not shortest <= len(pin) <= LONGEST:
        return f"a PIN has {shortest} to {LONGEST} digits"
    return _pattern(pin) or _known(pin, own)


def _pattern(pin: str) -> str:
    if len(set(pin)) == 1:
        return "it is one digit again and again"
    if _is_run(pin):
        return "its digits follow each other"
    if _is_repeated(pin):
        return "it is the same digits twice or more"
    if _YEAR.fullmatch(pin):
        return "it is a year"
    return "it is a line on the keypad" if any(_is_part(pin, line) for line in _COLUMNS) else ""


def _is_run(pin: str) -> bool:
    """Up or down by one, over zero too: 7890, 3210."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return steps in ({1}, {9})


def _is_repeated(pin: str) -> bool:
    return any(len(pin) % n == 0 and pin[:n] * (len(pin) // n) == pin for n in range(1, len(pin) // 2 + 1))


def _is_part(pin: str, line: str) -> bool:
    return pin in (line, line[::-1])


def _known(pin: str, own: Iterable[str]) -> str:
    """Its end or all of it is in what others know of the owner, or the other way round."""
    for number in own:
        digits = "".join(character for character in number if character.isdigit())
        if digits and (digits.endswith(pin) or pin.endswith(digits) or pin in digits):
            return "it is in one of the owner's numbers"
    return ""
