"""A queue: the caller waits for an agent. The other ways out stand in `exits.py`."""

from __future__ import annotations

from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision, Wait
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.target import QueueTarget, text_of
from callcontrol.vocabulary.trail import Passed


def decide(target: QueueTarget, path: Path, facts: Facts) -> Decision:
    """Let the caller in; whether an agent is active there is known only to the live state."""
    if target.name not in facts.tenant.queues:
        return refuse(Outcome.UNAVAILABLE, Passed(facts.now, text_of(target), "no such queue"))
    return Decision(Wait(target.name, path))
