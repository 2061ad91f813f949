"""Limits on the number of calls of a payer, on a real Redis: counted over all workers, by leases."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import gevent
from gevent.event import AsyncResult
from redis import Redis

from callcontrol.control import commands as do
from callcontrol.control.call import Call, Ringing, new_call
from callcontrol.control.limit_events import LimitsReached
from callcontrol.control.trunk_events import LegNotSent
from callcontrol.daemon.admission import admit
from callcontrol.daemon.payer_counts import PayerCounts
from callcontrol.daemon.trunk_capacity import TrunkCapacity
from callcontrol.edges.live_state.payer_counts import PayerCountStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.trunks import TrunkStore
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Account, LegPlan, Ring, Shown, TrunkNumber
from callcontrol.vocabulary.call import Caller, Stamps
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.counters import Reached
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.leg import Certainty, End, Leg, Role
from callcontrol.vocabulary.outcome import LIMIT_REACHED, TRUNK_FULL, Outcome
from callcontrol.vocabulary.target import NumberTarget
from tests.daemon.test_adoption import pipeline
from tests.routing.world import MAIN, NOW, TENANT, facts, settings

__all__ = ["pipeline"]
LIMITED = TENANT + "limits: {tenant: {caps: {all: {calls_at_once: 3}}}, extension: {caps: {all: {calls_at_once: 2}}}}\n"
ONE_EACH = LIMITED.replace("calls_at_once: 2", "calls_at_once: 1")
NUMBER = "+48600100100"


def plan(payer: str = "extension:101", to: str = f"number:{NUMBER}", trunk: str = "a") -> LegPlan:
    endpoint = TrunkNumber(trunk, trunk, NUMBER[1:])
    return LegPlan(to, endpoint, 30, Shown(""), payer, direction=Direction.MOBILE)


def call(name: str, planned: LegPlan) -> Call:
    """A call whose only leg `leg-NAME` rings."""
    made = new_call(
        id_=name, channel=f"c-{name}", switch="fs1", worker="w", tenant="acme", caller=Caller(""), dialled="", now=NOW
    )
    leg = Leg(f"leg-{name}", "fs1", Role.CALLEE, planned.to, NOW, "a", planned.payer)
    step = Ring(NumberTarget(NUMBER), (planned,), Path(NumberTarget(NUMBER)))
    return replace(made, legs=(*made.legs, leg), state=Ringing(step, "app", (leg.id,)))


class Worker:
    """A worker's counts and its calls."""

    def __init__(self, store: PayerCountStore | None, written: str = LIMITED) -> None:
        self.counts, self.facts = PayerCounts(store), facts(NUMBER, tenant=written)
        self.calls: dict[str, Call] = {}

    def dial(self, name: str, planned: LegPlan | None = None) -> str:
        """The reason why the leg of this call is refused, "" if it is allowed."""
        planned = planned or plan()
        one = self.calls[name] = call(name, planned)
        result: AsyncResult[Mapping[str, Reached]] = AsyncResult()
        self.counts.admit([(f"leg-{name}", planned)], one, self.facts, result.set)
        return "".join(reached.why for reached in result.get(timeout=2).values())

    def end(self, name: str) -> None:
        one = self.calls.pop(name)
        stamps = Stamps(NOW, NOW, NOW, type(NOW)(NOW + 1))
        end = End(Certainty.TOLD, "NORMAL_CLEARING", Outcome.ANSWERED, stamps)
        self.counts.learn(one, [(one.legs[-1], replace(one.legs[-1], end=end))])


def two_workers(pipeline: RedisPipeline) -> tuple[Worker, Worker, PayerCountStore]:
    store = PayerCountStore(pipeline)
    return Worker(store), Worker(store), store


def test_the_limit_holds_over_all_workers(pipeline: RedisPipeline, redis_client: Redis) -> None:
    one, other, store = two_workers(pipeline)
    assert one.dial("1") == other.dial("2") == ""
    assert one.dial("3") == "extension:101 has 2 calls outside at once already, and may have no more"
    assert other.dial("4", plan("tenant")) == ""
    why = "the tenant has 3 calls outside at once already, and may have no more"
    assert one.dial("5", plan("extension:102")) == why
    one.end("1")
    pipeline.ask("PING")
    assert other.dial("6") == ""
    for worker, name in ((one, "3"), (one, "5"), (other, "2"), (other, "4"), (other, "6")):
        worker.end(name)
    pipeline.ask("PING")
    assert not store.legs("acme")


def test_legs_that_stay_inside_and_emergency_calls_wait_for_nothing(pipeline: RedisPipeline) -> None:
    one, _, store = two_workers(pipeline)
    inside = LegPlan("extension:102", Account("102", "acme.example"), 30, Shown(""), "extension:101")
    for n, planned in enumerate([inside, plan(to="emergency:112"), plan(payer="")] * 3):
        assert one.dial(str(n), planned) == ""
    assert not store.legs("acme")


def test_a_worker_that_takes_a_call_over_keeps_its_place_and_releases_it(pipeline: RedisPipeline) -> None:
    dead, alive, store = two_workers(pipeline)
    dead.dial("1")
    dead.dial("2")
    alive.calls = dict(dead.calls)
    for one in alive.calls.values():
        alive.counts.take(one, alive.facts)
    alive.counts.renew()
    assert alive.dial("3").startswith("extension:101 has 2")
    dead.counts.over(dead.calls["1"])
    dead.counts.learn(dead.calls["1"], [])
    alive.end("1")
    pipeline.ask("PING")
    assert store.legs("acme") == {"leg-2"}
    assert alive.dial("4") == ""


def test_a_call_of_a_removed_tenant_is_taken_over_all_the_same(pipeline: RedisPipeline) -> None:
    dead, alive, store = two_workers(pipeline)
    dead.dial("1")
    settings_without = alive.facts.settings.model_copy(update={"tenants": {}})
    alive.counts.take(dead.calls["1"], replace(alive.facts, settings=settings_without))
    alive.counts.renew()
    alive.counts.learn(dead.calls["1"], [])
    assert store.legs("acme") == {"leg-1"}  # until the end of its lease


def test_the_places_of_a_dead_worker_are_free_after_their_lease(pipeline: RedisPipeline, redis_client: Redis) -> None:
    dead, alive, store = two_workers(pipeline)
    dead.dial("1")
    dead.dial("2")
    for name, key in (("leases", "leases"), ("at once", "at-once:extension:101:all"), ("all", "at-once:tenant:all")):
        changed = redis_client.zadd(f"cc:{{acme}}:limits:{key}", {"leg-1": 1, "leg-2": 1}, xx=True, ch=True)
        assert changed == 2, name
    assert alive.dial("3") == ""
    assert store.legs("acme") == {"leg-3"}


def test_without_redis_each_worker_counts_its_own() -> None:
    away = RedisPipeline(connect("redis://127.0.0.1:1/0", 0.2))
    one, other = Worker(PayerCountStore(away)), Worker(PayerCountStore(away))
    assert [one.dial(name) for name in "12"] == ["", ""]
    assert one.dial("3").startswith("extension:101 has 2")
    assert other.dial("4") == ""
    one.end("1")
    assert one.dial("5") == ""


def test_a_worker_goes_on_with_the_counts_of_redis_when_redis_is_away(pipeline: RedisPipeline) -> None:
    one = Worker(PayerCountStore(pipeline), TENANT + "limits: {extension: {caps: {all: {calls_per_hour: 2}}}}\n")
    for name in "12":
        assert one.dial(name) == ""
        one.end(name)
    one.counts._store = None
    assert one.dial("3") == "extension:101 has 2 calls outside within an hour already, and may have no more"


def test_the_claim_rides_in_the_round_trip_of_the_save(pipeline: RedisPipeline) -> None:
    one, _, _ = two_workers(pipeline)
    one.dial("0")  # loads the script into Redis
    one.end("0")
    pipeline.ask("PING")
    before = pipeline.round_trips
    pipeline.submit("HSET", "cc:{acme}:calls", "call", "saved", on_reply=lambda *_: None)
    assert one.dial("1") == ""
    assert pipeline.round_trips - before == 1
    pipeline.submit("HSET", "cc:{acme}:calls", "call", "saved", on_reply=lambda *_: None)
    one.end("1")
    pipeline.ask("PING")
    assert pipeline.round_trips - before == 2


class Driver:
    """A driver whose call only rings."""

    def __init__(self, ringing: Call) -> None:
        self.call, self.events = ringing, []  # type: ignore[var-annotated]

    def deliver(self, event: Any) -> None:
        self.events.append(event)


def admitted(
    pipeline: RedisPipeline, known: Facts, *planned: LegPlan, name: str = "leg"
) -> tuple[list[Any], list[Any]]:
    """The events of a call that rings all its legs at once, and the commands that are sent."""
    ids = [f"{name}-{n}" for n, _ in enumerate(planned)]
    step = Ring(NumberTarget(NUMBER), planned, Path(NumberTarget(NUMBER)))
    one = replace(call("1", planned[0]), state=Ringing(step, "app", tuple(ids)))
    legs = tuple(
        Leg(leg, "fs1", Role.CALLEE, made.to, NOW, "a", made.payer) for leg, made in zip(ids, planned, strict=True)
    )
    driver, sent = Driver(replace(one, legs=legs)), []  # type: ignore[var-annotated]
    stores = SimpleNamespace(
        capacity=TrunkCapacity("w", TrunkStore(pipeline)), counts=PayerCounts(PayerCountStore(pipeline))
    )
    admit(do.Bridge("app", tuple(zip(ids, planned, strict=True))), driver, known, stores, sent.append)  # type: ignore[arg-type]
    with gevent.Timeout(2):
        while not driver.events and not sent:
            gevent.sleep(0.005)
    pipeline.ask("PING")
    return driver.events, sent


def test_of_the_legs_of_one_command_only_those_within_the_limit_ring(pipeline: RedisPipeline) -> None:
    events, sent = admitted(pipeline, facts(NUMBER, tenant=LIMITED), *[plan()] * 3)
    assert [leg for leg, _ in sent[0].legs] == ["leg-0", "leg-1"]
    assert [(list(one.reached), one.cause) for one in events] == [(["leg-2"], "")]


def test_a_leg_over_two_limits_is_refused_for_the_payers_limit(pipeline: RedisPipeline) -> None:
    full = MAIN.replace('number: "+48221110000"', 'number: "+48221110000", channels: 1')
    known = facts(NUMBER, tenant=ONE_EACH)
    limited = replace(known, settings=settings(ONE_EACH, full))
    events, sent = admitted(pipeline, limited, plan(), plan())
    assert [leg for leg, _ in sent[0].legs] == ["leg-0"]
    assert [type(one) for one in events] == [LimitsReached]
    events, sent = admitted(pipeline, limited, plan("extension:102"), plan(), name="more")
    assert not sent
    assert [type(one) for one in events] == [LegNotSent, LimitsReached]
    assert events[1].cause == TRUNK_FULL
    events, sent = admitted(pipeline, limited, plan(), plan(), name="again")
    assert [(type(one), one.cause) for one in events] == [(LimitsReached, LIMIT_REACHED)]
    assert not sent
