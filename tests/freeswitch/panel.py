"""The panel on the stage of the real switch: `callcontrol web` beside the daemon, and people who use its pages.

A page is loaded, one of its forms filled in and sent as a browser sends it; so what a page offers is what can be done.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import orjson
import urllib3

from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges import clock
from callcontrol.edges.ledger.people import User, WantedActs, acts_noted, user_of_login
from callcontrol.edges.ledger.reader import connect
from callcontrol.usecases.people import Doer, People
from callcontrol.vocabulary.moment import Instant
from tests.freeswitch.mishaps import wait
from tests.freeswitch.stage import RealStage
from tests.freeswitch.switch import HOST, free_ports

STARTED_S: Final = 90.0
ANSWER_S: Final = 30.0
MOST_ACTS: Final = 100
PASSWORD: Final = "Zielona-Brama-17-Mostek"
KEY: Final = "k" * 32
NONE: Final[tuple[str, ...]] = ()
# By login: role, extension, agent, and the extensions and queues looked after.
PEOPLE: Final[Mapping[str, tuple[str, str, str, tuple[str, ...], tuple[str, ...]]]] = {
    "radek": ("subscriber", "117", "", NONE, NONE),
    "oskar": ("subscriber", "145", "", NONE, NONE),
    "grazyna": ("subscriber", "107", "", NONE, NONE),
    "nadia": ("agent", "143", "nadia", NONE, NONE),
    "zenon": ("supervisor", "124", "", ("117", "140"), ("claims", "support")),
    "ewa": ("supervisor", "105", "", ("117",), NONE),
}


class NotDone(AssertionError):
    """The panel did not do what was asked for; the message has what it said."""


class Panel:
    """`callcontrol web`.

    Attributes:
        address: `http://127.0.0.1:PORT`.
    """

    def __init__(self, config: Path, port: int) -> None:
        self.address = f"http://{HOST}:{port}"
        words = [sys.executable, "-m", "callcontrol", "web", "--config", str(config)]
        self._log = (config.parent / "web.log").open("ab")
        self._process = subprocess.Popen(words, stdout=self._log, stderr=self._log)
        self._pool = urllib3.PoolManager()
        wait(self._answers, "the panel answers", STARTED_S)

    def _answers(self) -> bool:
        try:
            return bool(self._pool.request("GET", f"{self.address}/healthz", retries=False, timeout=2).status == 200)
        except urllib3.exceptions.HTTPError:
            return False

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(ANSWER_S)
        self._pool.clear()
        self._log.close()

    def signed_in(self, login: str) -> Browser:
        """A browser of this person, who signs in by the page."""
        browser = Browser(self.address, self._pool)
        browser.send("/sign-in", "sign-in", login=login, password=PASSWORD)
        if not browser.cookies:
            raise NotDone(f"{login} is not signed in")
        return browser


class Browser:
    """A person's browser: cookies, pages, forms, and what the pages' scripts ask."""

    def __init__(self, address: str, pool: urllib3.PoolManager) -> None:
        self._address, self._pool = address, pool
        self.cookies: dict[str, str] = {}

    def page(self, path: str) -> str:
        """A page."""
        answer = self._asked("GET", path)
        if answer.status != 200:
            raise NotDone(f"GET {path}: {answer.status}")
        return answer.data.decode()

    def has(self, path: str, form: str) -> bool:
        """Whether there is such a form on the page now."""
        return form in _forms(self.page(path))

    def send(self, path: str, form: str, **typed: str) -> None:
        """Fill in a form of a page, which has to be there, and send it.

        Raises:
            NotDone: there is none, or it was refused.
        """
        found = _forms(self.page(path)).get(form)
        if found is None:
            raise NotDone(f"{path} has no form {form}")
        action, fields = found
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self._asked("POST", action, urlencode({**fields, **typed}).encode(), **headers)
        if answer.status != 303:
            raise NotDone(f"{path}, form {form}: {answer.status} {_mistakes(answer.data.decode())}")

    def api(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any, Mapping[str, str]]:
        """An answer of the API to a script of a page: status, what it tells, and its headers."""
        if method == "POST":
            headers |= {"Idempotency-Key": clock.new_id()}
        text = b"" if body is None else orjson.dumps(body)
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self._asked(method, f"/api/v1{path}", text, **{"Content-Type": "application/json"}, **more)
        return answer.status, orjson.loads(answer.data) if answer.data else None, answer.headers

    def _asked(self, method: str, path: str, body: bytes | None = None, **headers: str) -> urllib3.BaseHTTPResponse:
        own = {"Origin": self._address, "Sec-Fetch-Site": "same-origin", **headers}
        own |= {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        url = f"{self._address}{path}"
        answer = self._pool.request(
            method, url, body=body, headers=own, redirect=False, retries=False, timeout=ANSWER_S
        )
        for line in answer.headers.getlist("Set-Cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


class _Forms(HTMLParser):
    """The forms of a page, by id: where each goes, and its fields as they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, tuple[str, dict[str, str]]] = {}
        self._fields: dict[str, str] | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = {}
            self.found[given.get("id", "")] = (given.get("action", ""), self._fields)
        elif self._fields is None:
            return
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and (self._select not in self._fields or "selected" in given):
            self._fields[self._select] = given.get("value", "")
        elif tag == "input" and "name" in given and (given.get("type") != "checkbox" or "checked" in given):
            self._fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None


def _forms(page: str) -> Mapping[str, tuple[str, dict[str, str]]]:
    parser = _Forms()
    parser.feed(page)
    return parser.found


def _mistakes(page: str) -> str:
    """What the page says is wrong."""
    pieces = page.split('class="mistake"')[1:]
    return " ".join(" ".join(piece.partition(">")[2].partition("</p>")[0].split()) for piece in pieces) or page[:500]


@contextmanager
def panel_at(stage: RealStage) -> Iterator[Panel]:
    """The panel, while the daemon runs: another process, with a copy of the configuration."""
    with tempfile.TemporaryDirectory(prefix="panel-") as made:
        config = Path(made) / "config"
        shutil.copytree(stage.config, config)
        (port,) = free_ports(1)
        address = f"http://{HOST}:{port}"
        web = f'web: {{keys: [{KEY}], listen: "{HOST}:{port}", address: "{address}", run: no, sign_ins_a_minute: 1000}}'
        main = config / "callcontrol.yaml"
        main.write_text(f"{main.read_text()}\n{web}\n")
        _people(stage, config)
        panel = Panel(config, port)
        try:
            yield panel
        finally:
            panel.stop()


def _people(stage: RealStage, config: Path) -> None:
    """Everyone, with a password; who is there already keeps it."""
    settings = read_configuration(config).settings
    with connect(stage.dsn) as connection:
        people = People(settings, connection, Doer("root (command)", "command"), clock.now, os.urandom, clock.new_id)
        for login, (role, extension, agent, extensions, queues) in PEOPLE.items():
            if user_of_login(connection, login) is None:
                people.add(User("", "acme", login, "", (role,), extension, agent, extensions, queues, ""))
                people.set_password(login, PASSWORD)


def acts_of(stage: RealStage, login: str, since: Instant) -> list[dict[str, Any]]:
    """What the audit says that a person has done, the earliest first."""
    with connect(stage.dsn) as connection:
        return acts_noted(connection, "acme", MOST_ACTS, WantedActs(since=since, who=login))[::-1]
