"""What live streams tell: rows of queues and agents, and changes of them, written once for all who see the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import orjson

from callcontrol.vocabulary.rights import Person
from callcontrol.web.api.queues import AgentTold, QueueTold, seen_agents, seen_queues

# Kinds of people who see different things, for whom what changed is kept as it was written.
SIGHTS: Final = 256


class Told:
    """Rows, written once for all who see the same of them, however many streams they have."""

    def __init__(self, tenant: str, queues: Iterable[QueueTold], agents: Iterable[AgentTold]) -> None:
        self._tenant = tenant
        self.queues, self.agents = tuple(queues), tuple(agents)
        self._written: dict[Person, bytes] = {}

    def for_(self, sight: Person) -> bytes:
        """What this person sees of them, as JSON without the brace that begins it."""
        found = self._written.get(sight)
        if found is None:
            if len(self._written) >= SIGHTS:
                self._written.clear()
            queues = seen_queues(sight, self._tenant, list(self.queues))
            agents = seen_agents(sight, self._tenant, list(self.agents))
            rows = {"queues": [one.model_dump() for one in queues], "agents": [one.model_dump() for one in agents]}
            found = self._written[sight] = orjson.dumps(rows)[1:]
        return found


@dataclass(frozen=True, slots=True)
class Change:
    """What has changed with one look; `number` is the last part of its id."""

    number: int
    told: Told


def sight_of(person: Person) -> Person:
    """What of a person decides what the person sees: of two who see the same, the same."""
    return replace(person, user_id="", login="")
