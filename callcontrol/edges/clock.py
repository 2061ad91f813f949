"""The only file that asks what time it is, rolls dice or makes ids; all others get these as arguments.

Waiting is measured with monotonic(), records are stamped with now(): a clock that is set back never
shortens a wait.
"""

import os
import time
import uuid

from callcontrol.vocabulary.moment import Instant


def now() -> Instant:
    """Microseconds since the epoch, UTC."""
    return Instant(time.time_ns() // 1_000)


def monotonic() -> float:
    """Seconds from an unknown beginning; never goes back."""
    return time.monotonic()


def new_id() -> str:
    """A random UUID (version 4) in its usual writing."""
    return str(uuid.uuid4())


def new_nonce() -> str:
    """Eight random characters: enough to tell apart the workers that have one call in turn."""
    return os.urandom(4).hex()
