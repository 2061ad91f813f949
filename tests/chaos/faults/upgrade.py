"""A daemon of an older version gets new workers of this one, one after the other, as an admin upgrades it."""

from __future__ import annotations

from tests.chaos.faults import restart
from tests.chaos.world import World


def strike(world: World) -> str:
    """Returns when every worker is one of this version."""
    was = world.source.upgrade()
    return f"{restart.strike(world)}, {was}"
