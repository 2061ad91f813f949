"""Whether an agent is active, whether the agent is free, and the word for what the agent is doing."""

from __future__ import annotations

from callcontrol.vocabulary.agent import AgentState
from tests.oracle.state import AgentNow, State


def is_active(state: State, agent: AgentNow) -> bool:
    """On duty: logged in (or `auto`), reachable (or `external`), not paused. An agent who is not in the layout is
    not.
    """
    return _is_on_duty(state, agent) and _is_reachable(state, agent) and not agent.paused


def is_free(state: State, agent: AgentNow, now: int) -> bool:
    """Whether the agent may be offered a caller."""
    occupied = agent.offer or agent.talk is not None or agent.elsewhere
    return is_active(state, agent) and not occupied and now >= agent.wrap_until and now >= agent.rest_until


def state_of(state: State, agent: AgentNow, now: int) -> AgentState:
    """What the agent is shown as: of several states that are true at once the first of `AgentState`."""
    holds = {
        AgentState.TALKING: agent.talk is not None,
        AgentState.RINGING: bool(agent.offer) and state.offers[agent.offer].ringing,
        AgentState.RESERVED: bool(agent.offer),
        AgentState.LOGGED_OUT: not _is_on_duty(state, agent),
        AgentState.PAUSED: bool(agent.paused),
        AgentState.UNREACHABLE: not _is_reachable(state, agent),
        AgentState.ELSEWHERE: bool(agent.elsewhere),
        AgentState.WRAP_UP: now < agent.wrap_until,
        AgentState.READY: True,
    }
    return next(word for word in AgentState if holds[word])


def active_in(state: State, queue: str) -> int:
    """How many agents with a seat in this queue are active."""
    return sum(is_active(state, agent) for agent in state.agents.values() if state.layout.seat(agent.name, queue))


def _is_on_duty(state: State, agent: AgentNow) -> bool:
    layout = state.layout.agents.get(agent.name)
    return layout is not None and (agent.logged_in or layout.auto)


def _is_reachable(state: State, agent: AgentNow) -> bool:
    layout = state.layout.agents.get(agent.name)
    return agent.reachable or (layout is not None and layout.external)
