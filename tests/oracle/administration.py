"""What people do to queues: prioritise, notify, configure."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.routing.queue_layout import Layout, QueueLayout
from tests.oracle.callers import known_demand, order_of
from tests.oracle.presence import active_in
from tests.oracle.serving import (
    begin_to_wait,
    note,
    plan_look,
    remove,
    serve_agents,
    serve_ringing,
    serve_ticket,
    tell_deserted,
)
from tests.oracle.state import LaneStage, TicketNow, TicketState
from tests.oracle.work import Work

# The only thing that can be done to a callback, which has no call that could be told.
REMOVED = "removed"


def prioritise(work: Work, ticket: str, priority: int) -> bool:
    """The ticket's place follows from another priority now; whether it is there and its queue too."""
    known = work.state.tickets.get(ticket)
    queue = work.queue(known.queue) if known is not None else None
    if known is None or queue is None:
        return False
    known.priority, known.order = priority, order_of(queue, known.joined, priority)
    return True


def notify(work: Work, ticket: str, what: str, detail: str) -> bool:
    """Tell the ticket's call something; a callback is removed at once. Whether either was possible."""
    known = work.state.tickets.get(ticket)
    if known is None or (known.callback and what != REMOVED):
        return False
    if known.callback:
        serve_agents(work, remove(work, known))
    else:
        work.tell(known, what, detail)
    return True


def configure(work: Work, layout: Layout) -> bool:
    """Put this layout in force; whether it is another one. No agent's state is touched, and everything is served
    anew.
    """
    if layout == work.state.layout:
        return False
    before = {queue for queue in work.state.layout.queues if active_in(work.state, queue)}
    work.state.layout = layout
    _note_everybody(work)
    for queue in sorted(before.intersection(layout.queues)):
        if not active_in(work.state, queue):
            tell_deserted(work, queue)
    for ticket in sorted(work.state.tickets.values(), key=lambda one: one.rank):
        _settle(work, ticket)
    return True


def _note_everybody(work: Work) -> None:
    """Who is free has become free anew; who stopped being active needs no care, for all tickets are settled next."""
    everybody = [work.state.heard_of(name) for name in sorted({*work.state.layout.agents, *work.state.agents})]
    for agent in everybody:
        agent.noted_free = agent.noted_active = False
    for agent in everybody:
        note(work, agent)


def _settle(work: Work, ticket: TicketNow) -> None:
    queue = work.queue(ticket.queue)
    if queue is None:
        if not ticket.callback:
            work.tell(ticket, "queue_gone")
        return
    ticket.stages = tuple(_known_stage(work, ticket, stage, queue) for stage in ticket.stages)
    if ticket.state is TicketState.WAITING:
        begin_to_wait(work, ticket)
        serve_ticket(work, ticket)
    elif ticket.state is TicketState.OFFERED:
        plan_look(work, work.state.offers[ticket.offer])
        serve_ringing(work, ticket)


def _known_stage(work: Work, ticket: TicketNow, stage: LaneStage, queue: QueueLayout) -> LaneStage:
    """A demand that is no more, and an agent who has no seat any more, stand for all."""
    if stage.agent and work.state.layout.seat(stage.agent, ticket.queue) is None:
        return replace(stage, agent="")
    return replace(stage, demand=known_demand(queue, stage.demand))
