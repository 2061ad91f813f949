"""Places of parked callers in a real Redis: one place, one caller; one caller, one phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from gevent.event import AsyncResult
from redis import Redis
from redis.client import PubSub

from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.inbox import Inbox
from callcontrol.edges.live_state.parked import HELD_S, LEASE_S, TAKING_S, ParkedStore, decode_taker
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.parked import ParkedCaller, RingingCall, Taker

PLACES = ("701", "702")
SINCE = Instant(1_796_058_001_500_123)
CALLER = ParkedCaller("", "front", "call-1", "leg-1", "fs1", "w1", SINCE, "117", "+48500100200")
TAKER = Taker("call-9", "leg-9", "fs1", "105")


@pytest.fixture
def store(redis_client: Redis, redis_url: str) -> Iterator[ParkedStore]:
    redis_client.flushall()
    pipeline = RedisPipeline(connect(redis_url, 1))
    yield ParkedStore(pipeline)
    pipeline.stop(1)


def answer(ask: Callable[[Callable[..., object]], None]) -> Any:
    """What is answered; trouble is none."""
    told: AsyncResult = AsyncResult()
    ask(lambda *words: told.set(words))
    *found, trouble = told.get(timeout=5)
    assert trouble is None
    return found[0] if len(found) == 1 else tuple(found)


def claim(store: ParkedStore, caller: ParkedCaller, places: tuple[str, ...] = PLACES) -> tuple[str, bool]:
    found: tuple[str, bool] = answer(lambda done: store.claim("acme", caller, places, done))
    return found


def parked(store: ParkedStore, number: int = 1, **more: Any) -> ParkedCaller:
    """This caller, parked."""
    caller = replace(CALLER, call=f"call-{number}", channel=f"leg-{number}", **more)
    return replace(caller, place=claim(store, caller)[0])


def take(store: ParkedStore, place: str, taker: Taker = TAKER) -> ParkedCaller | None:
    found: ParkedCaller | None = answer(lambda done: store.take("acme", place, taker, done))
    return found


def leave(store: ParkedStore, caller: ParkedCaller) -> bool:
    left: bool = answer(lambda done: store.leave("acme", caller.place, caller.call, done))
    return left


def test_a_place_has_one_caller_and_a_caller_one_place(store: ParkedStore) -> None:
    first = parked(store)
    assert claim(store, first) == ("701", False)
    second = parked(store, 2)
    assert (first.place, second.place) == PLACES
    assert claim(store, replace(CALLER, call="call-3")) == ("", False)
    assert store.look("acme") == [first, second]
    assert leave(store, first)
    assert parked(store, 3).place == "701"


def test_no_other_calls_place_is_left(store: ParkedStore) -> None:
    first = parked(store)
    store.free("acme", "701", "call-2")
    assert store.look("acme") == [first]
    store.free("acme", "701", "call-1")
    assert store.look("acme") == []


def test_one_phone_has_the_caller_and_the_callers_worker_is_told(store: ParkedStore, redis_client: Redis) -> None:
    caller = parked(store)
    listening: PubSub = redis_client.pubsub()  # type: ignore[no-untyped-call]  # redis-py's
    with listening as heard:
        heard.subscribe(keys.inbox("w1"))
        assert heard.get_message(timeout=5)["type"] == "subscribe"
        assert take(store, "701") == caller
        message = heard.get_message(timeout=5)
    assert b'"kind":"parked"' in message["data"]
    assert take(store, "701", replace(TAKER, call="call-8")) is None
    assert take(store, "701") == caller  # asked again it changes nothing
    assert not leave(store, caller)
    kept, taker = answer(lambda done: store.keep("acme", caller, done))
    assert (kept, taker) == (True, TAKER)
    store.let_be("acme", "701", TAKER.call)
    assert store.look("acme") == [caller]
    assert take(store, "701", replace(TAKER, call="call-8")) == caller


def test_nothing_is_taken_where_no_caller_is(store: ParkedStore) -> None:
    assert take(store, "701") is None
    assert take(store, "") is None


def test_without_a_place_ones_own_goes_before_the_longest(store: ParkedStore) -> None:
    parked(store, 1, since=Instant(CALLER.since - 9), by="112")
    own = parked(store, 2, by="105")
    assert take(store, "") == own
    assert take(store, "") == own
    assert take(store, "", replace(TAKER, call="call-8", extension="103")) == replace(
        CALLER, place="701", since=Instant(CALLER.since - 9), by="112"
    )


def test_a_held_place_is_for_who_holds_it(store: ParkedStore) -> None:
    held = replace(CALLER, call="call-7", channel="", held_for="117")
    assert claim(store, held) == ("701", False)
    assert take(store, "701") is None
    assert parked(store, 2, by="112").place == "702"
    assert claim(store, CALLER) == ("701", True)
    assert take(store, "701") == replace(CALLER, place="701")


def test_what_no_worker_keeps_ends_by_itself(store: ParkedStore, redis_client: Redis, monkeypatch: Any) -> None:
    assert LEASE_S > 3 * 15
    assert TAKING_S < LEASE_S
    assert HELD_S < LEASE_S
    monkeypatch.setattr("callcontrol.edges.live_state.parked.LEASE_S", 0)
    parked(store)
    assert store.look("acme") == []
    assert redis_client.hlen(keys.parked("acme")) == 0


def test_a_place_that_was_freed_is_not_kept_again_by_what_was_asked_before(
    store: ParkedStore, redis_client: Redis
) -> None:
    """Also where Redis knows no script any more, as after a restart."""
    caller = parked(store)
    redis_client.script_flush()
    store.keep("acme", caller, lambda kept, taker, trouble: None)
    store.free("acme", "701", caller.call)
    assert store.look("acme") == []


def test_what_redis_has_lost_it_has_again(store: ParkedStore, redis_client: Redis) -> None:
    caller = parked(store)
    redis_client.flushall()
    assert answer(lambda done: store.keep("acme", caller, done)) == (True, None)
    assert store.look("acme") == [caller]
    redis_client.flushall()
    parked(store, 2)
    assert answer(lambda done: store.keep("acme", caller, done)) == (False, None)


def test_a_taker_of_a_later_version_is_not_read() -> None:
    with pytest.raises(ValueError, match="version 2"):
        decode_taker(b'{"$": "Taker/2", "call": "c"}')


# --- calls that ring

LISTENS = keys.inbox("w5")


def said(heard: PubSub) -> list[Any]:
    """Kind and fields of the next message."""
    message = heard.get_message(timeout=5)
    assert message is not None
    told = orjson.loads(message["data"])
    return [told["kind"], *told["fields"]]


def test_every_worker_is_asked_and_how_many_hear_it_is_known(store: ParkedStore, redis_client: Redis) -> None:
    taker = replace(TAKER, worker="w5")
    assert answer(lambda done: store.ask_for_ringing("acme", ("101",), taker, done)) == 0
    listening: PubSub = redis_client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    with listening as heard:
        heard.subscribe(keys.everyone(), LISTENS)
        heard.get_message(timeout=5)
        heard.get_message(timeout=5)
        asked: list[Any] = []
        rings: list[Any] = []
        inbox = Inbox("redis://127.0.0.1:1", "w5", print, print, print, on_picks_up=lambda *told: asked.append(told))
        inbox._on_rings = lambda call, calls: rings.append((call, *calls))
        assert answer(lambda done: store.ask_for_ringing("acme", ("101", "102"), taker, done)) == 1
        inbox._take(heard.get_message(timeout=5)["data"])
        assert asked == [("acme", taker, ["101", "102"], True)]
        found = RingingCall("call-1", "w1", "fs1", SINCE)
        store.answer_ringing("acme", taker, (found,))
        inbox._take(heard.get_message(timeout=5)["data"])
        assert rings == [(taker.call, found)]


def test_a_phone_is_given_one_call_until_it_is_refused(store: ParkedStore, redis_client: Redis) -> None:
    taker = replace(TAKER, worker="w5")
    listening: PubSub = redis_client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    with listening as heard:
        heard.subscribe(LISTENS)
        heard.get_message(timeout=5)
        assert given(store, taker, "call-1") == "given"
        assert given(store, taker, "call-1") == "given"  # asked again it changes nothing
        assert given(store, taker, "call-2") == "another"
        store.refuse_taker("acme", taker, "call-1")
        assert said(heard) == ["not_picked_up", taker.call, "call-1", ""]
        assert given(store, taker, "call-2") == "given"


def given(store: ParkedStore, taker: Taker, call: str) -> str:
    told: AsyncResult = AsyncResult()
    store.give("acme", taker, call, lambda: told.set("given"), lambda: told.set("another"))
    found: str = told.get(timeout=5)
    return found
