"""A daemon of an older version gets new workers of this one, one after the other, as an admin upgrades it.

Once they are all of this version, the configuration says what only it knows: exports. The supervisor is the older one
still, so the job that counts hours, reads missed callers and exports is started by itself.
"""

from __future__ import annotations

from tests.chaos import centre
from tests.chaos.faults import restart
from tests.chaos.world import World


def strike(world: World) -> str:
    """Returns when every worker is one of this version, and its job has been started."""
    was = world.source.upgrade()
    said = restart.strike(world)
    if world.source.folder is not None and not world.job.was_started:
        centre.add_exports(world.stage.config)
        world.job.start(world.stage.config, world.source.folder)
    return f"{said}, {was}"
