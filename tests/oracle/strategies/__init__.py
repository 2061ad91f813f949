"""One file per strategy, by its word: its `score` says who of the free agents comes first, the smallest first.

Tiers come before the score, the tie of `RULES.md` after it. A strategy whose file says TOGETHER offers a caller to
all who could be chosen, and not to the first of them alone. Its ORDERS are examples: in which order the agents of
`tests/distribution/test_strategies.py` come.
"""

from __future__ import annotations

from importlib import import_module

from callcontrol.config.queue_settings import Strategy
from tests.oracle.candidate import ScoreOf, Standing

_FILES = {strategy: import_module(f"{__name__}.{strategy.value}") for strategy in Strategy}

SCORE: dict[Strategy, ScoreOf] = {strategy: file.score for strategy, file in _FILES.items()}
TOGETHER = frozenset(strategy for strategy, file in _FILES.items() if getattr(file, "TOGETHER", False))
ORDERS: dict[Strategy, tuple[tuple[Standing, str], ...]] = {strategy: file.ORDERS for strategy, file in _FILES.items()}
