"""The only file that asks what time it is, rolls dice or makes ids; all others get these as arguments.

Waiting is measured with monotonic(), records are stamped with now(): a clock that is set back never
shortens a wait.
"""

import os
import time
import uuid

from callcontrol.vocabulary.moment import Instant

# By how much the moments of a process differ from those of the process started before it (seconds).
APART_S = 0.37
# The part of a period by which a run may be too early.
EARLY = 0.1


def now() -> Instant:
    """Microseconds since the epoch, UTC."""
    return Instant(time.time_ns() // 1_000)


def monotonic() -> float:
    """Seconds from an unknown beginning; never goes back."""
    return time.monotonic()


def until_tick(period_s: float) -> float:
    """How long a loop that runs once in each period has to wait for its next run (seconds).

    Loops whose periods are multiples of one another run at the same moments: their process wakes once for all of them,
    and what they ask of Redis goes in one round trip. Processes of one host run at different moments.
    """
    left_s = period_s - (monotonic() + os.getpid() * APART_S) % period_s
    return left_s if left_s > period_s * EARLY else left_s + period_s  # a timer may fire a little early


def new_id() -> str:
    """A random UUID (version 4) in its usual writing."""
    return str(uuid.uuid4())


def new_nonce() -> str:
    """Eight random characters: enough to tell apart the workers that have one call in turn."""
    return os.urandom(4).hex()
