"""A rolling restart: new workers, one after the other."""

from __future__ import annotations

import os
import signal

from tests.chaos.world import World

ROLLED_S = 60.0


def strike(world: World) -> str:
    """Returns when every worker is a new one."""
    before, process = set(world.workers()), world.stage.daemon.process
    assert process is not None
    os.kill(process.pid, signal.SIGUSR2)
    world.until(lambda: not before & set(world.stage.daemon.worker_pids()), "every worker was replaced", ROLLED_S)
    world.workers()
    return "rolling restart (SIGUSR2)"
