"""What is set by hand over schedules and duties, in a real Redis of each kind; Redis gone and back."""

from __future__ import annotations

from collections.abc import Iterator

import gevent
import orjson
import pytest
from gevent.event import AsyncResult

from callcontrol.edges import clock
from callcontrol.edges.embedded import EmbeddedRedis
from callcontrol.edges.live_state import keys, pipeline
from callcontrol.edges.live_state.failures import LiveStateError, StoreAway
from callcontrol.edges.live_state.overrides import OverrideStore, decode_override, encode_override
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.kinds import KINDS
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.override import DutyOverride, Overrides, SetByHand
from callcontrol.vocabulary.schedule import Override
from callcontrol.vocabulary.stored import Newer, Unreadable

TIMEOUT_S = 0.5


@pytest.fixture
def live(any_redis_url: str) -> Iterator[RedisPipeline]:
    made = RedisPipeline(connect(any_redis_url, TIMEOUT_S))
    yield made
    made.stop(1)


def look_up(store: OverrideStore) -> tuple[Overrides, LiveStateError | None]:
    result: AsyncResult = AsyncResult()
    store.look_up("acme", lambda found, trouble: result.set((found, trouble)))
    answer: tuple[Overrides, LiveStateError | None] = result.get(timeout=10)
    return answer


def put(store: OverrideStore, of: str, override: SetByHand | None) -> LiveStateError | None:
    result: AsyncResult = AsyncResult()
    store.store("acme", of, override, result.set)
    trouble: LiveStateError | None = result.get(timeout=10)
    return trouble


def settle(live: RedisPipeline) -> None:
    """What was sent without waiting is done: a script that Redis does not know yet is sent twice."""
    for _ in range(3):
        live.ask("EXISTS", keys.overrides("acme"))


def in_s(seconds: float) -> Instant:
    return Instant(clock.now() + int(seconds * SECOND_US))


def closed(until: Instant | None = None) -> Override:
    return Override(False, until, "extension:101", in_s(-60))


def of_102() -> DutyOverride:
    return DutyOverride(KINDS.read("extension:102"), in_s(3600), "jan (command)", in_s(-60))


def test_what_is_set_is_found_by_the_next_look_up_and_survives_the_worker(live: RedisPipeline) -> None:
    store, shut, duty = OverrideStore(live), closed(in_s(60)), of_102()
    assert (put(store, "hours:office", shut), put(store, "duty:help", duty)) == (None, None)
    assert look_up(store) == ({"hours:office": shut, "duty:help": duty}, None)
    assert OverrideStore(live).read("acme") == {"hours:office": shut, "duty:help": duty}
    assert OverrideStore(live).read("globex") == {}
    assert live.ask("KEYS", "cc:{acme}:*") == [b"cc:{acme}:overrides"]


def test_what_is_taken_back_is_gone_and_nothing_remains(live: RedisPipeline) -> None:
    store = OverrideStore(live)
    put(store, "hours:office", closed())
    assert put(store, "hours:office", None) is None
    assert look_up(store) == ({}, None)
    assert live.ask("EXISTS", keys.overrides("acme")) == 0


def test_what_is_over_is_ignored_and_removed(live: RedisPipeline) -> None:
    store = OverrideStore(live)
    put(store, "hours:office", closed(in_s(-1)))
    put(store, "hours:shop", closed())
    assert list(look_up(store)[0]) == ["hours:shop"]
    settle(live)
    assert live.ask("HKEYS", keys.overrides("acme")) == [b"hours:shop"]


def test_what_was_set_anew_meanwhile_is_not_removed(live: RedisPipeline) -> None:
    """Between the look at what is over and its removal another one has set something."""
    store, anew = OverrideStore(live), closed(in_s(60))
    put(store, "hours:office", closed(in_s(-1)))
    result: AsyncResult = AsyncResult()
    store.look_up("acme", lambda found, _: result.set(found))
    store.store("acme", "hours:office", anew, lambda _: None)  # goes out before the removal, which the reply begins
    assert result.get(timeout=10) == {}
    settle(live)
    assert look_up(store) == ({"hours:office": anew}, None)


def test_it_is_in_force_at_once_where_the_clock_of_who_set_it_is_ahead(live: RedisPipeline) -> None:
    store = OverrideStore(live)
    put(store, "hours:office", Override(False, None, "extension:101", in_s(30)))
    assert look_up(store)[0]["hours:office"].is_in_force(clock.now())


def test_what_cannot_be_read_is_told_once_left_out_and_kept(
    live: RedisPipeline, caplog: pytest.LogCaptureFixture
) -> None:
    store, newer = OverrideStore(live), b'{"$":"Override/9","open":"perhaps"}'
    put(store, "duty:help", of_102())
    live.ask("HSET", keys.overrides("acme"), "hours:office", newer)
    for _ in range(2):
        assert list(look_up(store)[0]) == ["duty:help"]
    assert live.ask("HGET", keys.overrides("acme"), "hours:office") == newer
    assert caplog.text.count("is unreadable: Override has version 9") == 1


def test_with_redis_away_the_last_known_are_told_with_the_trouble(restartable_redis: EmbeddedRedis) -> None:
    live = RedisPipeline(connect(restartable_redis.address, TIMEOUT_S))
    store, shut = OverrideStore(live), closed()
    put(store, "hours:office", shut)
    look_up(store)
    restartable_redis.kill()
    found, trouble = look_up(store)
    assert found == {"hours:office": shut}
    assert isinstance(trouble, StoreAway)
    assert look_up(OverrideStore(live))[0] == {}
    restartable_redis.start()
    gevent.sleep(pipeline.COOL_DOWN_S)
    assert look_up(OverrideStore(live)) == ({"hours:office": shut}, None)
    live.stop(1)


@pytest.mark.parametrize("override", [closed(), closed(in_s(60)), of_102()], ids=["closed", "until", "duty"])
def test_what_is_written_is_read(override: SetByHand) -> None:
    assert decode_override(encode_override(override)) == override


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (b'{"$":"DutyOverride/2","target":"extension:1"}', Newer),
        (b'{"$":"Override","open":true,"by":"x","at":1}', KeyError),
        (b'{"$":"Rule","open":true,"until":null,"by":"x","at":1}', Unreadable),
        (b'{"$":"Override","open":true,"until":"soon","by":"x","at":1}', ValueError),
        (b'{"$":"DutyOverride","target":"spaceship:1","until":null,"by":"x","at":1}', ValueError),
        (b"[]", Unreadable),
        (b"{", ValueError),
    ],
)
def test_what_is_not_ours_is_refused(value: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        decode_override(value)


def test_what_is_stored_stays_readable() -> None:
    """The bytes as they are stored now: a later version must read them."""
    stored = b'{"$":"Override","open":false,"until":1795320000000000,"by":"extension:101","at":1795310000000000}'
    assert decode_override(stored) == Override(
        False, Instant(1_795_320_000_000_000), "extension:101", Instant(1_795_310_000_000_000)
    )
    assert orjson.loads(encode_override(decode_override(stored))) == orjson.loads(stored)
