"""Queues that an earlier version of this program wrote are brought to this version, once no worker of that version
lives: it could use them no more. Until then what is asked of them waits, as if Redis were away, and an alert tells
where that takes long. The upgrade is one script for each tenant: one worker carries it out, and the others find nothing
left to do.
"""

from __future__ import annotations

import logging
from functools import partial

import gevent

from callcontrol.edges import clock, meters
from callcontrol.edges.containment import contained
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.queues import QueueStore
from callcontrol.edges.live_state.workers import Workers

log = logging.getLogger(__name__)

# Between two looks whether an older worker lives (seconds).
LOOK_S = 1.0


class QueueUpgrade:
    """The tenants whose queues are of an older version, as this worker has met them."""

    def __init__(self, workers: Workers, store: QueueStore) -> None:
        self._workers = workers
        self._store = store
        self._older: set[str] = set()
        self._said = ""
        self._greenlet: gevent.Greenlet | None = None

    def wanted(self, tenant: str) -> None:
        """This tenant's queues are of an older version. Returns at once."""
        self._older.add(tenant)
        self._count()
        if not self._greenlet:  # none, or one that has ended
            self._greenlet = gevent.spawn(self._run)

    def _run(self) -> None:
        while self._older:
            with contained("queue", "the queues could not be brought to this version"):
                self._look()
            gevent.sleep(clock.until_tick(LOOK_S))

    def _look(self) -> None:
        try:
            older = self._workers.older()
        except LiveStateError as error:
            log.info("it is not known which workers live: %s", error)
            return
        if older:
            self._say(f"queues wait for workers of an earlier version to end: {', '.join(older)}")
            return
        for tenant in tuple(self._older):
            self._store.upgrade(tenant, partial(self._done, tenant))

    def _done(self, tenant: str, had: int, have: int) -> None:
        self._older.discard(tenant)
        self._count()
        if had < have:
            log.warning("queues of tenant %s: brought from version %d to %d", tenant, had, have)

    def _count(self) -> None:
        meters.queue_upgrades_waiting.set(len(self._older))

    def _say(self, what: str) -> None:
        """Once, until it changes."""
        if what != self._said:
            self._said = what
            log.warning("%s", what)
