"""Conference rooms in a real Redis: who is let in, what is ordered, and who hears of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from gevent.event import AsyncResult
from redis import Redis
from redis.client import PubSub

from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.rooms import RoomStore, decode_room
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.room import Room, RoomMember, RoomOrder, RoomRecording, RoomVerdict

SINCE = Instant(1_796_058_001_500_123)
ANNA = RoomMember("call-1", "w1", "leg-1", "fs1", "+48500100200", 'An"na', "", SINCE)
JAN = replace(ANNA, call="call-2", worker="w2", channel="leg-2", switch="fs2", since=Instant(SINCE + 1))
HEAD = replace(ANNA, call="call-3", worker="w2", channel="leg-3", moderator=True, since=Instant(SINCE + 2))


@pytest.fixture
def store(redis_client: Redis, redis_url: str) -> Iterator[RoomStore]:
    redis_client.flushall()
    pipeline = RedisPipeline(connect(redis_url, 1))
    yield RoomStore(pipeline)
    pipeline.stop(1)


def answer(ask: Callable[[Callable[..., object]], None]) -> Any:
    """What is answered; trouble is none."""
    told: AsyncResult = AsyncResult()
    ask(lambda *words: told.set(words))
    *found, trouble = told.get(timeout=5)
    assert trouble is None
    return found[0] if len(found) == 1 else tuple(found)


def enter(store: RoomStore, member: RoomMember, most: int = 2) -> tuple[RoomVerdict, Room]:
    found: tuple[RoomVerdict, Room] = answer(lambda on: store.enter("acme", "board", member, most, on))
    return found


def only(store: RoomStore) -> Room:
    (room,) = store.look("acme")
    return room


def test_the_first_one_brings_the_room_to_its_switch(store: RoomStore) -> None:
    assert enter(store, ANNA) == (RoomVerdict.IN, Room("board", "fs1", SINCE, members=(ANNA,)))
    verdict, room = enter(store, JAN)
    assert (verdict, room.switch, room.members) == (RoomVerdict.IN, "fs1", (ANNA, JAN))
    assert enter(store, replace(JAN, since=Instant(SINCE + 9)))[1].member("call-2") == JAN
    assert store.look("globex") == []


def test_a_full_room_and_a_locked_one_let_in_moderators_alone(store: RoomStore) -> None:
    enter(store, ANNA), enter(store, JAN)
    third = replace(ANNA, call="call-4")
    assert enter(store, third)[0] is RoomVerdict.FULL
    store.ask_order("acme", "board", RoomOrder.LOCK, "")
    assert enter(store, third, most=9)[0] is RoomVerdict.LOCKED
    verdict, room = enter(store, HEAD)
    assert (verdict, room.opened, room.locked, len(room.members)) == (RoomVerdict.IN, True, True, 3)
    store.ask_order("acme", "board", RoomOrder.UNLOCK, "")
    assert enter(store, third, most=9)[0] is RoomVerdict.IN


def test_all_are_muted_but_moderators_and_so_is_who_comes_later(store: RoomStore) -> None:
    enter(store, ANNA), enter(store, HEAD)
    room = store.ask_order("acme", "board", RoomOrder.MUTE, "")
    assert room is not None
    assert [one.muted for one in room.members] == [True, False]
    assert enter(store, JAN, most=9)[1].member("call-2") == replace(JAN, muted=True)
    store.ask_order("acme", "board", RoomOrder.UNMUTE, "call-2")
    assert [one.muted for one in only(store).members] == [True, False, False]
    store.ask_order("acme", "board", RoomOrder.UNMUTE, "")
    assert [one.muted for one in only(store).members] == [False] * 3


def test_one_is_sent_out_or_all_are(store: RoomStore) -> None:
    enter(store, ANNA), enter(store, JAN)
    assert store.ask_order("acme", "board", RoomOrder.KICK, "call-9") is None
    store.ask_order("acme", "board", RoomOrder.KICK, "call-1")
    assert [one.kicked for one in only(store).members] == ["kick", ""]
    store.ask_order("acme", "board", RoomOrder.END, "")
    assert [one.kicked for one in only(store).members] == ["end", "end"]
    assert store.ask_order("acme", "nowhere", RoomOrder.END, "") is None


def test_the_last_one_leaves_no_room(store: RoomStore, redis_client: Redis) -> None:
    enter(store, ANNA), enter(store, JAN)
    store.leave("acme", "board", "call-1")
    assert only(store).members == (JAN,)
    store.leave("acme", "board", "call-2")
    assert store.look("acme") == []
    assert not redis_client.exists(keys.rooms("acme"))


def test_what_was_ordered_outlives_a_worker_and_a_lost_room_comes_back(store: RoomStore, redis_client: Redis) -> None:
    enter(store, ANNA)
    store.ask_order("acme", "board", RoomOrder.MUTE, "call-1")
    kept = answer(lambda on: store.keep("acme", "board", replace(ANNA, worker="w9"), "fs1", on))
    assert kept.members == (replace(ANNA, worker="w9", muted=True),)
    redis_client.flushall()
    assert answer(lambda on: store.keep("acme", "board", ANNA, "fs1", on)) == Room(
        "board", "fs1", SINCE, members=(ANNA,)
    )


def test_a_member_whose_lease_is_over_is_not_there(store: RoomStore, redis_client: Redis) -> None:
    enter(store, ANNA), enter(store, JAN)
    text = redis_client.hget(keys.rooms("acme"), "board")
    assert isinstance(text, bytes)
    room = orjson.loads(text)
    room["members"]["call-1"]["until"] = 1
    redis_client.hset(keys.rooms("acme"), "board", orjson.dumps(room))
    assert only(store).members == (JAN,)
    assert enter(store, HEAD, most=2)[0] is RoomVerdict.IN


def test_each_worker_with_a_member_hears_of_a_change_once(store: RoomStore, redis_client: Redis) -> None:
    listening: PubSub = redis_client.pubsub()  # type: ignore[no-untyped-call]  # redis-py's
    listening.subscribe(keys.inbox("w1"), keys.inbox("w2"))
    for _ in range(2):
        assert listening.get_message(timeout=2)
    enter(store, ANNA), enter(store, JAN), enter(store, HEAD, most=9)
    heard = []
    while (message := listening.get_message(timeout=0.3)) is not None:
        told = orjson.loads(message["data"])
        room = decode_room(told["fields"][0])
        assert room is not None
        heard.append((message["channel"].decode().rpartition(":")[2], told["kind"], len(room.members)))
    assert sorted(heard) == [("w1", "room", n) for n in (1, 2, 3)] + [("w2", "room", n) for n in (2, 3)]


def test_a_room_has_one_recording_until_that_is_dropped(store: RoomStore) -> None:
    first, second = RoomRecording("call-1-4", "/r/call-1-4.wav", SINCE), RoomRecording("call-2-7", "/r/b.wav", SINCE)
    enter(store, replace(ANNA, informed=True))
    store.record("acme", "board", first)
    store.record("acme", "board", second)
    assert only(store).recording == first
    assert only(store).members[0].informed
    assert enter(store, JAN)[1].recording == first
    store.unrecord("acme", "board", second.media_id)
    assert only(store).recording == first
    store.unrecord("acme", "board", first.media_id)
    assert only(store).recording is None


def test_an_empty_room_is_not_recorded(store: RoomStore) -> None:
    store.record("acme", "board", RoomRecording("call-1-4", "/r/call-1-4.wav", SINCE))
    assert store.look("acme") == []
    enter(store, ANNA)
    store.record("acme", "board", RoomRecording("call-1-4", "/r/call-1-4.wav", SINCE))
    store.leave("acme", "board", "call-1")
    assert enter(store, JAN)[1].recording is None


def test_a_member_who_was_told_of_nothing_is_stored_as_earlier_versions_have_it(
    store: RoomStore, redis_client: Redis
) -> None:
    enter(store, ANNA)
    assert "informed" not in str(redis_client.hgetall(keys.rooms("acme")))
