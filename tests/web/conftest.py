"""The API as a client sees it, on real stores: people of each role, two calls in the history, a missed caller."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from falcon import testing
from redis import Redis

from callcontrol.daemon.configuration import Configuration, read_configuration
from callcontrol.edges import clock
from callcontrol.edges.ledger.people import User
from callcontrol.edges.ledger.reader import connect as connect_ledger
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.usecases.people import Doer, People
from callcontrol.vocabulary.rights import NO_TENANT, Kind, Role, Verb
from callcontrol.web.app import application
from callcontrol.web.guards import Guards
from callcontrol.web.live import Live
from callcontrol.web.services import Dsns, Services
from tests.commands.call_centre import configured

KEY = "k" * 32
NONE: tuple[str, ...] = ()
EVERYTHING = [f"{verb}:{kind}" for verb in Verb for kind in Kind]
# By login: tenant, roles, and what is the person's.
PEOPLE: Mapping[str, tuple[str, tuple[Role, ...], Mapping[str, Any]]] = {
    "sub": ("acme", (Role.SUBSCRIBER,), {"extension": "101"}),
    "agent": ("acme", (Role.AGENT,), {"extension": "123", "agent": "yvonne"}),
    "boss": ("acme", (Role.SUPERVISOR,), {"extension": "105", "extensions": ("101",), "queues": ("support",)}),
    "admin": ("acme", (Role.ADMIN,), {}),
    "bills": ("acme", (Role.BILLING,), {}),
    "audits": ("acme", (Role.AUDITOR,), {}),
    "olga": (NO_TENANT, (Role.OPERATOR,), {}),
}


class Site:
    """The application, a person's token at hand.

    Attributes:
        tokens: by login, one that may do whatever the person may.
    """

    def __init__(self, configuration: Configuration, dsn: str, redis_url: str) -> None:
        self.dsn, self.configuration = dsn, configuration
        self.pipeline = RedisPipeline(connect(redis_url, 5.0))
        self.services = Services(lambda: self.configuration, Dsns(dsn, dsn), self.pipeline, clock.now)
        self.guards, self.live = Guards(self.services), Live(self.services)
        self.client = testing.TestClient(application(self.services, self.guards, self.live))
        self.tokens: dict[str, str] = {}
        with connect_ledger(dsn) as connection:
            self._people(connection)

    def stop(self) -> None:
        """Close the connections to the stores."""
        self.services.stop()
        self.pipeline.stop(1.0)

    def _people(self, connection: Any) -> None:
        doer = Doer("root (command)", "command")
        people = People(self.services.settings, connection, doer, clock.now, os.urandom, clock.new_id)
        for login, (tenant, roles, own) in PEOPLE.items():
            given = {"extension": "", "agent": "", "extensions": NONE, "queues": NONE, **own}
            words = tuple(role.value for role in roles)
            people.add(User(user_id="", tenant=tenant, login=login, name="", roles=words, language="", **given))
            self.tokens[login] = people.add_token(login, "test", EVERYTHING, 1)

    def ask(
        self, login: str, method: str, path: str, body: object = None, key: str = "", **headers: str
    ) -> testing.Result:
        """A request of this person; `tenant` is added for operators."""
        if PEOPLE[login][0] == NO_TENANT and "tenant=" not in path and not path.startswith(("/platform", "/me/")):
            path += ("&" if "?" in path else "?") + "tenant=acme"
        given = {"Authorization": f"Bearer {self.tokens[login]}"} | ({"Idempotency-Key": key} if key else {})
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        more: dict[str, Any] = {} if body is None else {"json": body}
        extras = {"callcontrol.is_stream": lambda: None}
        return self.client.simulate_request(method, f"/api/v1{path}", headers=given, extras=extras, **more)

    def get(self, login: str, path: str, **headers: str) -> testing.Result:
        """GET."""
        return self.ask(login, "GET", path, **headers)


def site_of(folder: Path, redis_url: str, dsn: str, more: Callable[[Path], None] = lambda _: None) -> Site:
    """The application on the example's configuration; `more` writes into its folder."""
    config = Path(configured(folder, redis_url, dsn))
    more(config)
    main = config / "callcontrol.yaml"
    main.write_text(main.read_text() + f"\nweb: {{keys: [{KEY}], requests_a_minute: 100000}}\n")
    return Site(read_configuration(config), dsn, redis_url)


@pytest.fixture
def site(tmp_path: Path, redis_url: str, redis_client: Redis, ledger_database: str) -> Iterator[Site]:
    redis_client.ping()
    opened = site_of(tmp_path, redis_url, ledger_database)
    yield opened
    opened.stop()
