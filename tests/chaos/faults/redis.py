"""kill -9 of Redis, which reads its file when it comes back."""

from __future__ import annotations

from callcontrol.edges import clock
from tests.chaos.world import World


def strike(world: World) -> str:
    """Returns when it serves again."""
    world.stage.redis.kill()
    died_at = int(clock.now())
    away_s = world.rest(2.0, 5.0)
    world.away.append((died_at, int(clock.now())))
    world.web.redis_is_away()
    world.stage.redis.start()
    return f"kill -9 of Redis, started after {away_s:.1f} s"
