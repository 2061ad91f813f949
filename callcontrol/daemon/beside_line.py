"""Conversations of two calls, which two workers may have: a code that is for the other call, and with whom its leg
talks (`control/legs_beside.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from callcontrol.control.transfer_commands import BesideCommand, PassCode, TellPartner
from callcontrol.control.transfer_events import CodePassed, PartnerTold
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges.live_state.inbox import CODE, PARTNER
from callcontrol.vocabulary.moment import Instant


def carry_out(command: BesideCommand, driver: DrivenCall, shared: WorkerContext) -> None:
    """Tell the call that has this leg: at once if it is ours, else whichever worker has it."""
    event = _event(command)
    other = shared.driver_of(_leg(event))
    if other is not None:
        return other.deliver(event)
    match event:
        case CodePassed(leg, code, by, party, at):
            shared.parked.tell_everyone(driver.call.tenant, CODE, leg, code, by, party, str(at))
        case PartnerTold(leg, at, channel, party, lent):
            shared.parked.tell_everyone(driver.call.tenant, PARTNER, leg, str(at), channel, party, "lent" * lent)


def _event(command: BesideCommand) -> CodePassed | PartnerTold:
    match command:
        case PassCode(leg, code, by, party, at):
            return CodePassed(leg, code, by, party, at)
        case TellPartner(leg, at, channel, party, lent):
            return PartnerTold(leg, at, channel, party, lent)


def _leg(event: CodePassed | PartnerTold) -> str:
    """By which the call is found that the event is for."""
    return event.party if isinstance(event, CodePassed) else event.leg_id


def heard(shared: WorkerContext) -> dict[str, Callable[..., object]]:
    """What the inbox hands over, by its names."""
    return {"on_code": partial(code, shared), "on_partner": partial(partner, shared)}


def code(shared: WorkerContext, told: Sequence[str]) -> None:
    """A code at a leg of another worker's call, which talks with one that may be ours."""
    leg, pressed, by, party, at = told[:5]
    _tell(shared, CodePassed(leg, pressed, by, party, Instant(int(at))))


def partner(shared: WorkerContext, told: Sequence[str]) -> None:
    """With whom a leg talks, which may be of a call of ours, as another worker's call tells."""
    leg, at, channel, party, lent = told[:5]
    _tell(shared, PartnerTold(leg, Instant(int(at)), channel, party, bool(lent)))


def _tell(shared: WorkerContext, event: CodePassed | PartnerTold) -> None:
    driver = shared.driver_of(_leg(event))
    if driver is not None:
        driver.deliver(event)
