"""`callcontrol limits` against real stores, run as a person runs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson
import psycopg
import pytest
from redis import Redis

from callcontrol.commands import explain, limits
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.payer_counts import PayerCountStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.vocabulary.counters import Claim, Counter
from tests.commands.call_centre import configured
from tests.commands.command import run

Said = Callable[..., list[str]]


@pytest.fixture
def config(tmp_path: Path, ledger_database: str, redis_client: Redis, redis_url: str) -> str:
    redis_client.ping()
    return configured(tmp_path, redis_url, ledger_database)


@pytest.fixture
def said(config: str, capsys: pytest.CaptureFixture[str]) -> Said:
    """What the command prints, which is to end well; with `fails` what it says then."""

    def say(*words: str, fails: bool = False) -> list[str]:
        verb, *rest = words
        status = run(limits, verb, "--config", config, *rest)
        out, err = capsys.readouterr()
        assert status == int(fails), err
        return (err if fails else out).splitlines()

    return say


def explained(config: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert run(explain, "--config", config, "--from", "acme/102", "--to", "600700800") == 0
    return capsys.readouterr().out


BLOCK = ("block", "acme", "extension:102", "--reason", "password  was stolen", "--by", "jan")


def test_a_person_blocks_and_unblocks_and_both_are_kept_with_the_reason(
    said: Said, config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (told,) = said(*BLOCK, "--classes", "mobile", "premium")
    assert told.startswith("acme extension:102: block_class mobile, premium since ")
    assert told.endswith(" until taken back, by jan (command), limit by-hand: password was stolen")
    assert "extension:102 is restricted and may not call them: password was stolen" in explained(config, capsys)
    assert said("show") == said("show", "acme") == [told]
    caps = said("show", "acme", "extension:102")
    assert caps[-1] == told
    assert caps[0].startswith("money_per_hour/all: 0.00 PLN of 250.00 PLN (80 % warn, 100 % block_outgoing)")
    (released,) = said("unblock", "acme", "extension:102", "--reason", "new password", "--by", "anna")
    assert "acme extension:102: released since " in released
    assert "T00:00, by anna (command), limit by-hand: new password" in released
    assert "restricted" not in explained(config, capsys)
    assert said("show", "acme") == [released, told]
    assert said("unblock", "acme", "extension:102", "--reason", "again", fails=True) == [
        "extension:102 of acme is not restricted"
    ]


def test_one_that_redis_has_lost_is_unblocked_all_the_same(said: Said, redis_client: Redis) -> None:
    said(*BLOCK, "--until", "23:59")
    redis_client.delete(keys.restrictions())
    (released,) = said("unblock", "acme", "extension:102", "--reason", "new password", "--json")
    told = orjson.loads(released)
    assert (told["level"], told["why"], told["in_force"]) == ("released", "new password", True)


def test_what_makes_no_sense_is_refused_and_nothing_is_kept(said: Said, ledger_database: str) -> None:
    for words, why in (
        (("block", "acme", "102", "--reason", "x"), "payer 102"),
        (("block", "nobody", "tenant", "--reason", "x"), "tenant nobody"),
        (("unblock", "acme", "tenant", "--reason", " "), "write a reason of at most 200 characters"),
        (("block", "acme", "tenant", "--reason", "x", "--until", "2020-01-01"), "that is over"),
        (("block", "acme", "tenant", "--reason", "x", "--until", "change"), "write HH:MM, or an ISO time"),
        (("show", "nobody"), "tenant nobody"),
        (("show", "acme", "nobody"), "payer nobody"),
    ):
        assert why in said(*words, fails=True)[0]
    with psycopg.connect(ledger_database) as connection:
        assert connection.execute("SELECT count(*) FROM restrictions WHERE tenant = 'acme'").fetchone() == (0,)


def test_explain_tells_what_limits_have_counted_and_refuses_what_has_no_room(
    config: str, capsys: pytest.CaptureFixture[str], redis_url: str
) -> None:
    pipeline = RedisPipeline(connect(redis_url, 2))
    store, own = PayerCountStore(pipeline), Counter("extension:102", "all", calls_at_once=20)
    store.claim("acme", Claim("leg-0", "", (own,)), lambda *_: None)
    pipeline.ask("PING")
    told = explained(config, capsys)
    assert (
        "is counted: extension:102 all 1 of 20 at once, 0 of 60 a minute, 0 of 600 an hour; tenant all 0 of 200" in told
    )
    for n in range(1, 20):
        store.claim("acme", Claim(f"leg-{n}", "", (own,)), lambda *_: None)
    pipeline.ask("PING")
    told = explained(config, capsys)
    assert "extension:102 has 20 calls outside at once already, and may have no more" in told
    assert "outgoing/en/limit-reached.wav" in told
    pipeline.stop(1)
