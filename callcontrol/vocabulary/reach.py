"""Which things a person may look at, where it is not all of a tenant's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """Things a person may look at: those that have to do with one of these."""

    extensions: tuple[str, ...]
    agents: tuple[str, ...]
    queues: tuple[str, ...]

    def holds(self, extension: str | None, agent: str | None, queue: str | None) -> bool:
        """Whether one of these is given and is one of the things: whatever has to do with it may be looked at."""
        return extension in self.extensions or agent in self.agents or queue in self.queues
