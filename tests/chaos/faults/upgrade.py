"""A daemon of an older version gets new workers of this one, one after the other, as an admin upgrades it.

Once all are of this version, exports are added to the configuration, which the older one does not know. The supervisor
is still the older one, so the job that counts hours, reads missed callers and exports is started separately.
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
