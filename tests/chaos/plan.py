"""The order of the faults and the pauses between them: the same seed makes the same plan.

An upgrade comes first, so the faults after it hit this version with the data of the older one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

UPGRADE = "upgrade"
USUAL_S = (2.0, 5.0)  # pause before each fault, shortest and longest


@dataclass(frozen=True, slots=True)
class Planned:
    """A planned fault: the pause before it in seconds, and its random generator."""

    fault: str
    pause_s: float
    seed: int


def plan(seed: int, faults: Sequence[str], pause_s: tuple[float, float] = USUAL_S) -> Iterator[Planned]:
    """An endless plan: every fault once in a round, each round in another order after its upgrade."""
    chance = random.Random(seed)
    while True:
        for fault in sorted(chance.sample(faults, len(faults)), key=lambda fault: fault != UPGRADE):
            yield Planned(fault, chance.uniform(*pause_s), chance.getrandbits(32))
