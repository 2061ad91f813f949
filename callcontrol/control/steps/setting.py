"""Setting: a star code. The rule is stored first; the tone then says what is true."""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control.call import Call, Ending
from callcontrol.control.ending import STEP_TIMER, deadline
from callcontrol.control.events import AppEnded, Event, Stored, TimerFired
from callcontrol.control.queue_states import Changing
from callcontrol.control.step_result import StepResult
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Change
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import text_of
from callcontrol.vocabulary.trail import Noted, StepEnded

# Rising tones: done, or "yes, it is on". Falling ones: "no, it is off". One low tone: refused.
CONFIRM = "tone_stream://%(200,80,523);%(200,80,659);%(400,0,784)"
OFF = "tone_stream://%(200,80,659);%(400,0,440)"
REFUSE = "tone_stream://%(600,200,220);%(600,0,220)"
WAIT_S = 10


def start(call: Call, step: Change, facts: Facts) -> StepResult:
    """Answer; store the rule, or tell at once what needs no storing."""
    if step.rejected:
        return _tell(call, step, Outcome.REJECTED, f"refused: {step.rejected}", facts)
    if step.ask:
        return _answer(call, step, facts)
    store = do.StoreRule(step.extension, {one.kind: one.rule for one in (step, *step.also)})
    return call.to(Changing(step)), (do.Answer(), store, do.StartTimer(STEP_TIMER, WAIT_S))


def on(call: Call, event: Event, facts: Facts) -> StepResult:
    """Stored or not, then the end of the tone."""
    changing = call.state
    assert isinstance(changing, Changing)
    match event:
        case Stored(trouble) if not changing.app_id:
            outcome = Outcome.FAILED if trouble else Outcome.CHANGED
            return _tell(call, changing.step, outcome, trouble or _what(changing.step), facts)
        case AppEnded(app_id) if app_id == changing.app_id:
            return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
        case TimerFired(name) if name == STEP_TIMER and not changing.app_id:
            return _tell(call, changing.step, Outcome.FAILED, "the rule could not be stored in time", facts)
        case TimerFired(name) if name == STEP_TIMER:
            return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
        case _:
            return call, ()


def _answer(call: Call, step: Change, facts: Facts) -> StepResult:
    """Whether a rule is on; of several, whether any is."""
    asked = [(one.kind, one.rule is not None and one.rule.applies_at(facts.now)) for one in (step, *step.also)]
    what = ", ".join(f"{kind.value} is {'on' if on_now else 'off'}" for kind, on_now in asked)
    tone = CONFIRM if any(on_now for _, on_now in asked) else OFF
    return _tell(call, step, Outcome.CHANGED, f"extension:{step.extension} asked: {what}", facts, tone)


def _tell(call: Call, step: Change, outcome: Outcome, what: str, facts: Facts, tone: str = "") -> StepResult:
    call, app_id = call.next_app()
    tone = tone or (CONFIRM if outcome is Outcome.CHANGED else REFUSE)
    call = call.noting(Noted(facts.now, what), StepEnded(facts.now, "setting", outcome, step.kind.value))
    commands = (do.Answer(), do.Play(app_id, tone), do.StartTimer(STEP_TIMER, WAIT_S))
    return call.to(Changing(step, app_id)), commands


def _what(step: Change) -> str:
    return ", ".join(_one(change) for change in (step, *step.also))


def _one(step: Change) -> str:
    if step.rule is None:
        return f"extension:{step.extension} removed its {step.kind.value} rule"
    state = "on" if step.rule.on else "off"
    return f"extension:{step.extension} set {step.kind.value} to {text_of(step.rule.target)}, {state}"
