"""The switch dies with all its calls, and another one starts (a new Core-UUID)."""

from __future__ import annotations

from tests.chaos.world import World


def strike(world: World) -> str:
    """Returns when it takes calls again."""
    world.people.wait_with_calling()
    try:
        world.stage.switch.kill()
        away_s = world.rest(0.5, 2.0)
        world.stage.switch.restart()
    finally:
        world.people.go_on_calling()
    return f"the switch dies, another one after {away_s:.1f} s"
