"""Looking at a tenant's queues and agents again and again: what an agent does is read when it has changed, and the rest
every ALL_S, so that a look at a thousand agents costs what has changed in them.
"""

from __future__ import annotations

from typing import Final

from callcontrol.edges import clock
from callcontrol.web.api.queues import AgentTold, QueueTold, all_queues, some_agents
from callcontrol.web.services import Services

# All agents are read anew after so long: on a call of no queue, and figures of theirs (seconds).
ALL_S: Final = 3.0
# Where more have changed at once, all are read.
MANY: Final = 200


class TenantSnapshots:
    """Snapshots of one tenant, one after another."""

    def __init__(self, services: Services, tenant: str) -> None:
        self._services, self._tenant = services, tenant
        self._marks: dict[str, str] = {}
        self._agents: dict[str, AgentTold] = {}
        self._all_at = 0.0

    def look(self) -> tuple[list[QueueTold], list[AgentTold]]:
        """All queues and agents as they are now; raises LiveStateError while Redis is away."""
        live = self._services.live()
        queues = all_queues(live, self._tenant)
        # Marks first: what changes between is read again with the next look.
        marks = live.views.marks(self._tenant, live.occasion(self._tenant))
        changed = [name for name, mark in marks.items() if self._marks.get(name) != mark]
        is_due = clock.monotonic() - self._all_at >= ALL_S or len(changed) > MANY
        names = None if is_due else changed
        found = [] if names == [] else some_agents(live, self._tenant, names)
        if is_due:
            self._agents, self._all_at = {}, clock.monotonic()
        self._agents.update((one.agent, one) for one in found)
        self._marks = marks
        return queues, [self._agents[name] for name in marks if name in self._agents]
