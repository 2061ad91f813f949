"""The machine: `step(call, event, facts) -> (call, commands)`. Pure; `facts.now` is the time.

It knows no kind. What an event means in a state of a kind's own is said by that state (`own_steps.py`); ringing and
talking, which all kinds share, stand in `steps/`. Some events mean the same everywhere and are handled here first: the
caller's end, a leg's end, a lost connection, a restarted switch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from callcontrol.control import (
    accepting,
    declining,
    emergencies,
    ending,
    holding,
    kept_transferor,
    keys_ahead,
    languages,
    legs,
    legs_beside,
    limits,
    offers,
    picking_up,
    recordings,
    reservations,
    restricted,
    reunion,
    transfer_keys,
    transfers,
    uncontrolled,
)
from callcontrol.control import commands as do
from callcontrol.control.call import Call, Closed, Deciding, Ending, Ringing, State, Talking
from callcontrol.control.commands import Command
from callcontrol.control.credit_events import SpansReserved
from callcontrol.control.credit_farewell import farewell
from callcontrol.control.events import (
    AppEnded,
    CallConnectionLost,
    CallerHungUp,
    ChannelsChecked,
    CommandFailed,
    Event,
    FactsFound,
    KeyPressed,
    LegAnswered,
    LegGone,
    LegHolds,
    LegKey,
    OfferMade,
    OriginateFailed,
    Rearrived,
    SwitchGone,
    TimerFired,
)
from callcontrol.control.key_transfer import KeyTransfer
from callcontrol.control.key_transfer_state import Phase
from callcontrol.control.legs import NEVER_TIMER
from callcontrol.control.limit_events import LimitsReached
from callcontrol.control.own_steps import OwnState
from callcontrol.control.parked_events import PickedUp
from callcontrol.control.restriction_events import PayersRestricted
from callcontrol.control.reunion_events import Reunited
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.control.steps import ring, talk
from callcontrol.control.steps.start import start
from callcontrol.control.supervise_events import TakenOver
from callcontrol.control.transfer_events import CodePassed, CodePressed, PartnerTold
from callcontrol.control.trunk_events import GivesWay, LegNotSent
from callcontrol.control.uncontrolled import GoesOnAlone
from callcontrol.routing import arrival, router
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Decision
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.move import Transferred
from callcontrol.vocabulary.trail import Noted, Parted


def step(call: Call, event: Event, facts: Facts) -> PlainResult:
    """The call after this event, and what is to be done about it."""
    if isinstance(call.state, Closed):
        return call, ()
    facts = facts.led_in(call.language)
    if isinstance(event, KeyPressed):
        if keys_ahead.is_heard(call, event):
            return call, ()
        call = keys_ahead.kept(call, event, facts)
    moved, answer = kept_transferor.heard(call, event) or _everywhere(call, event, facts) or _here(call, event, facts)
    first: tuple[Command, ...] = ()
    while not isinstance(answer, tuple):
        if isinstance(answer, ThenDecide):
            first, answer = (*first, *answer.commands), answer.decision
        moved, answer = start(moved, answer, facts.led_in(moved.language))
    recorded, more = recordings.follow(call, keys_ahead.dropped(legs_beside.received(call, moved)), event, facts)
    told = emergencies.follow(call, recorded, facts)
    codes = transfer_keys.follow(call, recorded, facts)
    held = holding.timers(recorded, facts) if isinstance(event, CallConnectionLost) else ()
    more = (*more, *told, *codes, *held, *legs_beside.follow(call, recorded, facts))
    moved, commands = reservations.follow(recorded, (*first, *answer, *more), event, facts)
    return moved, kept_transferor.follow(moved, commands)


def _everywhere(call: Call, event: Event, facts: Facts) -> StepResult | None:
    """Events that mean the same in every state."""
    match event:
        case LegGone():
            return _leg_gone(call, event, facts)
        case CallerHungUp() if isinstance(call.state, KeyTransfer) and call.state.phase is Phase.PARTING:
            return call, ()  # of which channel is not said; where it is the led one its end follows
        case CallerHungUp():
            return ending.caller_hung_up(call, event, facts)
        case CallConnectionLost() if isinstance(call.state, GoesOnAlone):
            return uncontrolled.left_alone(call, event, facts)
        case SwitchGone() | CallConnectionLost():
            return ending.lost(call, event, facts)
        case LegHolds():
            return holding.told(call, event, facts)
        case TimerFired(name) if name.startswith(holding.TIMER):
            return holding.due(call, name.removeprefix(holding.TIMER), facts)
        case LegKey() if not isinstance(call.state, KeyTransfer):
            return accepting.pressed(call, event, facts)
        case CodePressed() | CodePassed() | PartnerTold() | PickedUp():
            return _of_two_calls(call, event, facts)
        case SpansReserved():
            return _reserved(call, event, facts)
        case LimitsReached():
            return _limited(call, event, facts)
        case TimerFired(name) if name.startswith(NEVER_TIMER):
            leg, _, cause = name.removeprefix(NEVER_TIMER).partition(":")
            return ending.never_was(call, leg, cause, facts)
        case TimerFired(name) if name == uncontrolled.BACK_TIMER:
            return ending.lost(call, CallConnectionLost("the caller could not be brought back"), facts)
        case Rearrived():
            return _rearrived(call, event, facts)
        case Reunited():
            return reunion.reunited(call, event, facts)
        case TimerFired(name) if name == uncontrolled.ALONE_TIMER:
            return call, uncontrolled.still_there(call)
        case LegNotSent(leg, cause, why):
            return ending.never_was(call.noting(Noted(facts.now, why)) if why else call, leg, cause, facts)
        case GivesWay(leg):
            return ending.gives_way(call, leg, facts)
        case PayersRestricted():
            return restricted.ended(call, facts)
        case TimerFired(name) if name.startswith(restricted.TIMER):
            return call, restricted.due(call, name.removeprefix(restricted.TIMER))
        case ChannelsChecked(alive) if alive is not None:
            return _counted(call, event, alive, facts)
        case CommandFailed(command, reply):
            return _refused(call, command, reply, facts)
        case _:
            return None


def _of_two_calls(
    call: Call, event: CodePressed | CodePassed | PartnerTold | PickedUp, facts: Facts
) -> PlainResult | None:
    """What concerns another call, too, in every state but that which it is for."""
    match event:
        case CodePressed() if not isinstance(call.state, KeyTransfer):
            return transfer_keys.pressed(call, event, facts)
        case CodePassed() if not isinstance(call.state, KeyTransfer):
            return transfer_keys.passed(call, event, facts)
        case PartnerTold():
            return legs_beside.told(call, event)
        case PickedUp(taker) if not isinstance(call.state, Ringing):
            return picking_up.refused(call, taker)
        case _:
            return None


def _rearrived(call: Call, event: Rearrived, facts: Facts) -> StepResult:
    """Why a channel comes to us again is said by its context, never by the number it was sent to."""
    match event:
        case Rearrived(channel=channel) if not call.is_open(channel or call.led):
            return call, ()  # its party hung up before it reached us
        case Rearrived(channel=channel) if channel not in ("", call.led) and isinstance(call.state, KeyTransfer):
            return call, (do.KillLeg(channel, "NORMAL_CLEARING"),)  # a colleague sent elsewhere while a party is held
        case Rearrived(left_on_hold=True):
            return _left_on_hold(call, event, facts)
        case Rearrived(channel=channel) if channel not in ("", call.led):
            return _transferred(call, event, facts)
        case Rearrived(brought_back=True) if isinstance(call.state, Talking | Ending):
            return _brought_back(call, event, facts)
        case Rearrived(dialled, transfer=transfer) if transfer or dialled != call.destination:
            return _transferred(call, event, facts)
        case Rearrived() if isinstance(call.state, GoesOnAlone):
            return uncontrolled.returned(call, call.state, event, facts)
        case _:
            return _transferred(call, event, facts)


def _brought_back(call: Call, event: Rearrived, facts: Facts) -> StepResult:
    """The caller comes back from being joined (`leg_commands.before`): the conversation is over, or there was none."""
    before = call.state.before if isinstance(call.state, Talking | Ending) else None
    if isinstance(before, OwnState) and isinstance(call.state, Talking) and legs.is_untalked(call, event.at):
        return before.untalked(call, event, facts)
    last_word = farewell(call, event, facts)
    if last_word is not None:
        return call, last_word
    onward = before.talked(call, facts) if isinstance(before, OwnState) else None
    return onward or (call, (do.HangUp("NORMAL_CLEARING"),))


def _reserved(call: Call, event: SpansReserved, facts: Facts) -> StepResult:
    """The credit for what is to be dialled is known: it is dialled, or it came to nothing."""
    call, then = reservations.reserved(call, event, facts)
    if isinstance(then, AppEnded | OriginateFailed):
        return _in_words(call, reservations.in_words(call, event, facts)) or _here(call, then, facts)
    return call, (then,) if then is not None else ()


def _limited(call: Call, event: LimitsReached, facts: Facts) -> StepResult:
    """Legs are not dialled: a limit of who would have paid is reached."""
    call, commands, then = limits.refused(call, event, facts)
    if then is None:
        return call, commands
    moved, answer = _in_words(call, limits.told(call, event, facts)) or _here(call, then, facts)
    if isinstance(answer, tuple):
        return moved, (*commands, *answer)
    if isinstance(answer, ThenDecide):
        return moved, ThenDecide((*commands, *answer.commands), answer.decision)
    return moved, ThenDecide(commands, answer)


def _in_words(call: Call, decision: Decision | None) -> StepResult | None:
    """Who has dialled the number hears why it is not called."""
    return None if decision is None else (call, ThenDecide((do.StopTimer(ending.STEP_TIMER),), decision))


_FOR_AGENTS: Final = (OfferMade, LegAnswered)


def _is_rung(state: State, event: OfferMade | LegAnswered) -> bool:
    return isinstance(event, LegAnswered) and event.leg_id in state.being_rung


def _here(call: Call, event: Event, facts: Facts) -> StepResult:
    state = call.state
    if isinstance(event, _FOR_AGENTS) and not (state.waits or _is_rung(state, event)):
        return call, offers.unwanted(call, event)
    if isinstance(event, TakenOver) and isinstance(state, Talking) and event.leg == call.led:
        return transfer_keys.taken_from_the_caller(call, event.leg, event.taker, facts)
    return state.on(call, event, facts) if isinstance(state, OwnState) else HANDLERS[type(state)](call, event, facts)


def _decided(call: Call, event: Event, facts: Facts) -> StepResult:
    """The rules are known: what they say is done."""
    match call.state, event:
        case Deciding(onward), FactsFound():
            noted = call.noting(Noted(facts.now, facts.degraded)) if facts.degraded else call
            if onward is not None:
                return noted, router.follow(onward, facts)
            noted = languages.chosen_at_arrival(noted, facts)
            return noted, arrival.decide(facts.led_in(noted.language))
        case _:
            return call, ()


# The machine's own states; those of kinds say by themselves what an event means.
HANDLERS: Final[Mapping[type[State], Callable[[Call, Event, Facts], StepResult]]] = {
    Deciding: _decided,
    Ringing: ring.on,
    Talking: talk.on,
    Ending: ending.on,
}


def _leg_gone(call: Call, event: LegGone, facts: Facts) -> PlainResult:
    """A channel's end, and what it means for what is under way."""
    if call.beside is not None and event.leg_id == call.beside.leg:
        return legs_beside.gone(call, event, facts)
    ended, commands = ending.leg_gone(call, event, facts)
    stops = (declining.stop_other_devices, ring.sent_on) if call.is_open(event.leg_id) else ()
    others = tuple(command for stop in stops for command in stop(call, event, facts))
    if not isinstance(ended.state, OwnState):
        return ended, (*commands, *others)
    moved, more = ended.state.leg_gone(call, ended, event, facts)
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
    return next((leg for leg in call.watched_legs if leg not in alive and leg not in rung), None)


def failed(call: Call, why: str, facts: Facts) -> PlainResult:
    """A fault of ours while this call was worked on: who waits is refused, a conversation talks on to its end.

    The ends of its channels are asked for, so that the book is closed whatever is not understood any more.
    """
    if isinstance(call.state, Talking | Ending) or not call.led:
        return ending.lost(call, CallConnectionLost(why), facts)
    noted, leaving = ending.released(call.noting(Noted(facts.now, why)), why, facts)
    return noted.to(Ending()), (*leaving, do.HangUp("NORMAL_TEMPORARY_FAILURE"), *ending.soon())


_TIMERS = (
    ending.STEP_TIMER,
    ending.LEGS_TIMER,
    uncontrolled.BACK_TIMER,
    uncontrolled.ALONE_TIMER,
    transfers.PARTED_TIMER,
)


def _left_on_hold(call: Call, event: Rearrived, facts: Facts) -> PlainResult:
    """A phone hung up that held the party: it rings for the party."""
    if not holding.is_recall(call, event, facts):
        return call, (do.HangUp("NORMAL_CLEARING"),)
    moved, commands = _moved(call, event, facts, holding.note(call, event, facts))
    moved, look_up = holding.recalled(moved, facts)
    return moved, (*commands, *look_up)


def _transferred(call: Call, event: Rearrived, facts: Facts) -> PlainResult:
    """A party was transferred, the led one or another: what was under way is over, the new number decides."""
    by = transfers.transferor(call, event.by_leg, facts)
    whom = "" if event.channel in ("", call.led) else transfers.whom(call, event.channel)
    left = event.by_leg or (call.state.leg_id if isinstance(call.state, Talking) else "")
    moved, commands = _moved(call, event, facts, transfers.note(facts, whom, event.dialled, by, left))
    return moved.to(transfers.deciding(moved, facts)), (*commands, do.FindFacts(event.dialled))


def _moved(call: Call, event: Rearrived, facts: Facts, note: Noted | Transferred) -> PlainResult:
    """A party was moved by its partner: what was under way is over, and the party leads from here on."""
    by = transfers.transferor(call, event.by_leg, facts)
    parted = (Parted(call.state.until or event.at or facts.now),) if isinstance(call.state, Talking) else ()
    noted, leaving = ending.released(call.noting(note, *parted), "transferred", facts)
    waits = kept_transferor.kept(call, event)
    # an agent who is kept is done with the call when that leg ends
    noted, talked = (noted, ()) if waits else ending.talk_over(noted, facts.now, facts)
    noted = ending.taken_into_the_lead(noted, event.channel, facts, waits or event.by_leg)
    noted = transfers.transferred(noted, event, by, facts.now)
    noted = kept_transferor.remembering(noted, call, waits, facts)
    watch = (do.StartTimer(kept_transferor.TIMER, kept_transferor.CHECK_S),) if waits else ()
    return replace(noted, pressed=""), (*leaving, *talked, *map(do.StopTimer, _TIMERS), *watch)


def _refused(call: Call, command: str, reply: str, facts: Facts) -> PlainResult:
    """The switch did not take a command: a call that cannot go on is ended, not left hanging."""
    noted = call.noting(Noted(facts.now, f"switch refused {command}: {reply}"))
    if isinstance(call.state, Ending):
        return noted, ()
    noted, leaving = ending.released(noted, reply, facts)
    return noted.to(Ending()), (*leaving, do.HangUp("NORMAL_TEMPORARY_FAILURE"), *ending.deadline(facts))
