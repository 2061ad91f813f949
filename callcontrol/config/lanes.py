"""Lanes of a queue: every demand that a caller in it may have.

A demand comes of what the queue asks for certain callers (`demands`) and of what callers ask for by keys. What no agent
of the queue could ever meet by a caller's own choice is not demanded there.
"""

from __future__ import annotations

from callcontrol.config.queue_settings import Queue
from callcontrol.config.settings import Tenant
from callcontrol.vocabulary.demand import Skills, demand_text, is_met, merged

MAX_LANES = 256  # of a queue


def demands_of(queue: Queue, tenant: Tenant) -> dict[str, Skills]:
    """Every demand a caller of this queue may have, by its written form and in the order of that; "" is always one."""
    found: dict[str, Skills] = {}
    for stage in _stages_in(queue):
        for chosen in tenant.skills_by_keys.values():
            both = demanded(stage, chosen, queue, tenant)
            found[demand_text(both)] = both
    return dict(sorted(found.items()))


def demanded(stage: Skills, chosen: Skills, queue: Queue, tenant: Tenant) -> Skills:
    """What a caller's agent must know: what the queue asks for, and what the caller has chosen by key; without that,
    where no agent of the queue has both.
    """
    if not chosen:
        return stage
    both = merged(stage, chosen)
    seated = (tenant.agents.get(seat.agent) for seat in queue.agents)
    return both if any(agent is not None and is_met(both, agent.skills) for agent in seated) else stage


def _stages_in(queue: Queue) -> tuple[Skills, ...]:
    """What the queue asks for by itself, of any caller and at any time; nothing comes first."""
    return ({}, *(skills for one in queue.demands for skills in (one.skills, *(less.skills for less in one.relax))))
