"""An agent prolongs the wrap-up, or ends it."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import ChangeAgent
from callcontrol.routing.star_codes.agent_code import agent_code
from callcontrol.routing.star_codes.star_code import Usage
from callcontrol.vocabulary.agent import AgentAction
from callcontrol.vocabulary.moment import SECOND_US

PROLONG_S = 60


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
