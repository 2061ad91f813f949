"""Legs as the trail tells of them."""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control.call import CallingBack, Ringing, State, Waiting
from callcontrol.control.commands import Command
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Account, LegPlan, SipAddress, TrunkNumber
from callcontrol.vocabulary.trail import Dialled

# A leg whose attempt failed and whose end nobody reports within so many seconds never was a channel.
NEVER_S = 5
NEVER_TIMER = "never:"


def watched(legs: tuple[str, ...], cause: str) -> tuple[Command, ...]:
    """Timers for the ends of legs that were rung in vain and may never have been channels."""
    return tuple(do.StartTimer(f"{NEVER_TIMER}{leg}:{cause}", NEVER_S) for leg in legs)


def dialled(leg_id: str, leg: LegPlan, facts: Facts) -> Dialled:
    """The entry for a leg that is sent out now."""
    shown = "anonymous" if leg.shown.private else leg.shown.number
    match leg.endpoint:
        case Account(user, domain):
            return Dialled(facts.now, leg_id, leg.to, f"{user}@{domain}", "", shown, leg.payer)
        case TrunkNumber(trunk, _, digits):
            return Dialled(facts.now, leg_id, leg.to, digits, trunk, shown, leg.payer)
        case SipAddress(uri):
            return Dialled(facts.now, leg_id, leg.to, uri, "", shown, leg.payer)


def being_rung(state: State) -> tuple[str, ...]:
    """Legs that ring as far as we know: what becomes of each of them is still to be told."""
    match state:
        case Ringing(legs=legs):
            return legs
        case Waiting(offering=under) if under is not None:
            return tuple(rung.leg_id for rung in under.legs if rung.leg_id != under.winner)
        case CallingBack(offering=under) if under is not None:
            customer = () if under.stage == "joining" else (state.customer,)
            return (*customer, *(rung.leg_id for rung in under.legs if rung.leg_id != under.winner))
        case _:
            return ()
