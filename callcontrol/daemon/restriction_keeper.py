"""Restrictions that Redis has lost are made again by the ledger, and those long over are removed: by one worker.

So are sums of what payers have spent that nothing goes by any more.
"""

from __future__ import annotations

import logging
from typing import Final

import gevent

from callcontrol.edges import clock
from callcontrol.edges.containment import contained
from callcontrol.edges.ledger.reader import NoLedger, asking, connect
from callcontrol.edges.ledger.restrictions import restrictions_in_force
from callcontrol.edges.ledger.spending import prune_spending
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.post import Post
from callcontrol.edges.live_state.restrictions import RestrictionStore
from callcontrol.vocabulary.moment import SECOND_US, Instant

log = logging.getLogger(__name__)

LOOK_S: Final = 15.0
# A look that takes longer is broken off (seconds).
LOOK_TIMEOUT_S: Final = 30.0
# A worker that has not looked for so long does it no more, and another one does (seconds).
KEPT_S: Final = 60
# So long after its end one is still shown to people.
KEPT_US: Final = 86_400 * SECOND_US
# How often sums that no month and no usual hour (billing/baseline.py) goes by are removed, and when they are so old.
PRUNE_US: Final = 86_400 * SECOND_US
SPENDING_US: Final = 70 * 86_400 * SECOND_US


class RestrictionKeeper:
    """For one worker."""

    def __init__(self, dsn: str, pipeline: RedisPipeline, worker: str) -> None:
        self._dsn = dsn
        self._store = RestrictionStore(pipeline)
        self._pruned: Instant | None = None
        self._post = Post(pipeline, "restrictions", worker, KEPT_S)

    def start(self) -> None:
        """From now on."""
        gevent.spawn(self._run)

    def look_if_ours(self) -> None:
        """Make them again, or remove what is over, unless another worker does."""
        try:
            with gevent.Timeout(LOOK_TIMEOUT_S, NoLedger(f"no answer within {LOOK_TIMEOUT_S:g} s")):
                if self._post.is_ours():
                    self._look()
                    self._prune_if_due()
        except (LiveStateError, NoLedger) as error:
            log.warning("restrictions of payers in Redis are not looked after: %s", error)

    def _look(self) -> None:
        is_whole, found = self._store.read()
        now = clock.now()
        if not is_whole:
            with connect(self._dsn) as connection, asking(connection):
                lost = restrictions_in_force(connection, now)
            self._store.restore(lost)
            log.info("%d restrictions of payers were made again by the ledger", len(lost))
        for one in found:
            if not one.is_in_force(Instant(now - KEPT_US)):
                self._store.remove(one)

    def _prune_if_due(self) -> None:
        """Sums of what payers have spent are kept as long as something goes by them."""
        now = clock.now()
        if self._pruned is None or now - self._pruned >= PRUNE_US:
            with connect(self._dsn) as connection, asking(connection):
                prune_spending(connection, Instant(now - SPENDING_US))
            self._pruned = now

    def _run(self) -> None:
        while True:
            with contained("loop", "restrictions of payers could not be looked after"):
                self.look_if_ours()
            gevent.sleep(clock.until_tick(LOOK_S))
