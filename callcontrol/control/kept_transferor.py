"""A blind transfer by phone (REFER) is looked into while the switch keeps the transferor's leg.

So `confirm_blind_transfer` has it: the transferor hears nothing for the time of a look-up. As soon as something is
rung or heard for the party the transferor is let go. What is refused instead (no such number, no right, blocked, no
credit, no place) gives the party back at that same leg, and the phone is told why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from callcontrol.control import commands as do
from callcontrol.control import room_commands as in_room
from callcontrol.control import transfers
from callcontrol.control.call import Call, Closed, Ending, Talking, Transfer
from callcontrol.control.commands import Command
from callcontrol.control.ending import STEP_TIMER
from callcontrol.control.events import (
    AloneChecked,
    AppEnded,
    Event,
    Joined,
    JoinFailed,
    LegBridged,
    LegGone,
    Rearrived,
    TimerFired,
)
from callcontrol.control.own_steps import OwnState
from callcontrol.control.step_result import PlainResult, StepResult
from callcontrol.control.transfer_commands import ConfirmTransfer, RefuseTransfer
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.leg import Role
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.trail import Bridged, JoinedOutside, Noted

# After so many seconds the transferor is let go, whatever has been found out: that one hears nothing until then.
TIMER: Final = "transferor"
CHECK_S: Final = 5
# The switch has been told to let the transferor go: so soon it is asked once more (seconds).
LEAVES_S: Final = 2
# The switch joins both by itself, in tens of milliseconds; later it is looked whether it has (seconds).
JOINS_S: Final = 1

_HEARD: Final = (do.Play, do.Record, in_room.Mix)
_DIALS: Final = (do.Bridge, in_room.MixThere)


def kept(call: Call, event: Rearrived) -> str:
    """The transferor's leg, if the switch keeps it until it is told what becomes of the transfer; "" if not. Where the
    worker has died since, the party's channel has come to us once more.
    """
    if held_by(call) and event.kept_leg == held_by(call):
        return event.kept_leg
    waits = event.kept_leg if event.transfer and not event.left_on_hold else ""
    return waits if call.is_there(waits) else ""


def remembering(call: Call, before: Call, waits: str, facts: Facts) -> Call:
    """The transferred call with what it goes back to if the transfer is refused.

    Args:
        before: the call as it was when the transferor talked with the party.
    """
    transfer = call.transfer
    if transfer is None or not waits:
        return call
    known = before.transfer
    if known is not None and known.held == waits:
        return replace(call, transfer=replace(transfer, held=waits, kept=known.kept, before=known.before))
    if transfer.leg == before.led:
        kept = None if known is None else replace(known, held="", kept=None, before=None)
    else:
        kept = Transfer(before.destination, "", transfer.leg, transfers.TO_LAST_RESORT, facts.now)
    goes_on = before.state.before if isinstance(before.state, Talking) else None
    return replace(call, transfer=replace(transfer, held=waits, kept=kept, before=goes_on))


def follow(call: Call, commands: Sequence[Command]) -> tuple[Command, ...]:
    """The transferor is let go as soon as the party is taken care of, and where the party leaves.

    Before a bridge is dialled that is said to the switch with the dialling itself: limits may still refuse it.
    """
    waits = held_by(call)
    if not waits or isinstance(call.state, GivingBack):
        return tuple(commands)
    if isinstance(call.state, Ending | Closed):
        return (*commands, do.StopTimer(TIMER), do.KillLeg(waits, "NORMAL_CLEARING"))
    if any(isinstance(command, _HEARD) for command in commands):
        return (ConfirmTransfer(), *commands, do.StartTimer(TIMER, LEAVES_S))
    dials = any(isinstance(command, _DIALS) for command in commands)
    return (*commands, do.StartTimer(TIMER, LEAVES_S)) if dials else tuple(commands)


def held_by(call: Call) -> str:
    """The leg of a transferor whom the switch keeps, "" if there is none."""
    waits = call.transfer.held if call.transfer is not None else ""
    return waits if call.is_there(waits) else ""


def heard(call: Call, event: Event) -> PlainResult | None:
    """The transferor's phone has been told that the transfer is taken, or too much time has gone by; None: neither."""
    match event:
        case AppEnded(app_id) if app_id == ConfirmTransfer.app_id:
            return _let_go(call)
        case TimerFired(name) if name == TIMER:
            return _let_go(call)
        case _:
            return None


def _let_go(call: Call) -> PlainResult:
    """That leg ends."""
    waits = held_by(call)
    if call.transfer is None or not waits:
        return call, ()
    call = replace(call, transfer=replace(call.transfer, held="", kept=None, before=None))
    return call, (do.StopTimer(TIMER), do.KillLeg(waits, "NORMAL_CLEARING"))


def given_back(call: Call, cause: str, facts: Facts) -> PlainResult | None:
    """The transfer is refused for this cause: the party goes back to the transferor; None: that one is not kept."""
    waits, transfer = held_by(call), call.transfer
    if transfer is None or not waits or transfer.given_back:
        return None
    stays = transfer.before is not None  # the call may go on after this conversation
    refused = RefuseTransfer(waits, cause, comes_back=stays)
    return call.to(GivingBack(waits)), (do.StopTimer(TIMER), refused, do.StartTimer(STEP_TIMER, JOINS_S))


@dataclass(frozen=True, slots=True)
class GivingBack(OwnState):
    """The switch joins the party with its transferor again.

    Attributes:
        refused: since when the switch has been told.
    """

    transferor: str
    refused: Instant | None = None

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """Both talk; where the switch has not joined them we do, and where the leg is gone the phone rings."""
        match event:
            case LegBridged(leg, at) if leg == self.transferor:
                return _talks(call, self, at, facts)
            case AppEnded(app_id) if app_id == RefuseTransfer.app_id:
                return call.to(replace(self, refused=facts.now)), (do.StartTimer(STEP_TIMER, JOINS_S),)
            case TimerFired(name) if name == STEP_TIMER:
                return call, (do.CheckAlone(),)
            case AloneChecked(partner=other) if other == self.transferor:
                return _talks(call, self, self.refused or facts.now, facts)
            case AloneChecked():
                return _join(call, self, facts)
            case Joined(_, leg) if leg == self.transferor:
                return _talks(call, self, facts.now, facts)
            case JoinFailed(_, leg, why) if leg == self.transferor:
                return _rung(call.noting(Noted(facts.now, f"not joined: {why}")), facts)
            case _:
                return call, ()

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """The worker died before they were joined; or the transferor left as they were."""
        return _join(call, self, facts)

    def leg_gone(self, before: Call, call: Call, event: LegGone, facts: Facts) -> PlainResult:
        """The transferor has hung up: the phone rings for the party, unless that was joined and leaves as well."""
        if event.leg_id != self.transferor or not before.is_there(event.leg_id):
            return call, ()
        return call, (do.CheckAlone(),)


def _talks(call: Call, state: GivingBack, at: Instant, facts: Facts) -> PlainResult:
    transfer = call.transfer
    if transfer is None or not call.is_there(state.transferor):
        return call, ()
    call = call.noting(Noted(facts.now, f"refused: extension:{transfer.by} has the party again"))
    call = _bridged(replace(call, transfer=transfer.kept), state.transferor, at)
    who = call.beside.who if call.beside is not None and call.beside.leg == state.transferor else ""
    return call.to(Talking("", state.transferor, who, before=transfer.before)), (do.StopTimer(STEP_TIMER),)


def _bridged(call: Call, transferor: str, at: Instant) -> Call:
    """Both sides talk since then. The caller's side is not named, whichever of the two that is."""
    if call.beside is not None and call.beside.leg == transferor:
        return call.noting(JoinedOutside(at, transferor, call.beside.who))
    sides = (call.led, transferor) if transferor == call.caller_channel else (transferor, call.led)
    first, other = sides[0], "" if sides[1] == call.caller_channel else sides[1]
    moved = [leg.bridged_at(at) for leg in map(call.leg, sides) if leg is not None and leg.role is not Role.CALLER]
    return call.with_legs(moved, Bridged(at, first, other))


def _join(call: Call, state: GivingBack, facts: Facts) -> StepResult:
    if not call.is_there(state.transferor):
        return _rung(call, facts)
    stays = call.transfer is not None and call.transfer.before is not None
    join = do.Join(call.led, state.transferor, comes_back=stays)
    return call, (join, do.StartTimer(STEP_TIMER, JOINS_S))


def _rung(call: Call, facts: Facts) -> StepResult:
    """There is no such leg any more: the transferor's phones ring, then the rules follow."""
    stop = do.StopTimer(STEP_TIMER)
    if call.transfer is not None:
        call = replace(call, transfer=replace(call.transfer, held="", kept=None, before=None))
    call, answer = transfers.given_back(call, facts) or (call.to(Ending()), (do.HangUp("NORMAL_CLEARING"),))
    return call, (stop, *answer) if isinstance(answer, tuple) else answer
