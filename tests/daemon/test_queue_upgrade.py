"""Queues of an older version are upgraded once, and only when no worker of that version is left."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
from prometheus_client import REGISTRY
from redis import Redis
from redis.exceptions import ResponseError

from callcontrol.daemon import queue_upgrade
from callcontrol.daemon.queue_upgrade import QueueUpgrade
from callcontrol.edges.live_state import keys, queue_script
from callcontrol.edges.live_state.failures import LiveStateError, StoreOlder
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.queues import QueueStore
from callcontrol.edges.live_state.script import Script
from callcontrol.edges.live_state.workers import Workers
from tests.daemon.queue_parts import LiveQueues, occasion, until
from tests.upgrade.left_behind import LeftBehind

US, OLDER, NEWER = "host/1/.us", "elsewhere/2/.old", "elsewhere/3/.new"
ACME = keys.queues("acme")
# Written by commit 9d65d98; never generated again.
OF_VERSION_1 = LeftBehind(Path(__file__).parents[1] / "upgrade" / "before_versions")
# What a version 2 might change: an agent's field `state` is named `is`, and each upgrade is counted.
UPGRADE = """
upgrades[1] = function()
    for _, name in ipairs(call('SMEMBERS', P .. 'agents')) do
        local key = P .. 'agent:' .. name
        call('HSET', key, 'is', call('HGET', key, 'state') or '')
        call('HDEL', key, 'state')
    end
    call('INCR', P .. 'upgrades')
end
"""
VERSION_2 = Script(queue_script.SOURCE.replace("local VERSION = #upgrades", UPGRADE + "local VERSION = #upgrades"))


class Newcomer:
    """A worker of version 2."""

    def __init__(self, pipeline: RedisPipeline, name: str = US) -> None:
        self.workers = Workers(pipeline, name, steady_s=0, version=2)
        self.store = QueueStore(pipeline, occasion, lambda tenant, told: None, on_older=self._older)
        self.upgrade = QueueUpgrade(self.workers, self.store)
        self.workers.beat()

    def _older(self, tenant: str) -> None:
        self.upgrade.wanted(tenant)


@pytest.fixture
def live(redis_client: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveQueues]:
    """Queues of version 1, with a script that knows version 2."""
    monkeypatch.setattr(queue_upgrade, "LOOK_S", 0.02)
    made = LiveQueues(redis_url)
    made.open("a")
    monkeypatch.setattr(queue_script, "SCRIPT", VERSION_2)
    yield made
    made.close()
    redis_client.flushall()


def version_of(live: LiveQueues) -> tuple[Any, Any]:
    """The queues' version, and how often they were upgraded."""
    live.settle()
    return live.pipeline.ask("GET", f"{ACME}:version"), live.pipeline.ask("GET", f"{ACME}:upgrades")


def lease(live: LiveQueues, worker: str, version: int) -> None:
    live.pipeline.ask("SADD", keys.workers(), worker)
    live.pipeline.ask("SET", keys.worker(worker), version)


def test_without_older_workers_the_queues_are_upgraded_once_and_commands_are_carried_out(live: LiveQueues) -> None:
    lease(live, NEWER, 2)
    us, another = Newcomer(live.pipeline), Newcomer(live.pipeline, "host/4/.x")
    for one in (us, another):
        one.store.elsewhere("acme", "a", "leg-1", True, "call-1")
    until(lambda: version_of(live) == (b"2", b"1") and not us.store.owed and not another.store.owed)
    assert version_of(live) == (b"2", b"1")
    assert live.pipeline.ask("HGET", f"{ACME}:agent:a", "is") is not None


def test_while_an_older_worker_lives_the_queues_stay_as_it_can_read_them(
    live: LiveQueues, caplog: pytest.LogCaptureFixture
) -> None:
    lease(live, OLDER, 1)
    us = Newcomer(live.pipeline)
    before = live.pipeline.ask("HGETALL", f"{ACME}:agent:a")
    with caplog.at_level(logging.WARNING):
        us.store.elsewhere("acme", "a", "leg-1", True, "call-1")
        until(lambda: "queues wait for workers of an earlier version to end: elsewhere/2/.old" in caplog.text)
        assert REGISTRY.get_sample_value("callcontrol_queue_upgrades_waiting") == 1
    gevent.sleep(0.2)
    assert (version_of(live), us.store.owed) == ((None, None), 1)
    assert live.pipeline.ask("HGETALL", f"{ACME}:agent:a") == before
    assert caplog.text.count("queues wait for") == 1
    live.pipeline.ask("SET", keys.worker(OLDER), "gone")  # it has ended
    until(lambda: version_of(live) == (b"2", b"1") and not us.store.owed)


def test_a_caller_who_comes_meanwhile_is_refused_as_if_redis_were_away(live: LiveQueues) -> None:
    troubles: list[LiveStateError | None] = []
    queue_script.submit(live.pipeline, "acme", "due", {}, occasion("acme"), lambda _, trouble: troubles.append(trouble))
    until(lambda: troubles)
    assert [type(trouble) for trouble in troubles] == [StoreOlder]


def test_a_tenant_without_stored_queues_is_upgraded_as_well(live: LiveQueues) -> None:
    us = Newcomer(live.pipeline)
    us.store.due("globex")
    until(lambda: live.pipeline.ask("GET", f"{keys.queues('globex')}:version"))
    assert live.pipeline.ask("GET", f"{keys.queues('globex')}:version") == b"2"


def test_the_older_script_touches_nothing_afterwards(live: LiveQueues, redis_client: Redis) -> None:
    us = Newcomer(live.pipeline)
    us.store.due("acme")
    until(lambda: version_of(live) == (b"2", b"1"))
    arguments = ("due", "1", OLDER, "1", "d", "w", "m", "{}")
    with pytest.raises(ResponseError, match="NEWER the queues have version 2, this script knows 1"):
        redis_client.eval(queue_script.SOURCE, 1, ACME, *arguments)


def test_queues_that_an_earlier_daemon_left_are_upgraded_whole(live: LiveQueues) -> None:
    left = {key: kept for key, kept in OF_VERSION_1.live_state.items() if key.startswith("cc:{acme}:q:agent:")}
    for key, kept in left.items():
        live.pipeline.ask("DEL", key)
        live.pipeline.ask("HSET", key, *[part for pair in kept["value"].items() for part in pair])
        live.pipeline.ask("SADD", f"{ACME}:agents", key.rpartition(":")[2])
    us = Newcomer(live.pipeline)
    us.store.due("acme")
    until(lambda: version_of(live) == (b"2", b"1"))
    for key, kept in left.items():
        was = dict(kept["value"])
        now = {name.decode(): value.decode() for name, value in _pairs(live.pipeline.ask("HGETALL", key))}
        assert now == {**{name: value for name, value in was.items() if name != "state"}, "is": was.get("state", "")}


def test_a_lease_says_which_version_its_worker_knows(live: LiveQueues) -> None:
    lease(live, OLDER, 1)
    lease(live, NEWER, 3)
    us = Newcomer(live.pipeline)
    live.settle()
    assert live.pipeline.ask("GET", keys.worker(US)) == b"2"
    assert us.workers.older() == [OLDER]
    assert json.loads(live.pipeline.ask("GET", keys.worker(NEWER))) == 3


def _pairs(found: Any) -> list[tuple[bytes, bytes]]:
    return list(found.items()) if isinstance(found, dict) else list(zip(found[::2], found[1::2], strict=True))
