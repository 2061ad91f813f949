"""A waiting caller who lost something keeps his place: his agent left, his ticket was lost, his worker died."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.config.settings import Queue
from callcontrol.control import commands as do
from callcontrol.control import offering, waiting_room
from callcontrol.control.call import Call, Talking, Waiting
from callcontrol.control.commands import Command
from callcontrol.control.leaving import OFFER_TIMER, end_serving
from callcontrol.control.moved import Plain
from callcontrol.routing.distribution.demand import priority_of, stages_of
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.queue import Leaving, TalkEnd, Ticket
from callcontrol.vocabulary.trail import LeftQueue, Noted, OfferEnded

# How long a caller whose worker died may take to come back through the dialplan (seconds).
BACK_S = 10
BACK_TIMER = "back"


def join(call: Call, waiting: Waiting, queue: Queue, *, again: bool = False) -> Command:
    """Ask for a place in the queue."""
    number = "" if call.caller.anonymous else call.caller.number
    return do.JoinQueue(
        Ticket(
            id=waiting.ticket,
            queue=waiting.step.queue,
            number=number,
            worker=call.worker,
            joined=waiting.joined,
            priority=priority_of(queue, number, call.dialled),
            stages=stages_of(queue, number, call.dialled),
            again=again,
        )
    )


def join_again(call: Call, waiting: Waiting, queue: Queue) -> Plain:
    """Take the place again that the caller had, by the time since which he waits."""
    call, ticket = call.next_ticket()
    waiting = replace(waiting, ticket=ticket, offering=None)
    return call.to(waiting), (join(call, waiting, queue, again=True),)


def dropped(call: Call, waiting: Waiting, facts: Facts) -> Plain:
    """The agent who had the caller is gone before they were joined: he missed it, the caller waits on."""
    serving = call.serving
    call, ending = end_serving(call, 0, TalkEnd.DROPPED)
    commands = (*ending, do.StopTimer(OFFER_TIMER))
    if serving is not None:
        # He had accepted; that he left before they were joined counts as if he had refused.
        call = call.noting(OfferEnded(facts.now, serving.offer, serving.agent, OfferEnd.REJECTED, "left at once"))
    queue = facts.tenant.queues.get(waiting.step.queue)
    if queue is None:  # the next event sends him on
        return call.to(replace(waiting, offering=None)), commands
    moved, joining = join_again(call, waiting, queue)
    return moved, (*commands, *joining, *waiting_room.clocks(waiting, queue, facts))


def bring_back(call: Call, waiting: Waiting, reason: str, facts: Facts) -> Plain:
    """Nobody directs the caller's channel any more, while his music plays on: it is sent to us again."""
    call = call.noting(Noted(facts.now, reason))
    under = waiting.offering
    commands: tuple[Command, ...] = ()
    if under is not None and under.taken:
        call, commands = end_serving(call, 0, TalkEnd.DROPPED)
        commands = (*commands, do.KillLeg(under.winner, "NORMAL_TEMPORARY_FAILURE"))
    elif under is not None:
        call, commands = offering.withdraw(call, under, OfferEnd.CALLER_GONE, facts)
        commands = (*commands, *offering.refuse(under.offer))
    waiting = replace(waiting, offering=None, saying="")
    return call.to(waiting), (*commands, do.BringBack(), do.StartTimer(BACK_TIMER, BACK_S))


def brought_back(call: Call, waiting: Waiting, facts: Facts) -> Plain:
    """The caller's channel is ours again: his music begins anew, everything else is as it was."""
    queue = facts.tenant.queues.get(waiting.step.queue)
    if queue is None:  # the answer to AskPlace sends him on
        return call, (do.StopTimer(BACK_TIMER), do.AskPlace(waiting.ticket))
    call, waiting, playing = waiting_room.play(call, waiting, (), queue, facts)
    again = (do.Answer(), *playing, *waiting_room.clocks(waiting, queue, facts), do.AskPlace(waiting.ticket))
    return call.to(waiting), (do.StopTimer(BACK_TIMER), *again)


def joined_unseen(call: Call, waiting: Waiting, facts: Facts) -> Call:
    """The agent's leg has ended, and was joined to the caller as the switch says; we were not told in time."""
    under = waiting.offering
    assert under is not None
    wait_ms = (facts.now - waiting.joined) // 1000
    left = LeftQueue(facts.now, waiting.step.queue, Leaving.ANSWERED, wait_ms, under.agent_of(under.winner))
    return call.noting(left).to(Talking(under.offer.id, under.winner))
