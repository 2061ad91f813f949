"""The worker's end of the line to its supervisor: a heartbeat each second, and the end of work if it is closed.

A worker whose hub hangs sends none: its supervisor kills it. A supervisor that is gone cannot restart it or pass a
signal on: the worker then drains, as if it had been told to.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import gevent
from gevent import socket

from callcontrol.edges import clock
from callcontrol.edges.heartbeat_message import BEAT_S, HeartbeatMessage, to_line

log = logging.getLogger(__name__)


class Heartbeat:
    """Sends heartbeats, and watches for the end of the connection.

    Args:
        line: the worker's end of the socket; owned from here on.
        look: returns the worker's state.
        on_end: called once, when the supervisor is gone.
    """

    def __init__(self, line: socket.socket, look: Callable[[], HeartbeatMessage], on_end: Callable[[], object]) -> None:
        self._line = line
        self._look = look
        self._on_end = on_end

    def start(self) -> None:
        """From now on, until the end of the process: a worker that drains is still alive."""
        gevent.spawn(self._beat)
        gevent.spawn(self._watch)

    def _beat(self) -> None:
        try:
            while True:
                self._line.sendall(to_line(self._look()))
                gevent.sleep(clock.until_tick(BEAT_S))
        except OSError as error:
            log.info("heartbeats do not reach the supervisor any more: %s", error)

    def _watch(self) -> None:
        """The supervisor never writes: when the socket becomes readable, it has ended."""
        try:
            said = self._line.recv(1)
        except OSError as error:
            log.info("the line to the supervisor broke: %s", error)
            said = b""
        if not said:
            log.warning("the supervisor is gone: this worker drains")
            self._on_end()
