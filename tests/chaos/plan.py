"""What is struck, in which order and after which pause: the same seed makes the same plan.

An upgrade comes first: what is struck after it is this version, with all that the older one has left it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

UPGRADE = "upgrade"
USUAL_S = (2.0, 5.0)  # of quiet before each blow


@dataclass(frozen=True, slots=True)
class Planned:
    """A blow to come: after so many quiet seconds, with this for its chances."""

    fault: str
    pause_s: float
    seed: int


def plan(seed: int, faults: Sequence[str], pause_s: tuple[float, float] = USUAL_S) -> Iterator[Planned]:
    """Without end: every fault once in a round, each round in another order after its upgrade."""
    chance = random.Random(seed)
    while True:
        for fault in sorted(chance.sample(faults, len(faults)), key=lambda fault: fault != UPGRADE):
            yield Planned(fault, chance.uniform(*pause_s), chance.getrandbits(32))
