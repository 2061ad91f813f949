"""The model alone, whatever two workers do."""

from __future__ import annotations

from tests.distribution.machine import QueueMachine, Target, must_hold
from tests.oracle.model import Model


class ModelMachine(QueueMachine):
    """Two models, so that it also shows that the same seeds lead to the same."""

    def make_targets(self) -> list[Target]:
        return [Model(), Model()]


def test_whatever_two_workers_do_nothing_happens_that_must_never_happen() -> None:
    must_hold(ModelMachine, examples=250, steps=50)
