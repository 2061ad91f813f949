"""The end of a call: the caller goes, the legs go, the book is closed. The same from every state."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.control import commands as do
from callcontrol.control import transfers
from callcontrol.control.call import Call, Closed, Ending, Serving, TakingMessage, Talking, Waiting
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
from callcontrol.control.leaving import end_serving, leave
from callcontrol.control.message import message_taken
from callcontrol.control.step_result import PlainResult
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.call import Stamps
from callcontrol.vocabulary.moment import SECOND_US, Instant, text_of
from callcontrol.vocabulary.outcome import Outcome, outcome_of
from callcontrol.vocabulary.queue import Leaving, TalkEnd
from callcontrol.vocabulary.trail import (
    Bridged,
    Dialled,
    Entry,
    LegEnded,
    Noted,
    OfferEnded,
    Pressed,
    Queued,
    WrapUpBegan,
)

# What is said to have ended a leg of whose end nobody told.
UNTOLD = "NORMAL_UNSPECIFIED"

LEGS_TIMER = "legs"
STEP_TIMER = "step"
SOON_S = 2
# What we end legs with that ring for nobody any more.
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
    message = call.state if isinstance(call.state, TakingMessage) and call.state.recording else None
    over = talked_until(call, facts)
    call, leaving = out_of_queue(call, facts)
    return call.to(replace(over, message=message)), (*leaving, *deadline(facts))


def talked_until(call: Call, facts: Facts) -> Ending:
    """The caller's connection tells of the end of what he was doing: until then he lived, and who he talked with."""
    if isinstance(call.state, Talking):
        return Ending(talked=call.state.leg_id, until=call.state.until or facts.now)
    return Ending(until=facts.now)


def out_of_queue(call: Call, facts: Facts) -> PlainResult:
    """A caller who waits is out of his queue: whatever ends the call, no agent stays reserved for him."""
    return leave(call, call.state, Leaving.ABANDONED, facts) if isinstance(call.state, Waiting) else (call, ())


def leg_gone(call: Call, event: LegGone, facts: Facts) -> PlainResult:
    """A channel has ended: note it once; with the caller's channel the call is over."""
    if event.leg_id not in call.open_legs:
        return late_leg_end(call, event, facts.now), ()
    event = _with_its_own_cause(call, event)
    noted = _with_message(_with_bridge(call.closing_leg(event.leg_id), event), event, facts)
    noted = transfers.sent_away(noted.noting(_entry(noted, event, facts.now)), event, facts)
    is_agents = noted.serving is not None and noted.serving.leg == event.leg_id
    noted, talked = talk_over(noted, event.stamps.ended, facts) if is_agents else (noted, ())
    if not _ends_with(noted, event.leg_id):
        closed, commands = close_if_done(noted) if isinstance(noted.state, Ending) else (noted, ())
        return closed, (*talked, *commands)
    noted, leaving = out_of_queue(noted, facts)
    timers = () if isinstance(noted.state, Ending) else deadline(facts)
    closed, commands = close_if_done(noted.to(_over(noted, event, facts)))
    return closed, (*leaving, *talked, *timers, *commands)


def _with_its_own_cause(call: Call, event: LegGone) -> LegGone:
    """Once one leg of a bridge made no progress in time, the switch gives that cause to every leg it takes back later
    (switch_ivr_originate.c, force_reason). A leg that rang was taken back for another reason: the race or the caller.
    """
    if event.cause != "PROGRESS_TIMEOUT" or event.stamps.ringing is None:
        return event
    lost = any(isinstance(entry, Bridged) for entry in call.trail)
    return replace(event, cause="LOSE_RACE" if lost else "ORIGINATOR_CANCEL")


def _over(call: Call, event: LegGone, facts: Facts) -> Ending:
    """With this leg the call is over."""
    if isinstance(call.state, Ending):
        return call.state
    return Ending() if event.estimated else replace(talked_until(call, facts), until=event.stamps.ended)


def late_leg_end(call: Call, event: LegGone, now: Instant) -> Call:
    """The end of a leg that is no longer awaited: told twice, or the truth where the book has an estimate."""
    known = next((e for e in reversed(call.trail) if isinstance(e, LegEnded) and e.leg_id == event.leg_id), None)
    if known is None or not known.estimated or event.estimated:
        return call
    bridged = _with_bridge(call, event)
    return bridged.noting(_entry(bridged, event, now))


def _ends_with(call: Call, leg: str) -> bool:
    """The caller's channel ends his call; a callback, which has none, ends with either leg of the conversation."""
    return leg == call.id or (call.is_callback and isinstance(call.state, Talking))


def talk_over(call: Call, parted: Instant, facts: Facts) -> PlainResult:
    """The agent who had the caller has him no more; where they were joined that was a conversation."""
    serving = call.serving
    since = _joined_since(call, serving) if serving else None
    if serving is None or since is None:
        return call, ()
    queue = facts.tenant.queues.get(serving.queue)
    if queue is not None and queue.wrap_up:
        until = Instant(facts.now + queue.wrap_up * SECOND_US)
        call = call.noting(WrapUpBegan(facts.now, serving.offer, serving.agent, until))
    return end_serving(call, max(parted - since, 1), TalkEnd.TALKED)


def _joined_since(call: Call, serving: Serving) -> Instant | None:
    """When the agent and his caller (or customer) were joined, None if they never were."""
    since: Instant | None = None
    for entry in reversed(call.trail):
        match entry:
            case Bridged(at):
                since = at
            case OfferEnded(offer=offer, agent=agent, how=OfferEnd.ACCEPTED) if (offer, agent) == (
                serving.offer,
                serving.agent,
            ):
                return since
    return since


def lost(call: Call, event: CallConnectionLost | SwitchGone, facts: Facts) -> PlainResult:
    """We cannot direct the call any more. A restarted switch has no channels: their ends are now, as far as we know.

    After a lost connection a conversation talks on (other states: see `uncontrolled.py`): the ends of its channels come
    over the switch's own connection, and `uuid_exists` tells of those whose end was missed.
    """
    noted, leaving = out_of_queue(call.noting(Noted(facts.now, event.reason)), facts)
    if isinstance(event, SwitchGone):
        gone, commands = _estimate(noted.heard_until(event.heard_until), noted.open_legs, facts, "CRASH")
        return gone, (*leaving, *commands)
    if isinstance(call.state, Ending):
        return noted, soon()  # whoever takes a call over has none of its clocks
    closed, commands = close_if_done(noted.to(Ending()))
    return closed, (*leaving, *(commands or soon()))


def given_up(call: Call) -> PlainResult:
    """Nothing can be made of this call any more: its channels are ended, and its book is closed as it stands."""
    killed = (do.KillLeg(leg, "NORMAL_TEMPORARY_FAILURE") for leg in call.open_legs)
    return call.to(Closed()), (do.HangUp("NORMAL_TEMPORARY_FAILURE"), *killed, do.CloseBook())


def on(call: Call, event: Event, facts: Facts) -> PlainResult:
    """Events while the ends are awaited."""
    match event:
        case AppEnded(disposition=said) if said:  # only a bridge has one
            return close_if_done(never_were(call, event, facts))
        case LegBridged(leg_id, at) if leg_id in call.open_legs:
            return call.noting(Bridged(at, leg_id)), ()
        case TimerFired(name) if name == LEGS_TIMER:
            return call, (do.CheckChannels(call.open_legs), *deadline(facts))
        case _:
            return call, ()


def supposed(call: Call, leg: str, facts: Facts, cause: str = UNTOLD) -> LegGone:
    """The end of a leg nobody told: the last moment at which it is known to have lived, never later, for somebody may
    pay for it."""
    stamps = _best_known(call, leg, facts)
    why = f"nobody told of its end: it is taken for its last sign of life, {text_of(stamps.ended)}"
    return LegGone(leg, cause, stamps, "", estimated=True, why=why)


def never_were(call: Call, event: AppEnded, facts: Facts) -> Call:
    """Legs of a finished bridge that never became channels: nobody will report their end but us.

    The bridge's disposition is theirs only where no leg became a channel; beside others the switch does not say why.
    """
    cause = "" if event.causes else event.disposition
    outcome = outcome_of(cause) if cause else Outcome.UNAVAILABLE
    for leg in [e.leg_id for e in call.trail if isinstance(e, Dialled)]:
        if leg in call.open_legs and leg not in event.causes and not _was_bridged(call, leg):
            call = call.closing_leg(leg).noting(LegEnded(facts.now, leg, cause, outcome, None))
    return call


def never_was(call: Call, leg: str, cause: str, facts: Facts) -> PlainResult:
    """Nobody reported the end of a leg that was rung in vain: it never became a channel.

    Of one we cancelled that is a guess: it may have answered at that moment, and its end been told between two workers.
    """
    if leg not in call.open_legs:
        return call, ()
    outcome = outcome_of(cause) if cause else Outcome.UNAVAILABLE
    guessed = cause in CANCELLED
    call = call.closing_leg(leg).noting(LegEnded(facts.now, leg, cause, outcome, None, estimated=guessed))
    return close_if_done(call) if isinstance(call.state, Ending) else (call, ())


def close_if_done(call: Call) -> PlainResult:
    """The book is closed as soon as every leg has ended."""
    if call.open_legs:
        return call, ()
    return call.to(Closed()), (do.StopTimer(STEP_TIMER), do.StopTimer(LEGS_TIMER), do.CloseBook())


def _entry(call: Call, event: LegGone, now: Instant) -> LegEnded:
    outcome = _outcome(call, event)
    told = (event.stamps, event.hung_up_by, event.estimated, event.why)
    return LegEnded(now, event.leg_id, event.cause, outcome, *told)


def _outcome(call: Call, event: LegGone) -> Outcome:
    """A leg that was bridged was answered, whatever its cause, and so was an agent's whose caller left before they were
    joined; one that only pressed no key was not."""
    if _was_bridged(call, event.leg_id) or (event.leg_id == call.id and event.stamps.answered is not None):
        return Outcome.ANSWERED
    if event.stamps.answered is not None and _lost_its_caller(call, event.leg_id):
        return Outcome.ANSWERED
    outcome = outcome_of(event.cause)
    if outcome is Outcome.ANSWERED:
        return Outcome.ABANDONED if event.leg_id == call.id else Outcome.NO_ANSWER
    return outcome


def _with_bridge(call: Call, event: LegGone) -> Call:
    """A leg the switch says was bridged, though we did not see it (another worker's call, a lost connection)."""
    bridged = event.stamps.bridged
    if bridged is None or event.leg_id == call.id or _was_bridged(call, event.leg_id):
        return call
    return call.noting(Bridged(bridged, event.leg_id))


def _with_message(call: Call, event: LegGone, facts: Facts) -> Call:
    """The message the caller was speaking when he hung up."""
    state = call.state
    taking = state.message if isinstance(state, Ending) else state
    if event.leg_id != call.id or not isinstance(taking, TakingMessage) or not taking.recording:
        return call
    return message_taken(call, taking, event.recorded_ms, facts)


def _was_bridged(call: Call, leg: str) -> bool:
    return any(isinstance(e, Bridged) and e.leg_id == leg for e in call.trail)


def _lost_its_caller(call: Call, leg: str) -> bool:
    return any(isinstance(e, OfferEnded) and e.leg == leg for e in call.trail)


def _estimate(call: Call, legs: tuple[str, ...], facts: Facts, cause: str) -> PlainResult:
    """The ends nobody told us: now, marked as estimated."""
    call = call if isinstance(call.state, Ending) else call.to(Ending())
    commands: tuple[Command, ...] = ()
    for leg in legs:
        call, more = leg_gone(call, supposed(call, leg, facts, cause), facts)
        commands += more
    return call, commands


def _best_known(call: Call, leg: str, facts: Facts) -> Stamps:
    started = next((e.at for e in call.trail if isinstance(e, Dialled) and e.leg_id == leg), call.arrived)
    answered = next((e.at for e in call.trail if _shows_answered(e, leg, call.id)), None)
    signs = [started, *(e.at for e in call.trail if _shows_alive(e, leg, call.id)), call.seen or started]
    if isinstance(call.state, Ending) and call.state.until is not None and leg in (call.id, call.state.talked):
        signs.append(call.state.until)
    return Stamps(started, None, answered, max(min(max(signs), facts.now), started, answered or started))


def _shows_answered(entry: Entry, leg: str, caller: str) -> bool:
    """Whether this leg was answered by then: it talks, or its caller waits in a queue, which answers him."""
    return leg in (entry.leg_id, caller) if isinstance(entry, Bridged) else isinstance(entry, Queued) and leg == caller


def _shows_alive(entry: Entry, leg: str, caller: str) -> bool:
    return _shows_answered(entry, leg, caller) or (isinstance(entry, Pressed) and leg == caller)
