"""Refusal: the call ends here with a cause that tells the caller's network why; a caller who was transferred is given
back first.
"""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control import transfers
from callcontrol.control.call import Call, Ending
from callcontrol.control.ending import deadline
from callcontrol.control.step_result import StepResult
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Refuse
from callcontrol.vocabulary.trail import StepEnded


def start(call: Call, step: Refuse, facts: Facts) -> StepResult:
    """Hang up and wait for the ends."""
    back = transfers.given_back(call, facts)
    if back is not None:
        return back
    ended = StepEnded(facts.now, "hangup", step.outcome, step.cause)
    return call.noting(ended).to(Ending()), (do.HangUp(step.cause), *deadline(facts))
