"""/metrics, /healthz (the process runs), /readyz (every worker takes calls, or which does not and why), /workers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Final

import orjson
from prometheus_client import CONTENT_TYPE_LATEST

from callcontrol.edges.freeswitch.binding import Address
from callcontrol.supervisor.metrics import exposition
from callcontrol.supervisor.probe_server import REQUEST_S, ProbeServer
from callcontrol.supervisor.views import View

log = logging.getLogger(__name__)

TEXT: Final = "text/plain; charset=utf-8"
METHODS: Final = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request."""

    status: HTTPStatus
    body: bytes
    kind: str = TEXT


def answer(path: str, look: Callable[[], View], metrics: Path) -> Answer:
    """The answer to a request for this path."""
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
        look: returns the state of the daemon.
        metrics: the folder of the workers' metrics.
    """

    def __init__(self, place: Address, look: Callable[[], View], metrics: Path) -> None:
        """Take the address, and answer from now on.

        Raises:
            CannotListen: the address cannot be taken.
        """
        self._server = ProbeServer(place, _handler(lambda: self._seen(look()), metrics))
        self._thread = threading.Thread(target=self._server.serve_forever, name="probes", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _seen(self, view: View) -> View:
        return replace(view, probes_refused=self._server.refused)


def _handler(look: Callable[[], View], metrics: Path) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = REQUEST_S

        def parse_request(self) -> bool:
            """Read the request; unsupported methods are refused here (RFC 9110, 15.5.6)."""
            if not super().parse_request():
                return False
            if self.command not in METHODS:
                self._say(Answer(HTTPStatus.METHOD_NOT_ALLOWED, b"only GET, HEAD and OPTIONS\n"), allow=True)
                return False
            return True

        def do_GET(self) -> None:
            """Answer a GET."""
            self._say(answer(self.path, look, metrics))

        def do_HEAD(self) -> None:
            """Answer as to GET, without the body (RFC 9110, 9.3.2)."""
            self._say(answer(self.path, look, metrics))

        def do_OPTIONS(self) -> None:
            """Answer with the supported methods (RFC 9110, 9.3.7)."""
            self._say(Answer(HTTPStatus.OK, b""), allow=True)

        def _say(self, said: Answer, *, allow: bool = False) -> None:
            self.send_response(said.status)
            self.send_header("Content-Type", said.kind)
            self.send_header("Content-Length", str(len(said.body)))
            if allow:
                self.send_header("Allow", ", ".join(METHODS))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said.body)

        def log_message(self, format: str, *args: Any) -> None:
            """Write to our log, at level DEBUG."""
            log.debug(format, *args)

    return Handler
