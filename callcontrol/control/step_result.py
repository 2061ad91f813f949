"""What a handler answers: the call after an event, and what is to be done, or decided, next."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.routing.plan import Decision


@dataclass(frozen=True, slots=True)
class ThenDecide:
    """Do this first; then the step of the decision begins."""

    commands: tuple[Command, ...]
    decision: Decision


# A handler that knows only its own step names the next one by a Decision; the machine starts it.
PlainResult = tuple[Call, tuple[Command, ...]]
StepResult = tuple[Call, tuple[Command, ...] | Decision | ThenDecide]
