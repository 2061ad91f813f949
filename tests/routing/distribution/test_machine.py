"""The model alone, whatever two workers do."""

from __future__ import annotations

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from callcontrol.routing.distribution.model import Model
from tests.routing.distribution.machine import QueueMachine, Target

EXAMPLES, STEPS = 120, 40


class ModelMachine(QueueMachine):
    """Two models, so that it also shows that the same seeds lead to the same."""

    def make_targets(self) -> list[Target]:
        return [Model(), Model()]


def test_whatever_two_workers_do_nothing_happens_that_must_never_happen() -> None:
    run_state_machine_as_test(ModelMachine, settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS))
