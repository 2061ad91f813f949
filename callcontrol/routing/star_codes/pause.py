"""An agent pauses, with a reason of the tenant's `pauses` or without, and resumes."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import ChangeAgent
from callcontrol.routing.star_codes.agent_code import agent_code, refused
from callcontrol.routing.star_codes.star_code import Usage
from callcontrol.vocabulary.agent import AgentAction

PAUSED = "paused"  # the reason of an agent who gave none


def _with_reason(change: ChangeAgent, digits: str, facts: Facts) -> ChangeAgent:
    reason = facts.tenant.pauses.get(digits.lstrip("0")) if digits else PAUSED
    return replace(change, detail=reason) if reason else refused(change, f"there is no pause reason {digits}")


CODE = agent_code(
    "51",
    AgentAction.PAUSE,
    AgentAction.RESUME,
    Usage("`*51#`, `*51*reason#`", "pause; the reason is a number of the tenant's `pauses`"),
    Usage("`#51#`", "resume"),
    complete=_with_reason,
)
