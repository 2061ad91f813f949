"""Running legs whose payer may not call such numbers any more: they end, and the payer hears why.

Where the payer's phone is the one that the call leads, its channel is made to come back first, so that it hears the
sentence after the conversation. No other party hears it. Emergency calls are left alone.
"""

from __future__ import annotations

from typing import Final

from callcontrol.control import commands as do
from callcontrol.control.call import Call, Talking
from callcontrol.control.commands import Command
from callcontrol.control.credit_commands import ComeBack
from callcontrol.control.credit_end import TIME_IS_OVER, listening
from callcontrol.control.events import LegGone
from callcontrol.control.step_result import PlainResult
from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.checks.restrictions import blocking
from callcontrol.routing.outgoing.dialling import Dialling
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.leg import Leg
from callcontrol.vocabulary.outcome import RESTRICTED
from callcontrol.vocabulary.restriction import Restriction
from callcontrol.vocabulary.trail import Noted

TIMER: Final = "restricted:"
# The channel that is to come back is told so long before the other one ends (seconds): they are told on two ways.
COMES_BACK_S: Final = 1.0


def ended(call: Call, facts: Facts) -> PlainResult:
    """The call whose legs end that may not be dialled now."""
    commands: tuple[Command, ...] = ()
    for leg in call.legs:
        found = restriction_of(leg, facts)
        if found is not None:
            call, more = _ended(call, leg, found, facts)
            commands += more
    return call, commands


def due(call: Call, leg: str) -> tuple[Command, ...]:
    """The leg is to end now."""
    return (do.KillLeg(leg, TIME_IS_OVER),) if call.is_open(leg) else ()


def with_its_own_cause(call: Call, event: LegGone) -> LegGone:
    """The switch says only that a leg's time was over."""
    is_ours = event.cause == TIME_IS_OVER and event.leg_id in call.restricted
    return replace(event, cause=RESTRICTED) if is_ours else event


def _ended(call: Call, leg: Leg, found: Restriction, facts: Facts) -> PlainResult:
    if leg.id in call.restricted:  # the worker that was to end it has died, or is about to
        return call, due(call, leg.id)
    why = f"the leg to {leg.target} ends: {leg.payer} is restricted ({found.level}): {found.why}"
    call = replace(call.noting(Noted(facts.now, why)), restricted=(*call.restricted, leg.id))
    talks = isinstance(call.state, Talking) and call.state.leg_id == leg.id
    if talks and listening(call, leg.payer, leg.id) == call.led:
        return call, (ComeBack(), do.StartTimer(TIMER + leg.id, COMES_BACK_S))
    return call, due(call, leg.id)


def restriction_of(leg: Leg, facts: Facts) -> Restriction | None:
    """What does not allow the leg any more; None: it may go on, has ended, or never was one to a number outside."""
    if leg.end is not None or not leg.paid_number:
        return None
    return blocking(Dialling(leg.paid_number, leg.payer), facts)
