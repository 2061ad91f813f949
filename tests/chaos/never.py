"""What had to happen in a run and did not."""

from __future__ import annotations


class NeverHappened(RuntimeError):
    """What had to happen after a fault did not; the message says what."""
