"""The machine: `step(call, event, facts) -> (call, commands)`. Pure; `facts.now` is the time.

What may happen in which state stands in one table per state (`steps/`, one file per kind of step). Some events mean the
same everywhere and are handled here first: the caller's end, a leg's end, a lost connection, a restarted switch.
"""

from __future__ import annotations

from dataclasses import replace

from callcontrol.control import commands as do
from callcontrol.control import ending
from callcontrol.control.call import Call, Closed, Deciding, Ending
from callcontrol.control.events import (
    CallerHungUp,
    CommandRefused,
    ConnectionLost,
    Event,
    FactsFound,
    LegGone,
    Rearrived,
    SwitchGone,
)
from callcontrol.control.moved import Moved, Plain
from callcontrol.control.steps import HANDLERS, start
from callcontrol.routing import arrival
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Decision
from callcontrol.vocabulary.trail import Noted


def step(call: Call, event: Event, facts: Facts) -> Plain:
    """The call after this event, and what is to be done about it."""
    if isinstance(call.state, Closed):
        return call, ()
    moved, answer = _everywhere(call, event, facts) or _here(call, event, facts)
    while isinstance(answer, Decision):
        moved, answer = start(moved, answer, facts)
    return moved, answer


def _everywhere(call: Call, event: Event, facts: Facts) -> Plain | None:
    """Events that mean the same in every state."""
    match event:
        case LegGone():
            return ending.leg_gone(call, event, facts)
        case CallerHungUp():
            return ending.caller_hung_up(call, event, facts)
        case SwitchGone() | ConnectionLost():
            return ending.lost(call, event, facts)
        case Rearrived(dialled):
            return _transferred(call, dialled, facts)
        case CommandRefused(command, reply):
            return _refused(call, command, reply, facts)
        case _:
            return None


def _here(call: Call, event: Event, facts: Facts) -> Moved:
    match call.state, event:
        case Deciding(), FactsFound():
            noted = call.noting(Noted(facts.now, facts.degraded)) if facts.degraded else call
            return noted, arrival.decide(facts)
        case Ending(), _:
            return ending.on(call, event, facts)
        case state, _ if type(state) in HANDLERS:
            return HANDLERS[type(state)](call, event, facts)
        case _:
            return call, ()


def _transferred(call: Call, dialled: str, facts: Facts) -> Plain:
    """Somebody transferred the caller: what was under way is over, the new number decides."""
    noted = call.noting(Noted(facts.now, f"transferred to {dialled}"))
    return noted.to(Deciding()), (do.StopTimer(ending.STEP_TIMER), do.FindFacts(dialled))


def _refused(call: Call, command: str, reply: str, facts: Facts) -> Plain:
    """The switch did not take a command: a call that cannot go on is ended, not left hanging."""
    noted = call.noting(Noted(facts.now, f"switch refused {command}: {reply}"))
    if isinstance(call.state, Ending):
        return noted, ()
    return replace(noted, state=Ending()), (do.HangUp("NORMAL_TEMPORARY_FAILURE"), *ending.deadline(facts))
