"""Requests are counted over all hosts, and by each for itself while Redis is away."""

from __future__ import annotations

from redis import Redis

from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.request_counts import EXPIRES_S, RequestCounts
from callcontrol.edges.web.clients import RequestLimit
from tests.daemon.test_adoption import pipeline

__all__ = ["pipeline"]


def test_the_limit_holds_over_two_hosts(pipeline: RedisPipeline, redis_client: Redis) -> None:
    hosts = [RequestLimit(4, lambda: 0.0, RequestCounts(pipeline).count) for _ in range(2)]
    # a minute of the real clock may end in between: then there are two counts
    admitted = sum(host.admits("192.0.2.7") for _ in range(8) for host in hosts)
    keys = redis_client.keys("*requests*")
    assert admitted == 4 * len(keys) or len(keys) > 1
    assert all(0 < redis_client.ttl(key) <= EXPIRES_S for key in keys)
    assert hosts[0].admits("192.0.2.8")


def test_without_redis_each_host_counts_for_itself() -> None:
    away = RedisPipeline(connect("redis://127.0.0.1:1/0", 1))
    limit = RequestLimit(2, lambda: 0.0, RequestCounts(away).count)
    assert [limit.admits("192.0.2.7") for _ in range(3)] == [True, True, False]
    away.stop(1)
