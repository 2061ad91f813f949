"""All the ways in which one number can be written: what it is looked for by, wherever it lies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import phonenumbers
from phonenumbers import PhoneMetadata

# Fewer digits are found in too much else: an hour, an amount, an extension.
LEAST_DIGITS: Final = 6
# What people write between digits.
_BETWEEN: Final = "[ ()./-]*"
_BEFORE, _AFTER = "(?<![0-9])([+]|%2[Bb])?", "(?![0-9])"
_INTERNATIONAL: Final = ("00", "011")


class NotErasable(ValueError):
    """The number is too short to be told from other digits."""


@dataclass(frozen=True, slots=True)
class WrittenForms:
    """A number's forms.

    Attributes:
        number: E.164.
        digits: the forms as digits alone, the longest first: 0048500100200, 48500100200, 0500100200, 500100200.
        core: what each of them ends with.
    """

    number: str
    digits: tuple[str, ...]
    core: str

    @property
    def pattern(self) -> str:
        """A regular expression, of Python's and of Postgres's: the number as programs write it."""
        return f"{_BEFORE}({'|'.join(self.digits)}){_AFTER}"

    @property
    def pattern_of_people(self) -> str:
        """As people write it, with signs between digits."""
        return f"{_BEFORE}({'|'.join(_BETWEEN.join(form) for form in self.digits)}){_AFTER}"

    def is_in(self, text: str) -> bool:
        """Whether it stands there, as programs write it."""
        return self.core in text and re.search(self.pattern, text) is not None

    def replaced(self, text: str, by: str) -> str:
        """The text without it."""
        return re.sub(self.pattern, by, text) if self.core in text else text


def written_forms(number: str, prefixes: Iterable[str] = ()) -> WrittenForms:
    """The forms of a number.

    Args:
        number: E.164.
        prefixes: digits that may be dialled before it, for a line out or a trunk.

    Raises:
        NotErasable: it is no E.164 number, or has too few digits.
    """
    if not re.fullmatch(r"\+[1-9][0-9]{5,14}", number):
        raise NotErasable(f"{number} is no international number: a short one is found in too much else")
    parsed = phonenumbers.parse(number, None)
    whole, national = number.removeprefix("+"), phonenumbers.national_significant_number(parsed)
    if len(national) < LEAST_DIGITS:
        raise NotErasable(
            f"{number} has fewer than {LEAST_DIGITS} digits in its country: they are found in too much else"
        )
    metadata = PhoneMetadata.metadata_for_region(phonenumbers.region_code_for_number(parsed) or "")
    trunk = (metadata.national_prefix if metadata else None) or "0"
    plain = {whole, national, f"{trunk}{national}", f"0{national}", *(f"{code}{whole}" for code in _INTERNATIONAL)}
    dialled = {f"{prefix}{form}" for prefix in prefixes if prefix for form in plain}
    forms = sorted(plain | dialled, key=lambda form: (-len(form), form))
    return WrittenForms(number, tuple(forms), national)
