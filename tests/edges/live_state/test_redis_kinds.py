"""What holds for a single Redis, one that sentinels know and a cluster alike; masters that change in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gevent
import orjson
import pytest
from prometheus_client import REGISTRY
from redis.crc import key_slot

from callcontrol.edges.live_state import keys, server_connection
from callcontrol.edges.live_state.calls import CallStore
from callcontrol.edges.live_state.failures import StoreAway
from callcontrol.edges.live_state.inbox import Inbox
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.vocabulary.queue import Entered, Notice
from tests.control.story import Story
from tests.edges.live_state.call_centre import TENANT, CallCentre, until
from tests.redis_servers.cluster import RedisCluster
from tests.redis_servers.server import HOST, RedisServer
from tests.redis_servers.watched import SERVICE, WatchedPair
from tests.routing.world import facts

TIMEOUT_S = 2.0
TENANTS = [f"tenant-{n}" for n in range(40)]


@pytest.fixture
def live(any_redis_url: str) -> Iterator[RedisPipeline]:
    made = RedisPipeline(connect(any_redis_url, TIMEOUT_S))
    yield made
    made.stop(1)


def counted(name: str) -> float:
    return REGISTRY.get_sample_value(f"callcontrol_redis_{name}_total") or 0.0


def count_up(live: RedisPipeline, tenant: str, times: int, answers: list[Any]) -> None:
    for _ in range(times):
        live.submit("HINCRBY", keys.calls(tenant), "n", 1, on_reply=lambda reply, no: answers.append(no or int(reply)))


def test_a_tenants_commands_keep_their_order_and_go_together(live: RedisPipeline) -> None:
    answers: dict[str, list[Any]] = defaultdict(list)
    for _ in range(5):
        for tenant in TENANTS:
            count_up(live, tenant, 1, answers[tenant])
    until(lambda: not live.depth and len(answers) == len(TENANTS) and all(len(a) == 5 for a in answers.values()))
    assert all(found == [1, 2, 3, 4, 5] for found in answers.values())
    assert live.round_trips <= 9  # three masters at most, each also asked once before it was known which has what


def test_calls_of_no_tenant_stand_together_too(live: RedisPipeline) -> None:
    store = CallStore(live)
    call = replace(Story(facts()).begin().call, tenant="")
    store.save(call)
    until(lambda: store.owners("") == {call.id: call.worker})
    assert store.take("", [call.id], "another", call.worker) == [call]
    store.forget(replace(call, worker="another"))
    until(lambda: store.owners("") == {})


@pytest.mark.parametrize("tenant", ["", "acme", "-x", "a.b"])
def test_all_keys_of_a_tenant_share_a_slot(tenant: str) -> None:
    mine = [kind(tenant) for kind in (keys.rules, keys.calls, keys.owners, keys.queues)]
    assert len({key_slot(key.encode()) for key in [*mine, f"{keys.queues(tenant)}:ticket:1{{x}}"]}) == 1
    assert {keys.tenant_of(key) for key in mine} == {tenant}


def test_the_leases_of_all_workers_share_a_slot() -> None:
    """A worker that can renew its own lease may believe what stands in those of the others."""
    assert len({key_slot(key.encode()) for key in (keys.workers(), keys.worker("a/1"), keys.worker("b/2"))}) == 1


def test_what_is_published_anywhere_is_heard(any_redis_url: str, live: RedisPipeline) -> None:
    heard: list[tuple[str, Notice]] = []
    inbox = Inbox(any_redis_url, "w1", lambda *_: None, lambda tenant, notice: heard.append((tenant, notice)), print)
    inbox.start()
    message = orjson.dumps({"kind": "notices", "from": keys.queues(""), "fields": ["c/1", "w1", "removed", ""]})
    script = "return redis.call('PUBLISH', ARGV[1], ARGV[2])"
    published: set[str] = set()

    def say_everywhere() -> bool:
        for tenant in TENANTS[:6]:
            live.ask("EVAL", script, 1, keys.queues(tenant), keys.inbox("w1"), message)
            published.add(tenant)
        return len(heard) >= 6

    until(say_everywhere)
    inbox.stop()
    assert set(map(str, heard)) == {str(("", Notice("c/1", "w1", "removed", "")))}


# --- a cluster that changes


def replica_of(cluster: RedisCluster, master: RedisServer) -> RedisServer:
    """The replica of a master; it has everything the master had a moment ago."""
    return next(one for one in cluster.servers if one.say("ROLE")[:3] == [b"slave", HOST.encode(), master.port])


def test_a_slot_that_has_another_master_is_followed_and_nothing_is_done_twice(cluster: RedisCluster) -> None:
    live = RedisPipeline(connect(cluster.url, TIMEOUT_S))
    answers: list[Any] = []
    count_up(live, TENANT, 1, answers)
    until(lambda: answers)
    redirects, failovers = counted("redirects"), counted("failovers")
    replica = replica_of(cluster, cluster.master_of(keys.calls(TENANT)))
    replica.say("CLUSTER", "FAILOVER")  # in agreement with the master: nothing is lost

    def go_on() -> bool:
        count_up(live, TENANT, 20, answers)
        return cluster.master_of(keys.calls(TENANT)) is replica and counted("redirects") > redirects

    until(go_on)
    until(lambda: not live.depth)
    live.stop(5)
    assert answers == list(range(1, len(answers) + 1))
    assert counted("failovers") == failovers + 1


def test_one_dead_master_holds_up_its_own_tenants_only(cluster: RedisCluster) -> None:
    live, idle = RedisPipeline(connect(cluster.url, TIMEOUT_S)), RedisPipeline(connect(cluster.url, TIMEOUT_S))
    dead = cluster.master_of(keys.calls(TENANT))
    others = [name for name in TENANTS if cluster.master_of(keys.calls(name)) is not dead]
    live.ask("HSET", keys.calls(TENANT), "a", 1)
    idle.ask("HGET", keys.calls(TENANT), "a")
    dead.replicate(keys.queues(TENANT))
    dead.kill()
    with pytest.raises(StoreAway):
        live.ask("HGET", keys.calls(TENANT), "a")
    assert live.away_because
    assert [live.ask("HSET", keys.calls(name), "a", 1) for name in others] == [1] * len(others)
    until(lambda: live.away_because == "")
    assert live.ask("HGET", keys.calls(TENANT), "a") == b"1"
    assert idle.ask("HGET", keys.calls(TENANT), "a") == b"1"  # who asked nothing meanwhile loses nothing
    live.stop(1)
    idle.stop(1)


def test_a_slot_on_the_move_is_waited_for_and_its_scripts_miss_nothing(cluster: RedisCluster) -> None:
    centre = CallCentre(cluster.url, 20.0)
    centre.open("dora")
    slot = key_slot(keys.queues(TENANT).encode())
    source = cluster.master_of(keys.queues(TENANT))
    target = next(one for one in cluster.servers if one is not source and one.say("ROLE")[0] == b"master")
    target_id, source_id = (one.say("CLUSTER", "MYID").decode() for one in (target, source))
    target.say("CLUSTER", "SETSLOT", slot, "IMPORTING", source_id)
    source.say("CLUSTER", "SETSLOT", slot, "MIGRATING", target_id)
    moving = source.say("CLUSTER", "GETKEYSINSLOT", slot, 1000)
    joined = gevent.spawn(centre.join, "call-1/1")
    for key in moving:
        source.say("MIGRATE", HOST, target.port, key, 0, 5000)
        gevent.sleep(0.01)
    gevent.sleep(3 * server_connection.PAUSE_S)
    assert not joined.ready()
    for server in (target, source):
        server.say("CLUSTER", "SETSLOT", slot, "NODE", target_id)
    assert isinstance(joined.get(timeout=20), Entered)
    assert centre.line() == ["call-1/1"]
    assert {key.decode() for key in moving} >= {f"{keys.queues(TENANT)}:layout", f"{keys.queues(TENANT)}:agent:dora"}
    centre.pipeline.stop(1)
    cluster.wait_until_whole()


def test_a_master_that_is_one_no_longer_is_left_for_the_new_one(watched: WatchedPair) -> None:
    """Its sentinels choose the other, it becomes the replica; what it refuses is done by the other."""
    live = RedisPipeline(connect(watched.url, 5.0))
    answers: list[Any] = []
    old = watched.master
    failovers = counted("failovers")
    count_up(live, TENANT, 10, answers)
    until(lambda: len(answers) == 10)
    watched.sentinels[0].say("SENTINEL", "FAILOVER", SERVICE)
    until(lambda: watched.master is not old)
    old.say("REPLICAOF", HOST, watched.master.port)  # the sentinels would say so within ten seconds
    count_up(live, TENANT, 10, answers)
    until(lambda: len(answers) == 20)
    assert answers == list(range(1, 21))
    assert watched.master.say("HGET", keys.calls(TENANT), "n") == b"20"
    assert counted("failovers") == failovers + 1
    live.stop(1)
