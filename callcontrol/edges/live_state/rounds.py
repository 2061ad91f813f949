"""Calls that came from outside and ring outside through a trunk now, or have just failed there, by who called which
number: over all workers.

They stand in the slot of their tenant's calls, so what is written rides in the round trip of the call's save.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline

log = logging.getLogger(__name__)

# What a worker has not taken back counts so long (seconds): it died, or rings longer than rounds of a loop take.
COUNTS_S: Final = 180
# A call that failed at once counts for so long after it (seconds): the rounds of a loop may follow one another.
FAILED_S: Final = 10

# How many there are. Trouble: Redis does not say.
OnCounted = Callable[[int, LiveStateError | None], None]


class RoundStore:
    """Counts them."""

    def __init__(self, pipeline: RedisPipeline) -> None:
        self._pipeline = pipeline

    def rings(self, tenant: str, caller: str, dialled: str, call: str) -> None:
        """This call rings outside from now on."""
        key = keys.ringing_outside(tenant, caller, dialled)
        self._pipeline.submit("ZADD", key, clock.now() // 1000 + COUNTS_S * 1000, call, on_reply=_untold)
        self._pipeline.submit("EXPIRE", key, COUNTS_S, on_reply=_untold)

    def over(self, tenant: str, caller: str, dialled: str, call: str, *, failed: bool = False) -> None:
        """It does no more.

        Args:
            failed: at once, without an answer.
        """
        key = keys.ringing_outside(tenant, caller, dialled)
        if failed:
            until = clock.now() // 1000 + FAILED_S * 1000
            self._pipeline.submit("ZADD", key, until, call, on_reply=_untold)
        else:
            self._pipeline.submit("ZREM", key, call, on_reply=_untold)

    def count(self, tenant: str, caller: str, dialled: str, on_counted: OnCounted) -> None:
        """How many ring now, or have just failed; with the next round trip."""

        def answered(reply: Any, trouble: LiveStateError | None) -> None:
            on_counted(int(reply) if trouble is None else 0, trouble)

        key = keys.ringing_outside(tenant, caller, dialled)
        self._pipeline.submit("ZCOUNT", key, clock.now() // 1000, "+inf", on_reply=answered)


def _untold(_reply: Any, trouble: LiveStateError | None) -> None:
    """Other workers do not count it; its own does."""
    if trouble is not None:
        log.info("a call that rings outside is counted by its own worker alone: %s", trouble)
