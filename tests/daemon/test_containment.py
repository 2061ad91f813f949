"""A fault in one call ends that call alone: what it shares with other calls goes on."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import cast

import gevent
import orjson
import pytest
from gevent.event import Event
from prometheus_client import REGISTRY
from redis import Redis

from callcontrol.control import machine
from callcontrol.control.call import Call, Closed, Ending, new_call
from callcontrol.control.events import CallerHungUp, LegGone, OfferMade
from callcontrol.control.step_result import PlainResult
from callcontrol.daemon import facts_finder
from callcontrol.daemon import worker_context as desk_module
from callcontrol.daemon.adoption import Adoption
from callcontrol.daemon.call_driver import CallDriver
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock
from callcontrol.edges.live_state import codec, keys
from callcontrol.edges.live_state.failures import LiveStateError, StoreRefused
from callcontrol.edges.live_state.inbox import Inbox
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.queue_replies import Effects
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Caller, Stamps
from tests.control.story import Story, caller
from tests.daemon.queue_parts import Listener, until
from tests.daemon.test_adoption import (
    US,
    Written,
    adoption,
    dead_worker,
    pipeline,
    saved_call,
    shared,
    workers,
    written,
)
from tests.daemon.test_offer_dispatcher import Ears, Office, offer, office
from tests.routing.world import facts

__all__ = ["adoption", "office", "pipeline", "shared", "workers", "written"]


class Mistake(RuntimeError):
    """The exception of a bug in our code."""


def faults(where: str) -> float:
    return REGISTRY.get_sample_value("callcontrol_faults_total", {"where": where}) or 0.0


def ringing(shared: WorkerContext, id_: str = "call-1") -> tuple[CallDriver, Ears]:
    """A call of this worker whose callee's phone rings."""
    call = replace(Story(facts()).begin().call, worker=US, id=id_, legs=(caller(id_.replace("call", "caller")),))
    ears = Ears()
    driver = CallDriver(call, facts(), shared, ears)
    shared.take(driver)
    return driver, ears


def trip_over(monkeypatch: pytest.MonkeyPatch, event: type[object]) -> None:
    """Make the call machine raise at this kind of event."""
    step = machine.step

    def stepped(call: Call, happened: object, known: Facts) -> PlainResult:
        if isinstance(happened, event):
            raise Mistake("a caller's words: 600100200")
        return step(call, happened, known)  # type: ignore[arg-type]  # the machine's own union

    monkeypatch.setattr(machine, "step", stepped)


def gone(leg: str) -> LegGone:
    now = clock.now()
    return LegGone(leg, "NORMAL_CLEARING", Stamps(now, None, None, now), "")


def test_a_fault_in_one_calls_handling_ends_that_call_and_no_other(
    shared: WorkerContext, written: Written, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (driver, ears), (other, _), before = ringing(shared), ringing(shared, "call-2"), faults("call")
    trip_over(monkeypatch, CallerHungUp)
    driver.deliver(CallerHungUp("NORMAL_CLEARING"))
    assert isinstance(driver.call.state, Ending)
    assert "HangUp" in {type(command).__name__ for command in ears.commands}
    driver.deliver(gone("caller-1"))
    assert [record.call.call_id for record in written.records] == ["call-1"]
    assert any("a fault of ours: Mistake" in str(entry) for entry in driver.call.trail)
    assert set(shared.drivers) == {other.call.id}
    assert faults("call") == before + 1
    assert [record.getMessage() for record in caplog.records if record.exc_info] == [
        "CallerHungUp could not be handled, the call ends: Mistake: a caller's words: 600100200"
    ]


def test_a_call_whose_ending_fails_too_is_closed_with_the_trail_it_has(
    shared: WorkerContext, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, _ = ringing(shared)
    trip_over(monkeypatch, object)
    driver.deliver(CallerHungUp("NORMAL_CLEARING"))
    driver.deliver(gone("caller-1"))
    assert isinstance(driver.call.state, Closed)
    (record,) = written.records
    assert record.call.estimated
    assert shared.drivers == {}


def test_a_call_that_cannot_be_saved_is_ended_and_recorded(
    shared: WorkerContext, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(call: Call) -> None:
        raise Mistake

    driver, _ = ringing(shared)
    monkeypatch.setattr(shared.calls, "save", cannot)
    driver.deliver(CallerHungUp("NORMAL_CLEARING"))
    assert [record.call.call_id for record in written.records] == ["call-1"]


def test_a_call_of_which_no_record_can_be_made_is_kept_with_its_trail(
    shared: WorkerContext,
    pipeline: RedisPipeline,
    written: Written,
    redis_client: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cannot(trail: object) -> None:
        raise Mistake("no fold")

    monkeypatch.setattr(desk_module, "fold", cannot)
    call = replace(saved_call(shared, US), state=Closed())
    shared.release(call)
    until(lambda: written.aside)
    ((kept, reason),) = written.aside
    assert codec.decode(kept) == call
    assert "Mistake: no fold" in reason
    until(lambda: not redis_client.hexists(keys.calls("acme"), "call-1"))


def test_a_call_that_cannot_be_kept_anywhere_else_stays_in_redis(
    shared: WorkerContext,
    adoption: Adoption,
    pipeline: RedisPipeline,
    written: Written,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cannot(trail: object) -> None:
        raise Mistake("no fold")

    with monkeypatch.context() as patched:
        patched.setattr(desk_module, "fold", cannot)
        written.full = True
        shared.release(replace(saved_call(shared, US), state=Closed()))
        until(lambda: not shared.closing)
    pipeline.ask("PING")
    written.full = False
    adoption.look()
    assert [record.call.call_id for record in written.records] == ["call-1"]


def test_a_call_that_cannot_be_rated_is_recorded_without_a_price(
    shared: WorkerContext, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(record: object, tariff: object) -> None:
        raise Mistake("no price")

    monkeypatch.setattr(desk_module, "rate_record", cannot)
    shared.release(replace(saved_call(shared, US), state=Closed()))
    assert [record.call.call_id for record in written.records] == ["call-1"]


def test_a_reply_of_redis_that_cannot_be_handled_does_not_affect_other_replies(
    pipeline: RedisPipeline, redis_client: Redis
) -> None:
    told: list[object] = []

    def fail(reply: object, trouble: object) -> None:
        raise Mistake

    before = faults("redis")
    pipeline.submit("PING", on_reply=fail)
    pipeline.submit("PING", on_reply=lambda reply, trouble: told.append(reply))
    assert pipeline.ask("PING") is not None
    assert len(told) == 1
    assert faults("redis") == before + 1


@pytest.mark.parametrize("value", [None, "no \udc00 text", ["a list"]])
def test_a_command_that_cannot_be_sent_is_refused_alone(
    pipeline: RedisPipeline, redis_client: Redis, value: object
) -> None:
    told: dict[str, LiveStateError | None] = {}

    def note(name: str, _: object, trouble: LiveStateError | None) -> None:
        told[name] = trouble

    for name, what in {"first": "1", "wrong": value, "last": "3"}.items():
        pipeline.submit("SET", name, what, on_reply=partial(note, name))
    until(lambda: len(told) == 3)
    assert (told["first"], type(told["wrong"]), told["last"]) == (None, StoreRefused, None)
    assert pipeline.away_because == ""
    assert (redis_client.get("first"), redis_client.get("wrong"), redis_client.get("last")) == (b"1", None, b"3")


def test_the_inbox_goes_on_after_a_message_that_cannot_be_handled(redis_url: str, redis_client: Redis) -> None:
    taken: list[str] = []

    def take(tenant: str, call: str, arrived: bool) -> None:
        if call == "bad":
            raise Mistake
        taken.append(call)

    inbox = Inbox(redis_url, US, lambda *_: None, lambda *_: None, take)
    inbox.start()
    until(lambda: redis_client.pubsub_numsub(keys.inbox(US))[0][1])
    for call in ("bad", "good"):
        told = {"kind": "taken", "from": keys.calls("acme"), "fields": [call, "fetched"]}
        redis_client.publish(keys.inbox(US), orjson.dumps(told))
    until(lambda: taken)
    inbox.stop()
    assert taken == ["good"]


def test_a_timer_that_fails_does_not_stop_others(shared: WorkerContext) -> None:
    def fail() -> None:
        raise Mistake

    last, before = Event(), faults("timer")
    shared.timers.after(0.01, fail)
    shared.timers.after(0.02, last.set)
    assert last.wait(5)
    assert faults("timer") == before + 1


def test_an_offer_that_cannot_be_delivered_does_not_affect_other_offers(office: Office) -> None:
    class Broken:
        def deliver(self, event: object) -> None:
            raise Mistake

    office.shared.drivers["call-1"] = cast(CallDriver, Broken())
    good, before = Listener("call-2"), faults("queue")
    office.shared.drivers["call-2"] = good.driver
    office.dispatcher.told("acme", Effects((offer(ticket="call-1/1"), offer(ticket="call-2/1")), (), None))
    assert [type(event) for event in good.events] == [OfferMade]
    assert faults("queue") == before + 1


def test_one_tenants_fault_does_not_keep_other_tenants_calls_from_being_taken_over(
    shared: WorkerContext, adoption: Adoption, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    owners = shared.calls.owners

    def looked(tenant: str) -> object:
        if tenant == "acme":
            raise Mistake
        return owners(tenant)

    shared.calls.save(replace(Story(facts()).begin().call, worker=dead_worker(), tenant="globex"))
    monkeypatch.setattr(shared.calls, "owners", looked)
    with pytest.raises(LiveStateError, match="acme"):
        adoption.look()
    assert len(shared.drivers) == 1


def test_where_redis_has_answered_a_look_up_that_fails_ends_its_call(
    shared: WorkerContext, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def cannot(*_: object) -> None:
        raise Mistake

    caplog.set_level(logging.ERROR)
    caller, now = Caller("+48500100200"), clock.now()
    call = new_call(
        id_="call-1", channel="call-1", switch="fs1", worker=US, tenant="acme", caller=caller, dialled="101", now=now
    )
    ears = Ears()
    known = replace(facts(), dialled="101", rules={})
    driver = CallDriver(call, known, shared, ears)
    shared.take(driver)
    monkeypatch.setattr(facts_finder, "effective", cannot)
    driver.begin()
    until(lambda: isinstance(driver.call.state, Ending))
    gevent.sleep(0)
    assert "HangUp" in {type(command).__name__ for command in ears.commands}
