"""Callback: the customer's turn has come. An agent is rung first, then the customer; both are joined.

Such a call has no caller's channel: agent and customer are both legs we sent out. However it ends, the live state hears
whether there is to be another attempt (`CallbackTried`).
"""

from __future__ import annotations

from dataclasses import replace

from callcontrol.control import commands as do
from callcontrol.control import offering
from callcontrol.control.call import Call, CallingBack, Ending, Offering, Talking
from callcontrol.control.commands import Command
from callcontrol.control.ending import close_if_done, deadline
from callcontrol.control.events import (
    Event,
    Joined,
    JoinFailed,
    LegAnswered,
    LegGone,
    Noticed,
    OfferAccepted,
    OfferMade,
    OfferVoid,
    OriginateFailed,
    TimerFired,
)
from callcontrol.control.leaving import OFFER_TIMER, end_serving
from callcontrol.control.legs import dialled, watched
from callcontrol.control.moved import Plain
from callcontrol.control.steps.queue_keys import opening
from callcontrol.routing.agents import customer_leg
from callcontrol.routing.facts import Facts
from callcontrol.routing.legs import Legs
from callcontrol.routing.speech import Phrase, as_file_string, phrase
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.outcome import TRUNK_FAILURES, Outcome, outcome_of
from callcontrol.vocabulary.queue import Leaving, TalkEnd
from callcontrol.vocabulary.trail import Bridged, LeftQueue, Noted, Queued, StepEnded

JOIN_S = 5
NEVER_AGAIN = Instant(0)


def on(call: Call, event: Event, facts: Facts) -> Plain:
    """First the agent's leg, then the customer's."""
    state = call.state
    assert isinstance(state, CallingBack)
    match event, state.offering:
        case OfferMade(offer), None if offer.ticket == state.ticket and not state.customer:
            return _begin(call, state, event, facts)
        case OfferMade(offer), _:
            return call, offering.refuse(offer)
        case LegAnswered(leg), _ if leg == state.customer:
            return _customer_answered(call, state)
        case LegAnswered(leg), Offering() as under if under.agent_of(leg):
            under, commands = offering.answered(under, leg)
            return call.to(replace(state, offering=under)), commands
        case LegAnswered(leg), _:
            return call, (do.KillLeg(leg, "ORIGINATOR_CANCEL"),)
        case OriginateFailed(legs, cause), _ if state.customer in legs:
            return _customer_failed(call, state, cause, facts)
        case OriginateFailed(legs, cause), Offering(stage="ringing" | "accepting") as under if under.agent_of(legs[0]):
            return _agent_failed(call, state, offering.failed(call, under, legs, cause, facts), facts)
        case OfferAccepted(offer, _, losers), Offering() as under if offer == under.offer.id:
            return _agent_there(call, state, under, losers, facts)
        case OfferVoid(offer, _), Offering() as under if offer == under.offer.id:
            call, commands = offering.withdraw(call, under, OfferEnd.EXPIRED, facts)
            return _no_attempt(call, state, commands, facts)
        case Noticed(notice), Offering() as under if notice.detail == under.offer.id and not under.taken:
            call, commands = offering.withdraw(call, under, OfferEnd.EXPIRED, facts)
            return _no_attempt(call, state, commands, facts)
        case Joined(_, leg), Offering() as under if leg == state.customer:
            return _talking(call, state, under, facts)
        case (JoinFailed(), Offering()) | (TimerFired("offer"), _):
            return _failed(call, state, "they could not be joined", facts)
        case _:
            return call, ()


def _begin(call: Call, state: CallingBack, event: OfferMade, facts: Facts) -> Plain:
    offer = event.offer
    queued = Queued(facts.now, state.queue, state.ticket, offer.joined, 1, "callback")
    call, under, commands = offering.begin(call.noting(queued), offer, facts)
    if under is None:
        return _no_attempt(call, state, commands, facts)
    return call.to(replace(state, offering=under)), commands


def _agent_failed(call: Call, state: CallingBack, under: offering.Under, facts: Facts) -> Plain:
    call, left, commands = under
    if left is not None:
        return call.to(replace(state, offering=left)), commands
    return _no_attempt(call, state, commands, facts)


def _no_attempt(call: Call, state: CallingBack, commands: tuple[Command, ...], facts: Facts) -> Plain:
    """No agent took it: the ticket waits on in its place; the live state offers it to the next one."""
    ended = StepEnded(facts.now, "callback", Outcome.NO_ANSWER, "no agent took it")
    return _over(call.noting(ended), commands, facts)


def _agent_there(call: Call, state: CallingBack, under: Offering, losers: tuple[str, ...], facts: Facts) -> Plain:
    """The agent hears that a customer is being called, while he is."""
    call, taken, commands = offering.accepted(call, under, losers, facts)
    queue = facts.tenant.queues.get(state.queue)
    state = replace(state, offering=taken, attempt=state.attempt + 1)
    language = queue.language if queue else "en"
    told = do.Whisper(under.winner, as_file_string(phrase(language, Phrase.CALLING_BACK)))
    called, calling = _call(call.to(state), state, facts)
    return called, (*commands, told, *calling)


def _call(call: Call, state: CallingBack, facts: Facts) -> Plain:
    """Send the customer's leg out, through the trunk whose turn it is."""
    found = customer_leg(state.number, state.queue, facts, state.round)
    if not found.legs:
        return _failed(call.noting(*found.why), state, "the customer's number cannot be called", facts)
    return _send(call, state, found, facts)


def _send(call: Call, state: CallingBack, found: Legs, facts: Facts) -> Plain:
    call, ids = call.next_legs(1)
    call = call.noting(*found.why, dialled(ids[0], found.legs[0], facts))
    return call.to(replace(state, customer=ids[0])), (do.Originate(((ids[0], found.legs[0]),)),)


def _customer_failed(call: Call, state: CallingBack, cause: str, facts: Facts) -> Plain:
    watch = watched((state.customer,), cause)
    following = replace(state, round=state.round + 1)
    if cause in TRUNK_FAILURES and customer_leg(state.number, state.queue, facts, following.round).legs:
        moved, commands = _call(call, following, facts)
        return moved, (*watch, *commands)
    moved, commands = _failed(call, state, f"the customer: {outcome_of(cause).value}", facts)
    return moved, (*watch, *commands)


def _customer_answered(call: Call, state: CallingBack) -> Plain:
    assert state.offering is not None
    under = replace(state.offering, stage="joining")
    join = do.Join(under.winner, state.customer)
    return call.to(replace(state, offering=under)), (join, do.StartTimer(OFFER_TIMER, JOIN_S))


def _talking(call: Call, state: CallingBack, under: Offering, facts: Facts) -> Plain:
    wait_ms = (facts.now - under.offer.joined) // 1000
    agent = under.agent_of(under.winner)
    call = call.noting(
        Bridged(facts.now, state.customer),
        LeftQueue(facts.now, state.queue, Leaving.ANSWERED, wait_ms, agent),
    )
    reached = do.CallbackTried(state.ticket, True, NEVER_AGAIN)
    return call.to(Talking(under.offer.id, state.customer)), (do.StopTimer(OFFER_TIMER), reached)


def gone(call: Call, state: CallingBack, event: LegGone, facts: Facts) -> Plain:
    """A leg ended before both were joined: with the agent's or the customer's the attempt is over."""
    under = state.offering
    if under is not None and under.taken and event.leg_id == under.winner:
        return _failed(call, state, "the agent hung up", facts, agents_fault=True)
    if event.leg_id == state.customer and under is not None and under.stage == "joining":
        return _failed(call, state, "the customer hung up", facts)
    return call, ()


def lost(call: Call, state: CallingBack, facts: Facts) -> Plain:
    """Nobody directs this call any more."""
    return _failed(call, state, "lost", facts)


def _failed(call: Call, state: CallingBack, why: str, facts: Facts, *, agents_fault: bool = False) -> Plain:
    """The attempt came to nothing: the agent is free, the customer is tried later, or at once with another agent."""
    under = state.offering
    call, ending = end_serving(call, 0, TalkEnd.DROPPED if agents_fault else TalkEnd.ABANDONED)
    legs = (*(rung.leg_id for rung in (under.legs if under else ())), *((state.customer,) if state.customer else ()))
    kills = tuple(do.KillLeg(leg, "ORIGINATOR_CANCEL") for leg in legs if leg in call.open_legs)
    tried = do.CallbackTried(state.ticket, False, _next_attempt(state, facts, at_once=agents_fault))
    call = call.noting(Noted(facts.now, f"callback: {why}"), StepEnded(facts.now, "callback", Outcome.NO_ANSWER, why))
    return _over(call, (*kills, *watched(legs, "ORIGINATOR_CANCEL"), *ending, tried), facts)


def _next_attempt(state: CallingBack, facts: Facts, *, at_once: bool) -> Instant:
    queue = facts.tenant.queues.get(state.queue)
    if queue is None or state.attempt > queue.callback.retries:
        return NEVER_AGAIN
    wait_s = 1 if at_once else queue.callback.every
    return opening(queue, facts, facts.now + wait_s * SECOND_US)


def _over(call: Call, commands: tuple[Command, ...], facts: Facts) -> Plain:
    closed, more = close_if_done(call.to(Ending()))
    stop = do.StopTimer(OFFER_TIMER)
    return closed, (stop, *commands, *(more if more else deadline(facts)))
