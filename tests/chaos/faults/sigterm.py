"""SIGTERM of one worker: it hands its callers over and ends."""

from __future__ import annotations

import os
import signal

from tests.chaos.world import World


def strike(world: World) -> str:
    """Returns when it has been replaced."""
    ending = world.chance.choice(world.workers())
    os.kill(ending, signal.SIGTERM)
    world.until(lambda: ending not in world.stage.daemon.worker_pids(), "the worker ended")
    world.workers()
    return "SIGTERM of one worker"
