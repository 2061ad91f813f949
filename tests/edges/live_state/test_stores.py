"""Rules and calls in a real Redis; Redis slow, gone and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import gevent
import pytest
from gevent.event import AsyncResult
from redis import Redis

from callcontrol.control.call import Call
from callcontrol.control.saved import SEQUENCES
from callcontrol.edges.embedded import EmbeddedRedis
from callcontrol.edges.live_state import codec, keys, pipeline
from callcontrol.edges.live_state.calls import CallStore
from callcontrol.edges.live_state.codec import CALLS, Codec, Newer
from callcontrol.edges.live_state.failures import CallUnreadable, LiveStateError, StoreAway, StoreBusy, StoreRefused
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.edges.live_state.rules import RuleStore
from callcontrol.routing.effective import RunTimeRules
from callcontrol.vocabulary.rule import Rule, RuleKind
from tests.control.story import Story
from tests.routing.world import facts, rule

TIMEOUT_S = 0.5


@pytest.fixture
def live(any_redis_url: str) -> Iterator[RedisPipeline]:
    made = RedisPipeline(connect(any_redis_url, TIMEOUT_S))
    yield made
    made.stop(1)


def look_up(store: RuleStore, *names: str) -> tuple[Mapping[str, RunTimeRules], LiveStateError | None]:
    result: AsyncResult = AsyncResult()
    store.look_up("acme", names, lambda found, trouble: result.set((found, trouble)))
    answer: tuple[Mapping[str, RunTimeRules], LiveStateError | None] = result.get(timeout=10)
    return answer


def saved(store: CallStore, worker: str) -> list[Call]:
    """What the worker can take of its own calls and of those no worker is known to have."""
    ids = list(store.owners("acme"))
    return [call for owner in (worker, "") for call in store.take("acme", ids, worker, owner)]


def set_rule(store: RuleStore, name: str, kind: RuleKind, value: Rule | None) -> LiveStateError | None:
    result: AsyncResult = AsyncResult()
    store.store("acme", name, {kind: value}, result.set)
    trouble: LiveStateError | None = result.get(timeout=10)
    return trouble


def test_a_rule_set_is_found_by_the_next_look_up(live: RedisPipeline) -> None:
    store = RuleStore(live)
    made = rule("busy", "number:+48600100100", after_s=9, show="company")
    assert set_rule(store, "101", RuleKind.BUSY, made) is None
    found, trouble = look_up(store, "101", "102")
    assert (found, trouble) == ({"101": {RuleKind.BUSY: made}, "102": {}}, None)


def test_a_removed_rule_is_none_and_a_forgotten_one_absent(live: RedisPipeline) -> None:
    store = RuleStore(live)
    set_rule(store, "101", RuleKind.BUSY, None)
    assert look_up(store, "101")[0] == {"101": {RuleKind.BUSY: None}}
    store.forget("acme", "101", RuleKind.BUSY)
    assert look_up(store, "101")[0] == {"101": {}}


def test_an_unreadable_rule_leaves_the_baseline_and_the_others(live: RedisPipeline) -> None:
    store = RuleStore(live)
    set_rule(store, "101", RuleKind.ALWAYS, None)
    live.ask("HSET", keys.rules("acme"), "101/busy", b'{"target":"spaceship:1"}')
    assert look_up(store, "101") == ({"101": {RuleKind.ALWAYS: None}}, None)


def test_a_rule_of_a_later_version_leaves_the_baseline_and_is_kept(live: RedisPipeline) -> None:
    newer = b'{"$":"Rule/9","targets":["extension:102"]}'
    live.ask("HSET", keys.rules("acme"), "101/busy", newer)
    assert look_up(RuleStore(live), "101") == ({"101": {}}, None)
    assert live.ask("HGET", keys.rules("acme"), "101/busy") == newer


def test_tenants_are_apart(live: RedisPipeline) -> None:
    set_rule(RuleStore(live), "101", RuleKind.BUSY, rule("busy", "extension:102"))
    assert live.ask("KEYS", "cc:{acme}:*") == [b"cc:{acme}:rules"]
    assert live.ask("KEYS", "cc:{globex}:*") == []


def test_with_redis_away_the_last_known_rules_are_told_with_the_trouble(restartable_redis: EmbeddedRedis) -> None:
    live = RedisPipeline(connect(restartable_redis.address, TIMEOUT_S))
    store = RuleStore(live)
    made = rule("busy", "extension:102")
    set_rule(store, "101", RuleKind.BUSY, made)
    look_up(store, "101")
    restartable_redis.kill()
    found, trouble = look_up(store, "101", "102")
    assert found == {"101": {RuleKind.BUSY: made}, "102": {}}
    assert isinstance(trouble, StoreAway)
    assert live.away_because
    restartable_redis.start()
    gevent.sleep(pipeline.COOL_DOWN_S)
    assert look_up(store, "101")[1] is None
    assert live.away_because == ""
    live.stop(1)


def test_a_frozen_redis_costs_one_deadline_then_nothing(restartable_redis: EmbeddedRedis) -> None:
    import os
    import signal

    live = RedisPipeline(connect(restartable_redis.address, TIMEOUT_S))
    with Redis.from_url(restartable_redis.address) as client:
        pid = client.info()["process_id"]
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(StoreAway):
            live.ask("PING")
        trips = live.round_trips
        with pytest.raises(StoreAway):
            live.ask("PING")
        assert live.round_trips == trips  # failed at once, without asking
    finally:
        os.kill(pid, signal.SIGCONT)
    live.stop(1)


def test_replies_come_in_order_and_in_few_round_trips(live: RedisPipeline) -> None:
    answers: list[Any] = []
    for n in range(300):
        live.submit("ECHO", n, on_reply=lambda reply, trouble: answers.append(int(reply)))
    live.ask("PING")
    assert answers == list(range(300))
    assert live.round_trips <= 3


def test_a_refused_command_and_a_failing_callback_trouble_nobody_else(live: RedisPipeline) -> None:
    def broken(reply: object, trouble: object) -> None:
        raise RuntimeError("a mistake of one call")

    live.submit("PING", on_reply=broken)
    with pytest.raises(StoreRefused):
        live.ask("NOSUCHCOMMAND")
    assert live.ask("PING") in (b"PONG", True)


def test_the_queue_is_bounded(live: RedisPipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "MAX_WAITING", 2)
    troubles: list[object] = []
    for _ in range(4):
        live.submit("PING", on_reply=lambda reply, trouble: troubles.append(trouble))
    assert [type(t) for t in troubles] == [StoreBusy, StoreBusy]
    live.stop(5)  # sends what is waiting
    assert troubles[2:] == [None, None]


def test_calls_are_saved_found_and_forgotten(live: RedisPipeline) -> None:
    store = CallStore(live)
    call = Story(facts()).begin().call
    store.save(call)
    live.ask("PING")
    live.ask("HSET", keys.calls("acme"), "broken", b"{")
    assert saved(store, call.worker) == [call]
    store.forget(call)
    live.ask("PING")
    assert saved(store, call.worker) == []
    assert store.failed_saves == 0


def test_what_redis_did_not_take_it_gets_when_it_is_back_and_only_the_latest(restartable_redis: EmbeddedRedis) -> None:
    live = RedisPipeline(connect(restartable_redis.address, TIMEOUT_S))
    store = CallStore(live)
    story = Story(facts()).begin()
    kept, gone = story.call, replace(story.call, id="call-2")
    store.save(gone)
    live.ask("PING")
    restartable_redis.kill()
    store.save(replace(kept, apps=99))
    store.save(kept)
    store.forget(gone)
    with pytest.raises(StoreAway):
        live.ask("PING")
    assert store.owed == 2
    restartable_redis.start()
    with gevent.Timeout(15):
        while store.owed or live.depth:
            gevent.sleep(0.05)
    assert saved(store, kept.worker) == [kept]
    live.stop(1)


def settle(live: RedisPipeline) -> None:
    """Whatever was said is answered, and what follows from it."""
    with gevent.Timeout(5):
        while live.depth:
            gevent.sleep(0.01)
    live.ask("PING")


def test_an_old_save_that_is_offered_again_never_overtakes_a_newer_one(live: RedisPipeline) -> None:
    """The first word is refused and owed; the next one is under way when it is offered again."""
    retries: list[Callable[[], None]] = []
    store = CallStore(live, after=lambda seconds, then: retries.append(then))
    call = Story(facts()).begin().call
    live.ask("SET", keys.owners("acme"), "no hash: every word is refused")
    store.save(replace(call, apps=1))
    settle(live)
    assert store.owed == 1
    live.ask("DEL", keys.owners("acme"))
    store.save(replace(call, apps=2))
    retries.pop()()
    settle(live)
    assert [found.apps for found in saved(store, call.worker)] == [2]
    assert store.owed == 0


def test_words_on_a_call_go_one_after_the_other_and_the_newest_waits(live: RedisPipeline) -> None:
    store = CallStore(live)
    call = Story(facts()).begin().call
    for number in range(5):
        store.save(replace(call, apps=number))
    store.forget(call)
    store.save(replace(call, id="other"))
    settle(live)
    assert [found.id for found in saved(store, call.worker)] == ["other"]


def test_what_is_saved_before_the_save_before_it_was_sent_takes_its_place_in_the_line(live: RedisPipeline) -> None:
    store = CallStore(live)
    call = Story(facts()).begin().call
    save(store, call)
    live.ask("HLEN", keys.calls("acme"))  # of the same slot: the save before it is answered
    seen: list[int] = []
    sent = live.commands
    store.save(replace(call, apps=1))
    live.submit("HGET", keys.calls("acme"), call.id, on_reply=lambda text, _: seen.append(codec.decode(text).apps))
    store.save(replace(call, apps=2))
    live.ask("HLEN", keys.calls("acme"))
    assert seen == [2]
    assert live.commands == sent + 3


def test_a_call_that_cannot_be_written_is_refused_alone(live: RedisPipeline, caplog: pytest.LogCaptureFixture) -> None:
    store = CallStore(live)
    call, other = Story(facts()).begin().call, replace(Story(facts()).begin().call, id="call-2")
    store.save(replace(call, apps=object()))  # type: ignore[arg-type]  # a mistake of ours
    save(store, other)
    assert call.id not in store.owners("acme")
    assert (store.failed_saves, store.owed) == (1, 1)
    assert "EVALSHA cannot be sent: " in caplog.text


def test_a_forgotten_call_is_not_raised_from_the_dead_by_a_late_word(live: RedisPipeline) -> None:
    """Its worker was taken for dead, another one closed it; then the first one says a word that was late."""
    lost: list[tuple[str, str]] = []
    late, other = CallStore(live, lambda tenant, id_: lost.append((tenant, id_))), CallStore(live)
    call = Story(facts()).begin().call
    save(late, call)
    (taken,) = other.take("acme", [call.id], "w2", call.worker)
    other.forget(replace(taken, worker="w2"))
    settle(live)
    late.save(call)
    settle(live)
    assert saved(late, call.worker) == []
    assert lost == [("acme", call.id)]
    late.begin_again("acme", call.id)  # its channel came through the dialplan once more
    late.save(call)
    settle(live)
    assert saved(late, call.worker) == [call]


LATER = b'{"$":"Call/99","id":"call-1","what":["nobody","knows"]}'


def save(store: CallStore, call: Call) -> None:
    """Save it and wait until it is there."""
    store.save(call)
    with gevent.Timeout(5):
        while call.id not in store.owners(call.tenant):
            gevent.sleep(0.01)


def test_a_call_that_cannot_be_read_is_not_taken(live: RedisPipeline) -> None:
    store = CallStore(live)
    call = Story(facts()).begin().call
    save(store, call)
    live.ask("HSET", keys.calls("acme"), call.id, LATER)
    left: list[str] = []
    assert store.take("acme", [call.id], "w2", call.worker, left.append) == []
    found: list[tuple[Call | None, LiveStateError | None]] = []
    store.take_one("acme", (call.id,), "w2", lambda taken, trouble: found.append((taken, trouble)))
    settle(live)
    ((taken, trouble),) = found
    assert (left, taken, type(trouble)) == ([call.id], None, CallUnreadable)
    assert store.owners("acme") == {call.id: call.worker}
    assert live.ask("HGET", keys.calls("acme"), call.id) == LATER


def test_a_worker_of_the_version_before_finds_the_callers_channel_and_leaves_its_call(live: RedisPipeline) -> None:
    """There the id of a call was its caller's channel, and that is what such a worker looks for."""
    before = Codec(CALLS.classes, {("Call", 1): dict}, SEQUENCES)
    store, call = CallStore(live), Story(facts()).begin().call
    save(store, call)
    for known_as in (call.caller_channel, call.id):
        with pytest.raises(Newer):
            before.decode(live.ask("HGET", keys.calls("acme"), known_as))
    found: list[tuple[Call | None, LiveStateError | None]] = []
    store.take_one("acme", (call.caller_channel,), "w2", lambda taken, trouble: found.append((taken, trouble)))
    settle(live)
    assert (found, store.owners("acme")) == ([(None, None)], {call.id: call.worker})
    store.forget(call)
    settle(live)
    assert live.ask("HLEN", keys.calls("acme")) == live.ask("HLEN", keys.owners("acme")) == 0


def test_a_call_that_was_saved_between_reading_and_taking_is_read_again(
    live: RedisPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = CallStore(live)
    call = Story(facts()).begin().call
    save(store, call)
    newer, decode = codec.encode(replace(call, apps=7)), codec.decode

    def read_while_it_is_saved(text: bytes) -> Any:
        live.submit("HSET", keys.calls("acme"), call.id, newer, on_reply=lambda reply, trouble: None)
        return decode(text)

    monkeypatch.setattr(codec, "decode", read_while_it_is_saved)
    assert store.take("acme", [call.id], "w2", call.worker) == []
    assert store.owners("acme") == {call.id: call.worker}
    live.ask("HSET", keys.calls("acme"), call.id, codec.encode(call))
    found: AsyncResult = AsyncResult()
    gevent.spawn(store.take_one, "acme", (call.id,), "w2", lambda taken, trouble: found.set((taken, trouble)))
    assert found.get(timeout=10) == (replace(call, apps=7), None)
    assert store.owners("acme") == {call.id: "w2"}
