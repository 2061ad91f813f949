"""kill -9 of one worker."""

from __future__ import annotations

import os
import signal

from tests.chaos.world import World


def strike(world: World) -> str:
    """Returns when it has been replaced."""
    before = world.workers()
    dead = world.chance.choice(before)
    os.kill(dead, signal.SIGKILL)
    world.until(lambda: dead not in world.stage.daemon.worker_pids(), "the death was noticed")
    world.workers()
    return "kill -9 of one worker"
