"""The agent who has the caller: from accepting an offer to the end of the agent's leg."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.control import commands as do
from callcontrol.control import legs
from callcontrol.control.call import Call, Engagement
from callcontrol.control.step_result import PlainResult
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.queue import TalkEnd
from callcontrol.vocabulary.trail import OfferEnded, WrapUpBegan

# An agent who leaves before they are joined has refused after all.
_UNJOINED = {
    TalkEnd.ABANDONED: OfferEnd.CALLER_GONE,
    TalkEnd.DROPPED: OfferEnd.REJECTED,
    TalkEnd.UNJOINED: OfferEnd.EXPIRED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving(Engagement):
    """The agent, the offer that was accepted, and the caller's ticket in the queue."""

    agent: str
    ticket: str
    queue: str
    offer: str

    @property
    def reserves(self) -> tuple[str, str]:
        """The agent, who talks with this ticket as the live state has it."""
        return self.agent, self.ticket

    def over(self, call: Call, parted: Instant, facts: Facts) -> PlainResult:
        """The agent wraps up, if the queue has it so."""
        queue = facts.tenant.queues.get(self.queue)
        if queue is not None and queue.wrap_up:
            until = Instant(facts.now + queue.wrap_up * SECOND_US)
            call = call.noting(WrapUpBegan(facts.now, self.offer, self.agent, until))
        since = self.joined if self.joined is not None else parted
        return end_serving(call, max(parted - since, 1), TalkEnd.TALKED)


def end_unjoined(call: Call, how: TalkEnd, facts: Facts) -> PlainResult:
    """The agent and the caller were never joined: which of them hung up tells how the agent's offer ended."""
    serving = call.serving
    if isinstance(serving, Serving):
        ended = _UNJOINED[how]
        detail = "left at once" if ended is OfferEnd.REJECTED else ""
        leg = serving.leg if ended is OfferEnd.CALLER_GONE else ""
        entry = OfferEnded(facts.now, serving.offer, serving.agent, ended, detail, leg)
        call = legs.lost_caller(call, leg).noting(entry)
    return end_serving(call, 0, how)


def end_serving(call: Call, talk_us: int, how: TalkEnd) -> PlainResult:
    """The agent who had the caller is done with the call."""
    serving = call.serving
    if not isinstance(serving, Serving):
        return call, ()
    return replace(call, serving=None), (do.EndTalk(serving.agent, serving.ticket, talk_us, how),)
