"""An offer under way: its agents' phones ring, one answers, the live state says whether that agent has the caller.

The same for a caller who waits and for a customer who is called back; what comes before and after differs and stands in
`waiting.py` and `callback.py`. The legs are originated, not bridged: the caller's music plays on meanwhile.
"""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control import legs
from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.control.declining import BY_HAND
from callcontrol.control.events import OriginateFailed
from callcontrol.control.legs import watched
from callcontrol.control.offers import rung_for
from callcontrol.control.step_result import PlainResult
from callcontrol.kinds.targets.queue.serving import Serving
from callcontrol.kinds.targets.queue.waiting_caller import Offering, RungLeg
from callcontrol.routing.agents import agent_legs
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Legs
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.leg import Certainty, End, Role
from callcontrol.vocabulary.outcome import TRUNK_FAILURES, Outcome, outcome_of
from callcontrol.vocabulary.queue import KnownOffer, Offer, TalkEnd
from callcontrol.vocabulary.trail import Offered, OfferEnded

# An offer may come late, or twice, within seconds. So many of the latest ones are known.
OFFERS_KNOWN = 8
# Longer than an agent's phone rings and the agent takes to press a key: the lease of an offer outlasts both (seconds).
GRACE_S = 10
_ENDS = {
    Outcome.BUSY: OfferEnd.BUSY,
    Outcome.NO_ANSWER: OfferEnd.NO_ANSWER,
    Outcome.ANSWERED: OfferEnd.NO_ANSWER,  # answered, but pressed nothing or hung up at the prompt
}

Under = tuple[Call, Offering | None, tuple[Command, ...]]


def begin(call: Call, offer: Offer, facts: Facts) -> Under:
    """Ring the agents' phones; whose phone cannot be rung passes at once."""
    return _ring_agents(call, Offering(offer, ()), offer.agents, facts)


def join(call: Call, offering: Offering, offer: Offer, facts: Facts) -> Under:
    """More agents have the offer, who became free while it rang: their phones ring with the others."""
    return _ring_agents(call, offering, tuple(agent for agent in offer.agents if agent not in offering.agents), facts)


def _ring_agents(call: Call, offering: Offering, agents: tuple[str, ...], facts: Facts) -> Under:
    offer = offering.offer
    commands: tuple[Command, ...] = ()
    ring_s = 0
    for agent in agents:
        found = agent_legs(agent, offer.queue, facts)
        ids = call.next_legs(len(found.legs))
        call = _taken_up(call, offer, agent).noting(Offered(facts.now, offer.id, offer.queue, agent, ids))
        call, ringing = _ring(call, found, ids, facts)
        offering = replace(offering, legs=(*offering.legs, *(RungLeg(leg, agent) for leg in ids)))
        passed = () if ids else _pass(offering, agent, OfferEnd.UNREACHABLE)
        if not ids:
            call = call.noting(OfferEnded(facts.now, offer.id, agent, OfferEnd.UNREACHABLE))
        commands += (*ringing, *passed)
        ring_s = max(ring_s, _longest_s(found))
    take_up = (do.TakeUpOffer(offer.id, ring_s + GRACE_S + facts.slack_s),) if ring_s else ()
    return call, offering if offering.legs else None, (*take_up, *commands)


def _taken_up(call: Call, offer: Offer, agent: str) -> Call:
    """The call that knows this agent was rung for this offer."""
    others = tuple(known for known in call.offers if known.offer != offer.id)
    latest = KnownOffer(offer.id, (*rung_for(call, offer), agent))
    return replace(call, offers=(*others, latest)[-OFFERS_KNOWN:])


def not_yet_rung(call: Call, offer: Offer) -> Offer | None:
    """The offer for those agents who were not rung for it before; None if all were: it may come late."""
    known = rung_for(call, offer)
    left = tuple(agent for agent in offer.agents if agent not in known)
    return replace(offer, agents=left) if left else None


def answered(offering: Offering, leg: str) -> tuple[Offering, tuple[Command, ...]]:
    """A phone was picked up: ask whether the offer still stands. The first one to answer asks."""
    if offering.stage != "ringing":
        return offering, ()
    agent = offering.agent_of(leg)
    return replace(offering, stage="accepting", winner=leg), (do.AcceptOffer(offering.offer.id, agent),)


def failed(call: Call, offering: Offering, event: OriginateFailed, facts: Facts) -> Under:
    """An agent did not answer: the next trunk is tried, or the offer is over for this agent."""
    ended, cause = event.legs, event.cause
    if not event.sent or not event.told:
        return _never_rung(call, offering, event, facts)
    agent = offering.agent_of(ended[0])
    round_ = max(rung.round for rung in offering.legs if rung.leg_id in ended) + 1
    left = replace(offering, legs=tuple(rung for rung in offering.legs if rung.leg_id not in ended))
    watch = watched(ended, cause)
    if cause in TRUNK_FAILURES and (again := agent_legs(agent, offering.offer.queue, facts, round_)).legs:
        ids = call.next_legs(len(again.legs))
        call, ringing = _ring(call, again, ids, facts)
        more = tuple(RungLeg(leg, agent, round_) for leg in ids)
        longer = do.TakeUpOffer(offering.offer.id, _longest_s(again) + GRACE_S + facts.slack_s)
        return call, replace(left, legs=(*left.legs, *more)), (*watch, longer, *ringing)
    how = how_ended(cause)
    call = call.noting(OfferEnded(facts.now, offering.offer.id, agent, how, cause))
    return call, left if left.legs else None, (*watch, *_pass(offering, agent, how))


def _never_rung(call: Call, offering: Offering, event: OriginateFailed, facts: Facts) -> Under:
    """The switch could not be asked to ring the agent, or its answer was lost: that is no miss of the agent. What was
    not sent never was a channel; the end of what may live is still to be reported."""
    agent = offering.agent_of(event.legs[0])
    left = replace(offering, legs=tuple(rung for rung in offering.legs if rung.leg_id not in event.legs))
    for leg in () if event.sent else event.legs:
        never = End(Certainty.TOLD, event.cause, outcome_of(event.cause), None)
        call = legs.ended(call, leg, never, facts.now)
    call = call.noting(OfferEnded(facts.now, offering.offer.id, agent, OfferEnd.EXPIRED, event.cause))
    return call, left if left.legs else None, _pass(offering, agent, OfferEnd.EXPIRED)


def accepted(call: Call, offering: Offering, facts: Facts) -> tuple[Call, Offering, tuple[Command, ...]]:
    """The agent has the caller: the other phones stop ringing and show that another agent answered."""
    offer, agent = offering.offer, offering.agent_of(offering.winner)
    losers = [other for other in offering.agents if other != agent]
    ends = [OfferEnded(facts.now, offer.id, agent, OfferEnd.ACCEPTED)]
    ends += [OfferEnded(facts.now, offer.id, loser, OfferEnd.ELSEWHERE) for loser in losers]
    serving = Serving(agent=agent, ticket=offer.ticket, queue=offer.queue, offer=offer.id, leg=offering.winner)
    call = replace(call.noting(*ends), serving=serving)
    others = tuple(rung.leg_id for rung in offering.legs if rung.leg_id != offering.winner)
    winner = tuple(rung for rung in offering.legs if rung.leg_id == offering.winner)
    kills = tuple(do.KillLeg(leg, "LOSE_RACE") for leg in others)
    return call, replace(offering, legs=winner, stage="whispering"), (*kills, *watched(others, "LOSE_RACE"))


def withdraw(call: Call, offering: Offering, how: OfferEnd, facts: Facts) -> PlainResult:
    """The offer is void: its phones stop ringing. The live state has been told, or our caller tells it."""
    answered_by = offering.agent_of(offering.winner) if how is OfferEnd.CALLER_GONE else ""
    for agent in offering.agents:
        leg = offering.winner if agent == answered_by else ""
        call = legs.lost_caller(call, leg).noting(OfferEnded(facts.now, offering.offer.id, agent, how, leg=leg))
    rung = tuple(one.leg_id for one in offering.legs)
    unanswered = tuple(leg for leg in rung if leg != offering.winner)
    return call, (*(do.KillLeg(leg, "ORIGINATOR_CANCEL") for leg in rung), *watched(unanswered, "ORIGINATOR_CANCEL"))


def call_off(call: Call, offering: Offering, how: OfferEnd, facts: Facts) -> PlainResult:
    """As `withdraw`, if the live state may not know: agents who still have the offer, or the caller, are free again."""
    call, commands = withdraw(call, offering, how, facts)
    passes = (do.PassOffer(offering.offer.id, agent, OfferEnd.CALLER_GONE) for agent in offering.agents)
    return call, (*commands, *passes, *take_back(offering))


def take_back(offering: Offering) -> tuple[Command, ...]:
    """If an agent has answered, the live state may have given the caller to that agent, though its answer is still on
    its way (or lost): the agent is let go all the same, which changes nothing for an agent without a caller."""
    if offering.stage != "accepting":
        return ()
    return (do.EndTalk(offering.agent_of(offering.winner), offering.offer.ticket, 0, TalkEnd.ABANDONED),)


def how_ended(cause: str) -> OfferEnd:
    """How an offer ended whose leg ended with this hangup cause before it was accepted."""
    if cause in BY_HAND:
        return OfferEnd.REJECTED
    return _ENDS.get(outcome_of(cause), OfferEnd.UNREACHABLE)


def _longest_s(found: Legs) -> int:
    """How long these legs ring, the time to press a key included (seconds); 0 if there is none."""
    return max((leg.ring_s + (leg.acceptance.wait_s if leg.acceptance else 0) for leg in found.legs), default=0)


def _ring(call: Call, found: Legs, ids: tuple[str, ...], facts: Facts) -> PlainResult:
    call = legs.sent(call.noting(*found.why), ids, found.legs, Role.AGENT, facts)
    return call, (do.Originate(tuple(zip(ids, found.legs, strict=True))),) if ids else ()


def _pass(offering: Offering, agent: str, how: OfferEnd) -> tuple[Command, ...]:
    return (do.PassOffer(offering.offer.id, agent, how),)
