"""SIGSTOP of one worker: taken for dead, it comes back and finds its calls with another."""

from __future__ import annotations

import os
import signal

import gevent

from tests.chaos.world import World

STOPPED_S = 10.0  # longer than its lease, shorter than limits.hung_s: the supervisor waits for it


def strike(world: World) -> str:
    """Returns when it runs again."""
    pid = world.chance.choice(world.workers())
    os.kill(pid, signal.SIGSTOP)
    try:
        gevent.sleep(STOPPED_S)
    finally:
        os.kill(pid, signal.SIGCONT)
    return f"SIGSTOP of one worker, SIGCONT after {STOPPED_S:g} s"
