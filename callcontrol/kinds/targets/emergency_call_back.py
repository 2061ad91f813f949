"""The emergency service calls back: the phone rings that has called it, whatever rules and hours say; if it is not
answered, others inside ring with it. It is never led into a menu, a queue or hours: after ROUNDS it may leave a message
in the box of the extension, or ends.
"""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.kinds.targets import voicemail
from callcontrol.kinds.targets.emergency.telling import extensions_of, told_of
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.legs import phones
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Answer, Decision, LegPlan, Onward, Ring, RingResult
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import EmergencyCallBackTarget, ExtensionTarget, Target, text_of
from callcontrol.vocabulary.trail import Passed, Routed

# How long each round rings (seconds): the phone alone, then all together as often as is left of ROUNDS.
RING_S = 45
ROUNDS = 4


def decide(target: EmergencyCallBackTarget, path: Path, facts: Facts) -> Answer:
    """The phones of the extension that called."""
    legs = phones(target.name, RING_S, facts)
    return Decision(Ring(target, legs, path)) if legs else _all_together(target, path, 1, Outcome.UNAVAILABLE, facts)


def after(target: EmergencyCallBackTarget, step: Ring, result: RingResult, facts: Facts) -> Answer:
    """All together, several times; then the box of the extension."""
    return _all_together(target, step.path, step.round + 1, result.outcome, facts)


def _all_together(target: EmergencyCallBackTarget, path: Path, round_: int, outcome: Outcome, facts: Facts) -> Answer:
    legs = tuple(_phones_of_all(target, facts)) if round_ < ROUNDS else ()
    if not legs:
        return _message(target, path, outcome, facts)
    entry = Routed(facts.now, text_of(target), f"all who may help ring, round {round_} of {ROUNDS - 1}")
    return Decision(Ring(target, legs, path, round=round_), (entry,))


def _phones_of_all(target: EmergencyCallBackTarget, facts: Facts) -> Iterator[LegPlan]:
    for name in _all(target, facts):
        yield from phones(name, RING_S, facts)


def _all(target: EmergencyCallBackTarget, facts: Facts) -> tuple[str, ...]:
    """Who called, who is told of emergency calls, and the people the number leads to where it leads to people."""
    own = facts.tenant.numbers.get(facts.dialled)
    led = extensions_of((own,) if own is not None else (), facts)
    return tuple(dict.fromkeys((target.name, *told_of(facts), *led)))


def _message(target: EmergencyCallBackTarget, path: Path, outcome: Outcome, facts: Facts) -> Answer:
    box = _box(target, facts)
    if box is None:
        return refuse(outcome, Passed(facts.now, text_of(target), "the call back was not answered"))
    alone = replace(path, visited=(), hops=0, fallback=None)
    return Onward(box, alone, (Routed(facts.now, text_of(box), "the call back was not answered"),))


def _box(target: EmergencyCallBackTarget, facts: Facts) -> Target | None:
    return voicemail.box_of(ExtensionTarget(target.name), facts.tenant)


def successors(target: EmergencyCallBackTarget, facts: Facts) -> tuple[Target, ...]:
    """All whose phones may ring, and the box."""
    rung = tuple(ExtensionTarget(name) for name in _all(target, facts))
    box = _box(target, facts)
    return rung if box is None else (*rung, box)


KIND = RoutedKind(
    target=EmergencyCallBackTarget,
    row="the phone that called an emergency number, when it is called back; it is never written",
    form=None,
    decide=decide,
    after=after,
    successors=successors,
)
