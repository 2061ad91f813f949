"""A worker among others: it takes over the calls of dead workers, finds out which of its own calls were taken over
while it was silent, and hands its calls over when it ends. To the calls a stop and a death are alike: another worker
adopts them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import gevent

from callcontrol.daemon.adoption import Adoption
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock
from callcontrol.edges.containment import note_fault
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.workers import Workers

log = logging.getLogger(__name__)

# How often dead workers are looked for (seconds): for so long, and the lease, a waiting caller is not served.
LOOK_S = 0.5
# With Redis away the next attempt follows after so long (seconds).
AGAIN_S = 1.0
CALLS_OVER_S = 0.05


class Handover:
    """Runs adoption from time to time.

    Args:
        wait_for_links: returns when the switches can be told what to do with calls that are taken over, or after a
            while.
        on_looked: called after a look that has found all orphans there were, with the moment (monotonic seconds) at
            which it began.
    """

    def __init__(
        self,
        shared: WorkerContext,
        workers: Workers,
        adoption: Adoption,
        wait_for_links: Callable[[], object],
        on_looked: Callable[[float], object],
    ) -> None:
        self._shared = shared
        self._workers = workers
        self._adoption = adoption
        self._wait_for_links = wait_for_links
        self._on_looked = on_looked
        self._ended = False

    def start(self) -> None:
        """Take the lease, and look for orphans from now on."""
        self._workers.start()
        gevent.spawn(self._look)

    def lapsed(self) -> None:
        """This worker renewed its lease too late; others may have its calls."""
        log.error("this worker was silent for too long: it looks which calls are still its own")
        gevent.spawn(self._verify)

    def leave(self, deadline_s: float) -> None:
        """No new calls come. Hand the running ones to another worker; where none lives, wait for their ends, and leave
        what then still runs to the switches and to the next worker that starts.
        """
        self._ended = True
        due = clock.monotonic() + deadline_s
        while self._shared.drivers and clock.monotonic() < due and not self._others():
            gevent.sleep(CALLS_OVER_S)
        self._give_away()
        self._resign()

    def leave_late_ones(self) -> None:
        """Hand over calls that have begun since. The others are told of this worker's end again: one that has looked at
        what it left does not look there any more, so that such a call would have no worker until the next sweep.
        """
        if self._give_away():
            self._resign()

    def _give_away(self) -> int:
        handed = self._shared.give_away()
        for driver in handed:
            driver.hand_over()
        if handed:
            log.warning("%d calls are left to the other workers, or to the next", len(handed))
        return len(handed)

    def _resign(self) -> None:
        try:
            self._workers.resign()
        except LiveStateError as error:
            log.warning("others will notice this worker's end when its lease has run out: %s", error)

    def _others(self) -> bool:
        try:
            return bool(self._workers.others())
        except LiveStateError as error:
            log.warning("not known whether there is another worker: %s", error)
            return False

    def _look(self) -> None:
        """Loop until this worker ends."""
        self._wait_for_links()
        while not self._ended:
            try:
                self._look_once()
                gevent.sleep(clock.until_tick(LOOK_S))
            except LiveStateError as error:
                log.warning("saved calls cannot be read yet: %s", error)
                gevent.sleep(AGAIN_S)
            except Exception as error:  # the next look may succeed; without one, calls would be lost
                note_fault("adoption", "looking for orphans failed", error)
                gevent.sleep(AGAIN_S)

    def _look_once(self) -> None:
        begun, is_judge = clock.monotonic(), self._workers.is_steady
        self._adoption.look()
        if is_judge:
            self._on_looked(begun)

    def _verify(self) -> None:
        while self._workers.lapsed and not self._ended:
            try:
                self._adoption.verify()
            except LiveStateError as error:
                log.warning("the owners of this worker's calls are not known yet: %s", error)
                gevent.sleep(AGAIN_S)
            except Exception as error:
                note_fault("adoption", "the owners of this worker's calls could not be read", error)
                gevent.sleep(AGAIN_S)
