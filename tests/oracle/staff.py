"""Agents log in and out, pause, come within reach, have other calls: act, reach, elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from callcontrol.vocabulary.agent import AgentAction
from tests.oracle import engagements
from tests.oracle.answers import Objection
from tests.oracle.serving import note, serve_agents
from tests.oracle.state import AgentNow
from tests.oracle.work import Work

# The reason of an agent who gave none.
NO_REASON = "pause"


def act(work: Work, name: str, action: AgentAction, detail: str) -> Objection | None:
    """What an agent asks for; None: it is done.

    Args:
        detail: the reason of a pause; microseconds (digits) by which a wrap-up is prolonged.
    """
    if name not in work.state.layout.agents:
        return Objection.UNKNOWN
    agent = work.state.agent(name)
    objection = _do(work, agent, action, detail)
    if objection is None:
        note(work, agent)
        serve_agents(work, [agent])
    return objection


def _do(work: Work, agent: AgentNow, action: AgentAction, detail: str) -> Objection | None:
    match action:
        case AgentAction.LOG_IN:
            agent.logged_in, agent.paused, agent.misses = True, "", 0
        case AgentAction.LOG_OUT if work.state.layout.agents[agent.name].auto:
            return Objection.AUTO
        case AgentAction.LOG_OUT:
            agent.logged_in = False
        case AgentAction.PAUSE:
            agent.paused = detail or NO_REASON
        case AgentAction.RESUME:
            agent.paused, agent.misses = "", 0
        case AgentAction.END_WRAP_UP:
            agent.wrap_until = work.now
        case AgentAction.PROLONG_WRAP_UP if work.now >= agent.wrap_until or not _is_span(detail):
            return Objection.NO_WRAP_UP
        case AgentAction.PROLONG_WRAP_UP:
            agent.wrap_until += int(detail)
    return None


def _is_span(detail: str) -> bool:
    return detail.isascii() and detail.isdigit()


def reach(work: Work, agents: Mapping[str, bool]) -> None:
    """Which of these have a phone registered. Who has one comes first, so that no queue looks deserted in between."""
    for name, reachable in sorted(agents.items(), key=lambda item: (not item[1], item[0])):
        agent = work.state.heard_of(name)
        agent.reachable = reachable
        note(work, agent)
        serve_agents(work, [agent])


def elsewhere(work: Work, name: str, id_: str, on: bool, call: str) -> None:
    """One of the agent's other calls begins or ends."""
    agent = work.state.heard_of(name)
    if on:
        agent.elsewhere.add(id_)
        engagements.hold(work, name, id_, call)
    else:
        agent.elsewhere.discard(id_)
        engagements.over(work, name, id_)
    note(work, agent)
    serve_agents(work, [agent])
