"""An external number, through a trunk; the next trunk on failure of the first, not on busy."""

from __future__ import annotations

from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts
from callcontrol.routing.legs import number_leg
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, Ring, RingResult
from callcontrol.routing.retry import next_round, outcome_over_rounds
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import NumberTarget

# How long an external leg rings when it is a target of its own (seconds).
RING_S = 60


def decide(target: NumberTarget, path: Path, facts: Facts) -> Decision:
    """Ring it, unless it is blocked, has no price or no trunk: then it is refused before dialling."""
    found = number_leg(target.name, RING_S, path, facts)
    return Decision(Ring(target, found.legs, path), found.why) if found.legs else refuse(Outcome.REJECTED, *found.why)


def after(target: NumberTarget, step: Ring, result: RingResult, facts: Facts) -> Decision:
    """The next trunk, or the end."""
    return next_round(step, result, facts) or refuse(outcome_over_rounds(step, result))
