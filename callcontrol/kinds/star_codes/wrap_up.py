"""An agent prolongs the wrap-up, or ends it."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.kinds.star_codes.agent_code import ChangeAgent, agent_code
from callcontrol.routing.facts import Facts, Usage
from callcontrol.vocabulary.agent import PROLONG_S, AgentAction
from callcontrol.vocabulary.moment import SECOND_US


def _by_so_long(change: ChangeAgent, digits: str, facts: Facts) -> ChangeAgent:
    return replace(change, detail=str((int(digits) if digits else PROLONG_S) * SECOND_US))


CODE = agent_code(
    "52",
    AgentAction.PROLONG_WRAP_UP,
    AgentAction.END_WRAP_UP,
    Usage("`*52#`, `*52*seconds#`", f"prolong the wrap-up, by {PROLONG_S} s if nothing else is said"),
    Usage("`#52#`", "end the wrap-up"),
    complete=_by_so_long,
)
