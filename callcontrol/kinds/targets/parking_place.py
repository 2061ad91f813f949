"""A numbered place of a parking lot: who is transferred to it is parked there, who dials it takes the caller."""

from __future__ import annotations

from callcontrol.config.settings import Tenant
from callcontrol.kinds.targets.parking.parked import Park
from callcontrol.kinds.targets.parking.settings import ParkingPlaceTarget, lot_with
from callcontrol.kinds.targets.parking.taking import TakeFromPlace, Taking
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import Target, text_of
from callcontrol.vocabulary.trail import Passed


def decide(target: ParkingPlaceTarget, path: Path, facts: Facts) -> Decision:
    """Park who was transferred here; a phone that dials it takes the caller."""
    found = lot_with(target.name, facts.tenant)
    if found is None:
        return refuse(Outcome.UNAVAILABLE, Passed(facts.now, text_of(target), "no such parking place"))
    if facts.transferred:
        return Decision(Park(found[0], path, target.name))
    return Decision(TakeFromPlace(target.name, facts.caller.extension))


def dialled(digits: str, tenant: Tenant) -> Target | None:
    """The place with this number."""
    return ParkingPlaceTarget(digits) if lot_with(digits, tenant) is not None else None


def _successors(target: ParkingPlaceTarget, facts: Facts) -> tuple[Target, ...]:
    found = lot_with(target.name, facts.tenant)
    return (found[1].overflow,) if found is not None and found[1].overflow is not None else ()


KIND = RoutedKind(
    target=ParkingPlaceTarget,
    row="a place of a parking lot, by its number; it is never written",
    form=None,
    dialled=dialled,
    decide=decide,
    successors=_successors,
    step=TakeFromPlace,
    saved=(TakeFromPlace, Taking),
)
