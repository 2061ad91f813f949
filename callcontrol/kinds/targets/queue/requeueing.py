"""A waiting caller keeps the place if the agent left, the ticket was lost or the worker died."""

from __future__ import annotations

from callcontrol.config.settings import Queue
from callcontrol.control import commands as do
from callcontrol.control import ending, legs
from callcontrol.control.alone import ALONE_TIMER, still_there
from callcontrol.control.call import Call, Talking
from callcontrol.control.commands import Command
from callcontrol.control.events import AloneChecked
from callcontrol.control.step_result import PlainResult
from callcontrol.control.uncontrolled import BACK_TIMER, LOOK_S, fetched
from callcontrol.kinds.targets.queue import offering, waiting_room
from callcontrol.kinds.targets.queue.leaving import OFFER_TIMER
from callcontrol.kinds.targets.queue.serving import end_unjoined
from callcontrol.kinds.targets.queue.waiting_caller import Offering, WaitingCaller
from callcontrol.routing.demand import priority_of, stages_of
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.demand import NOTHING_ASKED
from callcontrol.vocabulary.queue import GOES_ON, Leaving, TalkEnd, Ticket
from callcontrol.vocabulary.trail import LeftQueue, Noted, Queued


def join(call: Call, waiting: WaitingCaller, queue: Queue, facts: Facts, *, again: bool = False) -> Command:
    """Ask for a place in the queue."""
    number = "" if call.caller.anonymous else call.caller.number
    asked = call.demand or NOTHING_ASKED
    return do.JoinQueue(
        Ticket(
            id=waiting.ticket,
            queue=waiting.step.queue,
            number=number,
            worker=call.worker,
            joined=waiting.joined,
            priority=priority_of(queue, number, call.dialled, asked),
            stages=stages_of(queue, facts.tenant, number, call.dialled, asked),
            again=again,
        )
    )


def ask_to_join(call: Call, waiting: WaitingCaller, queue: Queue, facts: Facts) -> tuple[Command, ...]:
    """Ask for a place, and again if there is no answer: asking twice gives no second place."""
    return join(call, waiting, queue, facts), do.StartTimer(waiting_room.POLL_TIMER, waiting_room.POLL_S)


def join_again(call: Call, waiting: WaitingCaller, queue: Queue, facts: Facts) -> PlainResult:
    """Take the place again that the caller had, by the time since when the caller waits."""
    call, ticket = call.next_ticket()
    waiting = replace(waiting, ticket=ticket, offering=None, asked=False)
    return call.to(waiting), (join(call, waiting, queue, facts, again=True),)


def place_lost(call: Call, waiting: WaitingCaller, queue: Queue, facts: Facts) -> PlainResult:
    """Redis does not know the ticket: the place is taken again. Agents it was offered to are rung no more."""
    call = call.noting(Noted(facts.now, "the place in the queue was lost; taken again"))
    commands: tuple[Command, ...] = ()
    if waiting.offering is not None:
        call, commands = offering.call_off(call, waiting.offering, OfferEnd.EXPIRED, facts)
    moved, joining = join_again(call, waiting, queue, facts)
    return moved, (*commands, *joining)


def dropped(call: Call, waiting: WaitingCaller, facts: Facts, how: TalkEnd = TalkEnd.DROPPED) -> PlainResult:
    """The agent who had the caller is gone before they were joined: the caller waits on. `how`
    says whether that is a miss of the agent.
    """
    call, ending = end_unjoined(call, how, facts)
    commands: tuple[Command, ...] = (*ending, do.StopTimer(OFFER_TIMER))
    queue = facts.tenant.queues.get(waiting.step.queue)
    if queue is None:
        return call.to(replace(waiting, offering=None)), (*commands, *_soon())
    if not waiting.music:  # what played was ended to join them
        call, waiting, playing = waiting_room.play(call, waiting, (), queue, facts)
        commands += playing
    moved, joining = join_again(call, waiting, queue, facts)
    return moved, (*commands, *joining, *waiting_room.clocks(waiting, queue, facts))


def _soon() -> tuple[Command, ...]:
    """The queue is no more: the next event sends the caller on."""
    return (do.StartTimer(waiting_room.POLL_TIMER, waiting_room.SOON_S),)


def left_alone(call: Call, waiting: WaitingCaller, reason: str, facts: Facts) -> PlainResult:
    """No worker directs the caller's channel: it is sent to us again, unless both were joined already. Of that,
    and that the agent has the caller, the worker may have had no time to save anything.
    """
    call = call.noting(Noted(facts.now, reason))
    if waiting.offering is None or not waiting.offering.winner:
        return bring_back(call, waiting, facts)
    return call, (do.StopTimer(OFFER_TIMER), do.CheckAlone(), do.StartTimer(BACK_TIMER, LOOK_S), *still_there(call))


def looked_at(call: Call, waiting: WaitingCaller, under: Offering, event: AloneChecked, facts: Facts) -> PlainResult:
    """The switch has said with whom the caller is joined."""
    if event.partner != under.winner:
        gone = event.alone is False and not event.partner
        return (call, ()) if gone else bring_back(call, waiting, facts)  # where the caller has hung up that is told
    commands: tuple[Command, ...] = ()
    if not under.taken:
        call, under, commands = offering.accepted(call, under, facts)
    call = legs.bridged(call, under.winner, event.since or facts.now)
    talking = joined_unseen(call, replace(waiting, offering=under), facts)
    watched, watching = ending.unled(talking)
    return watched, (*commands, do.StopTimer(ALONE_TIMER), do.StopTimer(BACK_TIMER), *watching)


def bring_back(call: Call, waiting: WaitingCaller, facts: Facts) -> PlainResult:
    """The music plays on, and never ends: the caller's channel is fetched."""
    under = waiting.offering
    commands: tuple[Command, ...] = ()
    if under is not None and under.taken:
        call, waiting, commands = _let_go(call, waiting, under, facts)
    elif under is not None:  # its agents are let go when the caller is back: they would be offered the same caller
        commands = tuple(do.KillLeg(rung.leg_id, "ORIGINATOR_CANCEL") for rung in under.legs)
    waiting = replace(waiting, saying="")
    return call.to(waiting), (*commands, *fetched())


def _let_go(call: Call, waiting: WaitingCaller, under: Offering, facts: Facts) -> waiting_room.Heard:
    """The offer under way is off, and its agents are free."""
    if under.taken:
        call, ending = end_unjoined(call, TalkEnd.ABANDONED, facts)
        kill = do.KillLeg(under.winner, "NORMAL_TEMPORARY_FAILURE")
        return call, replace(waiting, offering=None), (*ending, do.StopTimer(OFFER_TIMER), kill)
    call, commands = offering.call_off(call, under, OfferEnd.CALLER_GONE, facts)
    return call, replace(waiting, offering=None), commands


def brought_back(call: Call, waiting: WaitingCaller, facts: Facts) -> PlainResult:
    """The caller's channel is ours again: the music begins anew, all else is as it was. The queue hears of the new
    worker first, then the agents are let go, who may be offered this caller at once.
    """
    if waiting.offering is not None and waiting.offering.stage == "joining":
        return _not_joined(call, waiting, waiting.offering, facts)
    asking: tuple[Command, ...] = (do.AskPlace(waiting.ticket),)
    if waiting.offering is not None:
        call, waiting, letting_go = _let_go(call, waiting, waiting.offering, facts)
        call, asking = call.to(waiting), (*asking, *letting_go)
    queue = facts.tenant.queues.get(waiting.step.queue)
    if queue is None:
        return call, (*asking, *_soon())
    if not waiting.entered:  # the worker that asked for the place may have died before the answer
        return call, ask_to_join(call, waiting, queue, facts)
    call, waiting, playing = waiting_room.play(call, waiting, (), queue, facts)
    again = (do.Answer(), *playing, *waiting_room.clocks(waiting, queue, facts), *asking)
    return call.to(waiting), again


def _not_joined(call: Call, waiting: WaitingCaller, under: Offering, facts: Facts) -> PlainResult:
    """The agent hung up while both were being joined: the caller came back through the dialplan, and nothing plays."""
    kill = (do.KillLeg(under.winner, "NORMAL_TEMPORARY_FAILURE"),) if call.is_open(under.winner) else ()
    moved, commands = dropped(call, replace(waiting, saying="", music=""), facts)
    return moved, (*kill, *commands)


def joined_unseen(call: Call, waiting: WaitingCaller, facts: Facts) -> Call:
    """The agent's leg has ended, and was joined to the caller as the switch says; we were not told in time."""
    under = waiting.offering
    leg = call.leg(under.winner) if under is not None else None
    assert under is not None
    assert leg is not None
    waited_us = max((leg.bridged or waiting.joined) - waiting.joined, 0)
    left = LeftQueue(facts.now, waiting.step.queue, Leaving.ANSWERED, waited_us // 1000, under.agent_of(under.winner))
    return replace(call.noting(left), waited_us=waited_us).to(Talking(under.offer.id, under.winner, before=waiting))


def untalked(call: Call, waiting: WaitingCaller, facts: Facts) -> PlainResult:
    """The agent left when both had just been joined, and the caller came back through the dialplan: the visit goes on.
    That is no miss of the agent, who has had the caller.
    """
    again = Queued(facts.now, waiting.step.queue, waiting.ticket, waiting.joined, 1, GOES_ON)
    return dropped(call.noting(again), replace(waiting, saying="", music=""), facts, TalkEnd.UNJOINED)
