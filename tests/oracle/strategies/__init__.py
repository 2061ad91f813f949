"""One file per strategy: its `score` says who of the free agents comes first, the smallest first.

The registry below is the only list of them. Tiers come before the score, the tie of `RULES.md` after it.
"""

from __future__ import annotations

from callcontrol.config.queue_settings import Strategy
from tests.oracle.candidate import ScoreOf
from tests.oracle.strategies import (
    all_at_once,
    fewest_calls,
    in_order,
    least_talked,
    longest_idle,
    random,
    round_robin,
)

SCORE: dict[Strategy, ScoreOf] = {
    Strategy.ALL_AT_ONCE: all_at_once.score,
    Strategy.IN_ORDER: in_order.score,
    Strategy.ROUND_ROBIN: round_robin.score,
    Strategy.LONGEST_IDLE: longest_idle.score,
    Strategy.LEAST_TALKED: least_talked.score,
    Strategy.FEWEST_CALLS: fewest_calls.score,
    Strategy.RANDOM: random.score,
}

# An offer of these goes to everybody who could be chosen, and not to the first of them alone.
TOGETHER = frozenset({Strategy.ALL_AT_ONCE})
