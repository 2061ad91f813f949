"""Requests of the API, measured; the server and its clients, each a process of its own, in which gevent has patched."""

from callcontrol.edges.greenlets import patch_all

patch_all()

import os  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable, Iterator, Mapping, Sequence  # noqa: E402
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
from tests.bench.machine import cpu_s  # noqa: E402
from tests.bench.made_history import samples  # noqa: E402
from tests.bench.web_looks import looks  # noqa: E402
from tests.bench.web_site import TENANT, opened  # noqa: E402
from tests.web.conftest import Site  # noqa: E402
from tests.web.panel.server import session_of  # noqa: E402

CLIENTS = (1, 8)
SECONDS = 4.0
# Each look is asked so often, and uncounted before, so that its pages are in memory as those of a busy day are; no
# longer than so long (seconds), but a few times in any case.
ASKED, BEFORE, FEWEST, LONGEST_S = 40, 10, 4, 20.0
SAMPLES = 50
PATHS = ("/me", "/calls?limit=50", "/calls?limit=50&number=600*")


def serve(made: str, url: str, dsn: str) -> None:
    """The server: prints a row for each measurement."""
    site, rows = opened(Path(made), url, dsn), []
    server = KeepAliveServer(Address("127.0.0.1", 0), application(site.services, site.guards, site.live), 100)
    for named, access in (("one each", partial(walled, dsn)), ("kept", site.services.ledger)):
        _reach(site, access)
        for path in PATHS:
            rows += [(path, str(n), named, *_asked(server.address.port, site, path, n)) for n in CLIENTS]
    server.stop()
    site.stop()
    print(orjson.dumps(rows).decode())


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


def look_around(made: str, url: str, dsn: str, only: str) -> None:
    """The server, and who looks: prints a row for each look that has this in its name."""
    site = opened(Path(made), url, dsn)
    wanted = [one for one in looks(site, samples(dsn, SAMPLES, TENANT)) if only in one.name]
    logins = {one.login for one in wanted}
    heads = {login: _heads(site, login) for login in logins}
    server = KeepAliveServer(Address("127.0.0.1", 0), application(site.services, site.guards, site.live), 100)
    asked = Path(made) / "looks.json"
    asked.write_bytes(orjson.dumps([[one.name, one.login, heads[one.login], one.paths] for one in wanted]))
    with psycopg.connect(dsn) as connection:
        backend = connection.info.backend_pid
        words = [str(server.address.port), str(asked), str(os.getpid()), str(_parent(backend))]
        subprocess.run([sys.executable, "-m", "tests.bench.web_requests", "look", *words], check=True)
    server.stop()
    site.stop()


def _heads(site: Site, login: str) -> dict[str, str]:
    """A browser and a program send different ones; each place looks at its own."""
    cookie = f"{site.guards.cookie}={session_of(site, login)}"
    return {"token": f"Bearer {site.tokens[login]}", "cookie": cookie}


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def looks_of(port: str, asked: str, web: str, postmaster: str) -> None:
    """Who looks, in a process of its own: prints name, login, how often, bytes, and spans (ms) of each look."""
    line, rows = HTTPConnection("127.0.0.1", int(port), timeout=60), []
    for name, login, heads, paths in orjson.loads(Path(asked).read_bytes()):
        rows.append([name, login, *_looked(line, heads, paths, int(web), int(postmaster))])
        print(*rows[-1], sep="; ", file=sys.stderr)
    line.close()
    print(orjson.dumps(rows).decode())


def _looked(
    line: HTTPConnection, heads: dict[str, str], paths: Sequence[str], web: int, postmaster: int
) -> Iterator[float]:
    spans_us, used_us, sizes, due = list[int](), list[int](), list[int](), monotonic() + LONGEST_S
    for n in range(BEFORE + ASKED):
        counted = n >= BEFORE or monotonic() > due
        pids, path = [web, *_children(postmaster)], paths[n % len(paths)]
        before, began = {pid: cpu_s(pid) for pid in pids}, monotonic()
        sizes.append(len(_got(line, heads, path)))
        took, used = monotonic() - began, sum(_since(pid, at_s) for pid, at_s in before.items())
        if counted:
            spans_us.append(round(took * 1_000_000))
            used_us.append(round(used * 1_000_000))
        if monotonic() > due and len(spans_us) >= FEWEST:
            break
    found, of_processor = spread(spans_us), spread(used_us)
    yield from (found.count, sum(sizes) / len(sizes), found.p50, found.p95, found.largest, of_processor.p50)
    yield of_processor.p95


def _since(pid: int, before_s: float) -> float:
    """What a process has taken since; 0 for one that has ended."""
    try:
        return cpu_s(pid) - before_s
    except OSError:
        return 0.0


def _got(line: HTTPConnection, heads: dict[str, str], path: str) -> bytes:
    is_program = path.startswith("/api/")
    given = {"Authorization": heads["token"]} if is_program else {"Cookie": heads["cookie"]}
    line.request("GET", path, headers=given)
    answer = line.getresponse()
    body = answer.read()
    assert answer.status == 200, (path, answer.status, body[:500])
    return body


def _children(pid: int) -> list[int]:
    """Processes of Postgres for connections, and all else it has running; not the workers of one statement."""
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def clients_of(port: str, token: str, path: str, clients: str) -> None:
    """The clients, in a process of their own: prints how long each request took (microseconds)."""
    asking = [gevent.spawn(_ask, int(port), token, path) for _ in range(int(clients))]
    gevent.joinall(asking, raise_error=True)
    print(orjson.dumps([span for one in asking for span in one.value]).decode())


ROLES: Mapping[str, Callable[..., None]] = {
    "serve": serve,
    "looks": look_around,
    "look": looks_of,
    "ask": clients_of,
}

if __name__ == "__main__":
    role, *given = sys.argv[1:]
    ROLES[role](*given)
