"""One file per kind of step: how it starts, and what each event means while it lasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from callcontrol.control.call import (
    Call,
    Ringing,
    Talking,
)
from callcontrol.control.events import Event
from callcontrol.control.queue_states import CallingBack, Changing, ChangingAgent, Waiting
from callcontrol.control.step_result import StepResult
from callcontrol.control.steps import agent_setting, callback, queue, ring, setting, talk
from callcontrol.control.steps.start import start
from callcontrol.routing.facts import Facts

Handler = Callable[[Call, Event, Facts], StepResult]

HANDLERS: dict[type[Any], Handler] = {
    Ringing: ring.on,
    Talking: talk.on,
    Changing: setting.on,
    ChangingAgent: agent_setting.on,
    Waiting: queue.on,
    CallingBack: callback.on,
}

__all__ = ["HANDLERS", "start"]
