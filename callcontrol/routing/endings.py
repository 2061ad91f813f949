"""How a call ends when no rule says where else to go."""

from __future__ import annotations

from callcontrol.routing.plan import Decision, Explanation, Refuse
from callcontrol.vocabulary.outcome import CAUSE_OF_OUTCOME, Outcome


def refuse(outcome: Outcome, *why: Explanation) -> Decision:
    """End the call with the cause that tells the caller's network what happened."""
    cause = CAUSE_OF_OUTCOME.get(outcome, CAUSE_OF_OUTCOME[Outcome.FAILED])
    return Decision(Refuse(cause, outcome), why)
