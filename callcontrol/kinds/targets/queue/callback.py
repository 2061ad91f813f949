"""Callback: the customer's turn has come. An agent is rung first, then the customer; both are joined.

Such a call has no caller's channel: agent and customer are both legs we sent out. However it ends, the live state hears
whether there is to be another attempt (`CallbackTried`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from callcontrol.config.settings import Tenant
from callcontrol.control import commands as do
from callcontrol.control import ending, legs, offers
from callcontrol.control.call import Call, Ending, Talking, Transfer
from callcontrol.control.commands import Command
from callcontrol.control.credit_commands import ComeBack
from callcontrol.control.ending import LEGS_TIMER, close_if_done, deadline
from callcontrol.control.events import (
    AloneChecked,
    CallConnectionLost,
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
    Rearrived,
    TimerFired,
)
from callcontrol.control.legs import watched
from callcontrol.control.own_steps import OwnState
from callcontrol.control.step_result import PlainResult, StepResult
from callcontrol.control.steps.talk import CHECK_S
from callcontrol.control.transfers import TO_LAST_RESORT
from callcontrol.control.uncontrolled import LOOK_S
from callcontrol.kinds.targets.queue import offering
from callcontrol.kinds.targets.queue.keys import opening
from callcontrol.kinds.targets.queue.leaving import OFFER_TIMER, depart_after_talk
from callcontrol.kinds.targets.queue.serving import end_unjoined
from callcontrol.kinds.targets.queue.waiting import Wait
from callcontrol.kinds.targets.queue.waiting_caller import Offering
from callcontrol.kinds.targets.queue.whispering import of_customer
from callcontrol.routing.agents import customer_leg
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path, Way
from callcontrol.routing.plan import Legs
from callcontrol.routing.speech import as_file_string
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.call import Caller
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.leg import Role
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.outcome import TRUNK_FAILURES, Outcome, outcome_of
from callcontrol.vocabulary.queue import NO_CONTEXT, CallerContext, Leaving, Offer, TalkEnd
from callcontrol.vocabulary.target import QueueTarget
from callcontrol.vocabulary.trail import Arrived, LeftQueue, Noted, Queued, StepEnded, Trail

JOIN_S = 5
# Longer than any phone rings and a person takes to press a key; then the switch has forgotten to tell (seconds).
LONGEST_S = 700
NEVER_AGAIN = Instant(0)
CLOSED = "customers are not called at this time"
AS_BEFORE = "as when the callback was asked for"
AGENT_HUNG_UP = "the agent hung up"


def new_callback(
    *,
    id_: str,
    switch: str,
    worker: str,
    tenant: str,
    offer: Offer,
    now: Instant,
    context: CallerContext = NO_CONTEXT,
) -> Call:
    """A call to a customer whose turn has come; no channel exists yet, and `channel` is "". The customer is led, and
    asks for the same, as in the call in which the callback was asked for (`context`).
    """
    customer = Caller(offer.number)
    arrived = Arrived(now, id_, switch, worker, "", tenant, customer, f"queue:{offer.queue}")
    state = CallingBack(offer.ticket, offer.queue, offer.number, offer.attempt, menu=context.menu)
    call = Call(id_, switch, worker, tenant, customer, arrived.dialled, now, state, Trail((arrived,)), ())
    call = call if context.language is None else call.speaking(context.language, AS_BEFORE, now)
    call = call if context.demand is None else call.asking(context.demand, AS_BEFORE, now)
    return call.alive_at(now)


@dataclass(frozen=True, slots=True)
class CallingBack(OwnState):
    """A customer is called back: an agent is rung first (`offering`), then the customer (`customer`: that leg).

    `menu`: as of CallerContext.
    """

    waits: ClassVar[bool] = True

    ticket: str
    queue: str
    number: str
    attempt: int
    offering: Offering | None = None
    customer: str = ""
    round: int = 0
    menu: str = ""

    @property
    def being_rung(self) -> tuple[str, ...]:
        """The phones of the agents who are offered it; the customer's, until both are being joined."""
        if self.offering is None:
            return ()
        customer = () if self.offering.stage == "joining" else (self.customer,)
        return (*customer, *self.offering.being_rung)

    @property
    def way(self) -> Way:
        """Through the queue."""
        return Way(self.queue)

    def is_asked(self, leg: str, tenant: Tenant) -> bool:
        """An agent outside, who confirms."""
        return self.offering is not None and self.offering.is_asked(leg, tenant)

    def on(self, call: Call, event: Event, facts: Facts) -> PlainResult:
        """First the agent's leg, then the customer's."""
        return _on(call, self, event, facts)

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> PlainResult:
        """No channel of a caller's can come back: there is none."""
        return call, ()

    def untalked(self, call: Call, event: Rearrived, facts: Facts) -> PlainResult:
        """The agent left when both had just been joined: the customer was reached, and there is no other agent."""
        return call, (do.HangUp("NORMAL_CLEARING"),)

    def talked(self, call: Call, facts: Facts) -> StepResult | None:
        """The agent has hung up: the customer goes on to what the queue has for afterwards."""
        step = Wait(self.queue, Path(first=QueueTarget(self.queue)))
        return depart_after_talk(call, step, self.offering, facts)

    def left_alone(self, call: Call, event: CallConnectionLost, facts: Facts) -> PlainResult:
        """No channel brings the call back. The two may be joined already: a worker that died may not have saved it."""
        if self.offering is None or not self.offering.taken or not call.is_open(self.customer):
            return ending.lost(call, event, facts)
        look = do.CheckAlone(self.customer), do.StartTimer(OFFER_TIMER, LOOK_S)
        return call.noting(Noted(facts.now, event.reason)), look

    def leg_gone(self, before: Call, call: Call, event: LegGone, facts: Facts) -> PlainResult:
        """A leg ended before we heard that both are joined: with the agent's or the customer's the attempt is over."""
        under = self.offering
        if under is None or not under.taken or not before.is_open(event.leg_id):
            return call, ()
        return _gone(call, self, under, event, facts)

    def released(self, call: Call, why: str, facts: Facts) -> PlainResult:
        """The attempt is over. While the agents' phones ring it is none: others may have the ticket."""
        under, stop = self.offering, do.StopTimer(OFFER_TIMER)
        if under is not None and under.stage != "ringing":
            given_up, commands = _given_up(call, self, why, facts)
            return given_up, (stop, *commands)
        call = call.noting(Noted(facts.now, f"callback: {why}"))
        commands = ()
        if under is not None:
            call, commands = offering.call_off(call, under, OfferEnd.CALLER_GONE, facts)
        return call.noting(_no_attempt(facts)), (stop, *commands)


def _on(call: Call, state: CallingBack, event: Event, facts: Facts) -> PlainResult:
    match event, state.offering:
        case OfferMade(offer), Offering(stage="ringing" | "accepting") as under if offer.id == under.offer.id:
            return _rings_on(call, state, offering.join(call, under, offer, facts), facts)
        case OfferMade(offer), under if not offers.is_known(call, offer):
            return _begin(call, state, offer, facts) if under is None else (call, offers.pass_on(offer))
        case LegAnswered(leg), Offering(stage="whispering") as under if leg == state.customer:
            return _customer_answered(call, state, under, facts)
        case LegAnswered(leg), Offering() as under if under.agent_of(leg):
            under, commands = offering.answered(under, leg)
            return call.to(replace(state, offering=under)), commands
        case LegAnswered(leg), _ if leg != state.customer:
            return call, (do.KillLeg(leg, "ORIGINATOR_CANCEL"),)
        case OriginateFailed(legs, told=False), Offering(stage="whispering") if state.customer in legs:
            return _failed(call, state, "the connection to the switch was lost", facts)
        case OriginateFailed(legs, cause), Offering(stage="whispering") if state.customer in legs:
            return _customer_failed(call, state, cause, facts)
        case OriginateFailed(legs), Offering(stage="ringing" | "accepting") as under if under.agent_of(legs[0]):
            return _rings_on(call, state, offering.failed(call, under, event, facts), facts)
        case OfferAccepted(offer), Offering(stage="accepting") as under if offer == under.offer.id:
            return _agent_there(call, state, under, facts)
        case OfferVoid(offer), Offering(stage="ringing" | "accepting") as under if offer == under.offer.id:
            return _void(call, under, facts)
        case Noticed(notice), Offering() as under if notice.detail == under.offer.id and not under.taken:
            return _void(call, under, facts)
        case Joined(_, leg), Offering(stage="joining") as under if leg == state.customer:
            return _talking(call, state, under, facts, None)
        case JoinFailed(_, leg), Offering(stage="joining") if leg == state.customer:
            return _failed(call, state, "they could not be joined", facts)
        case AloneChecked(partner=partner, since=at), Offering() as under if partner == under.winner:
            return _talking(call, state, under, facts, at)
        case AloneChecked(), Offering(stage="whispering" | "joining"):
            return ending.lost(call, CallConnectionLost("they were not joined"), facts)
        case TimerFired(name), _ if name == OFFER_TIMER:
            return _over(*state.released(call, "the switch did not report what became of it", facts), facts)
        case _:
            return call, ()


def _begin(call: Call, state: CallingBack, offer: Offer, facts: Facts) -> PlainResult:
    later = _outside_hours(state, facts)
    if later is not None:
        tried = do.CallbackTried(state.ticket, False, later)
        call = call.noting(Noted(facts.now, CLOSED), StepEnded(facts.now, "callback", Outcome.NO_ANSWER, CLOSED))
        return _over(call, (tried,), facts)
    queued = Queued(facts.now, state.queue, state.ticket, offer.joined, 1, "callback")
    call, under, commands = offering.begin(call.noting(queued), offer, facts)
    if under is None:
        return _not_taken(call, commands, facts)
    return call.to(replace(state, offering=under)), (*commands, do.StartTimer(OFFER_TIMER, LONGEST_S))


def _outside_hours(state: CallingBack, facts: Facts) -> Instant | None:
    """When the customer may be called, if not now: also an agent who takes long to answer must be there in time."""
    queue = facts.tenant.queues.get(state.queue)
    if queue is None:
        return None
    soonest, latest = facts.now, facts.now + queue.ring * SECOND_US
    moments = ((at, opening(queue, facts, at)) for at in (soonest, latest))
    return next((opens for at, opens in moments if opens > at), None)


def _rings_on(call: Call, state: CallingBack, under: offering.Under, facts: Facts) -> PlainResult:
    call, left, commands = under
    if left is not None:
        return call.to(replace(state, offering=left)), (*commands, do.StartTimer(OFFER_TIMER, LONGEST_S))
    return _not_taken(call, commands, facts)


def _void(call: Call, under: Offering, facts: Facts) -> PlainResult:
    """The offer does not stand any more, as the live state says: perhaps another call has the ticket."""
    call, commands = offering.withdraw(call, under, OfferEnd.EXPIRED, facts)
    return _not_taken(call, (*commands, *offering.take_back(under)), facts)


def _not_taken(call: Call, commands: tuple[Command, ...], facts: Facts) -> PlainResult:
    return _over(call.noting(_no_attempt(facts)), commands, facts)


def _no_attempt(facts: Facts) -> StepEnded:
    """No agent took it: the ticket waits on in its place; the live state offers it to the next one."""
    return StepEnded(facts.now, "callback", Outcome.NO_ANSWER, "no agent took it")


def _agent_there(call: Call, state: CallingBack, under: Offering, facts: Facts) -> PlainResult:
    """The agent hears that a customer is being called, while that is done."""
    call, taken, commands = offering.accepted(call, under, facts)
    state = replace(state, offering=taken)
    if not call.is_open(taken.winner):  # the agent hung up before having the customer
        moved, more = _failed(call, state, AGENT_HUNG_UP, facts, agents_fault=True)
        return moved, (*commands, *more)
    queue = facts.tenant.queues.get(state.queue)
    told = do.Whisper(under.winner, as_file_string(of_customer(call, state.menu, queue, facts)))
    called, calling = _call(call.to(state), state, facts)
    return called, (*commands, told, *calling)


def _call(call: Call, state: CallingBack, facts: Facts) -> PlainResult:
    """Send the customer's leg out, through the trunk whose turn it is; it may have closed while the agent was rung."""
    queue = facts.tenant.queues.get(state.queue)
    later = opening(queue, facts, facts.now) if queue is not None else facts.now
    if later > facts.now:
        return _failed(call, state, CLOSED, facts, again=later)
    found = customer_leg(state.number, state.queue, facts, state.round)
    if not found.legs:
        return _failed(call.noting(*found.why), state, "the customer's number cannot be called", facts)
    return _send(call, state, found, facts)


def _send(call: Call, state: CallingBack, found: Legs, facts: Facts) -> PlainResult:
    ids = call.next_legs(1)
    call = legs.sent(call.noting(*found.why), ids, found.legs[:1], Role.CUSTOMER, facts)
    ringing = (do.Originate(((ids[0], found.legs[0]),)), do.StartTimer(OFFER_TIMER, LONGEST_S))
    return call.to(replace(state, customer=ids[0])), ringing


def _customer_failed(call: Call, state: CallingBack, cause: str, facts: Facts) -> PlainResult:
    watch = watched((state.customer,), cause)
    following = replace(state, round=state.round + 1)
    if cause in TRUNK_FAILURES and customer_leg(state.number, state.queue, facts, following.round).legs:
        moved, commands = _call(call, following, facts)
        return moved, (*watch, *commands)
    moved, commands = _failed(call, state, f"the customer: {outcome_of(cause).value}", facts)
    return moved, (*watch, *commands)


def _customer_answered(call: Call, state: CallingBack, under: Offering, facts: Facts) -> PlainResult:
    joining = replace(state, offering=replace(under, stage="joining"))
    return call.to(joining), (do.Join(under.winner, state.customer), do.StartTimer(OFFER_TIMER, JOIN_S + facts.slack_s))


def _talking(call: Call, state: CallingBack, under: Offering, facts: Facts, since: Instant | None) -> PlainResult:
    """They talk; `since` when, where the switch has told."""
    agent, at = under.agent_of(under.winner), since or facts.now
    call = legs.bridged(call, state.customer, at).noting(_answered(state, under, at, agent, facts))
    commands = (do.StopTimer(OFFER_TIMER), do.StartTimer(LEGS_TIMER, CHECK_S), _reached(state))
    queue = facts.tenant.queues.get(state.queue)
    if queue is None or queue.afterwards is None:
        return call.to(Talking(under.offer.id, state.customer)), commands
    # the customer's channel comes to us when the agent has hung up, by the customer's number in the dialplan
    led = Transfer(state.number, "", state.customer, TO_LAST_RESORT, facts.now)
    talking = replace(call, transfer=led).to(Talking(under.offer.id, under.winner, before=state))
    return talking, (*commands, ComeBack())


def _answered(state: CallingBack, under: Offering, at: Instant, agent: str, facts: Facts) -> LeftQueue:
    return LeftQueue(facts.now, state.queue, Leaving.ANSWERED, max(at - under.offer.joined, 0) // 1000, agent)


def _reached(state: CallingBack) -> Command:
    return do.CallbackTried(state.ticket, True, NEVER_AGAIN)


def _gone(call: Call, state: CallingBack, under: Offering, event: LegGone, facts: Facts) -> PlainResult:
    if event.leg_id not in (under.winner, state.customer):
        return call, ()
    if event.stamps.bridged is not None:  # they were, and have talked
        call = call.noting(_answered(state, under, event.stamps.bridged, under.agent_of(under.winner), facts))
        return _over(call, (_reached(state),), facts)
    if event.leg_id == under.winner:
        return _failed(call, state, AGENT_HUNG_UP, facts, agents_fault=True)
    # An end before the answer is told by OriginateFailed.
    return _failed(call, state, "the customer hung up", facts) if under.stage == "joining" else (call, ())


def _failed(
    call: Call,
    state: CallingBack,
    why: str,
    facts: Facts,
    *,
    agents_fault: bool = False,
    again: Instant | None = None,
) -> PlainResult:
    """The attempt came to nothing, and the call is over; arguments as of `_given_up`."""
    call, commands = _given_up(call, state, why, facts, agents_fault=agents_fault, again=again)
    return _over(call, commands, facts)


def _given_up(
    call: Call,
    state: CallingBack,
    why: str,
    facts: Facts,
    *,
    agents_fault: bool = False,
    again: Instant | None = None,
) -> PlainResult:
    """The agent is free, the customer is tried later, or at once with another agent.

    Args:
        again: when the customer is tried, in place of what the settings say about failed attempts.
    """
    call, letting_go = _let_agent_go(call, state, TalkEnd.DROPPED if agents_fault else TalkEnd.ABANDONED, facts)
    again = again if again is not None else _next_attempt(state, facts, at_once=agents_fault)
    tried = do.CallbackTried(state.ticket, False, again)
    ended = StepEnded(facts.now, "callback", Outcome.NO_ANSWER, why)
    return call.noting(Noted(facts.now, f"callback: {why}"), ended), (*letting_go, tried)


def _let_agent_go(call: Call, state: CallingBack, how: TalkEnd, facts: Facts) -> PlainResult:
    under = state.offering
    if under is not None and not under.taken:
        call, commands = offering.withdraw(call, under, OfferEnd.EXPIRED, facts)
        return call, (*commands, *offering.take_back(under))
    call, unjoined = end_unjoined(call, how, facts)
    live = tuple(leg for leg in (under.winner if under else "", state.customer) if call.is_open(leg))
    kills = tuple(do.KillLeg(leg, "ORIGINATOR_CANCEL") for leg in live)
    # A leg that was answered was a channel: its end is awaited, or found out, and paid for.
    rings = tuple(leg for leg in live if leg == state.customer and under is not None and under.stage != "joining")
    return call, (*kills, *watched(rings, "ORIGINATOR_CANCEL"), *unjoined)


def _next_attempt(state: CallingBack, facts: Facts, *, at_once: bool) -> Instant:
    """When the customer is tried again. An agent who hung up is no reason to give a customer up."""
    queue = facts.tenant.queues.get(state.queue)
    if queue is None or (state.attempt > queue.callback.retries and not at_once):
        return NEVER_AGAIN
    wait_s = 1 if at_once else queue.callback.every
    return opening(queue, facts, facts.now + wait_s * SECOND_US)


def _over(call: Call, commands: tuple[Command, ...], facts: Facts) -> PlainResult:
    closed, more = close_if_done(call.to(Ending()))
    stop = do.StopTimer(OFFER_TIMER)
    return closed, (stop, *commands, *(more if more else deadline(facts)))
