"""Awaited call backs of emergency services: known to all workers, for as long as the tenant's setting says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from callcontrol.daemon.call_backs import CallBacks
from callcontrol.edges import clock
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.call_backs import CallBackStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.routing.arrival import Directory
from callcontrol.vocabulary.call_back import ExpectedCallBack
from callcontrol.vocabulary.moment import SECOND_US, Instant
from tests.routing.world import settings


@pytest.fixture
def pipeline(redis_url: str, redis_client: Redis) -> Iterator[RedisPipeline]:
    made = RedisPipeline(connect(redis_url, 1))
    yield made
    made.stop(1)


NUMBER = "+48222220000"


def expected(after_s: float = 60, number: str = NUMBER) -> ExpectedCallBack:
    return ExpectedCallBack(number, "acme", "101", Instant(int(clock.now() + after_s * SECOND_US)))


def test_other_workers_know_the_call_back_and_expired_ones_are_removed(pipeline: RedisPipeline) -> None:
    one, other = CallBacks(CallBackStore(pipeline)), CallBacks(CallBackStore(pipeline))
    one.expect(expected())
    one.expect(expected(-1, "+48221110000"))
    assert one.extension_at("acme", NUMBER) == "101"
    other.read()
    assert other.tenants == {NUMBER: "acme"}
    assert (other.extension_at("acme", NUMBER), other.extension_at("globex", NUMBER)) == ("101", "")
    assert list(pipeline.ask("HKEYS", keys.call_backs())) == [NUMBER.encode()]


def test_what_another_version_wrote_is_left_alone(pipeline: RedisPipeline, caplog: pytest.LogCaptureFixture) -> None:
    pipeline.ask("HSET", keys.call_backs(), "+4811", '{"$": "ExpectedCallBack/9", "tenant": "acme"}')
    backs = CallBacks(CallBackStore(pipeline))
    backs.expect(expected())
    backs.read()
    assert list(backs.tenants) == [NUMBER]
    assert "unreadable" in caplog.text


def test_a_number_of_no_tenant_leads_to_the_one_that_showed_it() -> None:
    directory = Directory(settings())
    awaited = {NUMBER: "acme", "+48221234501": "globex"}
    assert directory.owner_of("48222220000") is None
    assert directory.owner_of("48222220000", None, awaited) == ("acme", NUMBER)
    assert directory.owner_of("48221234501", None, awaited) == ("acme", "+48221234501")
