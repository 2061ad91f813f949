"""Keys a waiting caller presses: to a target, or "call me back"."""

from __future__ import annotations

from callcontrol.config.prompt import Prompt
from callcontrol.config.settings import Queue
from callcontrol.control import commands as do
from callcontrol.control.call import Call
from callcontrol.control.commands import Command
from callcontrol.control.legs import caller_alive
from callcontrol.control.playing import Announce
from callcontrol.control.step_result import StepResult, ThenDecide
from callcontrol.kinds.targets.queue import waiting_room
from callcontrol.kinds.targets.queue.leaving import depart, leave
from callcontrol.kinds.targets.queue.waiting_caller import WaitingCaller
from callcontrol.kinds.targets.queue.whispering import came_from
from callcontrol.routing.agents import no_callback
from callcontrol.routing.facts import Facts
from callcontrol.routing.language import to_caller
from callcontrol.routing.path import Path
from callcontrol.routing.plan import Decision
from callcontrol.routing.speech import Phrase, as_file_string, phrase
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.language import Language
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.opening import CallableHours, Hours, ScheduledHours
from callcontrol.vocabulary.override import override_of_hours
from callcontrol.vocabulary.queue import CallerContext, Kept, Leaving
from callcontrol.vocabulary.trail import Noted, Pressed

# The announcement after which a caller is called back.
PROMISED = "callback"
# A caller who has asked to be called back is not called while still hearing the promise (seconds).
HANG_UP_S = 6


def pressed(call: Call, waiting: WaitingCaller, key: str, queue: Queue, facts: Facts) -> StepResult:
    """What the key means; one that means nothing is only noted. Once an agent has answered none means anything."""
    action = queue.keys.get(key)
    under = waiting.offering
    if not waiting.entered or (under is not None and under.stage == "accepting"):
        return call, ()
    call = caller_alive(call, facts.now).noting(Pressed(facts.now, key))
    if action is None:
        return call, ()
    if action == "callback":
        return _call_back(call, waiting, queue, facts)
    return depart(call, waiting, Leaving.KEY, facts, action)


def pressed_before(call: Call, waiting: WaitingCaller, queue: Queue, facts: Facts) -> StepResult:
    """The first key that means something here, of those pressed on the way into the queue; those after it are for what
    comes next.
    """
    at = next((at for at, key in enumerate(call.pressed) if key in queue.keys), None)
    if at is None:
        return call.to(waiting), ()
    key, rest = call.pressed[at], call.pressed[at + 1 :]
    return pressed(replace(call, state=waiting, pressed=rest), waiting, key, queue, facts)


def _call_back(call: Call, waiting: WaitingCaller, queue: Queue, facts: Facts) -> StepResult:
    """The live state is asked to keep the ticket. Nothing is promised before it has: until then the caller waits on."""
    trouble = _trouble(waiting.step.queue, facts)
    if trouble:
        return _refused(call, waiting, trouble, queue, facts)
    return call.to(replace(waiting, asked=True)), (keep(call, waiting, queue, facts),)


def keep(call: Call, waiting: WaitingCaller, queue: Queue, facts: Facts) -> Command:
    """Ask for a callback of the caller when the turn comes; repeated it changes nothing."""
    not_before = opening(queue, facts, facts.now + HANG_UP_S * SECOND_US)
    expires, hours = _expiry(queue, facts, not_before), _hours(queue, facts)
    closed = hours.closed(not_before, expires) if hours is not None else ()
    context = CallerContext(call.language, call.demand, came_from(waiting))
    return do.KeepCallback(waiting.ticket, facts.caller.number, not_before, expires, closed, context)


def answered(call: Call, waiting: WaitingCaller, kept: Kept, queue: Queue, facts: Facts) -> StepResult:
    """The live state's answer: the caller is promised a callback and released, or waits on."""
    waiting = replace(waiting, asked=False)
    match kept:
        case Kept.GONE:  # an agent has the caller, or the place was lost, which is told by a notice
            return call.to(waiting), ()
        case Kept.REFUSED:
            again_s, per_day = queue.callback.again_after, queue.callback.per_day
            why = f"{facts.caller.number} was promised one in the last {again_s} s (again_after)"
            why += f", or {per_day} within a day (per_day)" if per_day else ""
            return _refused(call.to(waiting), waiting, why, queue, facts)
    call, commands = leave(call, waiting, Leaving.CALLBACK, facts, facts.caller.number)
    if kept is Kept.NOTED:
        call = call.noting(Noted(facts.now, "a callback to this number was noted already"))
    path, settings, language = waiting.step.path, queue.callback, to_caller(queue, facts)
    if kept is Kept.NOTED or waiting.took_up == "callback":
        goodbye = _said("callback noted", settings.noted, Phrase.CALLBACK_NOTED, language, path)
    else:
        goodbye = _said(PROMISED, settings.confirmed, Phrase.CALLBACK_PROMISED, language, path)
    return call, ThenDecide((*commands, do.StopPlaying(all=True)), Decision(goodbye))


def _said(name: str, own: Prompt | None, words: Phrase, language: Language, path: Path) -> Announce:
    files = own.files(language) if own else phrase(language, words)
    return Announce(name, as_file_string(files), True, None, path.falling_back_to(None))


def _refused(call: Call, waiting: WaitingCaller, why: str, queue: Queue, facts: Facts) -> StepResult:
    """The caller hears that there will be no callback, and waits on."""
    call = call.noting(Noted(facts.now, f"no callback: {why}"))
    own = queue.callback.refused
    language = to_caller(queue, facts)
    files = own.files(language) if own else phrase(language, Phrase.CALLBACK_REFUSED)
    call, waiting, commands = waiting_room.say(call, waiting, files, queue, facts)
    return call.to(waiting), commands


def _expiry(queue: Queue, facts: Facts, not_before: Instant) -> Instant:
    """When a callback is given up: only time within the hours counts."""
    hours, span_us = _hours(queue, facts), queue.callback.expires * SECOND_US
    return hours.after(not_before, span_us) if hours is not None else Instant(not_before + span_us)


def _trouble(queue: str, facts: Facts) -> str:
    """Why the caller cannot be called back, "" if possible."""
    if facts.caller.anonymous or not facts.caller.number.startswith("+"):
        return "the caller shows no number"
    refused = no_callback(facts.caller.number, queue, facts)
    return refused.why if refused is not None else ""


def opening(queue: Queue, facts: Facts, earliest: int) -> Instant:
    """The first moment from `earliest` on at which a customer may be called."""
    hours = _hours(queue, facts)
    return hours.next_open(Instant(earliest)) if hours is not None else Instant(earliest)


def _hours(queue: Queue, facts: Facts) -> CallableHours | None:
    settings = queue.callback
    named = facts.tenant.hours.get(settings.hours or "")
    if named is not None:
        return ScheduledHours(named.schedule, override_of_hours(facts.overrides, settings.hours or ""))
    if settings.opens is None or settings.closes is None:
        return None
    return Hours(settings.opens, settings.closes, facts.tenant.zone)
