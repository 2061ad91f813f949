"""Leaving a queue: whatever the reason, no agent stays reserved and no phone goes on ringing."""

from __future__ import annotations

from callcontrol.control import commands as do
from callcontrol.control.call import Call, Deciding
from callcontrol.control.ending import LEGS_TIMER
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.kinds.targets.queue import exits, offering, waiting_room
from callcontrol.kinds.targets.queue.serving import end_unjoined
from callcontrol.kinds.targets.queue.waiting_caller import Offering, QueueStep, WaitingCaller
from callcontrol.routing.endings import refuse
from callcontrol.routing.facts import Facts
from callcontrol.routing.language import to_agent
from callcontrol.routing.speech import Phrase, as_file_string, phrase
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.outcome import Outcome
from callcontrol.vocabulary.queue import Leaving, TalkedWith, TalkEnd
from callcontrol.vocabulary.target import Target, text_of
from callcontrol.vocabulary.trail import LeftQueue, StepEnded

# An agent who has accepted is whispered to, and joined, within a time: this clock.
OFFER_TIMER = "offer"

_OUTCOMES = {Leaving.ABANDONED: Outcome.ABANDONED, Leaving.CALLBACK: Outcome.CALLBACK}


def depart(call: Call, waiting: WaitingCaller, how: Leaving, facts: Facts, target: Target | None) -> StepResult:
    """The caller goes on to this target (None: the call ends), whose rules are looked up first."""
    call, commands = leave(call, waiting, how, facts, text_of(target) if target else "")
    quiet = (*commands, do.StopPlaying(all=True))
    if target is None:
        return call, ThenDecide(quiet, refuse(Outcome.OVERFLOW))
    onward = exits.after_wait(waiting.step, target, how, facts)
    return call.to(Deciding(onward)), (*quiet, do.LookUp(target))


def depart_after_talk(call: Call, step: QueueStep, under: Offering | None, facts: Facts) -> StepResult | None:
    """The caller has talked with an agent, who has hung up, and goes on; None: the queue has nothing for afterwards."""
    queue = facts.tenant.queues.get(step.queue)
    if queue is None or queue.afterwards is None or under is None:
        return None
    onward = exits.after_wait(step, queue.afterwards, Leaving.ANSWERED, facts)
    about = TalkedWith(step.queue, under.agent_of(under.winner))
    moved = replace(call, talked_with=about, state=Deciding(onward))
    return moved, (do.StopTimer(LEGS_TIMER), do.LookUp(queue.afterwards))


def leave(call: Call, waiting: WaitingCaller, how: Leaving, facts: Facts, detail: str = "") -> PlainResult:
    """The caller is out of the queue: offer, ticket and clocks are gone. The call's state is for its caller to set."""
    call, ending = _let_go(call, waiting, facts)
    entries = []
    if waiting.entered:
        wait_ms = (facts.now - waiting.joined) // 1000
        entries.append(LeftQueue(facts.now, waiting.step.queue, how, wait_ms, detail))
    entries_after = StepEnded(facts.now, "queue", _OUTCOMES.get(how, Outcome.OVERFLOW), detail or waiting.step.queue)
    is_promised = how is Leaving.CALLBACK
    gone = () if is_promised else (do.LeaveQueue(waiting.ticket, how),)
    call = replace(call, promised=call.promised or is_promised)
    return call.noting(*entries, entries_after), (*gone, *ending, *waiting_room.silence())


def _let_go(call: Call, waiting: WaitingCaller, facts: Facts) -> PlainResult:
    """The agents of the offer under way: phones stop ringing; an agent who has answered hears that the caller left."""
    under = waiting.offering
    if under is None:
        return call, ()
    if not under.taken:
        call, commands = offering.withdraw(call, under, OfferEnd.CALLER_GONE, facts)
        return call, (*commands, *offering.take_back(under))
    call, ending = end_unjoined(call, TalkEnd.ABANDONED, facts)
    queue = facts.tenant.queues.get(waiting.step.queue)
    told = phrase(to_agent(queue, facts.tenant), Phrase.CALLER_GONE)
    return call, (*ending, do.Whisper(under.winner, as_file_string(told), hang_up=True), do.StopTimer(OFFER_TIMER))
