"""The switch answers late, in waves of some seconds, and is as quick as before after them."""

from __future__ import annotations

from tests.chaos.world import World

SHORTEST_S, LONGEST_S = 0.1, 10.0
WAVES = 3


def strike(world: World) -> str:
    """Returns when it is quick again."""
    late: list[float] = []
    try:
        for _ in range(WAVES):
            late.append(world.chance.uniform(SHORTEST_S, LONGEST_S))
            world.stage.switch.answer_late(late[-1])
            world.rest(2.0, 4.0)
            world.stage.switch.answer_late(0.0)
            world.rest(0.5, 1.0)
    finally:
        world.stage.switch.answer_late(0.0)
    return f"the switch answers {', '.join(f'{seconds:.1f}' for seconds in late)} s late"
