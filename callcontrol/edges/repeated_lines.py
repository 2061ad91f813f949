"""Log lines that say the same again and again: told a few times a minute, then counted instead.

A store that is away for an hour is one event, not ten thousand lines. The same are lines of one logger with the same
text about the same call. The first line after a minute says how many were left out (`repeated`).
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from callcontrol.edges import meters

# So many lines of one text are told in SPAN_S seconds.
MAX_REPEATED: Final = 3
SPAN_S: Final = 60.0
# Texts remembered at once; of more, the one that was said longest ago is forgotten.
MAX_TEXTS: Final = 1_000


@dataclass(slots=True)
class _Said:
    since: float
    told: int = 0
    left_out: int = 0


class RepeatedLines(logging.Filter):
    """Lets the first MAX_REPEATED of SPAN_S seconds pass.

    Args:
        now: seconds of a clock that never steps.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__()
        self._now = now
        self._said: OrderedDict[tuple[str, str, object], _Said] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is told; the first of the next span says what was left out of the last."""
        said = self._of(record)
        if said.told >= MAX_REPEATED:
            said.left_out += 1
            meters.limits_reached_total.labels("MAX_REPEATED").inc()
            return False
        said.told += 1
        if said.left_out:
            record.repeated, said.left_out = said.left_out, 0
        return True

    def _of(self, record: logging.LogRecord) -> _Said:
        key, now = (record.name, record.getMessage(), getattr(record, "call", None)), self._now()
        # one step each: lines come from threads too
        said = self._said[key] = self._said.pop(key, _Said(now))
        if now - said.since >= SPAN_S:
            said.since, said.told = now, 0
        if len(self._said) > MAX_TEXTS:
            self._said.popitem(last=False)
        return said
