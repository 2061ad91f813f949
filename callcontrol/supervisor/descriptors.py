"""File descriptors: each worker needs one for each call, and a shell gives a process 1,024."""

from __future__ import annotations

import resource
from typing import Final

# What a worker opens besides its calls: switches, Redis, Postgres, spool, metrics, log, and refused connections.
BESIDES_CALLS: Final = 256


def raised() -> int:
    """How many this process, and each worker it starts, may open: the hard limit of the host, which needs no root."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def too_few(limit: int, calls: int) -> tuple[str, ...]:
    """What is too small, in numbers; nothing if a worker can take as many calls as it is to.

    Args:
        limit: descriptors a worker may open; calls: `limits.calls`.
    """
    needed = calls + BESIDES_CALLS
    if limit == resource.RLIM_INFINITY or limit >= needed:
        return ()
    return (
        f"a worker may open {limit} files (`ulimit -Hn`), and limits.calls: {calls} takes {needed}: beyond some "
        f"{max(limit - BESIDES_CALLS, 0)} calls connections wait; raise LimitNOFILE, or lower limits.calls",
    )
