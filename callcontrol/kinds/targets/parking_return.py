"""A parked caller goes to a phone: to the parker's, whom no phone has taken in time; to that which takes the caller at
another switch. The extension's rules do not count: it is the parker who is to know of it.
"""

from __future__ import annotations

from callcontrol.kinds.targets.parking.returning import after_all
from callcontrol.kinds.targets.parking.settings import BLOCK, ParkingReturnTarget, ParkingTarget
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.legs import phones
from callcontrol.routing.path import Path, payer_of
from callcontrol.routing.plan import Answer, Decision, Onward, Ring, RingResult
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import ExtensionTarget, Target, text_of
from callcontrol.vocabulary.trail import Passed, Routed

# How long a phone rings of a lot that is not configured any more (seconds).
RING_S = 20


def decide(target: ParkingReturnTarget, path: Path, facts: Facts) -> Answer:
    """All phones of the extension."""
    lot, _, extension = _parts(target)
    settings = BLOCK.of(facts.tenant).get(lot)
    legs = phones(extension, settings.ring if settings is not None else RING_S, facts)
    return Decision(Ring(target, legs, path)) if legs else _after(target, Outcome.UNAVAILABLE, facts)


def after(target: ParkingReturnTarget, step: Ring, result: RingResult, facts: Facts) -> Answer:
    """The overflow of the lot; or, of a phone that was to take the caller, the lot once more."""
    return _after(target, result.outcome, facts)


def _after(target: ParkingReturnTarget, outcome: Outcome, facts: Facts) -> Onward:
    lot, place, extension = _parts(target)
    passed = Passed(facts.now, text_of(target), f"extension:{extension}: {outcome.value}")
    if extension != facts.transferred_by:  # it was to take the caller, who waits on
        again = ParkingTarget(lot)
        routed = Routed(facts.now, text_of(again), f"not taken from {place}")
        return Onward(again, Path(first=again, payer=payer_of(facts.transferred_by)), (passed, routed))
    onward = after_all(lot, facts.transferred_by, facts)
    return Onward(onward.target, onward.path, (passed, *onward.why))


def _successors(target: ParkingReturnTarget, facts: Facts) -> tuple[Target, ...]:
    """The extension among them: at which switch its phones are is looked up with its rules."""
    lot, _, extension = _parts(target)
    return ExtensionTarget(extension), after_all(lot, facts.transferred_by, facts).target


def _parts(target: ParkingReturnTarget) -> tuple[str, str, str]:
    lot, place, extension = target.name.split("/")
    return lot, place, extension


KIND = RoutedKind(
    target=ParkingReturnTarget,
    row="the phone to which a parked caller goes; it is never written",
    form=None,
    has_people=True,
    decide=decide,
    after=after,
    successors=_successors,
)
