"""The queue's opening hours end while callers wait: they are served as before, told, or sent on."""

from __future__ import annotations

from callcontrol.config.queue_settings import AtClosing
from callcontrol.config.settings import Queue
from callcontrol.control.call import Call
from callcontrol.control.step_result import PlainResult, StepResult
from callcontrol.kinds.targets.queue import exits, waiting_room
from callcontrol.kinds.targets.queue.leaving import depart
from callcontrol.kinds.targets.queue.waiting_caller import WaitingCaller
from callcontrol.routing import router
from callcontrol.routing.facts import Facts
from callcontrol.routing.language import to_caller
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.queue import Leaving
from callcontrol.vocabulary.trail import Noted

_NO_OFFER = "none"


def closed(call: Call, waiting: WaitingCaller, why: str, queue: Queue, facts: Facts) -> StepResult:
    """The hours are over, as is said again and again while they are. What the caller meets, they meet once.

    Args:
        why: what decides that it is closed, and until when.
    """
    if queue.at_closing is AtClosing.OVERFLOW:
        return _sent_on(call, waiting, why, queue, facts)
    return (call, ()) if waiting.closed_on else _served_out(call, waiting, why, queue, facts)


def _served_out(call: Call, waiting: WaitingCaller, why: str, queue: Queue, facts: Facts) -> PlainResult:
    call = call.noting(Noted(facts.now, f"queue {waiting.step.queue} closed: {why}; the caller waits on"))
    waiting = replace(waiting, closed_on=_NO_OFFER)
    prompt = queue.announce.closing if queue.at_closing is AtClosing.TELL else None
    if prompt is None:
        return call.to(waiting), ()
    call, waiting, playing = waiting_room.say(call, waiting, prompt.files(to_caller(queue, facts)), queue, facts)
    return call.to(waiting), playing


def _sent_on(call: Call, waiting: WaitingCaller, why: str, queue: Queue, facts: Facts) -> StepResult:
    """An agent whose phone rings at that moment may still answer; then it is too late for a further one."""
    offer = waiting.offering.offer.id if waiting.offering is not None else _NO_OFFER
    if offer != _NO_OFFER and waiting.closed_on in ("", offer):
        return call.to(waiting if waiting.closed_on else replace(waiting, closed_on=offer)), ()
    call = call.noting(Noted(facts.now, f"queue {waiting.step.queue} closed: {why}"))
    target = exits.closed_to(queue) or router.last_resort(waiting.step.path, facts)
    return depart(call, waiting, Leaving.CLOSED, facts, target)
