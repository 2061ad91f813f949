"""What can go wrong with Redis, for callers that go on without it.

LiveStateError
├── StoreAway      Redis cannot be reached, did not answer in time, or answers and takes nothing now
│   └── StoreOlder     what is stored is of an older version, and is not brought on while workers of that version live
├── StoreBusy      more is waiting for Redis than the limit allows
└── StoreRefused   Redis answered with an error that the same command would meet again
    ├── ScriptUnknown  it does not know the script (any more): send it whole
    └── CallUnreadable  this program cannot read the call: a later version saved it
"""

from __future__ import annotations


class LiveStateError(Exception):
    """Something is wrong with the live state."""


class StoreAway(LiveStateError):
    """Redis cannot be reached, did not answer in time, or answers and takes nothing now: it may later."""


class StoreOlder(StoreAway):
    """What is stored is of an older version of this program, whose workers still use it: it is brought on later."""


class StoreBusy(LiveStateError):
    """More commands wait for Redis than the limit allows."""


class StoreRefused(LiveStateError):
    """Redis answered with an error that the same command would meet again, such as one of a script of ours."""


class ScriptUnknown(StoreRefused):
    """Redis does not know the script (any more): it has to be sent whole."""


class CallUnreadable(StoreRefused):
    """This program cannot read the call, for a later version saved it (or it is damaged): it stays its owner's."""
