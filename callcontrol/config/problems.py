"""A Problem: one mistake in an admin's file, said so that it can be mended without asking."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong, where, and what would be right.

    Attributes:
        file: path relative to the configuration folder, such as `tenants/acme.yaml`.
        line: counted from 1.
        what: what is wrong there.
        right: what would be right.
    """

    file: str
    line: int
    what: str
    right: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}; {self.right}"

    def as_warning(self) -> str:
        """The line for people, of something that is no mistake."""
        return f"{self.file}:{self.line}: warning: {self.what}; {self.right}"


def at_source(source: str, what: str, right: str) -> Problem:
    """A Problem at a place written as `file:line`, the form of `Settings.sources`."""
    file, _, line = source.rpartition(":")
    return Problem(file, int(line), what, right)
