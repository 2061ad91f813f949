"""After a failed ring: is it a trunk's fault, and is there another trunk?

Only trouble of the trunk itself leads to the next one (TRUNK_FAILURES); a person who is busy behind one trunk is busy
behind all of them. Legs that failed for other reasons are not rung again.
"""

from __future__ import annotations

from dataclasses import replace

from callcontrol.routing.facts import Facts
from callcontrol.routing.outgoing.legs import number_leg
from callcontrol.routing.plan import Decision, LegPlan, Legs, Ring, RingResult, TrunkNumber
from callcontrol.vocabulary.outcome import TRUNK_FAILURES, Outcome, outcome_of, worst_of
from callcontrol.vocabulary.target import NumberTarget, text_of
from callcontrol.vocabulary.trail import Routed


def next_round(step: Ring, result: RingResult, facts: Facts) -> Decision | None:
    """The same step through the next trunk for the legs whose trunk failed; None if there is nothing to retry."""
    failed = [leg for i, leg in enumerate(step.legs) if _trunk_failed(leg, result.causes.get(i, ""))]
    again = sum((_through_next_trunk(leg, step, facts) for leg in failed), Legs())
    if not again.legs:
        return None
    earlier = (*step.earlier, *_final_outcomes(step, result))
    why = tuple(Routed(facts.now, leg.to, f"trunk failed, next is {_trunk(leg)}") for leg in again.legs)
    return Decision(replace(step, legs=again.legs, round=step.round + 1, earlier=earlier), why)


def outcome_over_rounds(step: Ring, result: RingResult) -> Outcome:
    """One outcome for the step, its earlier rounds included."""
    return worst_of((*step.earlier, result.outcome)) if step.earlier else result.outcome


def _final_outcomes(step: Ring, result: RingResult) -> tuple[Outcome, ...]:
    causes = (result.causes.get(i, "") for i, leg in enumerate(step.legs) if not _trunk_failed(leg, _cause(result, i)))
    return tuple(outcome_of(c) for c in causes if c)


def _cause(result: RingResult, index: int) -> str:
    return result.causes.get(index, "")


def _trunk_failed(leg: LegPlan, cause: str) -> bool:
    return isinstance(leg.endpoint, TrunkNumber) and cause in TRUNK_FAILURES


def _through_next_trunk(leg: LegPlan, step: Ring, facts: Facts) -> Legs:
    number = leg.to.removeprefix(text_of(NumberTarget("")))
    found = number_leg(number, leg.ring_s, step.path, facts, step.round + 1)
    # Payer and shown number may come from a member's own rule: keep what the first round decided about them.
    return Legs(tuple(replace(new, payer=leg.payer, acceptance=leg.acceptance) for new in found.legs))


def _trunk(leg: LegPlan) -> str:
    return leg.endpoint.trunk if isinstance(leg.endpoint, TrunkNumber) else ""
