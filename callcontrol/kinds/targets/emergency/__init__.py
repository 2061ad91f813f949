"""An emergency call: it leaves, without regard to price, blocks, credit, hours and rules; only the caller ends it.

Whatever a trunk answers but a connection leads to the next one: a carrier that says busy or that it knows no such
number is no emergency service.
"""

from __future__ import annotations

from callcontrol.config.emergency_calls import emergency_trunks, location_of
from callcontrol.config.trunk_settings import Trunk
from callcontrol.kinds.targets.emergency.making_room import ONCE_MORE, WANT_OF_A_CHANNEL, MakingRoom, MakingRoomStep
from callcontrol.kinds.targets.emergency.telling import Telling
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts, RoutedKind
from callcontrol.routing.outgoing.caller_id import phone_in_an_emergency, shown_in_an_emergency
from callcontrol.routing.outgoing.trunks import rests
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, LegPlan, Ring, RingResult, TrunkNumber
from callcontrol.vocabulary.direction import Direction
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import EmergencyTarget, text_of
from callcontrol.vocabulary.trail import Passed, Routed

# How long the emergency services may take to answer (seconds).
RING_S = 180


def decide(target: EmergencyTarget, path: Path, facts: Facts) -> Decision:
    """Send it out through the tenant's first trunk that carries such calls."""
    return _through(0, target, path, facts) or refuse(
        Outcome.UNAVAILABLE, Passed(facts.now, text_of(target), "no trunk carries emergency calls")
    )


def after(target: EmergencyTarget, step: Ring, result: RingResult, facts: Facts) -> Decision:
    """A trunk that is full gives way once; else the next trunk, or the end."""
    leg = step.legs[0]
    is_full = result.causes.get(0) in WANT_OF_A_CHANNEL and step.position != ONCE_MORE
    if is_full and isinstance(leg.endpoint, TrunkNumber):
        return Decision(MakingRoomStep(step, leg.endpoint.trunk))
    following = _through(step.round + 1, target, step.path, facts)
    if following is None:
        return refuse(result.outcome)
    failed = ", ".join(sorted({cause for cause in result.causes.values() if cause})) or result.outcome.value
    return following.because(Routed(facts.now, text_of(target), f"trunk failed ({failed}), next"))


def _through(round_: int, target: EmergencyTarget, path: Path, facts: Facts) -> Decision | None:
    choices = _trunks(facts)
    if round_ >= len(choices):
        return None
    name, trunk = choices[round_]
    leg = LegPlan(
        to=text_of(target),
        endpoint=TrunkNumber(name, trunk.gateway or name, target.name),
        ring_s=RING_S,
        shown=shown_in_an_emergency(facts, trunk),
        payer=path.payer,
        progress_s=trunk.progress_s,
        direction=Direction.EMERGENCY,
    )
    why = () if round_ else rests(leg.to, choices, facts)
    return Decision(Ring(target, (leg,), path, round=round_), why)


def _trunks(facts: Facts) -> tuple[tuple[str, Trunk], ...]:
    """In the order they are tried; those that rest come last. Prefixes are for ordinary numbers."""
    location = location_of(facts.tenant, *phone_in_an_emergency(facts))
    found = emergency_trunks(facts.settings, facts.tenant, location)
    return tuple(sorted(found, key=lambda named: named[0] in facts.resting))


KIND = RoutedKind(
    target=EmergencyTarget,
    row="an emergency number that a phone has dialled; it is never written",
    form=None,
    decide=decide,
    after=after,
    saved=(Telling, MakingRoom, MakingRoomStep),
)
