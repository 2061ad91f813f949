"""A call that no worker directs: its worker died or was told to end, its connection is lost. What the caller's channel
was doing goes on by itself, and then the dialplan brings it back to a living worker (`freeswitch-xml/dialplan`: a
second `socket` after the first), which goes on with the next step.

Where what it does never ends, such as music, the channel is fetched. A conversation is only watched to its end.
"""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control.alone import ALONE_S as ALONE_S
from callcontrol.control.alone import ALONE_TIMER as ALONE_TIMER
from callcontrol.control.alone import still_there as still_there
from callcontrol.control.call import Call, Deciding, Ringing
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.events import AppEnded, CallConnectionLost, FactsFound, Rearrived
from callcontrol.control.own_steps import OwnState
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.control.steps import ring
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Decision
from callcontrol.vocabulary.target import Target
from callcontrol.vocabulary.trail import Noted

# How long a channel that is fetched may take to come back through the dialplan (seconds).
BACK_TIMER = "back"
BACK_S = 10
# The switch may take so long to say with whom a channel is joined: it is asked up to five times (seconds).
LOOK_S = 30

GoesOnAlone = Deciding | Ringing | OwnState


def left_alone(call: Call, event: CallConnectionLost, facts: Facts) -> PlainResult:
    """No worker directs the channel: no timer of ours ends what goes on, but its end must not go unnoticed."""
    own = call.state.left_alone(call, event, facts) if isinstance(call.state, OwnState) else None
    if own is not None:
        return own
    call = call.noting(Noted(facts.now, event.reason))
    return call, (do.StopTimer(STEP_TIMER), do.StartTimer(ALONE_TIMER, ALONE_S))


def fetched() -> tuple[Command, ...]:
    """Send the channel through the dialplan to a worker, whatever it does."""
    return do.BringBack(), do.StartTimer(BACK_TIMER, BACK_S)


def returned(call: Call, state: GoesOnAlone, event: Rearrived, facts: Facts) -> StepResult:
    """What the channel was doing is over, and it is ours."""
    moved, answer = _goes_on(call, state, event, facts)
    stop = (do.StopTimer(ALONE_TIMER), do.StopTimer(BACK_TIMER))
    match answer:
        case ThenDecide(commands, decision):
            return moved, ThenDecide((*stop, *commands), decision)
        case Decision():
            return moved, ThenDecide(stop, answer)
        case _:
            return moved, (*stop, *answer)


def _goes_on(call: Call, state: GoesOnAlone, event: Rearrived, facts: Facts) -> StepResult:
    match state:
        case Deciding(onward):
            return call, (do.FindFacts(call.destination) if onward is None else do.LookUp(onward.target),)
        case Ringing(app_id=""):
            return ring.on(call, FactsFound(), facts)
        case Ringing(app_id=app):
            ended = AppEnded(app, event.disposition, event.causes, moved_to=event.moved_to)
            return ring.on(call, ended, facts)
        case OwnState():
            return state.resume(call, event, facts)


def origin(call: Call) -> Target | None:
    """The target whose rules, and those it leads to, decide what follows the step under way; None: nothing does."""
    match call.state:
        case Ringing(step=step):
            return step.path.origin
        case OwnState():
            return call.state.origin
        case _:
            return None
