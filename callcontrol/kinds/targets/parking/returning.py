"""Where a parked caller goes whom no phone has taken: to the parker, then to the overflow of the lot."""

from __future__ import annotations

from callcontrol.control.call import Call
from callcontrol.control.transfers import TO_TRANSFEROR
from callcontrol.kinds.targets.parking.settings import BLOCK, ParkingReturnTarget, ParkingTarget
from callcontrol.routing import router
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path, payer_of
from callcontrol.routing.plan import Onward
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import ExtensionTarget, Target, text_of
from callcontrol.vocabulary.trail import Routed, StepEnded


def onward(call: Call, lot: str, place: str, by: str, to: str, facts: Facts) -> tuple[Call, Onward]:
    """The call, and where it goes.

    Args:
        by: the extension that has parked the caller, "" if none has.
        to: the extension whose phone takes the caller at another switch, "" if none does.
    """
    where = place or lot
    if to:
        target: Target = ParkingReturnTarget(f"{lot}/{place}/{to}")
        return call, _from_here(target, by, f"taken from {where} at another switch", facts)
    call = call.noting(StepEnded(facts.now, "parking", Outcome.NO_ANSWER, where))
    if not by or facts.extension(by) is None:
        return call, after_all(lot, by, facts)
    if call.transfer is not None:
        call = replace(call, transfer=replace(call.transfer, given_back=TO_TRANSFEROR))
    return call, _from_here(ParkingReturnTarget(f"{lot}/{place}/{by}"), by, f"back from {where} to the parker", facts)


def after_all(lot: str, by: str, facts: Facts) -> Onward:
    """The lot's overflow; where there is none, the last resort of who has parked the caller, or of the tenant."""
    settings = BLOCK.of(facts.tenant).get(lot)
    if settings is not None and settings.overflow is not None:
        return _from_here(settings.overflow, by, f"overflow of {text_of(ParkingTarget(lot))}", facts)
    first: Target = ExtensionTarget(by) if by else ParkingTarget(lot)
    return _from_here(router.last_resort(Path(first), facts), by, "last resort", facts)


def _from_here(target: Target, by: str, why: str, facts: Facts) -> Onward:
    """A fresh start, at the cost of who has parked the caller."""
    return Onward(target, Path(first=target, payer=payer_of(by)), (Routed(facts.now, text_of(target), why),))
