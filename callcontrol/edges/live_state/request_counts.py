"""How often one network address asks for links within a minute, counted over all hosts that serve them."""

from __future__ import annotations

import logging
from typing import Final

from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.vocabulary.moment import SECOND_US

MINUTE_US: Final = 60 * SECOND_US
# Longer than the minute that is counted, for the clocks of hosts differ (seconds).
EXPIRES_S: Final = 120
ANSWER_S: Final = 0.5

log = logging.getLogger("callcontrol.media")


class RequestCounts:
    """Counts in Redis, as far as it answers at once: a request waits for nothing else."""

    def __init__(self, pipeline: RedisPipeline) -> None:
        self._pipeline = pipeline

    def count(self, who: str) -> int:
        """Count a request of this address; how many it has made in this minute. 0: Redis does not say, and each process
        counts for itself.
        """
        key = keys.requests(who, clock.now() // MINUTE_US)
        try:
            made = int(self._pipeline.ask("INCR", key, timeout_s=ANSWER_S))
            if made == 1:
                self._pipeline.ask("EXPIRE", key, EXPIRES_S, timeout_s=ANSWER_S)
        except LiveStateError as error:
            log.info("requests for links are counted by each host for itself: %s", error)
            return 0
        return made
