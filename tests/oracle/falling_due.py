"""What a moment brings by itself: offers, wrap-ups and rests end, stages and callbacks have their time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from tests.oracle.serving import (
    begin_to_wait,
    let_go,
    note,
    note_closing,
    note_stage,
    plan_look,
    remove,
    serve_agents,
    serve_both,
    serve_ringing,
    serve_ticket,
)
from tests.oracle.state import AgentNow, OfferNow, State, TicketNow, TicketState
from tests.oracle.work import Work

# When something falls due, what it is called, and what is to be done then. Of two at one moment the name decides.
_LEASE = "lease:"
Due = tuple[int, str, Callable[[Work], None]]


def due(work: Work) -> int:
    """Carry out what has fallen due, one after the other: what one leads to is seen by the next.

    Returns: how many callers are gone because no worker has been heard of that has them.
    """
    gone = 0
    while (first := first_due(work.state)) is not None and first[0] <= work.now:
        first[2](work)
        gone += first[1].startswith(_LEASE)
    return gone


def first_due(state: State) -> Due | None:
    """What falls due next, None if nothing waits for its time."""
    return min(_all_due(state), key=lambda one: one[:2], default=None)


def _all_due(state: State) -> Iterator[Due]:
    for agent in state.agents.values():
        if agent.wakes:
            yield agent.wakes, f"agent:{agent.name}", partial(_agent, agent=agent)
    for offer in state.offers.values():
        yield offer.expires, f"offer:{offer.id}", partial(_offer, offer=offer)
        if offer.looks:
            yield offer.looks, f"ring:{offer.id}", partial(_look, offer=offer)
    for ticket in state.tickets.values():
        if ticket.callback:
            yield _callback_due(ticket), f"callback:{ticket.id}", partial(_callback, ticket=ticket)
        else:
            yield ticket.lease, f"{_LEASE}{ticket.id}", partial(_forgotten, ticket=ticket)
        if ticket.state is TicketState.WAITING and ticket.stage + 1 < len(ticket.stages):
            following = ticket.stages[ticket.stage + 1]
            yield following.begins, f"stage:{ticket.id}", partial(_wait, ticket=ticket)


def _callback_due(ticket: TicketNow) -> int:
    if ticket.state is TicketState.HELD:
        return min(ticket.not_before, ticket.expires)
    return min(ticket.closing or ticket.expires, ticket.expires)


def _forgotten(work: Work, ticket: TicketNow) -> None:
    """No worker has asked for this caller's place: there is no call. If there is one, it takes its place anew."""
    work.tell(ticket, "lost")
    serve_agents(work, remove(work, ticket))


def _agent(work: Work, agent: AgentNow) -> None:
    note(work, agent)
    serve_agents(work, [agent])


def _offer(work: Work, offer: OfferNow) -> None:
    """A worker that took an offer up let it run out; one that did not is not there. A callback needs no certain one."""
    _offer_over(work, offer, let_go(work, offer.id), worker_is_there=offer.ringing)


def _offer_over(work: Work, offer: OfferNow, released: list[AgentNow], *, worker_is_there: bool) -> None:
    ticket = work.state.tickets[offer.ticket]
    if worker_is_there or ticket.callback:
        begin_to_wait(work, ticket)
    else:
        ticket.state, ticket.offer = TicketState.ADRIFT, ""
    serve_both(work, ticket, released)


def _look(work: Work, offer: OfferNow) -> None:
    """Joiners whom the worker did not take up are let go, and no agent joins after them; else more may join now."""
    ticket = work.state.tickets[offer.ticket]
    lost = _not_taken_up(work, offer)
    if not offer.agents:  # no other phone rings any more: the worker is not there
        del work.state.offers[offer.id]
        _offer_over(work, offer, lost, worker_is_there=False)
        return
    note_stage(work, ticket)
    plan_look(work, offer)
    serve_ringing(work, ticket)
    serve_agents(work, lost)


def _not_taken_up(work: Work, offer: OfferNow) -> list[AgentNow]:
    if not offer.joining or offer.joining_until > work.now:
        return []
    lost = [work.state.agent(name) for name in offer.joining]
    offer.agents = [name for name in offer.agents if name not in offer.joining]
    offer.joining, offer.closed = [], True
    for agent in lost:
        agent.offer = ""
    for agent in lost:
        note(work, agent)
    return lost


def _wait(work: Work, ticket: TicketNow) -> None:
    begin_to_wait(work, ticket)
    serve_ticket(work, ticket)


def _callback(work: Work, ticket: TicketNow) -> None:
    if ticket.expires <= work.now:
        released = remove(work, ticket)
        work.count(ticket.queue, "callback_failed")
        serve_agents(work, released)
    elif ticket.state in (TicketState.HELD, TicketState.WAITING):
        note_closing(work, ticket)
        _wait(work, ticket)
    else:
        note_closing(work, ticket)
