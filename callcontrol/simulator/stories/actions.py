"""What happens in a story besides calls: agents act, phones register and go."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from callcontrol.vocabulary.agent import AgentAction

_WRITTEN = f"`register ACCOUNT`, `unregister ACCOUNT`, `agent NAME ACTION [DETAIL]` with {', '.join(AgentAction)}"


class BadAction(ValueError):
    """Words that are no action; the message says which are."""


@dataclass(frozen=True, slots=True)
class AgentActs:
    """An agent asks for something; `detail` is the reason of a pause, or microseconds."""

    agent: str
    action: AgentAction
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Registers:
    """The phone of a SIP account registers, or (`online` False) unregisters."""

    account: str
    online: bool


Action = AgentActs | Registers


@dataclass(frozen=True, slots=True)
class Timed:
    """An action, and so many seconds after the story's beginning it happens."""

    at_s: float
    action: Action


class Agents(Protocol):
    """The agents of the daemon the story is played with."""

    def reset(self, tenant: str, offline: Collection[str]) -> None:
        """Forget all that is known of the tenant's queues and agents, but that all phones save these accounts' are
        registered; returns when the daemon goes by that.
        """
        ...

    def act(self, tenant: str, agent: str, action: AgentAction, detail: str) -> None:
        """What an agent asks for, as by star code; returns when it is in force."""
        ...


def read_action(text: str) -> Action:
    """An action as a story writes it.

    Raises:
        BadAction: it is none.
    """
    match text.split(maxsplit=3):
        case ["agent", agent, action, *detail] if action in list(AgentAction):
            return AgentActs(agent, AgentAction(action), *detail)
        case ["register" | "unregister" as word, account]:
            return Registers(account, word == "register")
        case _:
            raise BadAction(f"{text!r} is no action: write {_WRITTEN}")
