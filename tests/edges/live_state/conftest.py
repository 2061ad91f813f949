"""Redis of each kind: a server, a master that sentinels know, a cluster. One of each per run, empty per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.redis_servers.cluster import RedisCluster
from tests.redis_servers.watched import WatchedPair


@pytest.fixture(scope="session")
def cluster_of_the_run(stores_folder: Path) -> Iterator[RedisCluster]:
    """Three masters with a replica each."""
    cluster = RedisCluster(stores_folder / "cluster")
    with cluster:
        yield cluster


@pytest.fixture(scope="session")
def watched_of_the_run(stores_folder: Path) -> Iterator[WatchedPair]:
    """A master and its replica; its master stays what it is."""
    pair = WatchedPair(stores_folder / "watched")
    with pair:
        yield pair


@pytest.fixture
def cluster(cluster_of_the_run: RedisCluster) -> RedisCluster:
    """Whole and empty; a test that kills a server of it need not start it again."""
    cluster_of_the_run.heal()
    cluster_of_the_run.flush()
    return cluster_of_the_run


@pytest.fixture
def watched(watched_of_the_run: WatchedPair) -> WatchedPair:
    """Empty."""
    watched_of_the_run.flush()
    return watched_of_the_run


@pytest.fixture(params=["single", "sentinel", "cluster"])
def any_redis_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty Redis, of each kind in turn."""
    if request.param == "single":
        client: Redis = request.getfixturevalue("redis_client")
        assert client.dbsize() == 0
        return str(request.getfixturevalue("redis_url"))
    servers: RedisCluster | WatchedPair = request.getfixturevalue(
        "watched" if request.param == "sentinel" else "cluster"
    )
    return servers.url
