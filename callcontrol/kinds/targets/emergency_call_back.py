"""The emergency service calls back: the phone rings that has called it, whatever rules and hours say; if it is not
answered, those who are told of emergency calls. Only then the call goes where the number leads.
"""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.kinds.targets.emergency.telling import told_of
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.legs import phones
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Answer, Decision, LegPlan, Onward, Ring, RingResult
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import EmergencyCallBackTarget, ExtensionTarget, Target, text_of
from callcontrol.vocabulary.trail import Passed, Routed

# How long each of them rings (seconds).
RING_S = 45


def decide(target: EmergencyCallBackTarget, path: Path, facts: Facts) -> Answer:
    """The phones of the extension that called."""
    legs = phones(target.name, RING_S, facts)
    return Decision(Ring(target, legs, path)) if legs else _those_who_are_told(target, path, Outcome.UNAVAILABLE, facts)


def after(target: EmergencyCallBackTarget, step: Ring, result: RingResult, facts: Facts) -> Answer:
    """Those who are told, then where the number leads."""
    if step.round:
        return _where_the_number_leads(step.path, result.outcome, facts)
    return _those_who_are_told(target, step.path, result.outcome, facts)


def _those_who_are_told(target: EmergencyCallBackTarget, path: Path, outcome: Outcome, facts: Facts) -> Answer:
    legs = tuple(_watchers(target, facts))
    if not legs:
        return _where_the_number_leads(path, outcome, facts)
    entry = Routed(facts.now, legs[0].to, "told of emergency calls")
    return Decision(Ring(target, legs, path, round=1), (entry,))


def _watchers(target: EmergencyCallBackTarget, facts: Facts) -> Iterator[LegPlan]:
    for name in told_of(facts):
        if name != target.name:
            yield from phones(name, RING_S, facts)


def _where_the_number_leads(path: Path, outcome: Outcome, facts: Facts) -> Answer:
    own = facts.tenant.numbers.get(facts.dialled)
    if own is None:
        return refuse(outcome, Passed(facts.now, facts.dialled, "leads nowhere else"))
    return Onward(own, path.onward(), (Routed(facts.now, text_of(own), f"number {facts.dialled}"),))


def successors(target: EmergencyCallBackTarget, facts: Facts) -> tuple[Target, ...]:
    """All whose phones may ring, and where the number leads."""
    own = facts.tenant.numbers.get(facts.dialled)
    rung = tuple(ExtensionTarget(name) for name in dict.fromkeys((target.name, *told_of(facts))))
    return rung if own is None else (*rung, own)


KIND = RoutedKind(
    target=EmergencyCallBackTarget,
    row="the phone that called an emergency number, when it is called back; it is never written",
    form=None,
    decide=decide,
    after=after,
    successors=successors,
)
