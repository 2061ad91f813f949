"""The scripts in a real Redis beside the model, whatever two workers do: both must say and be the same at each step."""

from __future__ import annotations

from redis import Redis

from callcontrol.routing.distribution.model import Model
from tests.edges.live_state.script_target import ScriptTarget
from tests.routing.distribution.machine import QueueMachine, Target, must_hold

EXAMPLES, STEPS = 60, 40


def test_the_scripts_do_what_the_model_does(redis_client: Redis) -> None:
    class Both(QueueMachine):
        def make_targets(self) -> list[Target]:
            return [Model(), ScriptTarget(redis_client)]

    must_hold(Both, EXAMPLES, STEPS)
