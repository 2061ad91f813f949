"""/metrics, /healthz (the process runs), /readyz (every worker takes calls, or which does not and why), /workers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import orjson
from prometheus_client import CONTENT_TYPE_LATEST

from callcontrol.edges.freeswitch.binding import Address
from callcontrol.supervisor.doors import taken
from callcontrol.supervisor.metrics import exposition
from callcontrol.supervisor.views import View

log = logging.getLogger(__name__)

TEXT: Final = "text/plain; charset=utf-8"
# Longest wait for a request's next byte (seconds).
PATIENCE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a request."""

    status: HTTPStatus
    body: bytes
    kind: str = TEXT


def answer(path: str, look: Callable[[], View], metrics: Path) -> Answer:
    """What is said to a request for this path."""
    match path.partition("?")[0]:
        case "/metrics":
            return Answer(HTTPStatus.OK, exposition(metrics, look), CONTENT_TYPE_LATEST)
        case "/healthz":
            return Answer(HTTPStatus.OK, b"alive\n")
        case "/readyz":
            return _ready(look())
        case "/workers":
            return Answer(HTTPStatus.OK, orjson.dumps(look().to_json()) + b"\n", "application/json")
        case _:
            return Answer(HTTPStatus.NOT_FOUND, b"there are /metrics, /healthz, /readyz and /workers\n")


def _ready(view: View) -> Answer:
    why = view.not_ready()
    lines = (why or "ready", *view.remarks())
    status = HTTPStatus.SERVICE_UNAVAILABLE if why else HTTPStatus.OK
    return Answer(status, "".join(f"{line}\n" for line in lines).encode())


class Probes:
    """A small HTTP server for ops, in threads of its own.

    Args:
        look: says how things stand.
        metrics: the folder of the workers' metrics.
    """

    def __init__(self, place: Address, look: Callable[[], View], metrics: Path) -> None:
        """Take the address, and answer from now on.

        Raises:
            DoorTaken: it is not to be had.
        """
        door = taken(place)
        self._server = ThreadingHTTPServer(door.getsockname()[:2], _handler(look, metrics), bind_and_activate=False)
        self._server.socket.close()
        self._server.socket = door
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="probes", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(look: Callable[[], View], metrics: Path) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE_S

        def do_GET(self) -> None:
            """Answer."""
            said = answer(self.path, look, metrics)
            self.send_response(said.status)
            self.send_header("Content-Type", said.kind)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        def log_message(self, format: str, *args: Any) -> None:
            """As everything else is logged, and only for who wants to see it."""
            log.debug(format, *args)

    return Handler
