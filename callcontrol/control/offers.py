"""Offers of agents to a call that does not wait for one: the agents are free again, their phones stop ringing."""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control.call import Call, Talking
from callcontrol.control.commands import Command
from callcontrol.control.events import LegAnswered, OfferMade
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.queue import Leaving, Offer


def unwanted(call: Call, event: OfferMade | LegAnswered) -> tuple[Command, ...]:
    """What is to be done about news of offers for such a call."""
    match event:
        case OfferMade(offer) if not is_known(call, offer):
            return refuse(call, offer)
        case LegAnswered(leg) if not _speaks(call, leg):
            return (do.KillLeg(leg, "ORIGINATOR_CANCEL"),)
        case _:
            return ()


def _speaks(call: Call, leg: str) -> bool:
    """Whether this leg is one of a conversation."""
    served = call.serving is not None and call.serving.leg == leg
    return served or (isinstance(call.state, Talking) and call.state.leg_id == leg)


def rung_for(call: Call, offer: Offer) -> tuple[str, ...]:
    """The agents who were rung for this offer."""
    return next((known.agents for known in call.offers if known.offer == offer.id), ())


def is_known(call: Call, offer: Offer) -> bool:
    """Whether this offer was taken up before, if only for some of its agents."""
    return bool(rung_for(call, offer))


def refuse(call: Call, offer: Offer) -> tuple[Command, ...]:
    """An offer of a ticket the call does not wait with: its agents are free, and it is not offered again.

    The live state may have lost the moment at which the ticket was given up; only a callback's outlives its call.
    """
    if call.promised:
        return pass_on(offer)
    return (do.LeaveQueue(offer.ticket, Leaving.FAILED),)


def pass_on(offer: Offer) -> tuple[Command, ...]:
    """An offer that is not taken up here: its agents are free again, the ticket waits on."""
    return tuple(do.PassOffer(offer.id, agent, OfferEnd.CALLER_GONE) for agent in offer.agents)
