"""Keys a waiting caller presses: to a target, or "call me back"."""

from __future__ import annotations

from callcontrol.config.settings import Queue
from callcontrol.control import commands as do
from callcontrol.control.call import Call, Waiting
from callcontrol.control.leaving import depart, leave
from callcontrol.control.moved import Moved, Then
from callcontrol.routing.agents import no_callback
from callcontrol.routing.distribution.opening import Hours
from callcontrol.routing.facts import Facts
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Announce, Decision
from callcontrol.routing.speech import Phrase, as_file_string, phrase
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.queue import Leaving
from callcontrol.vocabulary.trail import LeftQueue, Noted, Pressed, Queued

# The announcement after which a caller is called back.
PROMISED = "callback"
# Who has asked to be called back is not called while he still hears that he will be (seconds).
HANG_UP_S = 6


def pressed(call: Call, waiting: Waiting, key: str, queue: Queue, facts: Facts) -> Moved:
    """What the key means; one that means nothing is only noted. Once an agent has answered none means anything."""
    action = queue.keys.get(key)
    under = waiting.offering
    if not waiting.entered or (under is not None and under.stage == "accepting"):
        return call, ()
    call = call.noting(Pressed(facts.now, key))
    if action is None:
        return call, ()
    if action == "callback":
        return _call_back(call, waiting, queue, facts)
    return depart(call, waiting, Leaving.KEY, facts, action)


def _call_back(call: Call, waiting: Waiting, queue: Queue, facts: Facts) -> Moved:
    """The ticket stays; the caller hears that he is called back, and is released."""
    trouble = _trouble(waiting.step.queue, facts)
    if trouble:
        return call.noting(Noted(facts.now, f"no callback: {trouble}")), ()
    number, settings = facts.caller.number, queue.callback
    call, commands = leave(call, waiting, Leaving.CALLBACK, facts, number)
    not_before = opening(queue, facts, facts.now + HANG_UP_S * SECOND_US)
    keep = do.KeepCallback(waiting.ticket, number, not_before, _expiry(queue, facts, not_before))
    if _took_up_a_callback(call):
        goodbye = _noted(queue, waiting.step.path)
    else:
        said = settings.confirmed or as_file_string(phrase(queue.language, Phrase.CALLBACK_PROMISED))
        goodbye = Announce(PROMISED, said, True, None, waiting.step.path)
    return call, Then((keep, *commands, do.StopPlaying(all=True)), Decision(goodbye))


def noted_already(call: Call, step: Announce, facts: Facts) -> Moved:
    """There is a callback to this number already, which stays the only one: the caller hears that in place of ours."""
    left = next((e for e in reversed(call.trail) if isinstance(e, LeftQueue)), None)
    queue = facts.tenant.queues.get(left.queue) if left is not None else None
    if queue is None:
        return call, ()
    call = call.noting(Noted(facts.now, "a callback to this number was noted already"))
    return call, Then((do.StopPlaying(all=True),), Decision(_noted(queue, step.path)))


def _noted(queue: Queue, path: Path) -> Announce:
    said = queue.callback.noted or as_file_string(phrase(queue.language, Phrase.CALLBACK_NOTED))
    return Announce("callback noted", said, True, None, path)


def _took_up_a_callback(call: Call) -> bool:
    """Whether his place is that of a callback somebody at his number has asked for before."""
    place = next((e for e in reversed(call.trail) if isinstance(e, Queued)), None)
    return place is not None and place.took_up == "callback"


def _expiry(queue: Queue, facts: Facts, not_before: Instant) -> Instant:
    """When a callback is given up: only time within the hours counts."""
    hours, span_us = _hours(queue, facts), queue.callback.expires * SECOND_US
    return hours.after(not_before, span_us) if hours is not None else Instant(not_before + span_us)


def _trouble(queue: str, facts: Facts) -> str:
    """Why the caller cannot be called back, "" if he can."""
    if facts.caller.anonymous or not facts.caller.number.startswith("+"):
        return "the caller shows no number"
    return no_callback(facts.caller.number, queue, facts)


def opening(queue: Queue, facts: Facts, earliest: int) -> Instant:
    """The first moment from `earliest` on at which a customer may be called."""
    hours = _hours(queue, facts)
    return hours.next_open(Instant(earliest)) if hours is not None else Instant(earliest)


def _hours(queue: Queue, facts: Facts) -> Hours | None:
    settings = queue.callback
    if settings.opens is None or settings.closes is None:
        return None
    return Hours(settings.opens, settings.closes, facts.tenant.zone)
