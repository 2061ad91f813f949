"""The phone that hung up while it held the other party rings for it, whatever its rules say; then they apply."""

from __future__ import annotations

from callcontrol.kinds.targets import extension
from callcontrol.kinds.targets.hold_return.reminding import RemindingHolder
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.legs import phones
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Answer, Decision, Ring, RingResult
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import ExtensionTarget, HoldReturnTarget, Target


def decide(target: HoldReturnTarget, path: Path, facts: Facts) -> Answer:
    """All phones of the extension."""
    legs = phones(target.name, facts.tenant.holding.ring, facts)
    step = Ring(target, legs, path)
    return Decision(step) if legs else after(target, step, RingResult(Outcome.UNAVAILABLE), facts)


def after(target: HoldReturnTarget, step: Ring, result: RingResult, facts: Facts) -> Answer:
    """As if the party had called the extension."""
    return extension.after(ExtensionTarget(target.name), step, result, facts)


def _successors(target: HoldReturnTarget, facts: Facts) -> tuple[Target, ...]:
    return (ExtensionTarget(target.name),)


KIND = RoutedKind(
    target=HoldReturnTarget,
    row="the phone that hung up while it held the other party; it is never written",
    form=None,
    has_people=True,
    decide=decide,
    after=after,
    successors=_successors,
    saved=(RemindingHolder,),
)
