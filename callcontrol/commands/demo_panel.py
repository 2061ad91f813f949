"""The demo's company in the panel: its people, calls that go on, and a page that signs in by one click.

That page is a small server of the demo's own. It signs in at the panel's API with a password made for this run and
hands the browser the session's cookie, which a browser keeps for all ports of a host. The panel knows nothing of it.
"""

from __future__ import annotations

import html
import json
import os
import random
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any, Final
from urllib.error import URLError
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import gevent
from gevent.pywsgi import WSGIServer
from rich.console import Console

from callcontrol.config.settings import Settings
from callcontrol.daemon.configuration import read_configuration
from callcontrol.edges import clock
from callcontrol.edges.ledger.people import User
from callcontrol.edges.ledger.reader import connect
from callcontrol.simulator.stories.agents import LiveAgents
from callcontrol.simulator.stories.player import TENANT
from callcontrol.simulator.stories.simulated import SimulatedWorld
from callcontrol.simulator.stories.stage import Stage, free_ports
from callcontrol.simulator.stories.story import PlacedCall, Story
from callcontrol.usecases.people import Doer, People
from callcontrol.vocabulary.agent import AgentAction
from callcontrol.vocabulary.rights import Role

# Calls go on until the demo is ended, or so long (seconds).
STAYS_S: Final = 1_800.0
ANSWER_S: Final = 20.0
UP_S: Final = 30.0
CALL_EVERY_S: Final = (2.0, 5.5)
PATIENCE_S: Final = (40.0, 90.0)
# The last of a phone's conversations is repeated for all further calls.
TALKS: Final = 30
AGENTS: Final = ("121", "122", "123", "124")
LOGS_IN: Final = "xawery"
# The numbers of two queues and of an extension; the more often one stands here, the more calls it gets.
DIALLED: Final = ("+48221234588",) * 3 + ("+48221234589",) * 2 + ("+48221234567",)
CALLERS: Final = ("Ala Nowak", "Olga Wrona", "Ela Sowa", "Iga Lis", "Adam Dudek", "Jan Kowalski", "Piotr Lipa", "")


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person of the company, and what this person sees of the panel."""

    user: User
    sees: str


def _user(login: str, name: str, role: Role, **has: Any) -> User:
    given: dict[str, Any] = {"extension": "", "agent": "", "extensions": (), "queues": (), "language": "en"}
    return User("", TENANT, login, name, (role,), **(given | has))


VISITORS: Final = (
    Visitor(
        _user(
            "boguslawa",
            "Bogusława",
            Role.SUPERVISOR,
            extension="102",
            extensions=("101", "102", *AGENTS),
            queues=("support", "sales"),
        ),
        "supervisor of both queues: who waits and who serves, reports, the history",
    ),
    Visitor(
        _user("wanda", "Wanda", Role.AGENT, extension="121", agent="wanda"),
        "an agent: her desk, who calls, today's figures",
    ),
    Visitor(
        _user("anna", "Anna", Role.SUBSCRIBER, extension="101"),
        "a subscriber: her phone's rules, messages, missed callers, calls and what they cost",
    ),
)


def settings() -> dict[str, dict[str, Any]]:
    """What callcontrol.yaml needs for the panel: a key of this run, and a free port of this host."""
    place = f"127.0.0.1:{free_ports(1)[0]}"
    return {"web": {"keys": [secrets.token_hex(32)], "listen": place, "address": f"http://{place}"}}


def show(stage: Stage, console: Console, *, stays: bool) -> list[str]:
    """The company at work, until Ctrl-C or STAYS_S where it `stays`; returns what was not as it should be."""
    current = read_configuration(stage.config).settings
    panel = current.web.address
    _wait_for(panel)
    door = WSGIServer(("127.0.0.1", 0), Door(panel, add_people(current, stage.dsn)), log=None)
    door.start()
    address = f"http://127.0.0.1:{door.server_port}/"
    try:
        with _company(stage, current):
            missing = [visitor.user.login for visitor in VISITORS if not is_let_in(address, visitor)]
            console.print(f"[bold]open {address}[/bold]  the company of this demo in its panel, while it is called")
            if stays and not missing:
                console.print(f"[dim]Ctrl-C ends it; so do {STAYS_S / 60:.0f} minutes[/dim]")
                _stay()
    finally:
        door.stop()
    return [f"{login} is not let into the panel at {panel}" for login in missing]


def _stay() -> None:
    try:
        gevent.sleep(STAYS_S)
    except KeyboardInterrupt:  # how one leaves
        return


def add_people(settings_now: Settings, dsn: str) -> dict[str, str]:
    """The visitors become people of the panel; returns their passwords, by login."""
    found = {visitor.user.login: secrets.token_urlsafe(12) for visitor in VISITORS}
    with connect(dsn) as connection:
        doer = Doer("demo", "command")
        people = People(settings_now, connection, doer, clock.now, os.urandom, clock.new_id)
        for visitor in VISITORS:
            people.add(visitor.user)
            people.set_password(visitor.user.login, found[visitor.user.login])
    return found


def _wait_for(panel: str) -> None:
    """Return when the panel answers; raises TimeoutError where it does not within UP_S."""
    due = clock.monotonic() + UP_S
    while clock.monotonic() < due:
        try:
            with urlopen(f"{panel}/healthz", timeout=ANSWER_S):
                return
        except (URLError, OSError):
            gevent.sleep(0.1)
    raise TimeoutError(f"the panel does not answer at {panel} within {UP_S:g} s")


def is_let_in(door: str, visitor: Visitor) -> bool:
    """Whether one click leads into the panel as this person, as a browser would go."""
    opener = build_opener(HTTPCookieProcessor(CookieJar()))
    with opener.open(f"{door}as/{visitor.user.login}", timeout=ANSWER_S) as answer:
        return visitor.user.name in answer.read().decode()


# --- calls


@contextmanager
def _company(stage: Stage, current: Settings) -> Iterator[None]:
    """Agents at their phones, and callers, one after the other."""
    chance = random.Random("demo")
    world = SimulatedWorld(stage.switch, current, stage.daemon.registrations)
    world.arrange(_phones(chance))
    with closing(LiveAgents(current, stage.redis_url, stage.daemon.reload)) as agents:
        agents.reset(TENANT, ())
        agents.act(TENANT, LOGS_IN, AgentAction.LOG_IN, "")
        calling = gevent.spawn(_call, world, chance)
        try:
            yield
        finally:
            calling.kill()


def _phones(chance: random.Random) -> Story:
    def talks() -> list[dict[str, Any]]:
        return [
            {"action": "answers", "after_s": chance.uniform(1, 4), "talk_s": chance.uniform(8, 30)}
            for _ in range(TALKS)
        ]

    # Anna is there for every other call
    anna = [one for answers in talks() for one in (answers, {"action": "never_answers"})]
    phones = {"101": anna} | {account: talks() for account in AGENTS}
    return Story("the company", "", phones, (), {}, (), (), (), ())


def _call(world: SimulatedWorld, chance: random.Random) -> None:
    while True:
        number = f"+48600{chance.randrange(10**6):06}"
        patience_s = chance.uniform(*PATIENCE_S)
        world.place(PlacedCall(number, chance.choice(DIALLED), chance.choice(CALLERS), hangup_after_s=patience_s))
        gevent.sleep(chance.uniform(*CALL_EVERY_S))


# --- the page that signs in


class Door:
    """A page that names the people, and `/as/LOGIN`, which signs in and leads to the panel; a WSGI application."""

    def __init__(self, panel: str, passwords: dict[str, str]) -> None:
        self._panel, self._passwords = panel, passwords

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        login = environ.get("PATH_INFO", "/").removeprefix("/as/")
        if login not in self._passwords:
            start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")])
            return [_PAGE.format(people="".join(map(_line, VISITORS))).encode()]
        try:
            cookie = self._signed_in(login)
        except URLError as error:  # ten clicks a minute are let in; or the panel is ending
            start_response("503 Service Unavailable", [("Content-Type", "text/plain; charset=utf-8")])
            return [f"the panel did not let {login} in, try again in a minute: {error}\n".encode()]
        there = [("Set-Cookie", cookie), ("Location", f"{self._panel}/"), ("Cache-Control", "no-store")]
        start_response("303 See Other", there)
        return []

    def _signed_in(self, login: str) -> str:
        given = json.dumps({"login": login, "password": self._passwords[login]}).encode()
        headers = {"Content-Type": "application/json", "Origin": self._panel}
        with urlopen(Request(f"{self._panel}/api/v1/session", given, headers), timeout=ANSWER_S) as answer:
            return str(answer.headers["Set-Cookie"])


def _line(visitor: Visitor) -> str:
    name, sees = html.escape(visitor.user.name), html.escape(visitor.sees)
    return f'<li><a href="/as/{visitor.user.login}">{name}</a> {sees}</li>'


_PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>callcontrol: the demo</title>
<body style="font: 18px/1.6 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem">
<h1>The demo's company</h1><p>Its queues are being called now. Look at its panel as</p><ul>{people}</ul></body></html>
"""
