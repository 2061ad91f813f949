"""What may go wrong with a delivery."""

from __future__ import annotations

from callcontrol.vocabulary.sentence import says


class DeliveryAway(RuntimeError):
    """The receiver cannot be reached, has no room, or refuses; it may work later."""


class OtherFile(RuntimeError):
    """The receiver has another file of this name: it is a person's to look at."""


def other_file(place: object) -> OtherFile:
    """The error, with what would be right."""
    return OtherFile(says("%(file)s is there already, and is another file: look at it, and take it away", file=place))
