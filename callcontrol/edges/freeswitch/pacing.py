"""A switch gets as many originates at once as it answers in time (`routing.pace`); further ones wait their turn."""

from __future__ import annotations

import math
from collections import deque
from itertools import count

from gevent.event import Event

from callcontrol.edges import clock, meters
from callcontrol.edges.freeswitch.failures import reached
from callcontrol.routing.pace import IN_TIME_S, Pace, slack_s


class CommandPacing:
    """The commands of one switch that are under way, and the originates that wait to be sent.

    Args:
        switch: its name, for metrics.
        most: originates without an answer, however quick the switch is.
    """

    def __init__(self, switch: str, most: int) -> None:
        self._switch = switch
        self._pace = Pace(most)
        self._numbers = count()
        self._sent: dict[int, float] = {}  # commands without an answer, in their order, and when each was sent
        self._originates = 0
        self._turns: deque[Event] = deque()

    @property
    def allowed(self) -> int:
        """How many originates may be without an answer at once."""
        return self._pace.allowed

    @property
    def answer_s(self) -> float:
        """How long the switch takes to answer, of its answers or of the command that has waited longest for one."""
        now_s = clock.monotonic()
        oldest_s = next(iter(self._sent.values()), now_s)
        return max(self._pace.answer_at(now_s), now_s - oldest_s)

    @property
    def slack_s(self) -> float:
        """How much longer than usual to wait for the switch (seconds)."""
        oldest_s = next(iter(self._sent.values()), math.inf)
        if self._pace.answer_s <= IN_TIME_S and clock.monotonic() - oldest_s <= IN_TIME_S:  # as is usual
            return 0.0
        return slack_s(self.answer_s)

    def sent(self) -> int:
        """A command is sent now; returns what `answered` is to be given."""
        number = next(self._numbers)
        self._sent[number] = clock.monotonic()
        return number

    def answered(self, number: int, *, originate: bool = False) -> None:
        """The command is answered."""
        sent_s = self._sent.pop(number, None)
        if sent_s is not None:
            self._pace = self._pace.answered(sent_s, clock.monotonic(), originate=originate)

    def forget(self, number: int) -> None:
        """The command will not be answered."""
        self._sent.pop(number, None)

    def enter(self, timeout_s: float) -> None:
        """Wait for the turn of an originate; `leave` when it is answered.

        Raises:
            LimitReached: it did not come in time.
        """
        if self.begin():
            return
        meters.originates_held_total.labels(self._switch).inc()
        turn = Event()
        self._turns.append(turn)
        turn.wait(timeout_s)
        if not turn.is_set():
            self._turns.remove(turn)
            raise reached("window", self.allowed, f"originates without an answer at switch {self._switch}")

    def begin(self) -> bool:
        """Whether an originate may be sent at once: then it is under way, and `leave` is to follow."""
        free = not self._turns and self._originates < self.allowed
        self._originates += free
        return free

    def leave(self) -> None:
        """An originate is answered, or will not be: one that waits may have its turn."""
        self._originates -= 1
        while self._turns and self._originates < self.allowed:
            self._originates += 1
            self._turns.popleft().set()

    def connection_lost(self) -> None:
        """No command under way is answered any more."""
        self._sent.clear()
