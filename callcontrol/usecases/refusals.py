"""What is said of a wish that makes no sense: the same words for a command, an answer of the API and a page."""

from __future__ import annotations


class Refused(ValueError):
    """It makes no sense, or may not be; the message says why.

    Attributes:
        what: the message, which says why; a `Sentence` where the panel has it in other languages.
        field: what was given wrongly, by its name; "": it is not one field.
        cure: what would be right, likewise; "": the message says it.
    """

    def __init__(self, what: str, field: str = "", cure: str = "") -> None:
        super().__init__(what)
        self.what, self.field, self.cure = what, field, cure


class NotThere(Refused):
    """There is no such thing."""


class ChangedMeanwhile(Refused):
    """It is not as it was when it was looked at."""
