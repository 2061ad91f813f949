"""Who is chosen: the agents for a ticket, the ticket for an agent."""

from __future__ import annotations

from collections.abc import Iterator

from callcontrol.config.queue_settings import Strategy
from callcontrol.routing.queue_layout import QueueLayout, SeatLayout
from tests.oracle.candidate import Candidate, Standing
from tests.oracle.state import AgentNow, TicketNow, TicketState
from tests.oracle.strategies import SCORE, TOGETHER
from tests.oracle.work import Work


def agents_for(work: Work, ticket: TicketNow) -> tuple[str, ...]:
    """Who is to be offered this waiting ticket, in the order of the strategy; none if no agent is free."""
    queue = work.queue(ticket.queue)
    if queue is None:
        return ()
    if ticket.lane.agent:
        return _he_alone(work, ticket)
    found = _ranked(work, ticket, queue)
    if queue.strategy in TOGETHER:
        return tuple(agent.name for agent in found)
    if queue.strategy is Strategy.RANDOM and found:
        work.state.levels[ticket.queue] = found[0].lots[ticket.queue]
    return tuple(agent.name for agent in found[:1])


def more_agents_for(work: Work, ticket: TicketNow) -> tuple[str, ...]:
    """Who is free and joins those at whose phones this ticket rings, in the order of the strategy."""
    queue = work.queue(ticket.queue)
    if queue is None or ticket.state is not TicketState.OFFERED or ticket.lane.agent:
        return ()
    return tuple(agent.name for agent in _ranked(work, ticket, queue) if may_join(work, agent.name, ticket))


def ticket_for(work: Work, agent: AgentNow) -> TicketNow | None:
    """The first of all tickets this agent can serve that wait, or ring at others and the agent may join them; else
    None.
    """
    every = (ticket for ticket in work.state.tickets.values() if can_serve(work, agent.name, ticket))
    open_to_him = (one for one in every if one.state is TicketState.WAITING or may_join(work, agent.name, one))
    return min(open_to_him, key=lambda one: one.rank, default=None)


def may_join(work: Work, agent: str, ticket: TicketNow) -> bool:
    """Whether an agent who can serve this ticket joins those at whose phones it rings: never before a lower tier's."""
    queue, seat = work.queue(ticket.queue), work.state.layout.seat(agent, ticket.queue)
    if ticket.state is not TicketState.OFFERED or ticket.lane.agent or queue is None or seat is None:
        return False
    offer = work.state.offers[ticket.offer]
    if queue.strategy not in TOGETHER or offer.closed:
        return False
    seats = (work.state.layout.seat(name, ticket.queue) for name in offer.agents)
    lowest = min((one.tier for one in seats if one is not None), default=seat.tier)
    return seat.tier <= lowest or _all_tiers_count(work, ticket, queue)


def can_serve(work: Work, agent: str, ticket: TicketNow) -> bool:
    """Whether the ticket's lane is one of this agent's."""
    seat = work.state.layout.seat(agent, ticket.queue)
    if seat is None:
        return False
    return ticket.lane.agent == agent if ticket.lane.agent else ticket.lane.demand in seat.demands


def _he_alone(work: Work, ticket: TicketNow) -> tuple[str, ...]:
    name = ticket.lane.agent
    return (name,) if work.state.agent(name).noted_free and can_serve(work, name, ticket) else ()


def _all_tiers_count(work: Work, ticket: TicketNow, queue: QueueLayout) -> bool:
    return 0 < queue.tier_wait_us <= work.now - ticket.first_offered and ticket.first_offered > 0


def _ranked(work: Work, ticket: TicketNow, queue: QueueLayout) -> list[AgentNow]:
    """The free agents who can serve the ticket, of the lowest tier that has one (or of all), the first in front."""
    free = list(_free(work, ticket))
    flat = _all_tiers_count(work, ticket, queue)
    lowest = min((seat.tier for _, seat in free), default=0)
    standing = Standing(work.state.cursors[ticket.queue], flat)
    ranks = {
        agent.name: (SCORE[queue.strategy](_candidate(work, agent, seat, queue), standing), tie(agent), agent.name)
        for agent, seat in free
        if flat or seat.tier == lowest
    }
    return [work.state.agent(name) for name in sorted(ranks, key=lambda name: ranks[name])]


def _free(work: Work, ticket: TicketNow) -> Iterator[tuple[AgentNow, SeatLayout]]:
    for agent in work.state.agents.values():
        seat = work.state.layout.seat(agent.name, ticket.queue)
        if agent.noted_free and seat is not None and ticket.lane.demand in seat.demands:
            yield agent, seat


def tie(agent: AgentNow) -> int:
    """Among equals: the end of the last conversation, or of the last offer that came to nothing."""
    return max(agent.last_talk, agent.last_passed)


def _candidate(work: Work, agent: AgentNow, seat: SeatLayout, queue: QueueLayout) -> Candidate:
    period = (queue.window, work.occasion.periods[queue.window])
    return Candidate(
        name=agent.name,
        tier=seat.tier,
        position=seat.position,
        last_talk=agent.last_talk,
        talked_us=work.state.talked[period][agent.name],
        talks=work.state.talks[period][agent.name],
        lot=agent.lots.get(seat.queue, 0),
    )
