"""What is measured in the scripts is what it says: as many wait as before, and every agent talks."""

from redis import Redis

from callcontrol.edges import clock
from tests.bench.script_calls import ScriptCalls
from tests.bench.scripts import QUEUE, TENANT, Floor

AGENTS = ["a0", "a1", "a2"]
WAITING = 7


def test_an_assignment_leaves_as_many_waiting_and_everybody_talking(redis_client: Redis) -> None:
    calls = ScriptCalls(redis_client, TENANT)
    floor = Floor(calls, AGENTS)
    floor.fill(len(AGENTS) + WAITING)
    first = dict(floor.talking)
    for _ in range(20):
        floor.assign()
    ((queue, waiting, _, _, active, ready, _, figures, *_),) = calls.do(clock.now(), "view_queues", {})[0]
    counted = dict(zip(figures[::2], figures[1::2], strict=True))
    assert (queue.decode(), waiting, active, ready) == (QUEUE, WAITING, len(AGENTS), 0)
    assert (int(counted[b"answered"]), int(counted[b"talks"])) == (len(AGENTS) + 20, 20)
    assert sorted(floor.talking) == AGENTS
    assert set(first.values()) == {"call-0/1", "call-1/1", "call-2/1"}
