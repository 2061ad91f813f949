"""The machine: `step(call, event, facts) -> (call, commands)`. Pure; `facts.now` is the time.

What may happen in which state stands in one table per state (`steps/`, one file per kind of step). Some events mean the
same everywhere and are handled here first: the caller's end, a leg's end, a lost connection, a restarted switch.
"""

from __future__ import annotations

from callcontrol.control import accepting, declining, ending, offering, requeueing, transfers, uncontrolled
from callcontrol.control import commands as do
from callcontrol.control.call import Call, Closed, Deciding, Ending, Talking
from callcontrol.control.commands import Command
from callcontrol.control.events import (
    CallConnectionLost,
    CallerHungUp,
    ChannelsChecked,
    CommandFailed,
    Event,
    FactsFound,
    LegAnswered,
    LegGone,
    LegKey,
    OfferMade,
    Rearrived,
    SwitchGone,
    TimerFired,
)
from callcontrol.control.legs import NEVER_TIMER
from callcontrol.control.own_steps import OwnState
from callcontrol.control.queue_states import CallingBack, Waiting
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.control.steps import HANDLERS, callback, queue, start
from callcontrol.control.uncontrolled import GoesOnAlone
from callcontrol.routing import arrival, router
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.trail import Noted, Parted


def step(call: Call, event: Event, facts: Facts) -> PlainResult:
    """The call after this event, and what is to be done about it."""
    if isinstance(call.state, Closed):
        return call, ()
    moved, answer = _everywhere(call, event, facts) or _here(call, event, facts)
    first: tuple[Command, ...] = ()
    while not isinstance(answer, tuple):
        if isinstance(answer, ThenDecide):
            first, answer = (*first, *answer.commands), answer.decision
        moved, answer = start(moved, answer, facts)
    return moved, (*first, *answer)


def _everywhere(call: Call, event: Event, facts: Facts) -> StepResult | None:
    """Events that mean the same in every state."""
    match event:
        case LegGone():
            return _leg_gone(call, event, facts)
        case CallerHungUp():
            return ending.caller_hung_up(call, event, facts)
        case CallConnectionLost(reason) if isinstance(call.state, Waiting):
            return requeueing.bring_back(call, call.state, reason, facts)
        case CallConnectionLost(reason) if isinstance(call.state, GoesOnAlone):
            return uncontrolled.left_alone(call, reason, facts)
        case SwitchGone() | CallConnectionLost():
            return _lost(call, event, facts)
        case LegKey():
            return accepting.pressed(call, event, facts)
        case TimerFired(name) if name.startswith(NEVER_TIMER):
            leg, _, cause = name.removeprefix(NEVER_TIMER).partition(":")
            return ending.never_was(call, leg, cause, facts)
        case TimerFired(name) if name == requeueing.BACK_TIMER:
            return ending.lost(call, CallConnectionLost("the caller could not be brought back"), facts)
        case Rearrived() if not call.is_open(call.caller_channel):
            return call, ()  # the caller hung up before the call reached us
        case Rearrived(brought_back=True) if isinstance(call.state, Talking):
            return call, (do.HangUp("NORMAL_CLEARING"),)  # the conversation is over: see EndsTogether
        case Rearrived(dialled, transfer=transfer) if transfer or dialled != call.destination:
            return _transferred(call, event, facts)
        case Rearrived() if isinstance(call.state, Waiting):
            return queue.brought_back(call, call.state, facts)
        case Rearrived() if isinstance(call.state, GoesOnAlone):
            return uncontrolled.returned(call, call.state, event, facts)
        case Rearrived():
            return _transferred(call, event, facts)
        case TimerFired(name) if name == uncontrolled.ALONE_TIMER:
            return call, uncontrolled.still_there(call)
        case ChannelsChecked(alive) if alive is not None:
            return _counted(call, event, alive, facts)
        case CommandFailed(command, reply):
            return _refused(call, command, reply, facts)
        case _:
            return None


def _here(call: Call, event: Event, facts: Facts) -> StepResult:
    match call.state, event:
        case state, OfferMade() | LegAnswered() if not state.waits:
            return _waits_no_more(call, event)
        case Deciding(onward), FactsFound():
            noted = call.noting(Noted(facts.now, facts.degraded)) if facts.degraded else call
            return noted, router.follow(onward, facts) if onward else arrival.decide(facts)
        case Ending(), _:
            return ending.on(call, event, facts)
        case OwnState() as state, _:
            return state.on(call, event, facts)
        case state, _ if type(state) in HANDLERS:
            return HANDLERS[type(state)](call, event, facts)
        case _:
            return call, ()


def _leg_gone(call: Call, event: LegGone, facts: Facts) -> PlainResult:
    """A channel's end, and what it means where two were about to be joined."""
    state = call.state
    under = state.offering if isinstance(state, Waiting) else None
    had_caller = under is not None and under.taken and under.winner == event.leg_id and call.serving is not None
    ended, commands = ending.leg_gone(call, event, facts)
    others = declining.stop_other_devices(call, event, facts) if call.is_open(event.leg_id) else ()
    match state:
        case Waiting() if had_caller and ended.serving is None:
            return requeueing.joined_unseen(ended, state, facts), commands
        case Waiting() if had_caller and under is not None and under.stage == "joining":
            return ended, (*commands, *others)  # JoinFailed, a return or a hang-up tells next what became of the caller
        case Waiting() if had_caller:
            moved, more = requeueing.dropped(ended, state, facts)
        case CallingBack() if call.is_open(event.leg_id):
            moved, more = callback.gone(ended, state, event, facts)
        case _:
            return ended, (*commands, *others)
    return moved, (*commands, *others, *more)


def _counted(call: Call, event: ChannelsChecked, alive: frozenset[str], facts: Facts) -> PlainResult:
    """Which channels live. The end of one that is gone was not told: each state hears of it as if it were told now."""
    call = call.heard_until(event.heard_until) if event.heard_until is not None else call
    commands: tuple[Command, ...] = ()
    while (gone := _missing(call, alive)) is not None:
        call, more = _leg_gone(call, ending.supposed(call, gone, facts), facts)
        commands += more
    return (call, commands) if isinstance(call.state, Closed) else (call.alive_at(facts.now), commands)


def _missing(call: Call, alive: frozenset[str]) -> str | None:
    """An open leg that does not live; those that are being rung may not be channels yet."""
    rung = call.state.being_rung
    return next((leg for leg in call.open_legs if leg not in alive and leg not in rung), None)


def _lost(call: Call, event: CallConnectionLost | SwitchGone, facts: Facts) -> PlainResult:
    if not isinstance(call.state, CallingBack):
        return ending.lost(call, event, facts)
    call, commands = callback.lost(call, call.state, event.reason, facts)
    if isinstance(call.state, Closed):
        return call, commands
    over, more = ending.lost(call, event, facts)
    return over, (*commands, *more)


def failed(call: Call, why: str, facts: Facts) -> PlainResult:
    """A fault of ours while this call was worked on: who waits is refused, a conversation talks on to its end.

    The ends of its channels are asked for, so that the book is closed whatever is not understood any more.
    """
    if isinstance(call.state, CallingBack | Talking | Ending):
        return _lost(call, CallConnectionLost(why), facts)
    noted, leaving = ending.out_of_queue(call.noting(Noted(facts.now, why)), facts)
    return noted.to(Ending()), (*leaving, do.HangUp("NORMAL_TEMPORARY_FAILURE"), *ending.soon())


def _waits_no_more(call: Call, event: Event) -> PlainResult:
    """News of offers for a call that waits no more: their agents are free, their phones stop ringing."""
    match event:
        case OfferMade(offer) if not offering.is_known(call, offer):
            return call, offering.refuse(call, offer)
        case LegAnswered(leg) if not _speaks(call, leg):
            return call, (do.KillLeg(leg, "ORIGINATOR_CANCEL"),)
        case _:
            return call, ()


def _speaks(call: Call, leg: str) -> bool:
    """Whether this leg is one of a conversation."""
    served = call.serving is not None and call.serving.leg == leg
    return served or (isinstance(call.state, Talking) and call.state.leg_id == leg)


_TIMERS = (ending.STEP_TIMER, requeueing.BACK_TIMER, uncontrolled.ALONE_TIMER, transfers.PARTED_TIMER)


def _transferred(call: Call, event: Rearrived, facts: Facts) -> PlainResult:
    """The caller was transferred: what was under way is over, the new number decides."""
    by = transfers.transferor(call, event.by_leg, facts)
    parted = (Parted(call.state.until or facts.now),) if isinstance(call.state, Talking) else ()
    noted = call.noting(transfers.note(facts, "", event.dialled, by), *parted)
    noted, leaving = ending.out_of_queue(noted, facts)
    noted, talked = ending.talk_over(noted, facts.now, facts)
    noted = transfers.transferred(noted, event, by)
    look_up = do.FindFacts(event.dialled)
    return noted.to(Deciding()), (*leaving, *talked, *map(do.StopTimer, _TIMERS), look_up)


def _refused(call: Call, command: str, reply: str, facts: Facts) -> PlainResult:
    """The switch did not take a command: a call that cannot go on is ended, not left hanging."""
    noted = call.noting(Noted(facts.now, f"switch refused {command}: {reply}"))
    if isinstance(call.state, Ending):
        return noted, ()
    noted, leaving = ending.out_of_queue(noted, facts)
    return noted.to(Ending()), (*leaving, do.HangUp("NORMAL_TEMPORARY_FAILURE"), *ending.deadline(facts))
