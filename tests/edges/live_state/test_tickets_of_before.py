"""What a version before leases, held callbacks and spans between callbacks left in Redis."""

from __future__ import annotations

import json
from datetime import UTC

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from callcontrol.edges.live_state import keys
from callcontrol.vocabulary.agent import AgentAction
from callcontrol.vocabulary.moment import Instant, periods_at
from callcontrol.vocabulary.queue import Engaged, Kept, Leaving, Occasion, Ticket
from tests.distribution.world import START, S, one_queue
from tests.edges.live_state.script_target import TENANT, ScriptTarget


def at(seconds: float) -> Occasion:
    now = Instant(START + int(seconds * S))
    return Occasion(now, "w1", 1, periods_at(now, UTC))


def test_a_caller_without_a_lease_is_given_one_and_a_held_callback_leaves_the_line(redis_client: Redis) -> None:
    queues, prefix = ScriptTarget(redis_client), keys.queues(TENANT)
    queues.configure(at(0), one_queue(1))
    queues.reach(at(0), {"a": True})
    queues.act(at(0), "a", AgentAction.LOG_IN)
    queues.elsewhere(at(0), "a", "x", True, "call")
    for id_, number in (("c1", "+48600000001"), ("c2", "")):
        queues.join(at(0), Ticket(id_, "help", number, "w1", START))
    queues.call_back(at(0), "c1", "+48600000001", Instant(START + 600 * S), Instant(START + 7_200 * S))
    # as that version wrote it
    redis_client.hdel(f"{prefix}:ticket:c2", "lease")
    redis_client.zrem(f"{prefix}:due", "lease:c2")
    redis_client.zrem(f"{prefix}:held:help", "c1")
    redis_client.zadd(f"{prefix}:line:help", {"c1": START})

    queues.due(at(1))
    assert queues.snapshot()["lines"] == {"help": ["c2"]}
    assert queues.due(at(180)).answer == 0
    assert queues.due(at(182)).answer == 1
    assert queues.snapshot()["lines"] == {}
    queues.due(at(600))
    assert queues.snapshot()["lines"] == {"help": ["c1"]}


def test_conversations_and_other_calls_of_before_have_a_time_too(redis_client: Redis) -> None:
    queues, prefix = ScriptTarget(redis_client), keys.queues(TENANT)
    queues.configure(at(0), one_queue(1))
    queues.reach(at(0), {"a": True})
    queues.act(at(0), "a", AgentAction.LOG_IN)
    queues.join(at(0), Ticket("c1", "help", "", "w1", START))
    queues.accept(at(0), "c1:1", "a", "call")
    queues.elsewhere(at(0), "a", "x", True, "call")
    for key in ("engaged", "engaged_calls"):  # as that version wrote it
        redis_client.delete(f"{prefix}:{key}")

    none: frozenset[str] = frozenset()
    assert queues.engaged(at(1), [Engaged("a", "c1", "call")], none).answer == 0
    assert queues.engaged(at(182), [Engaged("a", "c1", "call")], none).answer == 0
    assert queues.engaged(at(363), [], none).answer == 1
    assert queues.snapshot()["agents"]["a"]["state"] == "elsewhere", (
        "its worker may be of that version, and say nothing"
    )
    assert queues.engaged(at(3_601), [], none).answer == 1
    assert queues.snapshot()["agents"]["a"]["state"] == "ready"


def test_a_layout_without_a_span_between_callbacks_promises_them_at_any_time(redis_client: Redis) -> None:
    queues, prefix = ScriptTarget(redis_client), keys.queues(TENANT)
    queues.configure(at(0), one_queue(1, callback_again_us=600 * S))
    queues.reach(at(0), {"a": True})
    queues.act(at(0), "a", AgentAction.LOG_IN)
    queues.elsewhere(at(0), "a", "x", True, "call")
    # as that version wrote it
    written = json.loads(redis_client.hget(f"{prefix}:layout", "queue:help") or "")
    del written["callback_again_us"]
    redis_client.hset(f"{prefix}:layout", "queue:help", json.dumps(written))

    for second, id_ in enumerate(("c1", "c2")):
        queues.join(at(second), Ticket(id_, "help", "+48600000001", "w1", START))
        asked = queues.call_back(at(second), id_, "+48600000001", Instant(START + 600 * S), Instant(START + 7_200 * S))
        assert asked.answer is Kept.KEPT
        queues.leave(at(second), id_, Leaving.REMOVED)


def test_a_script_touches_nothing_in_queues_of_a_later_version(redis_client: Redis) -> None:
    queues, prefix = ScriptTarget(redis_client), keys.queues(TENANT)
    queues.configure(at(0), one_queue(1))
    redis_client.set(f"{prefix}:version", 2)
    before = {key: redis_client.dump(key) for key in redis_client.scan_iter()}
    with pytest.raises(ResponseError, match="NEWER the queues have version 2, this script knows 1"):
        queues.join(at(1), Ticket("c1", "help", "+48600000001", "w1", START))
    assert {key: redis_client.dump(key) for key in redis_client.scan_iter()} == before
