"""Metrics of queues: one worker of each host reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis import Redis

from callcontrol.daemon import queue_meters
from callcontrol.daemon.configuration import Current
from callcontrol.daemon.queue_meters import QueueMeters
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.vocabulary.agent import AgentState
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import Occasion, QueueView
from tests.daemon.test_adoption import pipeline

__all__ = ["pipeline"]
EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tenants whose queues were read."""
    tenants: list[str] = []

    class Views:
        def __init__(self, pipeline: RedisPipeline) -> None:
            """Needs no Redis."""

        def queues(self, tenant: str, occasion: Occasion) -> list[QueueView]:
            tenants.append(tenant)
            return []

        def states(self, tenant: str, occasion: Occasion) -> dict[AgentState, int]:
            return {}

    monkeypatch.setattr(queue_meters, "QueueViews", Views)
    return tenants


def worker(pipeline: RedisPipeline, name: str) -> QueueMeters:
    return QueueMeters(pipeline, Current(EXAMPLE), lambda tenant: Occasion(Instant(0), name, 1, {}), name)


def test_one_worker_of_a_host_reads_the_queues(pipeline: RedisPipeline, asked: list[str], redis_client: Redis) -> None:
    workers = [worker(pipeline, f"host-a/{n}/.x") for n in range(4)]
    assert [one.look_if_ours() for one in workers] == [True, False, False, False]
    once = list(asked)
    assert once == sorted(set(once), key=once.index)
    assert "acme" in once
    workers[0].look_if_ours()
    assert asked == once * 2


def test_another_worker_reads_once_the_first_is_silent(
    pipeline: RedisPipeline, asked: list[str], redis_client: Redis
) -> None:
    first, second = (worker(pipeline, f"host-a/{n}/.x") for n in range(2))
    assert [first.look_if_ours(), second.look_if_ours()] == [True, False]
    (key,) = redis_client.keys("cc:duty:queue-meters:*")
    assert 0 < redis_client.ttl(key) <= queue_meters.KEPT_S
    redis_client.delete(key)
    assert [second.look_if_ours(), first.look_if_ours()] == [True, False]


def test_each_host_shows_its_own(pipeline: RedisPipeline, asked: list[str]) -> None:
    assert [worker(pipeline, f"{host}/1/.x").look_if_ours() for host in ("host-a", "host-b")] == [True, True]
