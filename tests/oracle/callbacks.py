"""Callbacks: a caller who asked for one keeps the place without waiting on the line."""

from __future__ import annotations

from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.queue import Kept
from tests.oracle.callers import callback_of
from tests.oracle.serving import begin_to_wait, note_closing, remove, serve_agents, serve_both, withdraw
from tests.oracle.state import NEVER, AgentNow, TicketNow, TicketState
from tests.oracle.work import Work

DAY_US = 86_400 * SECOND_US
Closed = tuple[tuple[Instant, Instant], ...]


def call_back(
    work: Work, ticket: str, number: str, not_before: Instant, expires: Instant, closed: Closed, context: str = ""
) -> Kept:
    """The caller wants to be called at this number."""
    known = work.state.tickets.get(ticket)
    if known is None or not number:
        return Kept.GONE
    if known.callback:
        return Kept.KEPT  # said again
    answer = _answer(work, known.queue, number)
    if answer is Kept.REFUSED:
        return answer
    released = _one_for(work, known, number)
    work.count(known.queue, "callbacks")
    if known.id in work.state.tickets:
        known.callback, known.number, known.expires, known.closed = True, number, expires, closed
        known.context = context
        hold(work, known, not_before)
        serve_both(work, known, released)
    else:
        serve_agents(work, released)
    return answer


def context(work: Work, ticket: str) -> str:
    """How its caller was led, "" where that was not said."""
    known = work.state.tickets.get(ticket)
    return known.context if known is not None else ""


def _answer(work: Work, queue: str, number: str) -> Kept:
    """What is said to who asks; a callback that is promised is the only one to this number for a while."""
    if callback_of(work, queue, number) is not None:
        return Kept.NOTED
    if work.now < work.state.called_back.get((queue, number), NEVER):
        return Kept.REFUSED
    settings = work.queue(queue)
    per_day = settings.callback_per_day if settings is not None else 0
    promised, over = work.state.callbacks_of_day.get((queue, number), (0, NEVER))
    if over <= work.now:
        promised, over = 0, work.now + DAY_US
    if per_day and promised >= per_day:
        return Kept.REFUSED
    if per_day:
        work.state.callbacks_of_day[queue, number] = promised + 1, over
    if settings is not None and settings.callback_again_us:
        work.state.called_back[queue, number] = work.now + settings.callback_again_us
    return Kept.KEPT


def _one_for(work: Work, ticket: TicketNow, number: str) -> list[AgentNow]:
    """Of this ticket and the callback the number has already the better place stays, or that which is being called.

    Returns the agents who had an offer of either; they are not served yet.
    """
    other = callback_of(work, ticket.queue, number)
    if other is None:
        return withdraw(work, ticket)
    if other.state is TicketState.CALLING or other.rank < ticket.rank:
        return remove(work, ticket)
    return withdraw(work, ticket) + remove(work, other)


def hold(work: Work, ticket: TicketNow, not_before: int) -> None:
    """The callback may be offered from this moment on: it waits, or is held until then."""
    ticket.not_before = not_before
    note_closing(work, ticket)
    if not_before <= work.now:
        begin_to_wait(work, ticket)
    else:
        ticket.state = TicketState.HELD


def called(work: Work, ticket: str, reached: bool, not_before: Instant) -> bool:
    """An attempt is over: the customer was reached, or is to be tried again (0: no more). Whether there was one."""
    known = work.state.tickets.get(ticket)
    if known is None or not known.callback or known.state not in (TicketState.CALLING, TicketState.OFFERED):
        return False
    again = not reached and 0 < not_before < known.expires
    released = withdraw(work, known) if again else remove(work, known)
    if again:
        hold(work, known, not_before)
        serve_both(work, known, released)
    else:
        work.count(known.queue, "called_back" if reached else "callback_failed")
        serve_agents(work, released)
    return True
