"""Star codes of an extension's agent (`agents:` in the YAML), `*5x#` and `#5x#`: GSM leaves 50 to 59 free.

Up to four digits may follow the code: `*51*2#`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from callcontrol.routing.agents import agents_at
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import ChangeAgent
from callcontrol.routing.star_codes.star_code import StarCode, Usage
from callcontrol.vocabulary.agent import AgentAction

Complete = Callable[[ChangeAgent, str, Facts], ChangeAgent]


def agent_code(
    code: str, on: AgentAction, off: AgentAction, *usages: Usage, complete: Complete | None = None
) -> StarCode:
    """The code whose `*` is one action and whose `#` another.

    Args:
        complete: adds to the change of `*` what the digits say.
    """

    def decide(found: re.Match[str], facts: Facts) -> ChangeAgent:
        agent = agents_at(facts.tenant).get(facts.caller.extension)
        action = on if found["verb"] == "*" else off
        if agent is None:
            return ChangeAgent("", action, rejected=f"extension {facts.caller.extension} is no agent's")
        change = ChangeAgent(agent, action)
        return complete(change, found["digits"] or "", facts) if complete and action is on else change

    form = re.compile(rf"(?P<verb>\*|\#){code}(?:\*(?P<digits>[0-9]{{1,4}}))?\#?")
    return StarCode(form, "an agent", usages, decide)


def refused(change: ChangeAgent, why: str) -> ChangeAgent:
    """The change, with the reason why it is not carried out."""
    return replace(change, rejected=why)
