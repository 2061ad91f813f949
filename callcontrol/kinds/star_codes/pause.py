"""An agent pauses, with a reason of the tenant's `pauses` or without, and resumes."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.kinds.star_codes.agent_code import ChangeAgent, agent_code, refused
from callcontrol.routing.facts import Facts, Usage
from callcontrol.vocabulary.agent import PAUSED, AgentAction


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
