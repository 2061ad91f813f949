"""Starting the step a decision names: the one registry from steps to the files that carry them out."""

from __future__ import annotations

from callcontrol.control.call import Call
from callcontrol.control.own_steps import OwnStep
from callcontrol.control.step_result import StepResult
from callcontrol.control.steps import agent_setting, queue, refusal, ring, setting
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Change, ChangeAgent, Decision, Refuse, Ring, Wait


def start(call: Call, decision: Decision, facts: Facts) -> StepResult:
    """The call in its next step, with the reasons in its trail."""
    call = call.noting(*decision.why)
    match decision.step:
        case Ring() as step:
            return ring.start(call, step, facts)
        case OwnStep() as step:
            return step.start(call, facts)
        case Wait() as step:
            return queue.start(call, step, facts)
        case Refuse() as step:
            return refusal.start(call, step, facts)
        case Change() as step:
            return setting.start(call, step, facts)
        case ChangeAgent() as step:
            return agent_setting.start(call, step, facts)
        case step:
            raise AssertionError(f"a step that nothing starts: {step!r}")
