"""kill -9 of all workers at once; their supervisor lives."""

from __future__ import annotations

import os
import signal

from tests.chaos.world import World


def strike(world: World) -> str:
    """Returns when all have been replaced."""
    before = world.workers()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    world.until(lambda: not set(before) & set(world.stage.daemon.worker_pids()), "the deaths were noticed")
    world.workers()
    return f"kill -9 of all {len(before)} workers"
