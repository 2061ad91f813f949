"""An agent logs in, or out."""

from __future__ import annotations

from callcontrol.kinds.star_codes.agent_code import agent_code
from callcontrol.routing.facts import Usage
from callcontrol.vocabulary.agent import AgentAction

CODE = agent_code(
    "50",
    AgentAction.LOG_IN,
    AgentAction.LOG_OUT,
    Usage("`*50#`", "log in"),
    Usage("`#50#`", "log out"),
)
