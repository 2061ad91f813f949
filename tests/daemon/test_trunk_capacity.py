"""Channels of trunks: counted over all workers, by leases; an emergency call goes out even if the trunk is full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import gevent
import pytest
from redis import Redis

from callcontrol.config.settings import Settings
from callcontrol.control import commands as do
from callcontrol.control.call import Call, new_call
from callcontrol.daemon.trunk_capacity import TrunkCapacity
from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import StoreAway
from callcontrol.edges.live_state.inbox import Inbox
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.trunks import Holder, Limits, OnClaimed, TrunkStore
from callcontrol.routing.plan import LegPlan, Shown, TrunkNumber
from callcontrol.vocabulary.call import Caller, Stamps
from callcontrol.vocabulary.leg import Certainty, End, Leg, Role
from callcontrol.vocabulary.outcome import Outcome
from tests.routing.world import MAIN, NOW, settings

LIMITED = MAIN.replace('number: "+48221110000"', 'number: "+48221110000", channels: 2, calls_per_second: 3')


@pytest.fixture
def pipeline(redis_url: str, redis_client: Redis) -> Iterator[RedisPipeline]:
    made = RedisPipeline(connect(redis_url, 1))
    yield made
    made.stop(1)


def call(name: str, target: str, leg: str = "") -> Call:
    made = new_call(
        id_=name, channel=f"c-{name}", switch="fs1", worker="w", tenant="acme", caller=Caller(""), dialled="", now=NOW
    )
    return replace(made, legs=(*made.legs, Leg(leg or f"leg-{name}", "fs1", Role.CALLEE, target, NOW, "a")))


def bridge(leg: str, trunk: str = "a") -> do.Bridge:
    return do.Bridge("app", ((leg, LegPlan("number:+4811", TrunkNumber(trunk, trunk, "4811"), 30, Shown(""))),))


class Asked:
    """A worker's requests for channels, and the answers."""

    def __init__(self, capacity: TrunkCapacity, known: Settings) -> None:
        self.capacity, self.settings = capacity, known
        self.answers: dict[str, str] = {}

    def dial(self, name: str, target: str = "number:+4811") -> str | None:
        one = call(name, target)

        def then(legs: tuple[tuple[str, LegPlan], ...], refused: Mapping[str, str]) -> None:
            self.answers[name] = "".join(refused.values()) or "out"
            assert bool(legs) is not bool(refused)

        self.capacity.admit(bridge(f"leg-{name}"), one, self.settings, then)
        at_once = self.answers.get(name)
        with gevent.Timeout(2):
            while name not in self.answers:
                gevent.sleep(0.005)
        return at_once

    def end(self, name: str, outcome: Outcome = Outcome.ANSWERED) -> None:
        stamps = Stamps(NOW, NOW, NOW, type(NOW)(NOW + 30_000_000))
        end = End(Certainty.TOLD, "NORMAL_CLEARING", outcome, stamps)
        one = call(name, "number:+4811")
        leg = one.legs[-1]
        self.capacity.learn(one, [(leg, replace(leg, end=end))], self.settings)


def workers(pipeline: RedisPipeline, main: str = LIMITED) -> tuple[Asked, Asked, TrunkStore]:
    store = TrunkStore(pipeline)
    known = settings(main=main)
    return Asked(TrunkCapacity("w1", store), known), Asked(TrunkCapacity("w2", store), known), store


def test_no_more_legs_go_out_than_there_are_channels_over_all_workers(pipeline: RedisPipeline) -> None:
    one, other, store = workers(pipeline)
    one.dial("1")
    other.dial("2")
    one.dial("3")
    assert one.answers == {"1": "out", "3": "trunk a is full: 2 channels are in use"}
    one.end("1")
    with gevent.Timeout(2):
        while set(store.channels("a")) != {"leg-2"}:
            gevent.sleep(0.01)
    other.dial("4")
    assert other.answers == {"2": "out", "4": "out"}
    assert set(store.channels("a")) == {"leg-2", "leg-4"}


def test_the_limit_of_new_calls_per_second_holds(pipeline: RedisPipeline) -> None:
    one, _, _ = workers(pipeline, LIMITED.replace("channels: 2, ", ""))
    for name in "1234":
        one.dial(name)
    assert one.answers["3"] == "out"
    assert one.answers["4"] == "trunk a is full: 3 calls have begun within a second"
    gevent.sleep(1.05)
    one.dial("5")
    assert one.answers["5"] == "out"


def test_channels_whose_lease_expired_are_free(pipeline: RedisPipeline, redis_client: Redis) -> None:
    one, other, _ = workers(pipeline)
    one.dial("1")
    other.dial("2")
    redis_client.zadd(keys.trunk_legs("a"), {"leg-1": 1})  # as if its worker had died long ago
    one.dial("3")
    assert one.answers["3"] == "out"


def test_leases_are_renewed_and_found_again_after_a_restart_of_redis(
    pipeline: RedisPipeline, redis_client: Redis
) -> None:
    one, _, store = workers(pipeline)
    one.dial("1")
    redis_client.flushdb()
    one.capacity.renew()
    pipeline.ask("PING")
    assert set(store.channels("a")) == {"leg-1"}


def test_without_a_limit_legs_do_not_wait_but_are_counted(pipeline: RedisPipeline) -> None:
    one, _, store = workers(pipeline, MAIN)
    assert one.dial("1") == "out"
    pipeline.ask("PING")
    assert set(store.channels("a")) == {"leg-1"}


def test_an_emergency_call_waits_for_nothing_and_an_ordinary_one_gives_way(
    pipeline: RedisPipeline, redis_url: str
) -> None:
    one, other, store = workers(pipeline)
    heard: list[tuple[str, str]] = []
    inbox = Inbox(redis_url, "w2", *(lambda *_: None,) * 4, on_gives_way=lambda call, leg: heard.append((call, leg)))
    inbox.start()
    try:
        one.dial("1")
        other.dial("2")
        with gevent.Timeout(2):
            while not pipeline.ask("PUBSUB", "NUMSUB", keys.inbox("w2"))[1]:
                gevent.sleep(0.01)
        assert one.dial("sos", "emergency:112") == "out"
        with gevent.Timeout(2):
            while not heard:
                gevent.sleep(0.01)
        assert heard == [("2", "leg-2")]
        assert store.channels("a") == {"leg-1": False, "leg-sos": True}
        one.dial("sos2", "emergency:112")  # worker w1 does not answer, so its leg cannot give way
        assert one.answers["sos2"] == "out"
    finally:
        inbox.stop()


def test_outcomes_of_the_legs_of_the_last_hour_are_counted(pipeline: RedisPipeline) -> None:
    one, _, store = workers(pipeline, MAIN)
    for name, outcome in (("1", Outcome.ANSWERED), ("2", Outcome.ELSEWHERE)):
        one.dial(name)
        one.end(name, outcome)
    store.release("a", "leg-3", counts=True)
    with gevent.Timeout(2):
        while (quality := store.quality("a")).tried < 2:
            gevent.sleep(0.01)
    assert (quality.tried, quality.answered, quality.acd_s, quality.asr) == (2, 1, 30.0, None)


def test_without_redis_each_worker_counts_its_own() -> None:
    alone = Asked(
        TrunkCapacity("w1", TrunkStore(RedisPipeline(connect("redis://127.0.0.1:1/0", 0.2)))), settings(main=LIMITED)
    )
    for name in "123":
        alone.dial(name)
    assert list(alone.answers.values()) == ["out", "out", "trunk a is full: 2 channels are in use"]
    rated = settings(main=LIMITED.replace("channels: 2, ", ""))
    hasty = Asked(TrunkCapacity("w2", TrunkStore(RedisPipeline(connect("redis://127.0.0.1:1/0", 0.2)))), rated)
    for name in "1234":
        hasty.dial(name)
    assert list(hasty.answers.values()) == [*["out"] * 3, "trunk a is full: 3 calls have begun within a second"]
    given: list[tuple[str, str]] = []
    made: list[bool] = []
    alone.capacity.make_room("a", made.append, lambda call, leg: given.append((call, leg)))
    with gevent.Timeout(2):
        while not made:
            gevent.sleep(0.01)
    assert made == [True]
    assert given


def test_a_failed_round_trip_sends_no_leg_out_uncounted(pipeline: RedisPipeline) -> None:
    known = settings(main=LIMITED)
    others = Asked(TrunkCapacity("w1", TrunkStore(pipeline)), known)
    for name in "12":
        others.dial(name)
    store = TrunkStore(pipeline)
    really, failed = store.claim, list[str]()

    def claim(trunk: str, holder: Holder, limits: Limits, on_claimed: OnClaimed) -> None:
        if failed:
            really(trunk, holder, limits, on_claimed)
        else:
            failed.append(holder.leg)
            on_claimed(None, StoreAway("not sent"))

    store.claim = claim  # type: ignore[method-assign]  # one round trip fails
    asked = Asked(TrunkCapacity("w2", store), known)
    asked.dial("3")
    assert failed
    assert asked.answers == {"3": "trunk a is full: 2 channels are in use"}


def test_resting_trunks_are_shared_and_withdrawn(pipeline: RedisPipeline) -> None:
    store = TrunkStore(pipeline)
    capacity = TrunkCapacity("w1", store)
    capacity.tell_rests({"a": 30.0})
    assert store.resting_at("a") == 1
    capacity.tell_rests({})
    assert store.resting_at("a") == 0


def test_a_holder_is_kept_as_json() -> None:
    assert b'"worker":"w"' in Holder("leg", "call", "acme", "w").kept
