"""kill -9 of the supervisor and all its workers: no process listens until the daemon is started again."""

from __future__ import annotations

from tests.chaos.world import World


def strike(world: World) -> str:
    """Returns when the new daemon is ready."""
    world.stage.daemon.kill()
    away_s = world.rest(0.5, 2.0)
    world.stage.daemon.start()
    return f"kill -9 of supervisor and workers, started after {away_s:.1f} s"
