"""The layout: what the YAML sets for the queues and agents of a tenant, in the terms of the queue scripts' `RULES.md`.

All spans are whole microseconds. `layout_dict` is the form the store's scripts are given as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from callcontrol.config import queue_settings
from callcontrol.config.lanes import demands_of
from callcontrol.config.queue_settings import Strategy
from callcontrol.config.settings import Tenant
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.demand import is_met
from callcontrol.vocabulary.moment import SECOND_US
from callcontrol.vocabulary.queue import NO_DEMAND

# How an offer ended that the agent is left alone for a while after.
RESTS = (OfferEnd.REJECTED, OfferEnd.BUSY, OfferEnd.NO_ANSWER, OfferEnd.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class QueueLayout:
    """A queue.

    Attributes:
        weight_us: the queue's weight, in waiting time.
        priority_us: one unit of a caller's priority, in waiting time.
        rest_us: by how an offer ended, see RESTS.
        misses: so many in a row pause an agent; 0: never.
        window: `day`, `week` or `month`: over which `least_talked` and `fewest_calls` count.
        tier_wait_us: 0: lower tiers never count like higher ones.
        length: most tickets in line on entry.
        expected_us: longest expected wait on entry; 0: any.
        sticky_within_us, sticky_first_us: 0: not sticky.
        demands: every demand of its callers, in written form, sorted; "" is always one.
        callback_again_us: after one callback to a number there is no other for so long; 0: at any time.
        callback_per_day: so many are promised to a number within 24 hours; 0: any number.
    """

    strategy: Strategy
    weight_us: int
    priority_us: int
    ring_us: int
    rest_us: Mapping[OfferEnd, int]
    misses: int
    wrap_up_us: int
    window: str
    tier_wait_us: int
    come_back_us: int
    length: int
    expected_us: int
    sticky_within_us: int
    sticky_first_us: int
    in_time_us: int
    short_us: int
    demands: tuple[str, ...] = (NO_DEMAND,)
    callback_again_us: int = 0
    callback_per_day: int = 0


@dataclass(frozen=True, slots=True)
class SeatLayout:
    """An agent's place in a queue.

    Attributes:
        position: the agent's place in the queue's list, from 1.
        demands: those of the queue's demands that the agent meets, sorted.
    """

    queue: str
    tier: int
    position: int
    weight: int
    demands: tuple[str, ...] = (NO_DEMAND,)


@dataclass(frozen=True, slots=True)
class AgentLayout:
    """An agent.

    Attributes:
        auto: the agent needs no log-in.
        external: the agent's calls ring at a number, which is always reachable.
        seats: by the name of the queue.
    """

    auto: bool
    external: bool
    seats: tuple[SeatLayout, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """All queues and agents of a tenant, by name."""

    queues: Mapping[str, QueueLayout]
    agents: Mapping[str, AgentLayout]

    def seats(self, agent: str) -> tuple[SeatLayout, ...]:
        """The seats of an agent; none of one that is not in the layout."""
        found = self.agents.get(agent)
        return found.seats if found is not None else ()

    def seat(self, agent: str, queue: str) -> SeatLayout | None:
        """The agent's seat in this queue, if there is one."""
        return next((seat for seat in self.seats(agent) if seat.queue == queue), None)


def is_always_reachable(agent: queue_settings.Agent) -> bool:
    """Whether the agent is rung at a number, at any hour."""
    return agent.number is not None and agent.hours is None


def layout_of(tenant: Tenant) -> Layout:
    """The layout of a tenant's settings."""
    seats = _seats(tenant)
    return Layout(
        queues={name: _queue_layout(queue, tenant) for name, queue in sorted(tenant.queues.items())},
        agents={
            name: AgentLayout(
                agent.auto or agent.hours is not None, is_always_reachable(agent), tuple(seats.get(name, ()))
            )
            for name, agent in sorted(tenant.agents.items())
        },
    )


def layout_dict(layout: Layout) -> dict[str, Any]:
    """The layout as plain dicts and lists with the field names above: what JSON can hold."""
    return {
        "queues": {name: _queue_dict(queue) for name, queue in layout.queues.items()},
        "agents": {
            name: {"auto": agent.auto, "external": agent.external, "seats": [_seat_dict(seat) for seat in agent.seats]}
            for name, agent in layout.agents.items()
        },
    }


def _queue_dict(queue: QueueLayout) -> dict[str, Any]:
    rests = {how.value: span for how, span in queue.rest_us.items()}
    return asdict(queue) | {"strategy": queue.strategy.value, "rest_us": rests, "demands": list(queue.demands)}


def _seat_dict(seat: SeatLayout) -> dict[str, Any]:
    return asdict(seat) | {"demands": list(seat.demands)}


def _queue_layout(queue: queue_settings.Queue, tenant: Tenant) -> QueueLayout:
    sticky, ageing = queue.sticky, tenant.ageing
    return QueueLayout(
        strategy=queue.strategy,
        weight_us=queue.weight * ageing.weight * SECOND_US,
        priority_us=ageing.priority * SECOND_US,
        ring_us=queue.ring * SECOND_US,
        rest_us={how: getattr(queue.rest, how.value) * SECOND_US for how in RESTS},
        misses=queue.misses,
        wrap_up_us=queue.wrap_up * SECOND_US,
        window=queue.window,
        tier_wait_us=queue.tier_wait * SECOND_US,
        come_back_us=queue.come_back * SECOND_US,
        length=queue.overflow.length,
        expected_us=(queue.overflow.expected or 0) * SECOND_US,
        sticky_within_us=sticky.within * SECOND_US if sticky is not None else 0,
        sticky_first_us=sticky.first * SECOND_US if sticky is not None else 0,
        in_time_us=queue.service_level.within * SECOND_US,
        short_us=queue.service_level.short * SECOND_US,
        demands=tuple(demands_of(queue, tenant)),
        callback_again_us=queue.callback.again_after * SECOND_US,
        callback_per_day=queue.callback.per_day,
    )


def _seats(tenant: Tenant) -> dict[str, list[SeatLayout]]:
    """All agents' seats by the name of the queue, in one pass: a large tenant has many of all three."""
    found: dict[str, list[SeatLayout]] = {}
    for name, queue in sorted(tenant.queues.items()):
        demands = demands_of(queue, tenant)
        for position, seat in enumerate(queue.agents, 1):
            if (agent := tenant.agents.get(seat.agent)) is not None:
                met = tuple(text for text, demand in demands.items() if is_met(demand, agent.skills))
                found.setdefault(seat.agent, []).append(SeatLayout(name, seat.tier, position, seat.weight, met))
    return found
