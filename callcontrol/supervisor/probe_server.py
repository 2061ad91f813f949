"""The threads of the probes: limited in number and in time, whatever the clients do or leave undone.

When all connections are taken the oldest is closed, and the new one served: a probe is over in milliseconds, so a peer
that is not done by then holds a connection for nothing.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from callcontrol.edges import clock
from callcontrol.edges.freeswitch.binding import Address
from callcontrol.supervisor.listeners import listening_socket

log = logging.getLogger(__name__)

# Connections that are served at once.
MAX_CONNECTIONS: Final = 64
# Threads there may be: those whose connection was closed are about to end. Beyond them a connection is closed at once.
MAX_THREADS: Final = 2 * MAX_CONNECTIONS
# From the connection to the last byte of the answer (seconds).
REQUEST_S: Final = 5.0


class ProbeServer(ThreadingHTTPServer):
    """An HTTP server whose clients cannot hold it up."""

    daemon_threads = True

    def __init__(self, place: Address, handler: type[BaseHTTPRequestHandler]) -> None:
        """Listen.

        Raises:
            CannotListen: the address cannot be taken.
        """
        listener = listening_socket(place)
        super().__init__(listener.getsockname()[:2], handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self._lock = threading.Lock()
        self._open: dict[socket.socket, float] = {}  # when each was accepted, the oldest first
        self._busy = 0
        self.refused = 0  # connections that were closed before their answer

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve the connection in a thread of its own, if one more is allowed."""
        with self._lock:
            if self._busy >= MAX_THREADS:
                self.refused += 1
                return super().shutdown_request(request)
            if len(self._open) >= MAX_CONNECTIONS:
                self._end(next(iter(self._open)))
            self._busy += 1
            self._open[request] = clock.monotonic()
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """The connection is served, or its thread has given it up."""
        with self._lock:
            self._busy -= 1
            self._open.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Between two connections, and every half second: close connections that take too long."""
        overdue = clock.monotonic() - REQUEST_S
        with self._lock:
            for request in [one for one, since in self._open.items() if since < overdue]:
                self._end(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is gone is not logged; a fault of ours is."""
        error = sys.exception()
        if isinstance(error, OSError):
            log.debug("a probe's connection ended: %s", error)
        else:
            log.error("a probe from %s could not be answered", client_address[0], exc_info=error)

    def _end(self, request: socket.socket) -> None:
        """Shut the connection down: its thread reads the end of the stream, or cannot write, and ends."""
        del self._open[request]
        self.refused += 1
        with contextlib.suppress(OSError):  # it has just been closed
            request.shutdown(socket.SHUT_RDWR)
