"""What an extension may not call, set by hand, besides the classes that it blocks itself by `*33#` (`CallBlocks`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from callcontrol.vocabulary.moment import Instant

# Numbers and prefixes of one barring.
MOST_BARRED: Final = 50


@dataclass(frozen=True, slots=True)
class Barring:
    """What is blocked. With nothing in it, it keeps who has allowed what again, and why.

    Attributes:
        classes: of numbers, words of `vocabulary/direction.py`.
        numbers: in E.164, or short ones.
        prefixes: first digits of numbers in E.164, without +.
        reason: why, in the words of who did it last.
        until: None: until it is taken back.
        by: who did it last: `extension:101`, `jan (command)`.
        at: when.
    """

    classes: tuple[str, ...]
    numbers: tuple[str, ...]
    prefixes: tuple[str, ...]
    reason: str
    until: Instant | None
    by: str
    at: Instant

    @property
    def is_empty(self) -> bool:
        """Whether nothing is blocked by it."""
        return not (self.classes or self.numbers or self.prefixes)

    def is_in_force(self, instant: Instant) -> bool:
        """Whether it counts at this moment."""
        return self.until is None or instant < self.until

    def what_blocks(self, number: str, direction: str) -> str:
        """Why this number of this class is blocked, in words; "": it is not."""
        if direction in self.classes:
            return f"{direction} numbers are blocked"
        if number in self.numbers:
            return f"{number} is blocked"
        digits = number.removeprefix("+")
        prefix = next((one for one in self.prefixes if number.startswith("+") and digits.startswith(one)), None)
        return f"numbers that begin with {prefix} are blocked" if prefix is not None else ""


def own_barring(extension: str) -> str:
    """The name by which what an extension has blocked itself is kept: numbers and prefixes."""
    return f"barring:{extension}"


def admin_barring(extension: str) -> str:
    """The name by which what an administrator has blocked for an extension is kept."""
    return f"admin-barring:{extension}"


def barring_named(overrides: Mapping[str, object] | None, name: str) -> Barring | None:
    """The barring of this name, None if there is none."""
    found = (overrides or {}).get(name)
    return found if isinstance(found, Barring) else None
