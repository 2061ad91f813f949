"""What a run raises."""

from __future__ import annotations


class Broken(AssertionError):
    """A promise is broken.

    Attributes:
        about: the call, ticket or agent it is about; "" if it is about none.
    """

    def __init__(self, what: str, about: str = "") -> None:
        super().__init__(what)
        self.about = about
