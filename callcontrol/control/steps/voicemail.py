"""Voicemail: greeting, then a recording. Both are queued at once, so the caller waits for nothing in between."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.control import commands as do
from callcontrol.control.call import Call, Ending, TakingMessage
from callcontrol.control.ending import STEP_TIMER, deadline
from callcontrol.control.events import AppEnded, Event, TimerFired
from callcontrol.control.message import message_taken
from callcontrol.control.step_result import StepResult
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import TakeMessage

# Longer than any greeting (seconds); the recording has its own limit on the switch.
GREETING_S = 120


def start(call: Call, step: TakeMessage, facts: Facts) -> StepResult:
    """Answer, greet, record."""
    call, greeting_id = call.next_app()
    call, record_id = call.next_app()
    # `record` makes no folders, so the name is flat.
    path = f"{facts.settings.recordings}/{call.tenant}-{step.box}-{call.id}.wav"
    commands = (
        do.Answer(),
        do.Play(greeting_id, step.greeting),
        do.Record(record_id, path, step.max_s, step.silence_s),
        do.StartTimer(STEP_TIMER, GREETING_S + step.max_s),
    )
    return call.to(TakingMessage(step, greeting_id, record_id, path)), commands


def on(call: Call, event: Event, facts: Facts) -> StepResult:
    """The greeting ends, the message ends. A caller who hangs up meanwhile: see `ending.py`."""
    taking = call.state
    assert isinstance(taking, TakingMessage)
    match event:
        case AppEnded(app_id) if app_id == taking.greeting_id:
            return call.to(replace(taking, recording=True)), ()
        case AppEnded(app_id) if app_id == taking.record_id:
            call = message_taken(call, taking, event.recorded_ms, facts)
            return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
        case TimerFired(name) if name == STEP_TIMER:
            return call.to(Ending()), (do.HangUp("NORMAL_CLEARING"), *deadline(facts))
        case _:
            return call, ()
