"""A Redis that answers and refuses counts as away: nothing of what it did not take is lost, and ops are told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from gevent.event import AsyncResult
from redis import Redis

from callcontrol.edges.live_state import calls, keys, server_connection
from callcontrol.edges.live_state.calls import CallStore
from callcontrol.edges.live_state.failures import LiveStateError, StoreAway, StoreRefused
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.rules import RuleStore
from callcontrol.vocabulary.agent import AgentState
from callcontrol.vocabulary.queue import Entered, Refusal, TalkEnd
from callcontrol.vocabulary.rule import RuleKind
from tests.control.story import Story
from tests.edges.live_state.call_centre import TENANT, CallCentre, until
from tests.routing.world import facts, rule

TIMEOUT_S = 0.5


@pytest.fixture
def memory(redis_client: Redis) -> Iterator[Redis]:
    """The run's Redis, whose memory a test takes away and gives back."""
    redis_client.config_set("maxmemory-policy", "noeviction")
    yield redis_client
    give(redis_client)


def take_away(client: Redis) -> None:
    client.config_set("maxmemory", 1)


def give(client: Redis) -> None:
    client.config_set("maxmemory", 0)


@pytest.fixture
def centre(redis_url: str, memory: Redis) -> Iterator[CallCentre]:
    one = CallCentre(redis_url, TIMEOUT_S)
    one.open("anna")
    yield one
    one.pipeline.stop(1)


@pytest.fixture
def live(redis_url: str, memory: Redis) -> Iterator[RedisPipeline]:
    made = RedisPipeline(connect(redis_url, TIMEOUT_S))
    yield made
    made.stop(1)


def test_a_talk_that_ends_without_memory_frees_the_agent_when_there_is_some(centre: CallCentre, memory: Redis) -> None:
    assert isinstance(centre.join("call-0/1"), Entered)
    until(centre.offers)
    assert centre.accept(centre.offers()[0])
    take_away(memory)
    centre.store.over(TENANT, "anna", "call-0/1", 5_000_000, TalkEnd.TALKED)
    until(lambda: centre.pipeline.refuses_because)
    assert centre.store.owed == 1
    assert centre.pipeline.away_because == ""  # it answers: what is asked is told
    assert centre.agent("anna").state is AgentState.TALKING
    assert centre.join("call-1/1") is Refusal.AWAY
    give(memory)
    until(lambda: centre.store.owed == 0)
    assert centre.agent("anna").state is not AgentState.TALKING
    assert isinstance(centre.join("call-1/1"), Entered)


def test_a_call_that_was_not_saved_without_memory_is_saved_when_there_is_some(
    live: RedisPipeline, memory: Redis
) -> None:
    store = CallStore(live)
    call = Story(facts()).begin().call
    take_away(memory)
    store.save(call)
    until(lambda: store.owed)
    give(memory)
    until(lambda: not store.owed and not live.depth)
    assert store.owners("acme") == {call.id: call.worker}


def test_a_rule_is_not_set_without_memory_and_that_is_said(live: RedisPipeline, memory: Redis) -> None:
    said: AsyncResult[LiveStateError | None] = AsyncResult()
    take_away(memory)
    RuleStore(live).store("acme", "101", {RuleKind.BUSY: rule("busy", "extension:102")}, said.set)
    assert isinstance(said.get(timeout=5), StoreAway)


def test_ops_are_told_once_that_redis_refuses_and_why(
    live: RedisPipeline, memory: Redis, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_connection, "REFUSES_S", 0.3)
    caplog.set_level(logging.ERROR)
    take_away(memory)
    for _ in range(20):
        with pytest.raises(StoreAway, match="refuses commands now"):
            live.ask("SET", "a", 1)
    assert "maxmemory" in live.refuses_because
    said = [record.getMessage() for record in caplog.records if "refuses commands now" in record.getMessage()]
    assert len(said) == 1
    assert "maxmemory" in said[0]
    give(memory)
    assert live.ask("SET", "a", 1)
    until(lambda: live.refuses_because == "", 2.0)


@pytest.mark.parametrize(
    "error",
    [
        "OOM command not allowed when used memory > 'maxmemory'.",
        "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
        "NOPERM User cc has no permissions to run the 'evalsha' command",
        "MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.",
        "NOREPLICAS Not enough good replicas to write.",
        "READONLY You can't write against a read only replica.",
        "ERR Error running script (call to f_0): @user_script:3: @user_script: 3: -OOM command not allowed",
    ],
)
def test_whatever_redis_refuses_for_a_reason_that_passes_counts_as_away(live: RedisPipeline, error: str) -> None:
    with pytest.raises(StoreAway):
        live.ask("EVAL", "return redis.error_reply(ARGV[1])", 1, "k", error)
    assert live.refuses_because


@pytest.mark.parametrize("script", ["return redis.call('HGET', KEYS[1])", "return nonsense.x", "error('OOM')"])
def test_a_mistake_in_a_script_of_ours_is_no_such_reason(live: RedisPipeline, script: str) -> None:
    with pytest.raises(StoreRefused):
        live.ask("EVAL", script, 1, "k")
    assert live.refuses_because == ""


def test_a_word_that_meets_an_error_of_ours_is_given_up_in_the_end(live: RedisPipeline) -> None:
    retries: list[Callable[[], None]] = []
    store = CallStore(live, after=lambda seconds, then: retries.append(then))
    call = Story(facts()).begin().call
    live.ask("SET", keys.owners("acme"), "no hash: every word meets an error")
    store.save(call)
    for _ in range(calls.MAX_REFUSED - 1):
        until(lambda: retries)
        retries.pop()()
    until(lambda: not live.depth and not store.owed)
    assert store.failed_saves == calls.MAX_REFUSED
    assert retries == []
    live.ask("DEL", keys.owners("acme"))
    store.save(replace(call, apps=2))
    until(lambda: store.owners("acme") == {call.id: call.worker})
