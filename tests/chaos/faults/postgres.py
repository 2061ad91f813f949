"""kill -9 of Postgres, which recovers when it comes back."""

from __future__ import annotations

from tests.chaos.world import World


def strike(world: World) -> str:
    """Returns when it serves again."""
    world.stage.postgres.kill()
    away_s = world.rest(2.0, 4.0)
    world.stage.postgres.start()
    return f"kill -9 of Postgres, started after {away_s:.1f} s"
