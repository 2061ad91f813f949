"""Conference rooms in a real Redis and in its twin: the same answers to the same questions, by chance many of them."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest
from redis import Redis

from callcontrol.edges.live_state import keys, rooms
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.room import RoomMember, RoomOrder
from tests.simulation.redis_twin import RedisTwin

KEY = keys.rooms("acme")
STEPS = 300
LEASE_MS = 600_000


def words_of(chance: random.Random) -> tuple[Any, ...]:
    """An operation that some call may ask for; a lease of no time is over at once."""
    n, room = chance.randrange(5), chance.choice(("board", "open"))
    worker, switch = chance.choice(("w1", "w2")), chance.choice(("s1", "s2"))
    member = RoomMember(f"call-{n}", worker, f"leg-{n}", switch, "", "", "", Instant(1_000 + n), moderator=n == 0)
    text, lease_ms = rooms._lease(member)[0], chance.choice((LEASE_MS, LEASE_MS, LEASE_MS, 0))
    recording = orjson.dumps({"media_id": f"m-{n}"})
    op, *rest = chance.choice(
        (
            ("enter", text, LEASE_MS, chance.choice((2, 50)), switch),
            ("enter", text, LEASE_MS, chance.choice((2, 50)), switch),
            ("keep", text, lease_ms, switch),
            ("leave", f"call-{n}"),
            ("order", chance.choice(list(RoomOrder)).value, chance.choice(("", f"call-{n}"))),
            ("record", f"m-{n}", recording),
            ("unrecord", f"m-{n}"),
            ("look",),
        )
    )
    return op, keys.INBOXES, room, *rest


def plain(answer: Any) -> Any:
    """An answer without the order in which JSON has its keys, rooms have their members, and a tenant has its rooms."""
    if isinstance(answer, list):
        made = [plain(one) for one in answer]
        is_look = all(isinstance(one, dict) for one in made)
        return sorted(made, key=lambda one: str(one["room"]["name"])) if is_look else made
    if isinstance(answer, bytes) and answer.startswith(b"{"):
        told = orjson.loads(answer)
        members = sorted((orjson.loads(one) for one in told["members"] if one), key=lambda one: str(one["call"]))
        return told | {"members": members}
    return answer


def _names(redis: Redis) -> list[str]:
    found: Any = redis.hkeys(KEY)  # redis-py's types allow for answers that this client never gives
    return [name.decode() for name in found]


@pytest.mark.parametrize("seed", range(4))
def test_rooms(redis_client: Redis, seed: int) -> None:
    redis_client.flushall()
    chance, twin = random.Random(seed), RedisTwin(lambda: 0.0, lambda: 1_000_000)
    real = redis_client.register_script(rooms.SCRIPT.source)
    for _ in range(STEPS):
        words = words_of(chance)
        told = plain(real(keys=[KEY], args=list(words)))
        assert plain(twin.do_eval(rooms.SCRIPT.source, 1, KEY, *words)) == told, words
        assert sorted(twin.rooms_at(KEY).rooms) == sorted(_names(redis_client))
