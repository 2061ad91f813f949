"""Live streams of the web process: 500 walls that look at 1,000 agents. How soon each sees what has changed, what it
takes; Redis away and back, and the process killed while streams are open.

The viewers are in a process with the acts, so that both have the same clock; what that process takes is in the figures.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import gevent
import psycopg
from gevent import socket
from rich.console import Console
from rich.table import Table

from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges import clock
from callcontrol.edges.embedded import EmbeddedPostgres, EmbeddedRedis
from callcontrol.edges.ledger.people import User
from callcontrol.edges.ledger.reader import connect as connect_ledger
from callcontrol.edges.ledger.schema import apply_schema
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.usecases.people import Doer, People
from callcontrol.vocabulary.agent import AgentAction
from callcontrol.vocabulary.rights import Role
from tests.bench.figures import spread
from tests.commands.call_centre import EXAMPLE, CallCentre
from tests.redis_servers.server import free_port

AGENTS: Final = 1_000
QUEUES: Final = 10
STREAMS: Final = 500
ACTS_A_SECOND: Final = 10
MEASURED_S: Final = 20
OPEN_S: Final = 120.0
TICKS: Final = os.sysconf("SC_CLK_TCK")
_KEY: Final = "k" * 32


def run(console: Console, args: Namespace) -> None:
    """Measure and print."""
    del args
    console.rule(f"live: {STREAMS} streams, {AGENTS:,} agents in {QUEUES} queues, {ACTS_A_SECOND} acts a second")
    with tempfile.TemporaryDirectory() as made, EmbeddedPostgres(Path(made) / "postgres", durable=False) as dsn:
        redis = EmbeddedRedis(Path(made) / "redis")
        with redis as url:
            config, port = _configured(Path(made), url, dsn)
            token = _token(config, dsn)
            centre = _opened(config, url)
            web = Web(config, port)
            try:
                _measure(console, Floor(web, centre, token, redis))
            finally:
                web.kill()
                centre.stop()


class Floor:
    """What is measured: the process, its viewers, and the call centre they look at."""

    def __init__(self, web: Web, centre: CallCentre, token: str, redis: EmbeddedRedis) -> None:
        self.web, self.centre, self.redis = web, centre, redis
        self.viewers = [Viewer(web.port, token) for _ in range(STREAMS)]


class Web:
    """`callcontrol web`, as a process."""

    def __init__(self, config: Path, port: int) -> None:
        self._config, self.port = config, port
        self.start()

    def start(self) -> None:
        """Start it, and wait until it listens."""
        words = [sys.executable, "-m", "callcontrol", "web", "--config", str(self._config)]
        self._process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _until(lambda: _listens(self.port), OPEN_S)

    def kill(self) -> None:
        """By SIGKILL."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def cpu_s(self) -> float:
        """What it has taken of a processor (seconds)."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self) -> float:
        """What it holds."""
        return int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


class Viewer:
    """A browser with a stream: comes back by itself, from where it was."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self.seen: dict[str, int] = {}
        self.kind, self.last_id, self.bytes, self.opened = "", "", 0, 0
        self.greenlet = gevent.spawn(self._look)

    def _look(self) -> None:
        while True:
            with suppress(OSError):
                self._stream()
            self.kind = "gone"
            gevent.sleep(0.5)

    def _stream(self) -> None:
        line = socket.create_connection(("127.0.0.1", self._port), timeout=30)
        again = f"Last-Event-ID: {self.last_id}\r\n" if self.last_id else ""
        head = f"GET /api/v1/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self._token}\r\n{again}\r\n"
        line.sendall(head.encode())
        waiting = b""
        self.opened += 1
        while piece := line.recv(262_144):
            now_us = _now_us()
            self.bytes += len(piece)
            waiting += piece
            *events, waiting = waiting.split(b"\n\n")
            for event in events:
                self._read(event, now_us)
        line.close()

    def _read(self, event: bytes, now_us: int) -> None:
        at = event.find(b"event: ")
        if at < 0:
            return
        self.kind = event[at + 7 : event.index(b"\n", at)].decode()
        found = event.find(b"id: ")
        if found >= 0:
            self.last_id = event[found + 4 : event.index(b"\n", found)].decode()
        if self.kind == "change":
            for agent in event.split(b'"agent":"')[1:]:
                self.seen.setdefault(agent[: agent.index(b'"')].decode(), now_us)


def _measure(console: Console, floor: Floor) -> None:
    table = Table("what", "figure")
    began = clock.monotonic()
    _until(lambda: all(one.kind == "snapshot" for one in floor.viewers), OPEN_S)
    table.add_row(f"all {STREAMS} streams open, each with a snapshot", f"{clock.monotonic() - began:.1f} s")
    gevent.sleep(2)
    table.add_row("memory of the process", f"{floor.web.memory_mb():.0f} MB")
    idle, began = floor.web.cpu_s(), clock.monotonic()
    gevent.sleep(5)
    table.add_row("processor while nothing changes", _share(floor.web.cpu_s() - idle, clock.monotonic() - began))
    _acts(table, floor)
    _redis_away(table, floor)
    _killed(table, floor)
    console.print(table)


def _acts(table: Table, floor: Floor) -> None:
    for one in floor.viewers:
        one.seen.clear()
    sent: dict[str, int] = {}
    before, began, bytes_before = floor.web.cpu_s(), clock.monotonic(), sum(one.bytes for one in floor.viewers)
    for number in range(ACTS_A_SECOND * MEASURED_S):
        agent = f"a{number:04}"
        sent[agent] = _now_us()
        floor.centre.act(agent, AgentAction.PAUSE, "lunch")
        gevent.sleep(max(0.0, began + (number + 1) / ACTS_A_SECOND - clock.monotonic()))
    took = clock.monotonic() - began
    used, bytes_read = floor.web.cpu_s() - before, sum(one.bytes for one in floor.viewers) - bytes_before
    gevent.sleep(3)
    spans = [one.seen[agent] - at for one in floor.viewers for agent, at in sent.items() if agent in one.seen]
    missing = len(sent) * len(floor.viewers) - len(spans)
    table.add_row(f"from the act to {len(floor.viewers)} viewers", f"{spread(spans)}, {missing} of {len(spans)} unseen")
    table.add_row("processor meanwhile", _share(used, took))
    table.add_row("to each viewer", f"{bytes_read / took / len(floor.viewers) / 1000:.1f} KB/s")


def _redis_away(table: Table, floor: Floor) -> None:
    began = clock.monotonic()
    floor.redis.stop()
    _until(lambda: all(one.kind == "stale" for one in floor.viewers), OPEN_S)
    table.add_row("Redis is stopped: all are told since when nothing is known", f"{clock.monotonic() - began:.1f} s")
    began = clock.monotonic()
    floor.redis.start()
    _until(lambda: all(one.kind == "snapshot" for one in floor.viewers), OPEN_S)
    table.add_row("started again: all have a snapshot", f"{clock.monotonic() - began:.1f} s")


def _killed(table: Table, floor: Floor) -> None:
    floor.web.kill()
    _until(lambda: all(one.kind == "gone" for one in floor.viewers), OPEN_S)
    began = clock.monotonic()
    floor.web.start()
    _until(lambda: all(one.kind == "snapshot" for one in floor.viewers), OPEN_S)
    table.add_row("killed and started again: all are back, with a snapshot", f"{clock.monotonic() - began:.1f} s")


def _now_us() -> int:
    return round(clock.monotonic() * 1_000_000)


def _share(used_s: float, of_s: float) -> str:
    return f"{100 * used_s / of_s:.0f} % of one"


def _until(is_so: Callable[[], bool], within_s: float) -> None:
    due = clock.monotonic() + within_s
    while not is_so():
        if clock.monotonic() > due:
            raise TimeoutError(f"not within {within_s} s")
        gevent.sleep(0.02)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _configured(folder: Path, url: str, dsn: str) -> tuple[Path, int]:
    """A copy of the example without its tenants, and one with many agents."""
    config, port = folder / "conf", free_port()
    (config / "tenants").mkdir(parents=True)
    (config / "tariffs").mkdir()
    for tariff in (EXAMPLE / "tariffs").iterdir():
        (config / "tariffs" / tariff.name).write_text(tariff.read_text())
    web = (
        f'web: {{keys: [{_KEY}], listen: "127.0.0.1:{port}", requests_a_minute: 100000, streams: 2000, clients: 3000}}'
    )
    stores = f'redis: {{url: "{url}"}}\npostgres: {{dsn: "{dsn}"}}\n'
    trunks = 'switches: {fs1: {password: secret}}\ntrunks:\n  a: {number: "+48221110000"}\n'
    (config / "callcontrol.yaml").write_text(f"{trunks}{stores}{web}\n")
    (config / "tenants" / "acme.yaml").write_text("\n".join(_tenant()))
    return config, port


def _tenant() -> Iterator[str]:
    yield 'domain: acme.example\nzone: Europe/Warsaw\nregion: PL\ncompany_number: "+48221234567"\ntariff: retail'
    yield 'voicemail:\n  box: {}\nnumbers:\n  "+48221234567": extension:1000'
    yield "extensions:"
    yield from (f"  {1000 + n}: {{}}" for n in range(AGENTS))
    yield "agents:"
    yield from (f"  a{n:04}: {{extension: {1000 + n}, auto: yes}}" for n in range(AGENTS))
    yield "queues:"
    for queue in range(QUEUES):
        seats = ", ".join(f"{{agent: a{n:04}}}" for n in range(queue, AGENTS, QUEUES))
        yield f"  q{queue}: {{agents: [{seats}]}}"
    yield ""


def _token(config: Path, dsn: str) -> str:
    with psycopg.connect(dsn) as tables:
        apply_schema(tables)
    settings = read_configuration(config).settings
    with connect_ledger(dsn) as connection:
        doer = Doer("root (command)", "command")
        people = People(settings, connection, doer, clock.now, os.urandom, clock.new_id)
        none: tuple[str, ...] = ()
        words = (Role.ADMIN.value,)
        people.add(User("", "acme", "admin", "", words, "", "", none, none, ""))
        return people.add_token("admin", "bench", ["see:queues", "see:agents"], 1)


@contextmanager
def _pipeline(url: str) -> Iterator[RedisPipeline]:
    pipeline = RedisPipeline(connect(url, 5.0))
    try:
        yield pipeline
    finally:
        pipeline.stop(1.0)


def _opened(config: Path, url: str) -> CallCentre:
    """The call centre, with every phone registered."""
    with _pipeline(url) as pipeline:
        pipeline.ask("FLUSHALL")
    centre = CallCentre(str(config), url)
    centre.now = clock.now()
    centre.open()
    return centre
