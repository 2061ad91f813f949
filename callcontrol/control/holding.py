"""Parties whom a phone of ours holds: after a while that phone rings shortly, again and again. A phone that hangs up
while it holds a party rings for that party, then its rules apply: a party that was put on hold is not hung up.

The switch brings such a party to us by itself (`hold_hangup_xfer_exten`), in a context of its own. It may do so
wrongly: a phone holds the one whom it transfers, and hangs up then, and the mark that it leaves on the channel works
when the next conversation ends. So a party that a phone has moved counts only if it was on hold, as we were told, and
talked with that phone last. Another party counts also where we were not told: the connection to the switch was down at
that moment, or the switch is late.
"""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control import parked_commands as at_place
from callcontrol.control import transfers
from callcontrol.control.call import Call, Deciding, Talking
from callcontrol.control.commands import Command
from callcontrol.control.events import LegHolds, Rearrived
from callcontrol.control.step_result import PlainResult
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path, payer_of
from callcontrol.routing.plan import Onward
from callcontrol.vocabulary.call import HeldLeg
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.target import ExtensionTarget, HoldReturnTarget, text_of
from callcontrol.vocabulary.trail import Noted, Routed

# What a party that was left on hold goes by in the dialplan.
HELD = "held"
TIMER = "held too long "
# What is due already (seconds).
SOON_S = 0.01


def told(call: Call, event: LegHolds, facts: Facts) -> PlainResult:
    """A phone holds the other party, or has taken it back."""
    others = tuple(one for one in call.held if one.leg != event.leg_id)
    if not call.is_there(event.leg_id):
        return call, ()
    if not event.is_on:
        return (call, ()) if others == call.held else (replace(call, held=others), (_stop(event.leg_id),))
    call = replace(call, held=(*others, HeldLeg(event.leg_id, event.at)))
    return call, timers(call, facts, event.leg_id)


def timers(call: Call, facts: Facts, only: str = "") -> tuple[Command, ...]:
    """When the phones of these legs are due to be reminded; of all, if none is named: another worker has the call. The
    phone at a leg beside the call is reminded by its own one.
    """
    remind_s = facts.tenant.holding.remind if facts.tenant_name in facts.settings.tenants else 0
    if not remind_s:
        return ()
    own = [one for one in call.held if call.leg(one.leg) is not None]
    due = [one for one in own if only in ("", one.leg) and transfers.transferor(call, one.leg, facts)]
    return tuple(do.StartTimer(f"{TIMER}{one.leg}", _left_s(one, remind_s, facts)) for one in due)


def _left_s(one: HeldLeg, remind_s: int, facts: Facts) -> float:
    """Until the next multiple of that time."""
    passed_s = max(facts.now - one.at, 0) / SECOND_US
    return max(remind_s - passed_s % remind_s, SOON_S)


def _stop(leg: str) -> do.StopTimer:
    return do.StopTimer(f"{TIMER}{leg}")


def due(call: Call, leg: str, facts: Facts) -> PlainResult:
    """The phone at this leg is reminded, if it still holds the other party."""
    extension, remind_s = transfers.transferor(call, leg, facts), facts.tenant.holding.remind
    if not (remind_s and extension and call.is_open(leg) and any(one.leg == leg for one in call.held)):
        return call, ()
    who = text_of(ExtensionTarget(extension))
    noted = call.noting(Noted(facts.now, f"{who} is reminded of the party on hold"))
    return noted, (at_place.RemindHolder(extension, _party(call, leg)), do.StartTimer(f"{TIMER}{leg}", remind_s))


def _party(call: Call, leg: str) -> str:
    """Whom the phone at this leg holds, as it shows it."""
    state = call.state
    if leg == call.led and isinstance(state, Talking):
        return (transfers.whom(call, state.leg_id) or state.who).partition(":")[2]
    return call.led_party.name or call.led_party.number


def is_recall(call: Call, event: Rearrived, facts: Facts) -> bool:
    """Whether the party is to ring at the phone that has left it on hold. If not, nothing follows its conversation."""
    told = any(one.leg == event.by_leg for one in call.held)
    held = told or (call.transfer is None and call.leg(event.by_leg) is not None)
    return held and facts.tenant.holding.recall and bool(transfers.transferor(call, event.by_leg, facts))


def note(call: Call, event: Rearrived, facts: Facts) -> Noted:
    """What the trail says of it."""
    by = text_of(ExtensionTarget(transfers.transferor(call, event.by_leg, facts)))
    return Noted(facts.now, f"left on hold by {by}, which hung up")


def recalled(call: Call, facts: Facts) -> PlainResult:
    """The party, who is the phone's as if it had been transferred by it, rings there."""
    last = call.transfer
    assert last is not None
    target = HoldReturnTarget(last.by)
    why = Routed(facts.now, text_of(target), "back to the phone that held the party")
    onward = Onward(target, Path(first=target, payer=payer_of(last.by)), (why,))
    transfer = replace(last, given_back=transfers.TO_TRANSFEROR)
    return replace(call, transfer=transfer, held=()).to(Deciding(onward)), (do.LookUp(target),)
