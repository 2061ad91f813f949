"""Requests of the API, measured; the server and its clients, each a process of its own, in which gevent has patched."""

from callcontrol.edges.greenlets import patch_all

patch_all()

import subprocess  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable  # noqa: E402
from functools import partial  # noqa: E402
from http.client import HTTPConnection  # noqa: E402
from pathlib import Path  # noqa: E402
from time import monotonic  # noqa: E402

import gevent  # noqa: E402
import orjson  # noqa: E402
import psycopg  # noqa: E402

from callcontrol.edges.freeswitch.binding import Address  # noqa: E402
from callcontrol.edges.ledger.walls import walled  # noqa: E402
from callcontrol.edges.web.keep_alive import KeepAliveServer  # noqa: E402
from callcontrol.web.app import application  # noqa: E402
from tests.bench.figures import spread  # noqa: E402
from tests.web.conftest import Site, site_of  # noqa: E402

CLIENTS = (1, 8)
SECONDS = 4.0
# The bench's tenant is one of the example's.
TABLES = ("calls", "legs", "charges", "queue_visits", "offers")
PATHS = ("/me", "/calls?limit=50", "/calls?limit=50&number=600*")


def serve(made: str, url: str, dsn: str) -> None:
    """The server: prints a row for each measurement."""
    _adopt(dsn)
    site, rows = site_of(Path(made), url, dsn), []
    server = KeepAliveServer(Address("127.0.0.1", 0), application(site.services, site.guards, site.live), 100)
    for named, access in (("one each", partial(walled, dsn)), ("kept", site.services.ledger)):
        _reach(site, access)
        for path in PATHS:
            rows += [(path, str(n), named, *_asked(server.address.port, site, path, n)) for n in CLIENTS]
    server.stop()
    site.stop()
    print(orjson.dumps(rows).decode())


def _adopt(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for name in TABLES:
            connection.execute(f"UPDATE {name} SET tenant = 'acme' WHERE tenant = 'tenant1'".encode())


def _reach(site: Site, access: Callable[..., object]) -> None:
    """How the ledger is reached from now on."""
    site.services.ledger = lambda tenant, is_long=False: access(tenant)  # type: ignore[assignment, method-assign, misc]
    site.services.signing_in._ledger = site.services.ledger


def _asked(port: int, site: Site, path: str, clients: int) -> tuple[str, str, str]:
    given = [str(port), site.tokens["admin"], path, str(clients)]
    words = [sys.executable, "-m", "tests.bench.web_requests", "ask", *given]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        spans_us = orjson.loads(process.stdout.read())
    found, late = spread(spans_us), sorted(spans_us)[len(spans_us) * 95 // 100]
    return (
        f"{len(spans_us) / SECONDS:.0f}",
        f"{found.p50:.1f}",
        f"{late / 1000:.1f}",
    )


def _ask(port: int, token: str, path: str) -> list[int]:
    line, spans_us, due = HTTPConnection("127.0.0.1", port, timeout=30), [], monotonic() + SECONDS
    while (began := monotonic()) < due:
        line.request("GET", f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
        answer = line.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        spans_us.append(round((monotonic() - began) * 1_000_000))
    line.close()
    return spans_us


def clients_of(port: str, token: str, path: str, clients: str) -> None:
    """The clients, in a process of their own: prints how long each request took (microseconds)."""
    asking = [gevent.spawn(_ask, int(port), token, path) for _ in range(int(clients))]
    gevent.joinall(asking, raise_error=True)
    print(orjson.dumps([span for one in asking for span in one.value]).decode())


if __name__ == "__main__":
    role, *given = sys.argv[1:]
    (serve if role == "serve" else clients_of)(*given)
