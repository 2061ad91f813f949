"""Offers are made here, and agents and tickets noted: what a change of either leads to.

Noting a change and serving lead to one another: an agent who stops being active sends the tickets that waited for that
agent alone on to others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from callcontrol.config.queue_settings import Strategy
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import Notice, Offer
from tests.oracle.choice import agents_for, more_agents_for, ticket_for
from tests.oracle.presence import active_in, is_active, is_free, state_of
from tests.oracle.state import NEVER, AgentNow, OfferNow, TicketNow, TicketState
from tests.oracle.strategies import TOGETHER
from tests.oracle.work import Work, ms

# How long an agent is kept for an offer that its worker has not taken up yet.
RESERVED_US = 3_000_000


# --- agents


def note(work: Work, agent: AgentNow) -> None:
    """Note what an agent is now; due whenever something about the agent has changed. The agent is not served yet."""
    _note_free(work, agent)
    _note_state(work, agent)
    ends = (end for end in (agent.wrap_until, agent.rest_until) if end > work.now)
    agent.wakes = min(ends, default=NEVER)
    was_active, agent.noted_active = agent.noted_active, is_active(work.state, agent)
    if was_active and not agent.noted_active:
        _stopped(work, agent)


def _note_free(work: Work, agent: AgentNow) -> None:
    was_free, agent.noted_free = agent.noted_free, is_free(work.state, agent, work.now)
    if agent.noted_free and not was_free:
        _draw(work, agent)


def _draw(work: Work, agent: AgentNow) -> None:
    """One lot for each of the agent's seats in a `random` queue, from where the queue's last choice stood."""
    agent.lots = {}
    for seat in work.state.layout.seats(agent.name):
        queue = work.queue(seat.queue)
        if queue is not None and queue.strategy is Strategy.RANDOM:
            agent.lots[seat.queue] = work.state.levels[seat.queue] + work.chance.lot(seat.weight)


def _note_state(work: Work, agent: AgentNow) -> None:
    state = state_of(work.state, agent, work.now)
    if state is agent.noted_state:
        return
    if agent.noted_state is not None:
        work.count_did(agent.name, f"in_{agent.noted_state.value}_ms", ms(work.now - agent.since))
    agent.noted_state, agent.since = state, work.now


def _stopped(work: Work, agent: AgentNow) -> None:
    """The agent is not active any more: no caller waits for that agent alone, and that may have been the last active
    seat.
    """
    for seat in work.state.layout.seats(agent.name):
        for ticket in work.state.line(seat.queue):
            if ticket.state is TicketState.WAITING and ticket.lane.agent == agent.name:
                begin_to_wait(work, ticket)
                serve_ticket(work, ticket)
        if not active_in(work.state, seat.queue):
            tell_deserted(work, seat.queue)


def tell_deserted(work: Work, queue: str) -> None:
    """No agent is active in this queue any more: every caller in it is told."""
    for ticket in work.state.line(queue):
        if not ticket.callback:
            work.tell(ticket, "deserted")


# --- tickets


def begin_to_wait(work: Work, ticket: TicketNow) -> None:
    """The ticket may be offered from now on, in the lane of its stage; a callback between the hours is held. It is not
    served yet.
    """
    opens = next((till for start, till in ticket.closed if start <= work.now < till), None)
    if ticket.callback and opens is not None:
        ticket.state, ticket.offer, ticket.not_before = TicketState.HELD, "", opens
        return
    ticket.state, ticket.offer = TicketState.WAITING, ""
    note_stage(work, ticket)


def note_closing(work: Work, ticket: TicketNow) -> None:
    """When the hours of the callback are over next."""
    ticket.closing = next((start for start, _ in ticket.closed if start > work.now), 0)


def note_stage(work: Work, ticket: TicketNow) -> None:
    """The ticket's stage by now: never one before that it had, nor an agent who is not active if there is a next."""
    begun = [i for i, stage in enumerate(ticket.stages) if stage.begins <= work.now]
    ticket.stage = max(ticket.stage, *begun, 0)
    while ticket.lane.agent and not _waits_for(work, ticket) and ticket.stage + 1 < len(ticket.stages):
        ticket.stage += 1


def _waits_for(work: Work, ticket: TicketNow) -> bool:
    return is_active(work.state, work.state.agent(ticket.lane.agent))


def remove(work: Work, ticket: TicketNow) -> list[AgentNow]:
    """The ticket is gone. Returns the agents who had its offer; they are not served yet."""
    del work.state.tickets[ticket.id]
    return withdraw(work, ticket)


# --- offers


def withdraw(work: Work, ticket: TicketNow) -> list[AgentNow]:
    """The ticket's offer, if it has one, is void. Returns the agents who had it; they are not served yet."""
    if not ticket.offer:
        return []
    offer, ticket.offer = ticket.offer, ""
    if ticket.callback:
        work.notices.append(Notice(ticket.id, work.state.offers[offer].worker, "offer_void", offer))
    return let_go(work, offer)


def let_go(work: Work, offer: str) -> list[AgentNow]:
    """The offer is over for the agents who still have it. Returns them, in its order; they are not served yet."""
    agents = [work.state.agent(name) for name in work.state.offers.pop(offer).agents]
    for agent in agents:
        agent.offer = ""
    for agent in agents:
        note(work, agent)
    return agents


def tell_again(work: Work, ticket: TicketNow) -> None:
    """The ticket has another worker now: of its offer, an agent whom no worker has taken up yet is that worker's to
    ring.
    """
    offer = work.state.offers[ticket.offer]
    if ticket.callback or offer.worker == ticket.worker:
        return
    offer.worker = ticket.worker
    not_taken_up = offer.joining if offer.ringing else offer.agents
    if not_taken_up:
        told = _told(work, ticket, tuple(not_taken_up))
        work.offers.append(replace(told, expires=Instant(offer.expires)))


def serve_ticket(work: Work, ticket: TicketNow) -> None:
    """Offer the ticket, if it waits and an agent is free for it."""
    if ticket.state is TicketState.WAITING and (names := agents_for(work, ticket)):
        _offer(work, ticket, names)


def serve_agents(work: Work, agents: Iterable[AgentNow], except_for: TicketNow | None = None) -> None:
    """Offer each of these agents who is free the first ticket that agent can serve, unless that is the excepted one."""
    for agent in agents:
        ticket = ticket_for(work, agent) if agent.noted_free else None
        if ticket is None or ticket is except_for:
            continue
        if ticket.state is TicketState.OFFERED:
            _join(work, ticket, (agent.name,))
        else:
            _offer(work, ticket, (agent.name,))


def serve_ringing(work: Work, ticket: TicketNow) -> None:
    """Let the agents who are free and may join those at whose phones the ticket rings do so."""
    if names := more_agents_for(work, ticket):
        _join(work, ticket, names)


def serve_both(work: Work, ticket: TicketNow, agents: Sequence[AgentNow]) -> None:
    """Serve a ticket that begins to wait as these agents are let go.

    It overtakes no caller whom one of them can serve, and goes by its strategy to the agents who are free then.
    """
    serve_agents(work, agents, except_for=ticket)
    serve_ticket(work, ticket)
    serve_agents(work, agents)


def _offer(work: Work, ticket: TicketNow, names: tuple[str, ...]) -> None:
    ticket.epoch += 1
    ticket.state = TicketState.OFFERED
    ticket.first_offered = ticket.first_offered or work.now
    ticket.offer = f"{ticket.id}:{ticket.epoch}"
    told = _told(work, ticket, names)
    offer = OfferNow(ticket.offer, ticket.id, list(names), told.expires, told.worker)
    work.state.offers[ticket.offer] = offer
    plan_look(work, offer)
    _move_cursor(work, ticket.queue, names)
    _reserve(work, ticket, told)


def _join(work: Work, ticket: TicketNow, names: tuple[str, ...]) -> None:
    """These agents are rung as well: the offer is theirs as it is the others'."""
    offer = work.state.offers[ticket.offer]
    offer.agents += names
    offer.joining += names
    offer.joining_until = work.now + RESERVED_US
    offer.looks = min(offer.looks or offer.joining_until, offer.joining_until)
    _reserve(work, ticket, replace(_told(work, ticket, names), worker=offer.worker))


def _reserve(work: Work, ticket: TicketNow, told: Offer) -> None:
    work.count(ticket.queue, "offers", len(told.agents))
    work.offers.append(told)
    for name in told.agents:
        agent = work.state.agent(name)
        agent.offer = ticket.offer
        work.count_did(name, "offered")
        note(work, agent)


def plan_look(work: Work, offer: OfferNow) -> None:
    """When more agents may join by time alone: joiners not taken up in time, the next stage, all tiers counting."""
    ticket = work.state.tickets[offer.ticket]
    queue = work.queue(ticket.queue)
    moments = [offer.joining_until] if offer.joining else []
    if queue is not None and queue.strategy in TOGETHER and not offer.closed:
        moments += [stage.begins for stage in ticket.stages[ticket.stage + 1 : ticket.stage + 2]]
        all_count = ticket.first_offered + queue.tier_wait_us
        moments += [all_count] if queue.tier_wait_us and all_count > work.now else []
    offer.looks = min(moments, default=NEVER)


def _move_cursor(work: Work, queue: str, names: tuple[str, ...]) -> None:
    layout = work.queue(queue)
    if layout is None or layout.strategy is not Strategy.ROUND_ROBIN:
        return
    for name in names:
        if (seat := work.state.layout.seat(name, queue)) is not None:
            work.state.cursors[queue][seat.tier] = seat.position


def _told(work: Work, ticket: TicketNow, names: tuple[str, ...]) -> Offer:
    """The offer as its worker hears of it: of a callback, which has no caller's channel, the worker that works just
    now.
    """
    return Offer(
        id=ticket.offer,
        ticket=ticket.id,
        queue=ticket.queue,
        epoch=ticket.epoch,
        agents=names,
        joined=Instant(ticket.joined),
        expires=Instant(work.now + RESERVED_US),
        worker=(work.occasion.worker if ticket.callback else "") or ticket.worker,
        callback=ticket.callback,
        attempt=ticket.attempt + 1 if ticket.callback else 0,
        number=ticket.number if ticket.callback else "",
    )
