"""What can go wrong with Redis, for callers that go on without it.

LiveStateError
├── StoreAway      Redis cannot be reached, or did not answer in time
├── StoreBusy      more is waiting for Redis than the limit allows
└── StoreRefused   Redis answered with an error
    └── ScriptUnknown  it does not know the script (any more): send it whole
"""

from __future__ import annotations


class LiveStateError(Exception):
    """Something is wrong with the live state."""


class StoreAway(LiveStateError):
    """Redis cannot be reached, or did not answer in time."""


class StoreBusy(LiveStateError):
    """More commands wait for Redis than the limit allows."""


class StoreRefused(LiveStateError):
    """Redis answered with an error."""


class ScriptUnknown(StoreRefused):
    """Redis does not know the script (any more): it has to be sent whole."""
