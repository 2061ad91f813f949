"""A full disk: every write of a worker that would make a file larger fails (EFBIG), the spool's and the log's alike.

RLIMIT_FSIZE causes that without root: Python ignores SIGXFSZ, so write() itself fails. A real full disk fails with
ENOSPC, which is an OSError too.
"""

from __future__ import annotations

import resource

from tests.chaos.world import World


def strike(world: World) -> str:
    """Returns when there is room again."""
    pids = world.workers()
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids}
    try:
        for pid, (_, hard) in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
        seconds = world.rest(3.0, 6.0)
    finally:
        for pid, limits in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
    return f"no file can grow for {seconds:.1f} s (RLIMIT_FSIZE)"
