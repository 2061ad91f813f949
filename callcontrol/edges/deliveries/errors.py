"""What may go wrong with a delivery."""

from __future__ import annotations


class DeliveryAway(RuntimeError):
    """The receiver cannot be reached, has no room, or refuses; it may work later."""


class OtherFile(RuntimeError):
    """The receiver has another file of this name: it is a person's to look at."""
