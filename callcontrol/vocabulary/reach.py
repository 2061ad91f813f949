"""Which things a person may look at, where it is not all of a tenant's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """Things a person may look at: those that have to do with one of these."""

    extensions: tuple[str, ...]
    agents: tuple[str, ...]
    queues: tuple[str, ...]
