"""The scripts in a real Redis beside the model, whatever two workers do: both must say and be the same at each step."""

from __future__ import annotations

from redis import Redis

from callcontrol.edges.live_state import keys
from tests.distribution.machine import QueueMachine, Target, must_hold
from tests.edges.live_state.script_target import TENANT, ScriptTarget
from tests.oracle.model import Model
from tests.redis_servers.cluster import RedisCluster

EXAMPLES, STEPS = 60, 40
# A member of a cluster refuses what touches another slot; for that each operation has to be seen, not each case.
EXAMPLES_IN_A_CLUSTER = 12


def test_the_scripts_do_what_the_model_does(redis_client: Redis) -> None:
    class Both(QueueMachine):
        def make_targets(self) -> list[Target]:
            return [Model(), ScriptTarget(redis_client)]

    must_hold(Both, EXAMPLES, STEPS)


def test_the_scripts_do_so_on_a_master_of_a_cluster(cluster: RedisCluster) -> None:
    master = cluster.master_of(keys.queues(TENANT)).client

    class Both(QueueMachine):
        def make_targets(self) -> list[Target]:
            return [Model(), ScriptTarget(master)]

    must_hold(Both, EXAMPLES_IN_A_CLUSTER, STEPS)
