"""Refusal: the call ends here with a cause that tells the caller's network why, perhaps after words that say it; a
caller who was transferred is given back first.
"""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.control import commands as do
from callcontrol.control import kept_transferor, transfers
from callcontrol.control.call import Call, Ending
from callcontrol.control.ending import STEP_TIMER, deadline
from callcontrol.control.events import AppEnded, Event, Rearrived, TimerFired
from callcontrol.control.own_steps import OwnState
from callcontrol.control.step_result import PlainResult, StepResult
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Refuse
from callcontrol.vocabulary.trail import StepEnded

# Longer than the longest sentence that says why (seconds).
LONGEST_SENTENCE_S = 30


def start(call: Call, step: Refuse, facts: Facts) -> StepResult:
    """Say why, where there is something to say; then hang up and wait for the ends."""
    back = kept_transferor.given_back(call, step.cause, facts) or transfers.given_back(call, facts)
    if back is not None:
        return back
    call = call.noting(StepEnded(facts.now, "hangup", step.outcome, step.cause))
    if not step.said:
        return _hung_up(call, step.cause, facts)
    call, app_id = call.next_app()
    commands = (do.OpenEarlyMedia(), do.Play(app_id, step.said), do.StartTimer(STEP_TIMER, LONGEST_SENTENCE_S))
    return call.to(Refusing(step.cause, app_id)), commands


@dataclass(frozen=True, slots=True)
class Refusing(OwnState):
    """The caller is told why, before the call is answered."""

    cause: str
    app_id: str

    def on(self, call: Call, event: Event, facts: Facts) -> PlainResult:
        """The sentence is over."""
        match event:
            case AppEnded(app_id) if app_id == self.app_id:
                return _hung_up(call, self.cause, facts)
            case TimerFired(name) if name == STEP_TIMER:
                return _hung_up(call, self.cause, facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> PlainResult:
        """It was heard while no worker was there."""
        return _hung_up(call, self.cause, facts)


def _hung_up(call: Call, cause: str, facts: Facts) -> PlainResult:
    return call.to(Ending()), (do.HangUp(cause), *deadline(facts))
