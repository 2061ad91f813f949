"""A SIP address outside."""

from __future__ import annotations

from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts
from callcontrol.routing.legs import sip_leg
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, Ring, RingResult
from callcontrol.routing.targets.number import RING_S
from callcontrol.vocabulary.target import SipTarget


def decide(target: SipTarget, path: Path, facts: Facts) -> Decision:
    """Ring it."""
    found = sip_leg(target.name, RING_S, path, facts)
    return Decision(Ring(target, found.legs, path), found.why)


def after(target: SipTarget, step: Ring, result: RingResult, facts: Facts) -> Decision:
    """Not answered: the end."""
    return refuse(result.outcome)
