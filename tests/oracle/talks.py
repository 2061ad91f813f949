"""Offers and conversations: ringing, accept, pass, over."""

from __future__ import annotations

from callcontrol.vocabulary.agent import MISSES, PAUSED_FOR_MISSES, OfferEnd
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.queue import TalkEnd
from tests.oracle import engagements
from tests.oracle.answers import Acceptance
from tests.oracle.serving import (
    begin_to_wait,
    let_go,
    note,
    serve_agents,
    serve_both,
    serve_ringing,
)
from tests.oracle.state import NEVER, Acquaintance, AgentNow, OfferNow, Talk, TicketNow, TicketState
from tests.oracle.work import Work, ms


def ringing(work: Work, offer: str, for_us: int) -> bool:
    """The worker has taken the offer up, for the agents who have it; whether it is there."""
    found = work.state.offers.get(offer)
    if found is None:
        return False
    found.ringing, found.joining = True, []
    found.expires = max(found.expires, work.now + for_us)
    for name in found.agents:
        note(work, work.state.agent(name))
    return True


def accept(work: Work, offer: str, name: str, call: str) -> Acceptance:
    """The agent has answered, in this call; the first to do so has the caller."""
    agent = work.state.agent(name)
    if agent.talk is not None and agent.talk.offer == offer:
        return Acceptance(True)  # said again
    found = work.state.offers.get(offer)
    if found is None or name not in found.agents:
        return Acceptance(False)
    losers = _take(work, found, agent)
    engagements.hold(work, name, found.ticket, call)
    serve_agents(work, losers)
    return Acceptance(True, tuple(loser.name for loser in losers))


def _take(work: Work, offer: OfferNow, agent: AgentNow) -> list[AgentNow]:
    """The agent talks now. Returns who else had the offer; they are not served yet."""
    ticket = work.state.tickets[offer.ticket]
    offer.agents.remove(agent.name)
    agent.offer, agent.wrap_until, agent.rest_until = "", NEVER, NEVER
    agent.talk = _talk(work, ticket, offer)
    note(work, agent)
    losers = let_go(work, offer.id)
    ticket.offer = ""
    if ticket.callback:
        ticket.state, ticket.attempt = TicketState.CALLING, ticket.attempt + 1
    else:
        del work.state.tickets[ticket.id]
        _count_answered(work, agent.talk, +1)
    work.count_did(agent.name, "answered")
    return losers


def _talk(work: Work, ticket: TicketNow, offer: OfferNow) -> Talk:
    queue, wait_us = work.queue(ticket.queue), work.now - ticket.joined
    return Talk(
        ticket=ticket.id,
        offer=offer.id,
        queue=ticket.queue,
        number=ticket.number,
        callback=ticket.callback,
        day=work.day,
        wait_us=wait_us,
        in_time=queue is not None and wait_us <= queue.in_time_us,
    )


def _count_answered(work: Work, talk: Talk, by: int) -> None:
    """What an acceptance counts for the queue, or takes back where it was counted."""
    work.count(talk.queue, "answered", by, talk.day)
    work.count(talk.queue, "answered_in_time", by * talk.in_time, talk.day)
    work.count(talk.queue, "wait_ms", by * ms(talk.wait_us), talk.day)


# Ends of an offer that are the agent's: the agent rests after them.
RESTS = (OfferEnd.REJECTED, OfferEnd.BUSY, OfferEnd.NO_ANSWER, OfferEnd.UNREACHABLE)


def pass_(work: Work, offer: str, name: str, how: OfferEnd) -> bool:
    """The offer is over for this agent; whether the agent had it."""
    found = work.state.offers.get(offer)
    if found is None or name not in found.agents:
        return False
    agent, ticket = work.state.agent(name), work.state.tickets[found.ticket]
    found.agents.remove(name)
    found.joining = [other for other in found.joining if other != name]
    if not found.agents:
        del work.state.offers[offer]
    agent.offer = ""
    _blame(work, agent, ticket.queue, how)
    note(work, agent)
    if found.agents:
        found.closed = found.closed or how not in RESTS
        serve_agents(work, [agent])
        serve_ringing(work, ticket)
    else:
        begin_to_wait(work, ticket)
        serve_both(work, ticket, [agent])
    return True


def _blame(work: Work, agent: AgentNow, queue: str, how: OfferEnd) -> None:
    """A rest by how the offer ended; a miss too many pauses the agent. A queue that is no more asks for neither."""
    layout = work.queue(queue)
    if how in RESTS:
        agent.last_passed = work.now
        agent.rest_until = work.now + (layout.rest_us[how] if layout is not None else 0)
    if how not in MISSES:
        return
    work.count(queue, "misses")
    work.count_did(agent.name, "missed")
    agent.misses += 1
    if layout is not None and 0 < layout.misses <= agent.misses:
        agent.paused, agent.misses = PAUSED_FOR_MISSES, 0


def over(work: Work, name: str, ticket: str, talk_us: int, how: TalkEnd) -> Instant | None:
    """The agent does not talk with this ticket any more.

    Returns: the end of the wrap-up (0: none); None if the agent was not talking with it.
    """
    agent = work.state.agent(name)
    talk = agent.talk
    if talk is None or talk.ticket != ticket:
        return None
    agent.talk = None
    engagements.over(work, name, ticket)
    if talk_us > 0:
        _count_talk(work, agent, talk, talk_us)
    else:
        _take_back(work, agent, talk, how)
    note(work, agent)
    serve_agents(work, [agent])
    return Instant(agent.wrap_until)


def _count_talk(work: Work, agent: AgentNow, talk: Talk, talk_us: int) -> None:
    queue = work.queue(talk.queue)
    wrap_up_us = queue.wrap_up_us if queue is not None else 0
    agent.last_talk, agent.misses, agent.wrap_until = work.now, 0, work.now + wrap_up_us
    for period in work.occasion.periods.items():
        work.state.talked[period][agent.name] += talk_us
        work.state.talks[period][agent.name] += 1
    for count, whose in ((work.count, talk.queue), (work.count_did, agent.name)):
        count(whose, "talks", 1)
        count(whose, "talk_ms", ms(talk_us))
        count(whose, "wrap_up_ms", ms(wrap_up_us))
    _note_handling(work, talk.queue, talk_us + wrap_up_us)
    if talk.number and queue is not None and queue.sticky_within_us:
        work.state.acquaintances[talk.queue, talk.number] = Acquaintance(agent.name, work.now)


def _note_handling(work: Work, queue: str, handled_us: int) -> None:
    """A moving average over about eight conversations."""
    before = work.state.handling[queue]
    work.state.handling[queue] = (7 * before + handled_us) // 8 if before else handled_us


def _take_back(work: Work, agent: AgentNow, talk: Talk, how: TalkEnd) -> None:
    """The agent never spoke with the caller: so the caller was not answered, and the one who went is to blame."""
    if not talk.callback:
        _count_answered(work, talk, -1)
        if how is TalkEnd.ABANDONED:
            work.count(talk.queue, "abandoned", 1, talk.day)
    if how is TalkEnd.DROPPED:
        _blame(work, agent, talk.queue, OfferEnd.REJECTED)
