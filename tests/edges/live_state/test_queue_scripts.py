"""The scripts in a real Redis beside the model, whatever two workers do: both must say and be the same at each step."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from redis import Redis

from callcontrol.routing.distribution.model import Model
from tests.edges.live_state.script_target import ScriptTarget
from tests.routing.distribution.machine import QueueMachine, Target

EXAMPLES, STEPS = 60, 40


def test_the_scripts_do_what_the_model_does(redis_client: Redis) -> None:
    class Both(QueueMachine):
        def make_targets(self) -> list[Target]:
            return [Model(), ScriptTarget(redis_client)]

    run_state_machine_as_test(
        Both,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
