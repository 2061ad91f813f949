"""What strategies compare: a free agent's seat, and where the queue's strategy stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Candidate:
    """A free agent with a seat in the queue.

    Attributes:
        last_talk: end of the last conversation, microseconds since the epoch; 0: never.
        talked_us, talks: conversations in the window's present period, over all queues.
        lot: what the agent drew on becoming free (`random` only), see `chance`.
    """

    name: str
    tier: int
    position: int
    last_talk: int
    talked_us: int
    talks: int
    lot: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the queue's strategy has come.

    Attributes:
        cursors: by tier the position that was offered last; none yet: 0.
        flat: all tiers count alike for this caller.
    """

    cursors: Mapping[int, int] = field(default_factory=dict)
    flat: bool = False


# The smallest is offered the caller.
Score = tuple[int, ...]
ScoreOf = Callable[[Candidate, Standing], Score]
