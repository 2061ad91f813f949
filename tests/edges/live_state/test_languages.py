"""Languages that callers have chosen, in a real Redis; Redis away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gevent.event import AsyncResult

from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.failures import LiveStateError, StoreAway
from callcontrol.edges.live_state.languages import LanguageStore
from callcontrol.edges.live_state.pipeline import RedisPipeline, connect
from callcontrol.vocabulary.language import Language

CALLER = "+48600700800"


@pytest.fixture
def live(any_redis_url: str) -> Iterator[RedisPipeline]:
    made = RedisPipeline(connect(any_redis_url, 0.5))
    yield made
    made.stop(1)


def remembered(live: RedisPipeline, number: str = CALLER, tenant: str = "acme") -> Language | None:
    found, trouble = look_up(live, number, tenant)
    assert trouble is None
    return found


def look_up(live: RedisPipeline, number: str, tenant: str) -> tuple[Language | None, LiveStateError | None]:
    result: AsyncResult = AsyncResult()
    LanguageStore(live).look_up(tenant, number, lambda found, trouble: result.set((found, trouble)))
    answer: tuple[Language | None, LiveStateError | None] = result.get(timeout=10)
    return answer


def test_what_a_caller_has_chosen_is_found_by_the_next_call(live: RedisPipeline) -> None:
    LanguageStore(live).remember("acme", CALLER, "ru", 30)
    assert remembered(live) == "ru"
    LanguageStore(live).remember("acme", CALLER, "pl", 30)
    assert remembered(live) == "pl"
    assert (remembered(live, "+48600700801"), remembered(live, tenant="globex")) == (None, None)


def test_it_is_forgotten_after_so_many_days(live: RedisPipeline) -> None:
    LanguageStore(live).remember("acme", CALLER, "ru", 30)
    assert 30 * 86_400 - 5 <= live.ask("TTL", keys.language("acme", CALLER)) <= 30 * 86_400


def test_a_language_of_a_later_version_is_none(live: RedisPipeline) -> None:
    live.ask("SET", keys.language("acme", CALLER), "eo")
    assert remembered(live) is None


def test_with_redis_away_none_is_known_and_nothing_hangs() -> None:
    away = RedisPipeline(connect("redis://127.0.0.1:1", 0.2))
    LanguageStore(away).remember("acme", CALLER, "ru", 30)
    found, trouble = look_up(away, CALLER, "acme")
    assert (found, type(trouble)) == (None, StoreAway)
    away.stop(0)
