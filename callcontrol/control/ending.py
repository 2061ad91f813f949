"""The end of a call: the caller goes, the legs go, the book is closed. The same from every state."""

from __future__ import annotations

from callcontrol.config.settings import Settings
from callcontrol.control import commands as do
from callcontrol.control import credit_end, legs, restricted
from callcontrol.control.box_events import BoxChanged
from callcontrol.control.call import Call, Closed, Ending, Talking
from callcontrol.control.commands import Command
from callcontrol.control.events import (
    AppEnded,
    CallConnectionLost,
    CallerHungUp,
    Event,
    LegBridged,
    LegGone,
    SwitchGone,
    TimerFired,
)
from callcontrol.control.own_steps import OwnState
from callcontrol.control.step_result import PlainResult
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.leg import Certainty, End, Leg, Role
from callcontrol.vocabulary.moment import Instant, text_of
from callcontrol.vocabulary.move import HandedOver
from callcontrol.vocabulary.outcome import Outcome, outcome_of
from callcontrol.vocabulary.trail import Moved, Noted, Parted

# The cause of a leg's end that was not reported.
UNTOLD = "NORMAL_UNSPECIFIED"

LEGS_TIMER = "legs"
STEP_TIMER = "step"
SOON_S = 2
# A bridge that ends so long before the channel of who was in it (microseconds) did not end with that.
PARTED_BEFORE_US = 200_000
# What we end legs with that need not ring any more.
CANCELLED = frozenset({"ORIGINATOR_CANCEL", "LOSE_RACE"})


def deadline(facts: Facts) -> tuple[Command, ...]:
    """How long a call that is over waits for the ends of its legs."""
    return (do.StopTimer(STEP_TIMER), do.StartTimer(LEGS_TIMER, facts.settings.limits.legs_end_s))


def soon() -> tuple[Command, ...]:
    """Ends may have been missed: it is found out as soon as those that are on their way have come."""
    return (do.StopTimer(STEP_TIMER), do.StartTimer(LEGS_TIMER, SOON_S))


def caller_hung_up(call: Call, event: CallerHungUp, facts: Facts) -> PlainResult:
    """The caller's channel is going: whatever was under way is over."""
    if isinstance(call.state, Ending):
        return call, ()
    told = isinstance(call.state, OwnState) and call.state.is_told_by_the_end
    over, state = talked_until(call, facts), call.state
    call, leaving = released(call, event.cause, facts)
    return call.to(replace(over, message=state if told else None)), (*leaving, *deadline(facts))


def talked_until(call: Call, facts: Facts) -> Ending:
    """The caller's connection tells of the end of an app: until then the caller lived, and the other party."""
    if isinstance(call.state, Talking):
        return Ending(talked=call.state.leg_id, until=call.state.until or facts.now)
    return Ending(until=facts.now)


def released(call: Call, why: str, facts: Facts) -> PlainResult:
    """What was under way is over: whatever ends the call, no agent stays reserved."""
    return call.state.released(call, why, facts) if isinstance(call.state, OwnState) else (call, ())


def leg_gone(call: Call, event: LegGone, facts: Facts) -> PlainResult:
    """A channel has ended: note it once; with the caller's channel the call is over."""
    call = legs.found(call, event, facts.settings.trunks)
    if not call.is_open(event.leg_id):
        return _settled(call, event, facts.now), ()
    event = restricted.with_its_own_cause(call, credit_end.with_its_own_cause(call, _with_its_own_cause(call, event)))
    noted, told = _with_what_came_of_it(_with_bridge(call, event), event, facts)
    noted = _with_end(noted, event, facts.now)
    noted, talked = _served(noted, event, facts)
    if not _ends_with(noted, event.leg_id):
        closed, commands = close_if_done(noted) if isinstance(noted.state, Ending) else (noted, ())
        return closed, (*told, *talked, *commands)
    noted, leaving = released(_left_behind(noted, event), event.cause, facts)
    timers = () if isinstance(noted.state, Ending) else deadline(facts)
    closed, commands = close_if_done(noted.to(_over(noted, event, facts)))
    return closed, (*told, *leaving, *talked, *timers, *commands)


def _left_behind(call: Call, event: LegGone) -> Call:
    """The call whose party has left, and with whom the other one goes on: with a leg of another call, or with none."""
    ended, partner = event.stamps.ended, call.leg(talked_leg(call))
    known = call.state.until if isinstance(call.state, Talking | Ending) else None
    until = ended if known is None else min(known, ended)
    if event.joined_with and partner is not None and partner.end is None:
        handed = HandedOver(until, event.leg_id, event.joined_with, partner.id, partner.target)
        return call.noting(Parted(until), handed)
    return call.noting(Parted(until)) if ended - until >= PARTED_BEFORE_US else call


def talked_leg(call: Call) -> str:
    """The leg that the led one talks with, or has talked with at last, "" if with none."""
    match call.state:
        case Talking(leg_id=leg):
            return leg
        case Ending(talked=leg):
            return leg
        case _:
            return ""


def _served(call: Call, event: LegGone, facts: Facts) -> PlainResult:
    """The end of the party who was found for the caller; or of the caller, who has not come back from a party that left
    at once.
    """
    serving = call.serving
    if serving is None or event.leg_id not in (serving.leg, call.led):
        return call, ()
    leg = call.leg(serving.leg)
    if leg is None or leg.end is None:
        return call, ()
    may_come_back = call.is_open(call.led) and not isinstance(call.state, Ending)
    if may_come_back and legs.is_untalked(call):
        return call, ()
    return talk_over(call, leg.end.stamps.ended if leg.end.stamps is not None else event.stamps.ended, facts)


def _with_its_own_cause(call: Call, event: LegGone) -> LegGone:
    """Once one leg of a bridge made no progress in time, the switch gives that cause to every leg it takes back later
    (switch_ivr_originate.c, force_reason). A leg that rang was taken back for another reason: the race or the caller.
    """
    if event.cause != "PROGRESS_TIMEOUT" or event.stamps.ringing is None:
        return event
    lost = any(leg.bridged is not None for leg in call.legs)
    return replace(event, cause="LOSE_RACE" if lost else "ORIGINATOR_CANCEL")


def _over(call: Call, event: LegGone, facts: Facts) -> Ending:
    """With this leg the call is over. Whom it has joined with another call's leg does not talk with it any more."""
    if isinstance(call.state, Ending):
        over = call.state
    else:
        over = Ending() if event.estimated else replace(talked_until(call, facts), until=event.stamps.ended)
    return replace(over, talked="") if event.joined_with else over


def late_leg_end(call: Call, event: LegGone, settings: Settings, now: Instant) -> Call:
    """The closed call with the end of a leg that was told after all; the very same call if that is no news."""
    return _settled(legs.found(call, event, settings.trunks), event, now)


def _settled(call: Call, event: LegGone, now: Instant) -> Call:
    """The end of a leg that is no longer awaited: told twice, or the truth in place of what was supposed."""
    leg = call.leg(event.leg_id)
    if leg is None or (leg.end is not None and not leg.end.gives_way_to(_end(call, leg, event))):
        return call
    return _with_end(_with_bridge(call, event), event, now)


def _ends_with(call: Call, leg: str) -> bool:
    """The end of the led channel ends the call; where there is none, the end of either leg of the conversation."""
    return leg == call.led or (not call.led and isinstance(call.state, Talking))


def talk_over(call: Call, parted: Instant, facts: Facts) -> PlainResult:
    """The party that was found for the caller is done with the call; if they were joined that was a conversation."""
    serving = call.serving
    return (call, ()) if serving is None or serving.joined is None else serving.over(call, parted, facts)


def lost(call: Call, event: CallConnectionLost | SwitchGone, facts: Facts) -> PlainResult:
    """We cannot direct the call any more. A restarted switch has no channels: their ends are now, as far as we know.

    After a lost connection a conversation talks on (other states: see `uncontrolled.py`): the ends of its channels come
    over the switch's own connection, and `uuid_exists` tells of those whose end was missed.
    """
    noted, leaving = released(call.noting(Noted(facts.now, event.reason)), event.reason, facts)
    if isinstance(event, SwitchGone):
        gone, commands = _estimate(noted.heard_until(event.heard_until), facts, "CRASH")
        return gone, (*leaving, *commands)
    if isinstance(call.state, Ending):
        return noted, soon()  # a worker that takes a call over has none of its timers
    watched, commands = unled(noted)
    return watched, (*leaving, *commands)


def unled(call: Call) -> PlainResult:
    """The call that no worker directs any more, and of which only the end is awaited."""
    before = call.state.before if isinstance(call.state, Talking) else None
    closed, commands = close_if_done(call.to(Ending(before=before)))
    return closed, commands or soon()


def given_up(call: Call) -> PlainResult:
    """Nothing can be made of this call any more: its channels are ended, and its book is closed as it stands."""
    killed = (do.KillLeg(leg, "NORMAL_TEMPORARY_FAILURE") for leg in call.open_legs)
    return call.to(Closed()), (do.HangUp("NORMAL_TEMPORARY_FAILURE"), *killed, do.CloseBook())


def on(call: Call, event: Event, facts: Facts) -> PlainResult:
    """Events while the ends are awaited."""
    match event:
        case AppEnded(disposition=said) if said:  # only a bridge has one
            return close_if_done(never_were(call, event, facts))
        case LegBridged(leg_id, at) if call.is_open(leg_id):
            return legs.bridged(call, leg_id, at), ()
        case BoxChanged(box, trouble=trouble) if trouble:
            return call.noting(Noted(facts.now, f"a message is not in voicemail:{box} yet: {trouble}")), ()
        case TimerFired(name) if name == LEGS_TIMER:
            return call, (do.CheckChannels(call.open_legs), *deadline(facts))
        case _:
            return call, ()


def supposed(call: Call, leg: str, facts: Facts, cause: str = UNTOLD) -> LegGone:
    """The end of a leg that was not reported: the last moment at which it is known to have lived, never later, for it
    may have a price."""
    known = call.leg(leg)
    if known is None:  # one beside the call, which its own call books
        return LegGone(leg, cause, Stamps(facts.now, None, None, facts.now), "", estimated=True)
    stamps = _best_known(call, known, facts)
    why = f"its end was not reported: it is taken for its last sign of life, {text_of(stamps.ended)}"
    return LegGone(leg, cause, stamps, "", estimated=True, why=why)


def never_were(call: Call, event: AppEnded, facts: Facts) -> Call:
    """Legs of a finished bridge that never became channels: only we report their end.

    The bridge's disposition is theirs only where no leg became a channel; beside others the switch does not say why.
    """
    cause = "" if event.causes else event.disposition
    outcome = outcome_of(cause) if cause else Outcome.UNAVAILABLE
    end = End(Certainty.TOLD, cause, outcome, None)
    for leg in call.legs:
        lives = leg.bridged is not None or leg.id in (call.caller_channel, call.led)
        if leg.end is None and leg.id not in event.causes and not lives:
            call = legs.ended(call, leg.id, end, facts.now)
    return call


def taken_into_the_lead(call: Call, channel: str, facts: Facts, kept: str = "") -> Call:
    """The call that leads this channel from now on, which it dialled; the very same call if it leads it already.

    It was answered long ago: of the legs that rang with it those of which nothing was told never became channels. An
    agent who was transferred has no offer of the queue any more.

    Args:
        kept: the transferor's leg, which is there; where a customer was called an agent's is not marked as joined.
    """
    leg = call.leg(channel)
    if leg is None or channel == call.led:
        return call
    call = never_were(call, AppEnded("", causes={channel: "", kept: ""}), facts)
    role = Role.CALLEE if leg.role is Role.AGENT else leg.role
    return call.with_leg(replace(leg, role=role).bridged_at(leg.bridged or facts.now), Moved(facts.now, channel))


def never_was(call: Call, leg: str, cause: str, facts: Facts) -> PlainResult:
    """The end of a leg that was rung in vain was not reported: it never became a channel.

    Of one we cancelled that is a guess: it may have answered at that moment, and its end been told between two workers.
    So it is where not everything that the switch tells was heard.
    """
    if not call.is_open(leg):
        return call, ()
    certainty = Certainty.ESTIMATED if cause in CANCELLED or not call.watched else Certainty.TOLD
    outcome = outcome_of(cause) if cause else Outcome.UNAVAILABLE
    call = legs.ended(call, leg, End(certainty, cause, outcome, None), facts.now)
    return close_if_done(call) if isinstance(call.state, Ending) else (call, ())


def gives_way(call: Call, leg: str, facts: Facts) -> PlainResult:
    """The leg's channel of its trunk is wanted for an emergency call."""
    known = call.leg(leg)
    if known is None or known.end is not None:
        return call, ()
    why = f"the leg to {known.target} gives its channel of trunk {known.trunk} to an emergency call"
    return call.noting(Noted(facts.now, why)), (do.KillLeg(leg, "PRE_EMPTED"),)


def close_if_done(call: Call) -> PlainResult:
    """The book is closed as soon as every leg has ended."""
    if call.open_legs:
        return call, ()
    return call.to(Closed()), (do.StopTimer(STEP_TIMER), do.StopTimer(LEGS_TIMER), do.CloseBook())


def _with_end(call: Call, event: LegGone, now: Instant) -> Call:
    leg = call.leg(event.leg_id)
    assert leg is not None
    return legs.ended(call, leg.id, _end(call, leg, event), now)


def _end(call: Call, leg: Leg, event: LegGone) -> End:
    certainty = Certainty.ESTIMATED if event.estimated else Certainty.TOLD
    return End(certainty, event.cause, _outcome(call, leg, event), event.stamps, event.hung_up_by, event.why)


def _outcome(call: Call, leg: Leg, event: LegGone) -> Outcome:
    """A leg that was bridged was answered, whatever its cause, and so was an agent's whose caller left before they were
    joined; one that only pressed no key was not."""
    is_callers = leg.id == call.caller_channel
    if leg.bridged is not None or (event.stamps.answered is not None and (is_callers or leg.lost_caller)):
        return Outcome.ANSWERED
    outcome = outcome_of(event.cause)
    if outcome is Outcome.ANSWERED:
        return Outcome.ABANDONED if is_callers else Outcome.NO_ANSWER
    return outcome


def _with_bridge(call: Call, event: LegGone) -> Call:
    """A leg the switch says was bridged, though we did not see it (another worker's call, a lost connection)."""
    at, leg = event.stamps.bridged, call.leg(event.leg_id)
    if at is None or leg is None or leg.id == call.caller_channel or leg.bridged is not None:
        return call
    return legs.bridged(call, leg.id, at)


def _with_what_came_of_it(call: Call, event: LegGone, facts: Facts) -> PlainResult:
    """What the caller was doing when hanging up, where only the end of their channel tells what came of it."""
    state = call.state.message if isinstance(call.state, Ending) else call.state
    if event.leg_id != call.led or not isinstance(state, OwnState) or not state.is_told_by_the_end:
        return call, ()
    return state.ended(call, event, facts)


def _estimate(call: Call, facts: Facts, cause: str) -> PlainResult:
    """The ends that were not reported: now, marked as estimated."""
    call = call if isinstance(call.state, Ending) else call.to(Ending())
    commands: tuple[Command, ...] = ()
    for leg in call.open_legs:
        call, more = leg_gone(call, supposed(call, leg, facts, cause), facts)
        commands += more
    if isinstance(call.state, Closed):
        return call, commands
    closed, more = close_if_done(call)  # a call may have had no leg
    return closed, (*commands, *more)


def _best_known(call: Call, leg: Leg, facts: Facts) -> Stamps:
    began = leg.dialled
    signs = [began, leg.seen or began, call.seen or began]
    talked = (call.led, call.state.talked) if isinstance(call.state, Ending) else ()
    if isinstance(call.state, Ending) and call.state.until is not None and leg.id in talked:
        signs.append(call.state.until)
    return Stamps(began, None, leg.answered, max(min(max(signs), facts.now), began, leg.answered or began))
