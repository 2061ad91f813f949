"""Agent setting: an agent's star code. It is stored first; the tone then says what is true."""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control.call import Call, Ending
from callcontrol.control.ending import STEP_TIMER, deadline
from callcontrol.control.events import AppEnded, Event, Stored, TimerFired
from callcontrol.control.queue_states import ChangingAgent
from callcontrol.control.step_result import StepResult
from callcontrol.control.steps.setting import CONFIRM, REFUSE, WAIT_S
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import ChangeAgent
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.trail import Noted, StepEnded


def start(call: Call, step: ChangeAgent, facts: Facts) -> StepResult:
    """Answer; store it, or tell at once that it is refused."""
    if step.rejected:
        return _tell(call, step, Outcome.REJECTED, f"refused: {step.rejected}", facts)
    act = do.ActOnAgent(step.agent, step.action, step.detail)
    return call.to(ChangingAgent(step)), (do.Answer(), act, do.StartTimer(STEP_TIMER, WAIT_S))


def on(call: Call, event: Event, facts: Facts) -> StepResult:
    """Stored or not, then the end of the tone."""
    changing = call.state
    assert isinstance(changing, ChangingAgent)
    match event:
        case Stored(trouble) if not changing.app_id:
            outcome = Outcome.REJECTED if trouble else Outcome.CHANGED
            done = f"agent {changing.step.agent}: {changing.step.action.value} {changing.step.detail}".rstrip()
            return _tell(call, changing.step, outcome, f"refused: {trouble}" if trouble else done, facts)
        case TimerFired(name) if name == STEP_TIMER and not changing.app_id:
            return _tell(call, changing.step, Outcome.FAILED, "it could not be stored in time", facts)
        case AppEnded(app_id) if app_id and app_id == changing.app_id:
            return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
        case TimerFired(name) if name == STEP_TIMER:
            return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
        case _:
            return call, ()


def _tell(call: Call, step: ChangeAgent, outcome: Outcome, what: str, facts: Facts) -> StepResult:
    call, app_id = call.next_app()
    tone = CONFIRM if outcome is Outcome.CHANGED else REFUSE
    call = call.noting(Noted(facts.now, what), StepEnded(facts.now, "agent_setting", outcome, step.action.value))
    commands = (do.Answer(), do.Play(app_id, tone), do.StartTimer(STEP_TIMER, WAIT_S))
    return call.to(ChangingAgent(step, app_id)), commands
