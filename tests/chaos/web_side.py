"""The web process of the run: streams that are open all the time, some beyond the limit, and deeds with keys."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import Any, Final

import gevent
import orjson
import psycopg
import yaml
from gevent import socket

from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges import clock
from callcontrol.edges.ledger.people import User
from callcontrol.edges.ledger.reader import connect as connect_ledger
from callcontrol.simulator.stories.stage import STOP_S, free_ports
from callcontrol.usecases.people import Doer, People
from callcontrol.vocabulary.rights import Role
from tests.chaos.centre import BUSY_QUEUE, TENANT
from tests.chaos.never import NeverHappened
from tests.chaos.viewer import Away, Deed, Viewer, deeds_wrong, differs, not_told_stale, told_while_away

HOST: Final = "127.0.0.1"
STREAMS: Final = 200
# Beyond the limit: each is refused as long as all are open.
TOO_MANY: Final = 5
STARTED_S: Final = 60.0
AGAIN_S: Final = 0.3
# So many lose their line after so long, again and again, and come back to where they were. The process notices it when
# it has something to tell: so they do while calls go on.
ROAMING: Final = 30
STAYS_S: Final = (5.0, 30.0)
DEED_EVERY_S: Final = 0.15
ANSWER_S: Final = 35.0
# What is under way is asked for again; what was begun by a process that died is not asked for any more.
UNDER_WAY: Final = "under_way"
ANSWERED_S: Final = 120.0
# All agents are read anew by then (web/eye.py).
SETTLED_S: Final = 4.0
KEY: Final = "k" * 32
_LOGIN: Final = "admin"
_RIGHTS: Final = ("see:queues", "see:agents", "see:kiosks", "change:kiosks")


class WebSide:
    """`callcontrol web` and all its clients. Nothing is there before `begin`."""

    def __init__(self, folder: Path, log: Path, chance: random.Random) -> None:
        self._folder, self._log_path = folder, log
        self._token, self._port, self._dsn = "", 0, ""
        self._process: subprocess.Popen[bytes] | None = None
        self._greenlets: list[gevent.Greenlet] = []
        self.viewers: list[Viewer] = []
        self.deeds: list[Deed] = []
        self.refused, self.ends = 0, 0
        self._chance = chance
        self.let_in: list[str] = []
        self.not_stale: list[str] = []
        self.is_roaming, self.is_resting, self.is_stopping = False, False, False

    @property
    def is_there(self) -> bool:
        """Whether it has begun."""
        return self._process is not None

    def begin(self, config: Path, dsn: str) -> None:
        """Start the process, and all clients."""
        (self._port,) = free_ports(1)
        self._dsn = dsn
        self._config(config)
        self._token = _token(self._folder, dsn)
        self.start()
        self.viewers = [Viewer() for _ in range(STREAMS)]
        self._greenlets = [gevent.spawn(self._view, one, n < ROAMING) for n, one in enumerate(self.viewers)]
        self.until_all("snapshot")
        self._greenlets += [gevent.spawn(self._knock) for _ in range(TOO_MANY)]
        self._greenlets.append(gevent.spawn(self._do))
        self.is_roaming = True

    def _config(self, config: Path) -> None:
        shutil.copytree(config, self._folder)
        main = yaml.safe_load((self._folder / "callcontrol.yaml").read_text(encoding="utf-8"))
        address = f"{HOST}:{self._port}"
        main["web"] = {"run": False, "keys": [KEY], "listen": address, "address": f"http://{address}"}
        main["web"] |= {"requests_a_minute": 100_000, "streams": STREAMS}
        (self._folder / "callcontrol.yaml").write_text(yaml.safe_dump(main, allow_unicode=True), encoding="utf-8")

    def start(self) -> None:
        """Start the process, and wait until it listens."""
        words = [sys.executable, "-m", "callcontrol", "web", "--config", str(self._folder)]
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=log)
        _until(lambda: _listens(self._port), "the web process listens")

    def kill(self) -> None:
        """By SIGKILL."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def until_all(self, *kinds: str) -> None:
        """Wait until every viewer was told one of these last."""
        wanted = {*kinds, "change"} if "snapshot" in kinds else {*kinds}
        _until(lambda: all(one.kind in wanted for one in self.viewers), f"all are told {kinds}", STARTED_S)

    def _view(self, viewer: Viewer, roams: bool) -> None:
        """A browser: comes back by itself, from where it was."""
        while not self.is_stopping:
            with suppress(OSError):
                self._stream(viewer, self._chance.uniform(*STAYS_S) if roams else inf)
            viewer.gone()
            self.ends += 1
            gevent.sleep(AGAIN_S)

    def _stream(self, viewer: Viewer, for_s: float) -> None:
        with self._asked_for_stream(viewer.last_id) as line:
            status, waiting = _head(line)
            if status != 200:
                return
            viewer.opened()
            until_s = clock.monotonic() + for_s
            while not (self.is_roaming and clock.monotonic() > until_s) and (piece := line.recv(262_144)):
                *events, waiting = (waiting + piece).split(b"\n\n")
                for event in events:
                    viewer.take(event, int(clock.now()))

    def _asked_for_stream(self, last_id: str = "") -> Any:
        line = socket.create_connection((HOST, self._port), timeout=ANSWER_S)
        again = f"Last-Event-ID: {last_id}\r\n" if last_id else ""
        # In HTTP/1.0 a stream comes as it is, without the lengths of its pieces.
        head = f"GET /api/v1/live HTTP/1.0\r\nHost: x\r\nAuthorization: Bearer {self._token}\r\n{again}\r\n"
        line.sendall(head.encode())
        return line

    def _knock(self) -> None:
        """One stream too many, again and again: it is refused while all are open."""
        while not self.is_stopping:
            gevent.sleep(1.0)
            are_open, ends = all(one.kind != "gone" for one in self.viewers), self.ends
            with suppress(OSError), self._asked_for_stream() as line:
                status = _head(line)[0]
                if status == 503:
                    self.refused += 1
                elif status == 200 and are_open and ends == self.ends:
                    self.let_in.append("a stream more than the limit was let in")

    def _do(self) -> None:
        """One deed after the other, each sent until it is told what has become of it."""
        while not self.is_resting:
            deed = Deed(f"deed-{len(self.deeds)}")
            self.deeds.append(deed)
            self._greenlets.append(gevent.spawn(self._insist, deed))
            gevent.sleep(DEED_EVERY_S)

    def _insist(self, deed: Deed) -> None:
        while True:
            deed.sent += 1
            status, told = self._post("/kiosks", {"name": deed.key, "queues": [BUSY_QUEUE], "days": 1}, deed.key)
            code = str(told.get("code", ""))
            if status and status < 500 and code != UNDER_WAY:
                deed.status, deed.code = status, code
                return
            gevent.sleep(AGAIN_S)

    def _post(self, path: str, body: object, key: str) -> tuple[int, Mapping[str, Any]]:
        """Status and answer; 0: none came."""
        text = orjson.dumps(body)
        head = f"POST /api/v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self._token}\r\nConnection: close\r\n"
        head += f"Content-Type: application/json\r\nIdempotency-Key: {key}\r\nContent-Length: {len(text)}\r\n\r\n"
        return self._answer(head.encode() + text)

    def _answer(self, request: bytes) -> tuple[int, Mapping[str, Any]]:
        try:
            with socket.create_connection((HOST, self._port), timeout=ANSWER_S) as line:
                line.sendall(request)
                status, body = _head(line)
                body += b"".join(iter(lambda: line.recv(65_536), b""))
                return status, orjson.loads(body)
        except (OSError, orjson.JSONDecodeError):
            return 0, {}

    def left(self, away: list[Away]) -> dict[str, tuple[str, ...]]:
        """What is wrong at the end, by words; nothing where it never began. All calls are over."""
        if not self.is_there:
            return {}
        self.until_all("snapshot")
        _until(lambda: all(one.status for one in self.deeds), "every deed is answered", ANSWERED_S)
        gevent.sleep(SETTLED_S)
        told = self._queues()
        queues = {one["queue"]: one for one in told["queues"]}
        agents = {one["agent"]: one for one in told["agents"]}
        found = {
            "a stream that was told what cannot be right": [fault for one in self.viewers for fault in one.faults],
            "numbers of now while Redis was away": [one for it in self.viewers for one in told_while_away(it, away)],
            "rows that a viewer has otherwise": [name for it in self.viewers for name in differs(it, queues, agents)],
            "a viewer that was not told that Redis is away": self.not_stale,
            "streams beyond the limit": self.let_in,
            "deeds": deeds_wrong(self.deeds, self._done()),
            "a limit of streams that refused no one": [] if self.refused else ["nobody was refused"],
        }
        return {what: tuple(sorted(set(which))) for what, which in found.items() if which}

    def redis_is_away(self) -> None:
        """Redis has been away for a while: every viewer was told so, or has no stream."""
        shown = not_told_stale(self.viewers)
        self.not_stale += [f"viewer {number} shows numbers as those of now" for number in shown]

    def told(self) -> str:
        """Figures in words."""
        resumed, events = sum(one.resumed for one in self.viewers), sum(len(one.told) for one in self.viewers)
        again = sum(one.sent - 1 for one in self.deeds)
        unknown = sum(one.code == "not_known" for one in self.deeds)
        return (
            f"{len(self.viewers)} streams were told {events} times, went on {resumed} times without a snapshot;"
            f" {self.refused} beyond the limit were refused; {len(self.deeds)} deeds, sent again {again} times, of"
            f" {unknown} it is not known"
        )

    def _queues(self) -> Mapping[str, Any]:
        head = f"GET /api/v1/queues HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self._token}\r\n"
        status, told = self._answer(f"{head}Connection: close\r\n\r\n".encode())
        assert status == 200, told
        return told

    def _done(self) -> Mapping[str, int]:
        with psycopg.connect(self._dsn) as connection:
            rows = connection.execute(
                "SELECT name, count(*) FROM web_kiosks WHERE tenant = %s GROUP BY name", (TENANT,)
            )
            return dict(rows.fetchall())

    def rest(self) -> None:
        """No more deeds; those under way are sent until it is told what has become of them."""
        self.is_roaming, self.is_resting = False, True

    def stop(self) -> None:
        """End everything."""
        self.is_resting = self.is_stopping = True
        gevent.killall(self._greenlets)
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.kill()


def _head(line: Any) -> tuple[int, bytes]:
    """The status, and what came behind the head; raises OSError where nothing comes."""
    read = b""
    while b"\r\n\r\n" not in read:
        piece = line.recv(65_536)
        if not piece:
            raise ConnectionError("no head came")
        read += piece
    head, _, rest = read.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), rest


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def _until(is_so: Callable[[], bool], what: str, within_s: float = STARTED_S) -> None:
    due_s = clock.monotonic() + within_s
    while not is_so():
        if clock.monotonic() > due_s:
            raise NeverHappened(f"{what}: not within {within_s:g} s")
        gevent.sleep(0.05)


def _token(config: Path, dsn: str) -> str:
    """A token of an admin."""
    settings = read_configuration(config).settings
    with connect_ledger(dsn) as connection:
        doer = Doer("root (command)", "command")
        people = People(settings, connection, doer, clock.now, os.urandom, clock.new_id)
        none: tuple[str, ...] = ()
        people.add(User("", TENANT, _LOGIN, "", (Role.ADMIN.value,), "", "", none, none, ""))
        return people.add_token(_LOGIN, "chaos", list(_RIGHTS), 1)
