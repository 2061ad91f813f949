"""Which extensions are on calls, as workers share it over a real Redis."""

from __future__ import annotations

from gevent.event import AsyncResult
from redis import Redis

from callcontrol.control.call import Call, new_call
from callcontrol.daemon.on_calls import OnCalls
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.on_calls import LEASE_S, OnCallStore
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.vocabulary.call import Caller, Stamps
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.leg import Certainty, End, Leg, Role, changes
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.override import CallWaiting, Overrides
from tests.daemon.test_adoption import pipeline
from tests.routing.world import NOW, TENANT, settings

__all__ = ["pipeline"]
WRITTEN = TENANT.replace("'101': {name: Jan}", "'101': {name: Jan, call_waiting: no, intercom: ['102']}")
SETTINGS = settings(WRITTEN)
OFF: Overrides = {"call_waiting:103": CallWaiting(False, None, "extension:103", NOW)}


def call(name: str, rung: str, caller: str = "") -> Call:
    made = new_call(
        id_=name, channel=f"c-{name}", switch="fs1", worker="w", tenant="acme", dialled="", now=NOW,
        caller=Caller(caller, extension=caller),
    )  # fmt: skip
    return replace(made, legs=(*made.legs, Leg(f"leg-{name}", "fs1", Role.CALLEE, f"extension:{rung}", NOW)))


def ended(before: Call) -> Call:
    caller, leg = before.legs
    end = End(Certainty.TOLD, "NORMAL_CLEARING", Outcome.ANSWERED, Stamps(NOW, NOW, NOW, NOW))
    return replace(before, legs=(caller, replace(leg, end=end)))


def worker(pipeline: RedisPipeline) -> OnCalls:
    return OnCalls(OnCallStore(pipeline), lambda tenant: OFF)


def looked(pipeline: RedisPipeline) -> dict[str, tuple[str, ...]]:
    told: AsyncResult = AsyncResult()
    OnCallStore(pipeline).look_up("acme", ("101", "102", "103", "104"), lambda found, trouble: told.set(found))
    found: dict[str, tuple[str, ...]] = told.get(timeout=5)
    return {name: calls for name, calls in found.items() if calls}


def test_only_extensions_that_need_it_are_shared(pipeline: RedisPipeline) -> None:
    own = worker(pipeline)
    for one in (call("a", "101"), call("b", "102"), call("c", "104", caller="103"), call("d", "104")):
        own.learn(one, changes((), one.legs), SETTINGS)
    assert looked(pipeline) == {"101": ("a",), "102": ("b",), "103": ("c",)}


def test_an_end_is_shared_and_so_is_the_end_of_a_call_that_was_taken_over(pipeline: RedisPipeline) -> None:
    first, second = worker(pipeline), worker(pipeline)
    a, b = call("a", "101"), call("b", "101")
    for one in (a, b):
        first.learn(one, changes((), one.legs), SETTINGS)
    first.learn(ended(a), changes(a.legs, ended(a).legs), SETTINGS)
    assert looked(pipeline) == {"101": ("b",)}
    second.take(b, SETTINGS)
    first.lost(b)
    first.over(b)  # the call has another owner now, so its entry stays
    assert looked(pipeline) == {"101": ("b",)}
    second.over(b)
    assert looked(pipeline) == {}


def test_entries_that_no_worker_renews_expire(pipeline: RedisPipeline, redis_client: Redis) -> None:
    one = call("a", "101")
    worker(pipeline).renew([one], SETTINGS)
    assert looked(pipeline) == {"101": ("a",)}
    assert 0 < redis_client.pttl(keys.on_call("acme", "101")) <= LEASE_S * 1000
    redis_client.zadd(keys.on_call("acme", "101"), {"a leg-a": 1})
    assert looked(pipeline) == {}


def test_entries_that_redis_lost_are_written_again(pipeline: RedisPipeline, redis_client: Redis) -> None:
    own, one = worker(pipeline), call("a", "101")
    own.take(one, SETTINGS)
    redis_client.flushall()
    own.renew([one], SETTINGS)
    assert looked(pipeline) == {"101": ("a",)}
