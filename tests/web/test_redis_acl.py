"""The user of Redis for the web process: the API works by it, and what is not callcontrol's is out of its reach."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import NoPermissionError

from callcontrol.edges.embedded import EmbeddedRedis
from tests.config.example import ROOT
from tests.web.conftest import Site, site_of

FILE = ROOT / "deploy" / "redis" / "web.acl"
USER, WORD = "callcontrol-web", "CHANGE-ME"
LOOKED_AT = ("/queues", "/hours", "/duties", "/extensions/101/rules", "/extensions/101/do-not-disturb", "/accounts")


@pytest.fixture
def guarded(tmp_path: Path, ledger_database: str) -> Iterator[tuple[Site, Redis, Redis]]:
    """The application by that user, Redis by the same one, and by one who may do anything."""
    with EmbeddedRedis(tmp_path / "redis") as url, Redis.from_url(url) as owner:
        (line,) = [line for line in FILE.read_text().splitlines() if line.startswith("user ")]
        _, name, *rules = line.split()
        owner.execute_command("ACL SETUSER", name, *rules)
        scheme, _, rest = url.partition("://")
        guarded_url = f"{scheme}://{USER}:{WORD}@{rest.partition('@')[2]}"
        site = site_of(tmp_path, guarded_url, ledger_database)
        with Redis.from_url(guarded_url) as same:
            yield site, same, owner
        site.stop()


def test_the_api_works_by_that_user(guarded: tuple[Site, Redis, Redis]) -> None:
    site, _, owner = guarded
    assert {path: site.get("admin", path).status_code for path in LOOKED_AT} == dict.fromkeys(LOOKED_AT, 200)
    for path in ("/platform/workers", "/platform/switches"):
        assert site.get("olga", path).status_code == 200
    name = next(iter(site.services.tenant("acme").hours))
    for path, given in (
        ("/extensions/101/rules/busy", {"target": "extension:105"}),
        (f"/hours/{name}", {"open": False, "until": "taken-back"}),
    ):
        looked = site.get("admin", path.removesuffix("/busy"))
        put = site.ask("admin", "PUT", path, given, If_Match=looked.headers["ETag"])
        assert put.status_code == 200
        assert site.ask("admin", "DELETE", path, If_Match=put.headers["ETag"]).status_code == 200
    assert site.ask("admin", "PUT", "/extensions/101/do-not-disturb", {}).status_code == 200
    assert site.ask("admin", "PUT", "/extensions/101/call-waiting", {"on": False}).status_code == 200
    version = site.get("admin", "/extensions/101/barring").headers["ETag"]
    numbers = {"classes": ["premium"], "reason": "x"}
    assert site.ask("admin", "PUT", "/extensions/101/barring", numbers, If_Match=version).status_code == 200
    payer = {"act": "block", "payer": "tenant", "reason": "x"}
    assert site.ask("admin", "POST", "/restrictions", payer, key="payer").status_code == 200
    act = site.ask("admin", "POST", "/agents/yvonne/acts", {"action": "log-in"}, key="once")
    assert act.status_code in (200, 404)
    assert site.ask("admin", "POST", "/agents/yvonne/acts", {"action": "log-in"}, key="once").json == act.json
    site.ask("sub", "POST", "/clicks", {"number": "600700800"}, key="click")
    assert owner.acl_log() == []


def test_what_is_anothers_is_out_of_its_reach(guarded: tuple[Site, Redis, Redis]) -> None:
    _, same, owner = guarded
    owner.set("another:program", "1")
    for words in (
        ("GET", "another:program"),
        ("SET", "cc:plain", "1"),
        ("GET", "cc:{-trunk:carrier}:legs"),
        ("EVAL", "return redis.call('GET', KEYS[1])", "1", "another:program"),
        ("KEYS", "*"),
        ("SCAN", "0"),
        ("FLUSHALL",),
        ("CONFIG", "GET", "*"),
        ("SCRIPT", "FLUSH"),
        ("ACL", "LIST"),
        ("MONITOR",),
        ("PUBLISH", "another:channel", "x"),
        ("BLPOP", "cc:{acme}:x", "1"),
    ):
        with pytest.raises(NoPermissionError):
            same.execute_command(*words)  # type: ignore[no-untyped-call]  # redis ships it without
