"""Agents in conversations and in other calls are let go if nothing is heard of their calls: engaged."""

from __future__ import annotations

from collections.abc import Iterable

from callcontrol.vocabulary.queue import Engaged
from tests.oracle.serving import note, serve_agents
from tests.oracle.state import EngagedNow
from tests.oracle.work import Work

# A worker says what it has several times within it (`layout_sync.COMPARE_S`), or the call is nowhere any more.
ENGAGED_US = 180_000_000


def hold(work: Work, agent: str, id_: str, call: str) -> None:
    """It has begun, or a worker has it still."""
    work.state.engaged[agent, id_] = EngagedNow(work.now + ENGAGED_US, call)


def over(work: Work, agent: str, id_: str) -> None:
    """It is over."""
    work.state.engaged.pop((agent, id_), None)


def engaged(work: Work, those: Iterable[Engaged], calls: frozenset[str]) -> int:
    """These go on; those of which nothing was heard are over, unless the live state has their `calls`.

    Returns: how many agents are let go.
    """
    for one in those:
        if _is_so(work, one):
            hold(work, one.agent, one.id, one.call)
    late = sorted((now.until, f"{key[0]}|{key[1]}", key) for key, now in work.state.engaged.items())
    return sum(_ends(work, *key, calls) for until, _, key in late if until <= work.now)


def _is_so(work: Work, one: Engaged) -> bool:
    agent = work.state.agent(one.agent)
    return (agent.talk is not None and agent.talk.ticket == one.id) or one.id in agent.elsewhere


def _ends(work: Work, name: str, id_: str, calls: frozenset[str]) -> bool:
    found = work.state.engaged[name, id_]
    if found.call in calls:
        found.until = work.now + ENGAGED_US
        return False
    over(work, name, id_)
    agent = work.state.heard_of(name)
    if agent.talk is not None and agent.talk.ticket == id_:
        agent.talk = None
    agent.elsewhere.discard(id_)
    note(work, agent)
    serve_agents(work, [agent])
    return True
