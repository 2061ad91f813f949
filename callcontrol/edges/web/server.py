"""A WSGI server whose clients cannot hold it up: gevent's, with a limit of connections and a deadline for each.

One request a connection: behind a reverse proxy a new one costs little, and an idle one would keep a place. More
connections than the limit wait in the system's backlog.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, ClassVar, Final

import gevent
from gevent.pool import Pool
from gevent.pywsgi import WSGIHandler, WSGIServer

from callcontrol.edges import meters
from callcontrol.edges.containment import note_fault
from callcontrol.edges.freeswitch.binding import Address, bound

# From the connection to the last byte of the answer (seconds). A player asks for the rest again.
CONNECTION_S: Final = 60.0
BACKLOG: Final = 256
SERVER: Final = "web server"

log = logging.getLogger(__name__)


class Handler(WSGIHandler):  # type: ignore[misc]  # gevent ships no types
    """Tells of faults in our words."""

    def handle_error(self, kind: type[BaseException], error: BaseException, trace: object) -> None:
        """What the application raised, though it answers its own faults itself; or a deadline."""
        if isinstance(error, Exception):
            note_fault("web", "a request could not be answered", error)
            self._send_error_response_if_possible(500)
            return
        raise error


class _OneRequest(Handler):
    """Serves one request within the deadline, then closes the connection."""

    def handle(self) -> None:
        late = gevent.Timeout(self.server.deadline_s)
        late.start()
        try:
            super().handle()
        except gevent.Timeout as error:
            if error is not late:
                raise
            meters.web_connections_late_total.inc()
        finally:
            late.close()

    def read_request(self, raw_requestline: str) -> Any:
        result = super().read_request(raw_requestline)
        self.close_connection = True
        return result


class WebServer:
    """Listens, and serves an application until it is stopped.

    Args:
        clients: connections that are served at once.
        deadline_s: what each connection may take.
    """

    handler_class: ClassVar[type[Handler]] = _OneRequest

    def __init__(
        self, place: Address, application: Callable[..., Any], clients: int, deadline_s: float = CONNECTION_S
    ) -> None:
        """Listen.

        Raises:
            OSError: the address is not ours, or is in use.
        """
        listener = bound(place)
        listener.listen(BACKLOG)
        listener.setblocking(False)
        self.address = Address(*listener.getsockname()[:2])
        self._server = WSGIServer(
            listener, application, spawn=Pool(clients), log=None, error_log=log, handler_class=self.handler_class
        )
        self._server.deadline_s = deadline_s
        self._server.start()

    def stop(self, deadline_s: float = 1.0) -> None:
        """Take no more connections; those that are served may end within the deadline."""
        self._server.stop(deadline_s)
        self._server.close()
