"""What may go wrong with storage."""

from __future__ import annotations


class StorageAway(RuntimeError):
    """It cannot be reached, has no room, or refuses; it may work later."""


class NotThere(LookupError):
    """Storage works, and has no file of this name."""
