"""Parking: the caller waits at a numbered place, with music, until a phone dials the place; any phone, at any switch.

After `after` seconds the parker's phone is rung, then the call goes to the lot's `overflow`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from callcontrol.config.kinds import SOMETIMES, Link
from callcontrol.config.settings import Tenant
from callcontrol.kinds.targets.parking import returning
from callcontrol.kinds.targets.parking.checks import CHECKS
from callcontrol.kinds.targets.parking.holding import HoldPlace, PlaceHeld
from callcontrol.kinds.targets.parking.parked import Park, Parked, TakenBack
from callcontrol.kinds.targets.parking.settings import BLOCK, ParkingLot, ParkingTarget, lot_at
from callcontrol.kinds.targets.parking.telling import TellingPlace
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Branch, Decision
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import Target, text_of
from callcontrol.vocabulary.trail import Passed


def decide(target: ParkingTarget, path: Path, facts: Facts) -> Decision:
    """At the next free place. A phone that dials the lot's number itself holds one for the caller it will transfer."""
    if target.name not in BLOCK.of(facts.tenant):
        return refuse(Outcome.UNAVAILABLE, Passed(facts.now, text_of(target), "no such parking lot"))
    if facts.caller.extension and not facts.transferred and path.first == target and _dials(facts, target):
        return Decision(HoldPlace(target.name, facts.caller.extension))
    return Decision(Park(target.name, path))


def _dials(facts: Facts, target: ParkingTarget) -> bool:
    return lot_at(facts.dialled, facts.tenant) == target.name


def dialled(digits: str, tenant: Tenant) -> Target | None:
    """The lot with this number."""
    lot = lot_at(digits, tenant)
    return ParkingTarget(lot) if lot else None


def links(_name: str, lot: ParkingLot) -> Iterator[Link]:
    """Where a caller goes whom no phone takes, and whose parker does not answer."""
    if lot.overflow is not None:
        yield Link(lot.overflow, ("overflow",), SOMETIMES)


def branches(step: Park, facts: Facts) -> Iterable[Branch]:
    """The same, for `explain`."""
    lot = BLOCK.of(facts.tenant).get(step.lot)
    after_s = lot.after if lot is not None else 0
    yield Branch(
        f"if no phone takes the caller within {after_s} s, nor the parker then",
        returning.after_all(step.lot, facts.transferred_by, facts),
    )


KIND = RoutedKind(
    target=ParkingTarget,
    row="the caller waits at the next free place with music, until a phone dials the place's number; if none does the "
    "parker is rung, and `overflow` follows",
    block=BLOCK,
    links=links,
    checks=CHECKS,
    dialled=dialled,
    decide=decide,
    step=Park,
    branches=branches,
    saved=(Park, Parked, TakenBack, HoldPlace, PlaceHeld, TellingPlace),
)
