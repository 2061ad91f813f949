"""What workers tell each other over the switches, which all of them hear: whose a call is, where Redis cannot tell."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

import gevent
from gevent.event import Event

from callcontrol.edges import clock
from callcontrol.edges.freeswitch.failures import EventSocketError
from callcontrol.edges.freeswitch.inbound import SwitchLink
from callcontrol.edges.freeswitch.worker_events import Taken, WorkerEvent

log = logging.getLogger(__name__)

# A takeover is announced again for so long, so often, where the switch cannot be told at once (seconds).
ANNOUNCE_S: Final = 60.0
AGAIN_S: Final = 0.2
# The switch tells its listeners one after the other, each within so long (seconds).
STEP_S: Final = 0.05


class WorkerTalk:
    """One worker's way of speaking to the others.

    Args:
        links: the connections to all switches, by name.
    """

    def __init__(self, links: Mapping[str, SwitchLink]) -> None:
        self._links = links
        self._announced: dict[tuple[str, ...], Event] = {}  # by calls

    def say(self, switch: str, said: WorkerEvent) -> bool:
        """Say it at once; whether the switch was told."""
        link = self._links.get(switch)
        if link is None:
            return False
        try:
            link.tell(said)
        except EventSocketError as error:
            log.warning("%s is not said at switch %s: %s", type(said).__name__, switch, error)
            return False
        return True

    def announce(self, switch: str, taken: Taken) -> Event:
        """Say it, and wait for a link that is down: a worker that cannot reach the switch cannot direct its calls
        either.

        Returns:
            Set when the switch has told it to us too, and a step later: by then every worker that hears it has been
            told.
        """
        told = Event()
        self._announced[taken.calls] = told
        gevent.spawn(self._announce, switch, taken)
        gevent.spawn_later(ANNOUNCE_S, self._announced.pop, taken.calls, None)
        return told

    def heard_own(self, taken: Taken) -> None:
        """The switch tells us what we have announced."""
        told = self._announced.pop(taken.calls, None)
        if told is not None:
            gevent.spawn_later(STEP_S, told.set)

    def _announce(self, switch: str, taken: Taken) -> None:
        due = clock.monotonic() + ANNOUNCE_S
        while (link := self._links.get(switch)) is not None and clock.monotonic() < due:
            try:
                return link.tell(taken)
            except EventSocketError as error:
                log.info("not announced yet at switch %s: %s", switch, error)
                gevent.sleep(AGAIN_S)
