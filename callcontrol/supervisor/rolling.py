"""A rolling restart: one slot after the other gets a new worker, which is ready before the old one is told to end."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum, auto

from callcontrol.supervisor.slot import Slot
from callcontrol.supervisor.timeouts import READY_S
from callcontrol.supervisor.views import Roll

log = logging.getLogger(__name__)


class _Phase(Enum):
    BEFORE = auto()
    SUCCESSOR_STARTS = auto()
    OLD_ONE_DRAINS = auto()


class Rolling:
    """The latest rolling restart.

    Args:
        prepare: called before the first worker is replaced.

    Attributes:
        number: counts the rolling restarts of this daemon; 0 before the first.
        state, why: its state, and why it failed.
    """

    def __init__(self, prepare: Callable[[], object] = lambda: None) -> None:
        self._prepare = prepare
        self.number = 0
        self.state = Roll.NONE
        self.why = ""
        self._slots: deque[Slot] = deque()
        self._phase = _Phase.BEFORE

    def begin(self, slots: Sequence[Slot]) -> None:
        """Restart the workers of these slots, one after the other. A restart that runs already is not disturbed."""
        if self.state is Roll.RUNNING:
            log.warning("a rolling restart is under way already")
            return
        log.info("rolling restart of %d workers", len(slots))
        self._slots, self._phase = deque(slots), _Phase.BEFORE
        self.number, self.state, self.why = self.number + 1, Roll.RUNNING, ""
        self._prepare()

    def stop(self, why: str) -> None:
        """Give up the restart if one runs: workers that were not replaced yet stay."""
        if self.state is Roll.RUNNING:
            self._fail(why)

    def step(self, now: float) -> None:
        """Do the next step of the restart if its condition is met; to be called again and again."""
        if self.state is Roll.RUNNING:
            self._step(self._slots[0], now)

    def _step(self, slot: Slot, now: float) -> None:
        match self._phase:
            case _Phase.BEFORE if slot.may_begin:
                self._start(slot, now)
            case _Phase.SUCCESSOR_STARTS:
                self._look_at_successor(slot, now)
            case _Phase.OLD_ONE_DRAINS if slot.is_settled:
                self._next()
            case _:  # a worker of this slot still drains, or the fork server still loads
                return

    def _start(self, slot: Slot, now: float) -> None:
        if slot.start_successor(now):
            self._phase = _Phase.SUCCESSOR_STARTS
        else:
            self._fail(f"{slot.name}: no process can be started")

    def _look_at_successor(self, slot: Slot, now: float) -> None:
        successor = slot.successor
        if successor is None:
            self._fail(f"{slot.name}: its successor died at once")
        elif successor.is_ready:
            slot.hand_over(now)
            self._phase = _Phase.OLD_ONE_DRAINS
        elif now - successor.started_at > READY_S:
            said = successor.heartbeat.not_ready if successor.heartbeat else "it sends no heartbeat"
            slot.give_up_successor(now)
            self._fail(f"{slot.name}: its successor is not ready after {READY_S:.0f} s: {said}")

    def _next(self) -> None:
        self._slots.popleft()
        self._phase = _Phase.BEFORE
        if not self._slots:
            self.state = Roll.DONE
            log.info("rolling restart done")

    def _fail(self, why: str) -> None:
        """The restart ends here; workers that were not replaced yet stay."""
        self.state, self.why = Roll.FAILED, why
        log.error("rolling restart given up: %s", why)
