"""Keys a waiting caller presses: to a target, or "call me back"."""

from __future__ import annotations

from datetime import time

from callcontrol.config.settings import Queue
from callcontrol.control import commands as do
from callcontrol.control.call import Call, Waiting
from callcontrol.control.leaving import depart, leave
from callcontrol.control.moved import Moved, Then
from callcontrol.routing.distribution.opening import next_open
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Announce, Decision
from callcontrol.routing.speech import Phrase, as_file_string, phrase
from callcontrol.routing.trunks import refusal
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.queue import Leaving
from callcontrol.vocabulary.trail import Noted, Pressed

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
    trouble = _trouble(facts)
    if trouble:
        return call.noting(Noted(facts.now, f"no callback: {trouble}")), ()
    number, settings = facts.caller.number, queue.callback
    call, commands = leave(call, waiting, Leaving.CALLBACK, facts, number)
    not_before = opening(queue, facts, facts.now + HANG_UP_S * SECOND_US)
    keep = do.KeepCallback(waiting.ticket, number, not_before, Instant(not_before + settings.expires * SECOND_US))
    said = settings.confirmed or as_file_string(phrase(queue.language, Phrase.CALLBACK_PROMISED))
    goodbye = Announce("callback", said, True, None, waiting.step.path)
    return call, Then((keep, *commands, do.StopPlaying(all=True)), Decision(goodbye))


def _trouble(facts: Facts) -> str:
    """Why the caller cannot be called back, "" if he can."""
    if facts.caller.anonymous or not facts.caller.number.startswith("+"):
        return "the caller shows no number"
    return refusal(facts.caller.number, facts)


def opening(queue: Queue, facts: Facts, earliest: int) -> Instant:
    """The first moment from `earliest` on at which a customer may be called."""
    settings = queue.callback
    if settings.opens is None or settings.closes is None:
        return Instant(earliest)
    hours = time.fromisoformat(settings.opens), time.fromisoformat(settings.closes)
    return next_open(Instant(earliest), *hours, facts.tenant.zone)
