"""Parking places and extensions on calls in a real Redis and in its twin: the same answers to the same questions, by
chance many of them.
"""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest
from redis import Redis

from callcontrol.edges.live_state import keys
from callcontrol.edges.live_state.on_calls import SCRIPT as ON_CALLS
from callcontrol.edges.live_state.parked import LEASE_S, SCRIPT, TAKING_S, encode_caller, encode_taker
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.parked import ParkedCaller, Taker
from tests.simulation.redis_twin import RedisTwin

KEY = keys.parked("acme")
PLACES = ("701", "702", "703")
STEPS = 300


def words_of(chance: random.Random) -> tuple[Any, ...]:
    """An operation that some call may ask for."""
    n, place = chance.randrange(5), chance.choice(PLACES)
    held_for = chance.choice(("", "", "", "117"))
    by = chance.choice(("117", "118", ""))
    channel = "" if held_for else f"leg-{n}"
    caller = ParkedCaller(place, "front", f"call-{n}", channel, "fs1", "w1", Instant(1_000 + n), by, "", held_for)
    taker = encode_taker(Taker(f"taker-{chance.randrange(3)}", "leg-9", "fs1", chance.choice(("117", "105"))))
    return chance.choice(
        (
            ("claim", encode_caller(caller), LEASE_S * 1000, *chance.sample(PLACES, chance.randint(1, 3))),
            ("keep", encode_caller(caller), LEASE_S * 1000),
            ("leave", place, f"call-{n}", chance.randrange(2)),
            ("take", place, taker, TAKING_S * 1000, keys.INBOXES),
            ("let_be", place, f"taker-{chance.randrange(3)}"),
            ("look",),
        )
    )


def plain(answer: Any) -> Any:
    """An answer without the order in which JSON has its keys; places in order."""
    if isinstance(answer, list):
        made = [plain(one) for one in answer]
        return sorted(made, key=lambda one: one["place"]) if all(isinstance(one, dict) for one in made) else made
    if isinstance(answer, bytes) and answer.startswith(b"{"):
        return orjson.loads(answer)
    return answer


@pytest.mark.parametrize("seed", range(8))
def test_places(redis_client: Redis, seed: int) -> None:
    redis_client.flushall()
    chance, twin = random.Random(seed), RedisTwin(lambda: 0.0, lambda: 1_000_000)
    real = redis_client.register_script(SCRIPT.source)
    for _ in range(STEPS):
        words = words_of(chance)
        told = plain(real(keys=[KEY], args=list(words)))
        assert plain(twin.do_eval(SCRIPT.source, 1, KEY, *words)) == told, words


@pytest.mark.parametrize("extension", ["117", "118", "105"])
def test_the_longest_parked_caller_is_taken_ones_own_first_and_repeatably(redis_client: Redis, extension: str) -> None:
    redis_client.flushall()
    twin, real = RedisTwin(lambda: 0.0, lambda: 1_000_000), redis_client.register_script(SCRIPT.source)
    taken = []
    for n, by in enumerate(("118", "117", "117")):
        caller = ParkedCaller(PLACES[n], "front", f"call-{n}", f"leg-{n}", "fs1", "w1", Instant(1_000 + n), by, "")
        claim = "claim", encode_caller(caller), LEASE_S * 1000, PLACES[n]
        assert plain(real(keys=[KEY], args=list(claim))) == twin.do_eval(SCRIPT.source, 1, KEY, *claim)
    for name in ("taker-1", "taker-1", "taker-2", "taker-3", "taker-4"):
        words = "take", "", encode_taker(Taker(name, "leg-9", "fs1", extension)), TAKING_S * 1000, keys.INBOXES
        told = plain(real(keys=[KEY], args=list(words)))
        assert plain(twin.do_eval(SCRIPT.source, 1, KEY, *words)) == told
        taken.append(told[0]["call"] if told else "")
    first, *_ = taken
    assert (first, taken[1], taken[-1]) == ("call-1" if extension == "117" else "call-0", first, "")


@pytest.mark.parametrize("seed", range(3))
def test_extensions_on_calls(redis_client: Redis, seed: int) -> None:
    redis_client.flushall()
    chance, twin = random.Random(seed), RedisTwin(lambda: 0.0, lambda: 1_000_000)
    real = redis_client.register_script(ON_CALLS.source)
    names = [keys.on_call("acme", extension) for extension in ("101", "102")]
    for _ in range(STEPS):
        name, member = chance.choice(names), f"call-{chance.randrange(3)} leg-1"
        asked: tuple[list[str], tuple[Any, ...]] = chance.choice(
            (([name], ("keep", 60_000, member)), ([name], ("forget", member)), (names, ("look",)))
        )
        told = real(keys=asked[0], args=list(asked[1]))
        found = twin.do_eval(ON_CALLS.source, len(asked[0]), *asked[0], *asked[1])
        assert [sorted(one) for one in found] == [sorted(one) for one in told], asked
