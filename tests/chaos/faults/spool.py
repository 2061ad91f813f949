"""Postgres away until the spool is full (limits.spool_bytes): ended calls wait for room in it."""

from __future__ import annotations

import re
from urllib.error import URLError

from tests.chaos.world import NeverHappened, World

FULL = re.compile(r'^callcontrol_limits_reached_total\{limit="spool_bytes"\} ([0-9.e+]+)$', re.MULTILINE)
LIMIT_S = 25.0


def strike(world: World) -> str:
    """Returns when Postgres serves again; a load too small to fill the spool is accepted."""
    before = _refused(world)
    world.stage.postgres.stop()
    try:
        world.until(lambda: _refused(world) > before, "the spool was full", LIMIT_S)
        said = "until the spool was full"
    except NeverHappened:
        said = f"for {LIMIT_S:g} s; the spool had room"
    finally:
        world.stage.postgres.start()
    return f"Postgres stopped {said}"


def _refused(world: World) -> float:
    try:
        return sum(map(float, FULL.findall(world.stage.daemon.metrics())))
    except (URLError, OSError):  # the next poll asks again
        return 0.0
