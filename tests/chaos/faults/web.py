"""kill -9 of the web process while streams are open; no call may notice."""

from __future__ import annotations

from tests.chaos.world import World


def strike(world: World) -> str:
    """Returns when every stream is open again."""
    world.web.kill()
    away_s = world.rest(0.5, 3.0)
    world.web.start()
    world.web.until_all("snapshot")
    return f"kill -9 of the web process with {len(world.web.viewers)} streams, started after {away_s:.1f} s"
