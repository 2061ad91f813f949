"""The site that the web is measured on: the largest tenant of the made-up year, its people, and where they look."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from callcontrol.edges.ledger.people import user_of_login
from callcontrol.edges.ledger.reader import connect
from callcontrol.usecases.people import Doer
from callcontrol.vocabulary.moment import Instant, instant_from
from tests.web.conftest import Site, site_of

TENANT: Final = "acme"
# The last day of the year: months and weeks before it are full.
NOW: Final = instant_from("2026-12-31T12:00:00Z")
EXTENSIONS: Final = range(100, 160)
QUEUES: Final = ("queue0", "queue1", "queue2", "queue3")


def opened(made: Path, url: str, dsn: str) -> Site:
    """The site, at noon of the year's last day; people of before are gone."""
    with connect(dsn) as connection:
        connection.execute("TRUNCATE web_users, web_sessions, web_tokens")
        connection.commit()
    site = site_of(Path(tempfile.mkdtemp(dir=made)), url, dsn, _written)
    site.services.now = _noon
    with connect(dsn) as connection:
        people = site.services.people_by(Doer("root (command)", "command"), connection)
        people.change("boss", queues=("queue0",), extensions=("101", "105"))
        people.change("agent", agent="agent123")
    return site


def user_id(site: Site, login: str) -> str:
    """Of a person."""
    with connect(site.dsn) as connection:
        found = user_of_login(connection, login)
    assert found is not None, login
    return found[0].user_id


def _noon() -> Instant:
    return NOW


def _written(config: Path) -> None:
    (config / "tenants" / f"{TENANT}.yaml").write_text("\n".join(_tenant()))


def _tenant() -> Iterator[str]:
    """Extensions, agents and queues as history.sql has them, and those of the people of tests/web."""
    yield 'domain: acme.example\nzone: Europe/Warsaw\nregion: PL\ncompany_number: "+48220000000"\ntariff: retail'
    yield 'credit: {kind: prepaid}\nvoicemail:\n  box: {}\nnumbers:\n  "+48220000000": extension:100'
    yield "extensions:"
    yield from (f"  {one}: {'{dialled: no}' if one == 112 else '{}'}" for one in EXTENSIONS)  # 112 is for emergencies
    yield "agents:"
    yield from (f"  agent{one}: {{extension: {one}, auto: yes}}" for one in EXTENSIONS if one != 159)
    yield "  yvonne: {extension: 159, auto: yes}"
    yield "queues:"
    seats = ", ".join(f"{{agent: agent{one}}}" for one in EXTENSIONS if one != 159)
    yield from (f"  {queue}: {{agents: [{seats}]}}" for queue in QUEUES)
    yield "  support: {agents: [{agent: yvonne}]}\n"
