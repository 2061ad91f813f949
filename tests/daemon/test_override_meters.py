"""Overrides of opening hours as metrics, so that a forgotten one is seen."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from redis import Redis

from callcontrol.daemon.configuration import Current
from callcontrol.daemon.override_meters import OverrideMeters
from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.overrides import encode_override
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.kinds import KINDS
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.override import DutyOverride
from callcontrol.vocabulary.schedule import Override
from tests.daemon.test_adoption import pipeline

__all__ = ["pipeline"]
EXAMPLE = Path(__file__).parents[2] / "deploy" / "example"
NOW = Instant(1_795_320_000 * SECOND_US)


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def worker(pipeline: RedisPipeline, name: str) -> OverrideMeters:
    return OverrideMeters(pipeline, Current(EXAMPLE), name)


def shown(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"callcontrol_{name}", {"tenant": "acme", **labels})


def closed(days_ago: int, until: Instant | None = None) -> bytes:
    return encode_override(Override(False, until, "extension:101", Instant(NOW - days_ago * 86_400 * SECOND_US)))


def test_an_override_without_an_end_is_shown_with_its_age_until_it_is_removed(
    pipeline: RedisPipeline, redis_client: Redis
) -> None:
    duty = encode_override(DutyOverride(KINDS.read("extension:101"), None, "extension:101", Instant(0)))
    of_no_schedule = {"hours:gone": closed(9)}
    hand = {"hours:office": closed(4), "hours:round_the_clock": closed(5, Instant(NOW + 1)), "duty:night": duty}
    hand |= of_no_schedule
    for of, value in hand.items():
        redis_client.hset(keys.overrides("acme"), of, value)
    assert worker(pipeline, "host-a/1/.x").look_if_ours()
    assert [shown("overrides", kind=kind) for kind in ("hours", "duty")] == [2, 1]
    assert shown("hours_without_end_seconds") == 4 * 86_400
    redis_client.delete(keys.overrides("acme"))
    worker(pipeline, "host-a/1/.x").look_if_ours()
    assert [shown("overrides", kind="duty"), shown("hours_without_end_seconds")] == [0, 0]


def test_overrides_of_a_tenant_without_schedules_are_shown_as_such(
    pipeline: RedisPipeline, redis_client: Redis, tmp_path: Path
) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "conf")
    redis_client.hset(keys.overrides("acme"), "hours:office", closed(4))
    current = Current(tmp_path / "conf")
    one = OverrideMeters(pipeline, current, "host-a/1/.x")
    one.look_if_ours()
    assert shown("hours_without_end_seconds") == 4 * 86_400
    (tmp_path / "conf" / "tenants" / "acme.yaml").unlink()
    assert current.reload()
    one.look_if_ours()
    assert shown("hours_without_end_seconds") == 0


def test_one_worker_of_a_host_reads_the_overrides(pipeline: RedisPipeline, redis_client: Redis) -> None:
    redis_client.ping()
    workers = [worker(pipeline, name) for name in ("host-a/0/.x", "host-a/1/.x", "host-b/0/.x")]
    assert [one.look_if_ours() for one in workers] == [True, False, True]
