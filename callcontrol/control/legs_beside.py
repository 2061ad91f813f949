"""A conversation of two calls: a phone has picked a call up, has taken a parked caller, or was joined with one by an
attended transfer. Each of the two books its own leg; the other one's stands beside it.

Who transfers the party is the person at the leg beside, and the party's call does it: it leads the party, and the
rights and the purse are that person's. It tells the leg's own call with whom the leg talks meanwhile.
"""

from __future__ import annotations

from callcontrol.control import ending
from callcontrol.control.call import Call, Talking
from callcontrol.control.commands import Command
from callcontrol.control.events import LegGone
from callcontrol.control.key_transfer_state import KeyTransferState, Phase
from callcontrol.control.own_steps import OwnState
from callcontrol.control.picking_up import party_of
from callcontrol.control.step_result import PlainResult
from callcontrol.control.transfer_commands import TellPartner
from callcontrol.control.transfer_events import PartnerTold
from callcontrol.control.transfers import whom
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import LegBeside
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.target import extension_in
from callcontrol.vocabulary.trail import Bridged, JoinedOutside, Parted


def received(before: Call, call: Call) -> Call:
    """The call with the leg that its conversation has brought beside it: of one of the tenant's own people."""
    state = call.state
    if state is before.state or not isinstance(state, Talking) or state.lent or not extension_in(state.who):
        return call
    is_same = isinstance(before.state, Talking) and before.state.leg_id == state.leg_id
    is_known = call.beside is not None and call.beside.leg == state.leg_id
    if is_same or is_known or call.leg(state.leg_id) is not None:
        return call
    return replace(call, beside=LegBeside(state.leg_id, state.who))


def gone(call: Call, event: LegGone, facts: Facts) -> PlainResult:
    """The leg beside the call has ended. A conversation ends with it by itself, as with all legs."""
    left, serving = replace(call, beside=None), call.serving
    if isinstance(call.state, Talking) and call.state.leg_id == event.leg_id:
        return left, ()
    talked: tuple[Command, ...] = ()
    if serving is not None and serving.leg == event.leg_id:
        left, talked = ending.talk_over(left, event.stamps.ended, facts)
    if not isinstance(left.state, OwnState):
        return left, talked
    moved, more = left.state.leg_gone(call, left, event, facts)
    return moved, (*talked, *more)


def follow(before: Call, call: Call, facts: Facts) -> tuple[Command, ...]:
    """The own call of a leg beside is told with whom it talks while it transfers a party of this one, and after."""
    was, now = _partner(before), _partner(call)
    if now is None or now == was or not (now.lent or (was is not None and was.lent)):
        return ()
    return (replace(now, at=facts.now),)


def _partner(call: Call) -> TellPartner | None:
    """With whom the leg beside talks; None: there is none, or its own call knows that."""
    beside, state = call.beside, call.state
    if beside is None:
        return None
    if isinstance(state, KeyTransferState) and state.transferor == beside.leg:
        at = call.arrived  # the same in each, so that they can be compared
        if state.phase is Phase.ASKING:
            return TellPartner(beside.leg, at, state.colleague, whom(call, state.colleague), lent=True)
        if state.phase is Phase.WITH_PARTY:
            return TellPartner(beside.leg, at, call.led, party_of(call), lent=True)
        return TellPartner(beside.leg, at, "", "", lent=True)
    if isinstance(state, Talking) and state.leg_id == beside.leg and state.until is None:
        return TellPartner(beside.leg, call.arrived, call.led, party_of(call), lent=False)
    return None


def told(call: Call, event: PartnerTold) -> PlainResult:
    """With whom a leg of this call talks, which is another one's beside."""
    if not call.is_open(event.leg_id):
        return call, ()
    is_led = event.leg_id == call.led
    call = call.noting(Parted(event.at))
    if event.channel and is_led:
        call = call.noting(JoinedOutside(event.at, event.channel, event.party))
    elif event.channel:
        call = call.noting(Bridged(event.at, event.leg_id, event.channel))
    state = call.state
    if not isinstance(state, Talking) or not is_led or call.leg(state.leg_id) is not None:
        return call, ()
    partner = event.channel or state.leg_id
    until = None if event.channel else event.at
    return call.to(replace(state, app_id="", leg_id=partner, who=event.party, until=until, lent=event.lent)), ()
