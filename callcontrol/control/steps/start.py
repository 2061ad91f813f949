"""Starting the step that a decision names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from callcontrol.control.call import Call
from callcontrol.control.own_steps import OwnStep
from callcontrol.control.step_result import StepResult
from callcontrol.control.steps import refusal, ring
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Decision, Refuse, Ring, Step

STARTERS: Final[Mapping[type[Step], Callable[[Call, Any, Facts], StepResult]]] = {
    Ring: ring.start,
    Refuse: refusal.start,
}


def start(call: Call, decision: Decision, facts: Facts) -> StepResult:
    """The call in its next step, with the reasons in its trail."""
    call, step = call.noting(*decision.why), decision.step
    return step.start(call, facts) if isinstance(step, OwnStep) else STARTERS[type(step)](call, step, facts)
