"""/metrics, /healthz (the process runs), /readyz (it can take calls, or why not)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from gevent.pywsgi import WSGIServer
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Start = Callable[[str, list[tuple[str, str]]], Any]


class Probes:
    """A small HTTP server for ops.

    Args:
        not_ready: says why no calls can be taken now, "" if they can.
        refresh: brings gauges up to date before they are read.
    """

    def __init__(self, address: tuple[str, int], not_ready: Callable[[], str], refresh: Callable[[], None]) -> None:
        self._not_ready = not_ready
        self._refresh = refresh
        self._server = WSGIServer(address, self._answer, log=None)

    def start(self) -> None:
        """Listen; requests are answered from now on."""
        self._server.start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.stop(timeout=1)

    def _answer(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        match environ.get("PATH_INFO"):
            case "/metrics":
                self._refresh()
                return _reply(start, "200 OK", generate_latest(), CONTENT_TYPE_LATEST)
            case "/healthz":
                return _reply(start, "200 OK", b"alive\n")
            case "/readyz":
                why = self._not_ready()
                return _reply(start, "503 Service Unavailable" if why else "200 OK", f"{why or 'ready'}\n".encode())
            case _:
                return _reply(start, "404 Not Found", b"there are /metrics, /healthz and /readyz\n")


def _reply(start: Start, status: str, body: bytes, kind: str = "text/plain; charset=utf-8") -> list[bytes]:
    start(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
