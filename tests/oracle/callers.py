"""Callers come and go: join, place, leave."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.routing.queue_layout import QueueLayout
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import NO_DEMAND, Entered, Leaving, Place, Refusal, Ticket
from tests.oracle.presence import active_in, is_active
from tests.oracle.serving import (
    begin_to_wait,
    remove,
    serve_agents,
    serve_both,
    serve_ticket,
    tell_again,
)
from tests.oracle.state import AgentNow, LaneStage, LeftPlace, TicketNow, TicketState
from tests.oracle.work import US_PER_MS, Work

# A caller's worker asks for the place several times within it (`waiting_room.POLL_S`), or the call is nowhere any more.
TICKET_LEASE_US = 180_000_000
_OVERFLOWS = frozenset({Leaving.WAITED_OUT, Leaving.DESERTED, Leaving.CLOSED, Leaving.KEY})


@dataclass(frozen=True, slots=True)
class _TakenUp:
    """The place a caller gets: a new one, or an earlier one (and by which word); whom that lets go."""

    joined: int
    order: int
    how: str = ""
    released: tuple[AgentNow, ...] = ()


def join(work: Work, asked: Ticket) -> Entered | Refusal:
    """A caller wants to wait."""
    known = work.state.tickets.get(asked.id)
    if known is not None:
        return _heard_of(work, known, asked.worker)
    queue = work.queue(asked.queue)
    if queue is None or not (asked.again or active_in(work.state, asked.queue)):
        return Refusal.NO_AGENT
    taken = _take_up(work, asked, queue)
    refusal = None if asked.again or taken.how else _refusal(work, asked.queue, queue, taken.order)
    if refusal is not None:
        return refusal
    ticket = _enter(work, asked, queue, taken)
    serve_both(work, ticket, taken.released)
    return _entered(work, ticket, taken.how)


def place(work: Work, ticket: str) -> Entered | None:
    """Where a ticket stands; its worker, who asks, is heard of by that. None: it is not known."""
    known = work.state.tickets.get(ticket)
    return _heard_of(work, known, work.occasion.worker) if known is not None else None


def leave(work: Work, ticket: str, how: Leaving) -> bool:
    """The caller is gone from the queue; whether there was one."""
    known = work.state.tickets.get(ticket)
    if known is None:
        return False
    released = remove(work, known)
    if not known.callback:
        _count_leaving(work, known, how)
    serve_agents(work, released)
    return True


def order_of(queue: QueueLayout, joined: int, priority: int) -> int:
    """What a ticket's place follows from: weight and priority are worth waiting time."""
    return joined - queue.weight_us - priority * queue.priority_us


def place_of(work: Work, ticket: TicketNow) -> Place:
    """The ticket's place, and what the expected wait is made of."""
    return Place(
        position=work.state.position(ticket),
        waiting=len(work.state.line(ticket.queue)),
        active=active_in(work.state, ticket.queue),
        handling_ms=work.state.handling[ticket.queue] // US_PER_MS,
    )


def _heard_of(work: Work, ticket: TicketNow, worker: str) -> Entered:
    ticket.worker, ticket.lease = worker, work.now + TICKET_LEASE_US
    if ticket.state is TicketState.ADRIFT:
        begin_to_wait(work, ticket)
        serve_ticket(work, ticket)
    elif ticket.offer:
        tell_again(work, ticket)
    return _entered(work, ticket, "")


def _entered(work: Work, ticket: TicketNow, how: str) -> Entered:
    return Entered(place_of(work, ticket), Instant(ticket.joined), how)


def _take_up(work: Work, asked: Ticket, queue: QueueLayout) -> _TakenUp:
    """The callback of this number, else the place it gave up a short while ago, else nothing."""
    own = _TakenUp(asked.joined, order_of(queue, asked.joined, asked.priority))
    if asked.again or not asked.number:
        return own
    callback = callback_of(work, asked.queue, asked.number)
    if callback is not None and callback.state is not TicketState.CALLING:
        released = remove(work, callback)
        work.state.called_back.pop((asked.queue, asked.number), None)
        return _TakenUp(callback.joined, callback.order, "callback", tuple(released))
    left = work.state.left.get((asked.queue, asked.number))
    if left is not None and work.now < left.until:
        del work.state.left[asked.queue, asked.number]
        return _TakenUp(left.joined, left.order, "came_back")
    return own


def callback_of(work: Work, queue: str, number: str) -> TicketNow | None:
    """The callback this number has in this queue: there is one at most."""
    every = work.state.tickets.values()
    return next((one for one in every if one.callback and (one.queue, one.number) == (queue, number)), None)


def _refusal(work: Work, name: str, queue: QueueLayout, order: int) -> Refusal | None:
    line = work.state.line(name)
    if len(line) >= queue.length:
        return Refusal.FULL
    position = 1 + sum(ticket.order <= order for ticket in line)
    expected_times_active = position * work.state.handling[name]
    if 0 < queue.expected_us * active_in(work.state, name) < expected_times_active:
        return Refusal.TOO_LONG
    return None


def _enter(work: Work, asked: Ticket, queue: QueueLayout, taken: _TakenUp) -> TicketNow:
    ticket = TicketNow(
        id=asked.id,
        queue=asked.queue,
        number=asked.number,
        worker=asked.worker,
        joined=taken.joined,
        priority=asked.priority,
        order=taken.order,
        stages=_stages(work, asked, queue, taken.joined),
        lease=work.now + TICKET_LEASE_US,
    )
    work.state.tickets[asked.id] = ticket
    if not asked.again:
        work.count(asked.queue, "entered")
    begin_to_wait(work, ticket)
    return ticket


def _stages(work: Work, asked: Ticket, queue: QueueLayout, joined: int) -> tuple[LaneStage, ...]:
    """For a while the agent who knows the caller, then (from then on at the earliest) what the demands say."""
    friend = _acquaintance(work, asked, queue)
    first = (LaneStage(work.now, agent=friend),) if friend else ()
    earliest = work.now + queue.sticky_first_us if friend else 0
    demanded = (
        LaneStage(max(joined + stage.after_ms * US_PER_MS, earliest), known_demand(queue, stage.demand))
        for stage in asked.stages
    )
    return (*first, *demanded)


def known_demand(queue: QueueLayout, demand: str) -> str:
    """A demand the queue does not have is met by all agents."""
    return demand if demand in queue.demands else NO_DEMAND


def _acquaintance(work: Work, asked: Ticket, queue: QueueLayout) -> str:
    """The agent who last spoke with this number in this queue, if it was lately and that agent can be waited for; else
    "".
    """
    found = work.state.acquaintances.get((asked.queue, asked.number)) if asked.number else None
    if found is None or not queue.sticky_within_us or work.now - found.at > queue.sticky_within_us:
        return ""
    has_seat = work.state.layout.seat(found.agent, asked.queue) is not None
    return found.agent if has_seat and is_active(work.state, work.state.agent(found.agent)) else ""


def _count_leaving(work: Work, ticket: TicketNow, how: Leaving) -> None:
    if how is Leaving.ABANDONED:
        queue = work.queue(ticket.queue)
        short = queue is not None and work.now - ticket.joined < queue.short_us
        work.count(ticket.queue, "abandoned_short" if short else "abandoned")
        if ticket.number and queue is not None and queue.come_back_us:
            until = work.now + queue.come_back_us
            work.state.left[ticket.queue, ticket.number] = LeftPlace(until, ticket.joined, ticket.order)
    elif how in _OVERFLOWS:
        work.count(ticket.queue, "overflowed")
