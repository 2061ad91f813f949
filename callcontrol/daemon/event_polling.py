"""Switches send events at once while agents are rung or talk: the next caller waits for their hang-ups.

A switch sends events in steps of 20 ms (`Connection.poll_events`). One blank line for each switch, whatever the number
of calls, makes the steps shorter; without calls of queues nothing is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import gevent
from gevent.event import Event
from gevent.pool import Group

from callcontrol.config.settings import Switch
from callcontrol.control.call import Call
from callcontrol.edges.containment import contained

# How often it is looked whether there is a call of a queue, whether or not one was told of (seconds).
LOOK_S = 5.0


class EventPolling:
    """Asks each switch for its events, as often as its settings say.

    Args:
        of_queues: the calls in progress here that are of queues, as they are now.
        poll: asks one switch.
        first: set when the first of them begins; None: that is not told.
    """

    def __init__(
        self,
        switches: Mapping[str, Switch],
        of_queues: Collection[str],
        poll: Callable[[str], None],
        first: Event | None = None,
    ) -> None:
        self._every_s = {name: switch.poll_events_ms / 1000 for name, switch in switches.items()}
        self._of_queues = of_queues
        self._poll = poll
        self._first = first or Event()
        self._loops = Group()

    def start(self) -> None:
        """Ask until `stop`."""
        for name, every_s in self._every_s.items():
            if every_s:
                self._loops.spawn(self._ask, name, every_s)

    def stop(self) -> None:
        """Ask no more."""
        self._loops.kill()

    def _ask(self, switch: str, every_s: float) -> None:
        while True:
            with contained("switch", f"switch {switch} could not be asked for events"):
                if self._of_queues:
                    self._poll(switch)
            if self._of_queues:
                gevent.sleep(every_s)
            else:
                self._first.clear()
                self._first.wait(LOOK_S)


def is_of_queue(call: Call) -> bool:
    """Whether the call waits in a queue, is offered by one, or has an agent of one."""
    return call.serving is not None or call.state.waits
