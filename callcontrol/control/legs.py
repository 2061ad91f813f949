"""Legs of a call: sent out, answered, joined, ended. What happens to one changes its value, and the trail notes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from callcontrol.config.settings import Trunk
from callcontrol.control import commands as do
from callcontrol.control.call import UNTALKED_US, Call
from callcontrol.control.commands import Command
from callcontrol.control.events import LegGone
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Account, LegPlan, SipAddress, TrunkNumber
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.leg import Certainty, End, Leg, Role
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.outcome import TRUNK_FAILURES
from callcontrol.vocabulary.target import NumberTarget, text_of
from callcontrol.vocabulary.trail import Bridged, Dialled, LegEnded, LegFound

# A leg whose attempt failed and whose end is not reported within so many seconds never was a channel.
NEVER_S = 5
NEVER_TIMER = "never:"


def watched(legs: tuple[str, ...], cause: str) -> tuple[Command, ...]:
    """Timers for the ends of legs that were rung in vain and may never have been channels."""
    return tuple(do.StartTimer(f"{NEVER_TIMER}{leg}:{cause}", NEVER_S) for leg in legs)


def sent(call: Call, ids: Sequence[str], plans: Sequence[LegPlan], role: Role, facts: Facts) -> Call:
    """The call whose next legs are sent out now."""
    entries = [_dialled(leg_id, plan, role, facts) for leg_id, plan in zip(ids, plans, strict=True)]
    legs = (Leg(one.leg_id, call.switch, role, one.to, one.at, one.trunk, one.payer) for one in entries)
    return call.noting(*entries, legs=(*call.legs, *legs))


def _dialled(leg_id: str, leg: LegPlan, role: Role, facts: Facts) -> Dialled:
    shown = "anonymous" if leg.shown.private else leg.shown.number
    match leg.endpoint:
        case Account(user, domain):
            return Dialled(facts.now, leg_id, leg.to, f"{user}@{domain}", "", shown, leg.payer, leg.direction, role)
        case TrunkNumber(trunk, _, digits):
            return Dialled(facts.now, leg_id, leg.to, digits, trunk, shown, leg.payer, leg.direction, role)
        case SipAddress(uri):
            return Dialled(facts.now, leg_id, leg.to, uri, "", shown, leg.payer, leg.direction, role)


def found(call: Call, event: LegGone, trunks: Mapping[str, Trunk]) -> Call:
    """The call with the leg that this end is of, if it is one that an earlier worker sent out and could not save."""
    told, at = event.sent, event.stamps.created
    if told is None or call.leg(event.leg_id) is not None:
        return call
    trunk = next((name for name, known in trunks.items() if (known.gateway or name) == told.gateway), told.gateway)
    # Behind a gateway stands the number itself, in digits (`routing/outgoing/legs.py`).
    digits = told.address.removeprefix("+")
    to = text_of(NumberTarget(f"+{digits}")) if told.gateway and digits.isdigit() else ""
    leg = Leg(event.leg_id, call.switch, Role.CALLEE, to, at, trunk, told.payer)
    entry = LegFound(at, leg.id, to, told.address, trunk, told.shown, told.payer, told.direction)
    return call.noting(entry, legs=(*call.legs, leg))


def bridged(call: Call, leg_id: str, at: Instant) -> Call:
    """The call in which this leg is joined since then: it has been answered, and so has the led one."""
    leg, led, serving = call.leg(leg_id), call.leg(call.led), call.serving
    joined = () if leg is None or leg is led else (leg.bridged_at(at),)
    answered = () if led is None else (led.answered_at(at),)
    if serving is not None and serving.joined is None:
        call = replace(call, serving=replace(serving, joined=at))
    entry = Bridged(at, leg_id, _partner(call, leg_id))
    return call.with_legs((*joined, *answered), entry)


def is_of_next_trunk(call: Call, leg_id: str) -> bool:
    """Whether the leg takes the place of the one before it to the same number, which another trunk has not taken."""
    leg = call.leg(leg_id)
    if leg is None:
        return False
    before = call.legs[: call.legs.index(leg)]
    last = next((one for one in reversed(before) if (one.target, one.payer) == (leg.target, leg.payer)), None)
    if last is None or last.trunk == leg.trunk or last.answered is not None or last.id in call.state.being_rung:
        return False
    return last.end is None or last.end.cause in TRUNK_FAILURES


def is_untalked(call: Call, back: Instant | None = None) -> bool:
    """Whether the party who was found for the caller has been joined for so short a time that there was no
    conversation: until that leg's end, or (it is not known yet) until the caller was `back`. All by the switch's clock;
    where neither is known, the caller has not been joined for long (`leg_commands.COMES_BACK_S`).
    """
    serving = call.serving
    if serving is None or serving.joined is None:
        return False
    leg = call.leg(serving.leg)
    stamps = leg.end.stamps if leg is not None and leg.end is not None else None
    until = stamps.ended if stamps is not None else back
    return until is None or until - serving.joined < UNTALKED_US


def _partner(call: Call, leg_id: str) -> str:
    """The leg that this one is joined with, "" for the caller's; in a callback the agent's for the customer's, and the
    other way round. The customer's is the latest: those before were not taken by a trunk.
    """
    if call.led:
        return call.led if call.led != call.caller_channel else ""
    served = call.serving.leg if call.serving is not None else ""
    customers = [leg.id for leg in call.legs if leg.role is Role.CUSTOMER]
    return served if leg_id in customers else next(reversed(customers), "")


def caller_answered(call: Call, at: Instant) -> Call:
    """The call whose caller, or who stands in the caller's place, has been answered by then."""
    led = call.leg(call.led)
    return call if led is None else call.with_leg(led.answered_at(at))


def caller_alive(call: Call, at: Instant) -> Call:
    """The call whose caller, or who stands in the caller's place, has done something at this moment."""
    led = call.leg(call.led)
    return call if led is None else call.with_leg(led.alive_at(at))


def lost_caller(call: Call, leg_id: str) -> Call:
    """The call whose caller left when the agent at this leg ("": none) had answered."""
    leg = call.leg(leg_id)
    return call if leg is None else call.with_leg(replace(leg, lost_caller=True))


def ended(call: Call, leg_id: str, end: End, now: Instant) -> Call:
    """The call with the end of this leg, noted once; the very same call where what is known of its end stands."""
    leg = call.leg(leg_id)
    changed = leg.ended(end) if leg is not None else None
    if changed is None or changed is leg:
        return call
    told = (end.cause, end.outcome, end.stamps, end.hung_up_by, end.certainty is Certainty.ESTIMATED, end.why)
    return call.with_leg(changed, LegEnded(now, leg_id, *told))
