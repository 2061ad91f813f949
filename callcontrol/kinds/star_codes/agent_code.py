"""Star codes of an extension's agent (`agents:` in the YAML), `*5x#` and `#5x#`: GSM leaves 50 to 59 free.

Up to four digits may follow the code: `*51*2#`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from callcontrol.control import commands as do
from callcontrol.control.commands import Command
from callcontrol.kinds.star_codes.storing import Answer, Storing, StoringStep
from callcontrol.routing.agents import agents_at
from callcontrol.routing.facts import Facts, StarCode, Usage
from callcontrol.vocabulary.agent import AgentAction
from callcontrol.vocabulary.outcome import Outcome


@dataclass(frozen=True, slots=True)
class ChangeAgent(StoringStep):
    """A star code of an agent. `rejected` says why it cannot be carried out; the phone then hears the refusal tone.

    Attributes:
        detail: reason of a pause; microseconds by which a wrap-up is prolonged.
    """

    word: ClassVar[str] = "agent_setting"
    too_late: ClassVar[str] = "it could not be stored in time"

    agent: str
    action: AgentAction
    detail: str = ""
    rejected: str = ""

    def described(self) -> str:
        """What the code asks for."""
        return f"star code: agent {self.agent}: {self.rejected or self.action.value}"

    @property
    def named(self) -> str:
        """The action."""
        return self.action.value

    def answer_at_once(self, facts: Facts) -> Answer | None:
        """A refusal."""
        return Answer(Outcome.REJECTED, f"refused: {self.rejected}") if self.rejected else None

    def store(self) -> Command:
        """Ask the live state for it."""
        return do.ActOnAgent(self.agent, self.action, self.detail)

    def stored(self, trouble: str) -> Answer:
        """The live state may refuse it."""
        if trouble:
            return Answer(Outcome.REJECTED, f"refused: {trouble}")
        return Answer(Outcome.CHANGED, f"agent {self.agent}: {self.action.value} {self.detail}".rstrip())

    def storing(self, app_id: str = "") -> ChangingAgent:
        """The agent's state is being stored."""
        return ChangingAgent(self, app_id)


@dataclass(frozen=True, slots=True)
class ChangingAgent(Storing):
    """An agent's state is being stored, or the tone is played."""


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
    return StarCode(form, "an agent", usages, decide, saved=(ChangeAgent, ChangingAgent))


def refused(change: ChangeAgent, why: str) -> ChangeAgent:
    """The change, with the reason why it is not carried out."""
    return replace(change, rejected=why)
