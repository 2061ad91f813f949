"""Queue: the caller waits, his offers ring, one agent gets him. What he hears meanwhile stands in `waiting_room.py`."""

from __future__ import annotations

from dataclasses import replace

from callcontrol.config.settings import Queue
from callcontrol.control import commands as do
from callcontrol.control import offering, regaining, waiting_room
from callcontrol.control.call import Call, Deciding, Offering, Talking, Waiting
from callcontrol.control.events import (
    AppEnded,
    Event,
    JoinFailed,
    KeyPressed,
    LegAnswered,
    LegBridged,
    LegHeard,
    Noticed,
    OfferAccepted,
    OfferMade,
    OfferVoid,
    OriginateFailed,
    PlaceKnown,
    QueueEntered,
    QueueRefused,
    TimerFired,
)
from callcontrol.control.leaving import OFFER_TIMER, depart
from callcontrol.control.moved import Moved, Plain
from callcontrol.control.steps import queue_keys, queue_notices
from callcontrol.routing import exits, router
from callcontrol.routing.facts import Facts
from callcontrol.routing.plan import Wait
from callcontrol.routing.speech import as_file_string, waited
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.queue import Entered, Leaving
from callcontrol.vocabulary.target import QueueTarget
from callcontrol.vocabulary.trail import Bridged, LeftQueue, Noted, Queued

# How long an agent is whispered to, and how long a join may take, before it is given up (seconds).
WHISPER_S = 30
JOIN_S = 5


def start(call: Call, step: Wait, facts: Facts) -> Moved:
    """Ask for a place; nothing is heard or answered before there is one."""
    queue = facts.tenant.queues.get(step.queue)
    if queue is None:  # removed by a reload after it was decided
        return call, router.decide(QueueTarget(step.queue), step.path, facts)
    joined = call.state.joined if isinstance(call.state, Deciding) else None
    call, ticket = call.next_ticket()
    waiting = Waiting(step, ticket, joined or facts.now)
    return call.to(waiting), (regaining.join(call, waiting, queue),)


def on(call: Call, event: Event, facts: Facts) -> Moved:
    """What each event means while he waits."""
    waiting = call.state
    assert isinstance(waiting, Waiting)
    queue = facts.tenant.queues.get(waiting.step.queue)
    if queue is None:
        return queue_notices.gone(call, waiting, facts)
    match event:
        case QueueEntered(ticket, entered) if ticket == waiting.ticket:
            return _entered(call, waiting, entered, queue, facts)
        case QueueRefused(ticket, why) if ticket == waiting.ticket:
            return call, router.follow(exits.not_let_in(waiting.step, why, facts), facts)
        case AppEnded() if waiting.offering is not None and waiting.offering.stage == "joining":
            return call, ()  # joining ends whatever plays
        case AppEnded(app_id):
            return _changed(waiting_room.ended(call, waiting, app_id, queue, facts))
        case KeyPressed(key) if not _is_taken(waiting):
            return queue_keys.pressed(call, waiting, key, queue, facts)
        case PlaceKnown(ticket, found) if ticket == waiting.ticket:
            return _place_known(call, waiting, found, queue, facts)
        case TimerFired(name):
            return _timer(call, waiting, name, queue, facts)
        case Noticed(notice) if notice.ticket == waiting.ticket and not _is_taken(waiting):
            return queue_notices.on(call, waiting, notice, queue, facts)
        case _:
            return _offered(call, waiting, event, queue, facts)


def _is_taken(waiting: Waiting) -> bool:
    return waiting.offering is not None and waiting.offering.taken


def _changed(heard: waiting_room.Heard) -> Plain:
    call, waiting, commands = heard
    return call.to(waiting), commands


def _entered(call: Call, waiting: Waiting, entered: Entered, queue: Queue, facts: Facts) -> Plain:
    """He has a place; `join` said again (after a restart of the live state, or with a dropped agent) changes little."""
    known, waiting = waiting.entered, replace(waiting, entered=True, joined=entered.joined)
    if known:
        return call.to(waiting), ()
    place = Queued(
        facts.now, waiting.step.queue, waiting.ticket, entered.joined, entered.place.position, entered.took_up
    )
    return _changed(waiting_room.enter(call.noting(place), waiting, queue, facts))


def _place_known(call: Call, waiting: Waiting, found: Entered | None, queue: Queue, facts: Facts) -> Plain:
    if found is not None:
        return _changed(waiting_room.announce(call, waiting, found.place, queue, facts))
    if _is_taken(waiting) or not waiting.entered:
        return call, ()
    # Redis lost it: he takes his place again, with the time since which he waits.
    lost = Noted(facts.now, "the place in the queue was lost; taken again")
    return regaining.join_again(call.noting(lost), waiting, queue)


def _timer(call: Call, waiting: Waiting, name: str, queue: Queue, facts: Facts) -> Moved:
    if name == OFFER_TIMER:
        return _too_slow(call, waiting, facts)
    if not waiting.entered or _is_taken(waiting):
        return call, ()
    match name:
        case waiting_room.OVERFLOW_TIMER if queue.overflow.waited:
            return depart(call, waiting, Leaving.WAITED_OUT, facts, queue.overflow.waited)
        case waiting_room.MUSIC_TIMER:
            return _changed(waiting_room.play(call, waiting, (), queue, facts))
        case waiting_room.POSITION_TIMER | waiting_room.WAIT_TIMER | waiting_room.POLL_TIMER:
            waiting, commands = waiting_room.ask(waiting, name, queue)
            return call.to(waiting), commands
        case _:
            return call, ()


def _offered(call: Call, waiting: Waiting, event: Event, queue: Queue, facts: Facts) -> Moved:
    """The offer under way, if there is one."""
    match event, waiting.offering:
        case OfferMade(offer), None if offer.ticket == waiting.ticket and waiting.entered:
            return _with(waiting, offering.begin(call, offer, facts))
        case OfferMade(offer), _:
            return _newer(call, waiting, event, facts)
        case LegAnswered(leg), Offering() as under if under.agent_of(leg):
            under, commands = offering.answered(under, leg)
            return call.to(replace(waiting, offering=under)), commands
        case LegAnswered(leg), _:
            return call, (do.KillLeg(leg, "ORIGINATOR_CANCEL"),)
        case OriginateFailed(legs, cause), Offering(stage="ringing" | "accepting") as under if under.agent_of(legs[0]):
            return _with(waiting, offering.failed(call, under, legs, cause, facts))
        case OfferAccepted(offer, _, losers), Offering() as under if offer == under.offer.id:
            return _accepted(call, waiting, under, losers, queue, facts)
        case OfferVoid(offer, _), Offering() as under if offer == under.offer.id:
            call, commands = offering.withdraw(call, under, OfferEnd.EXPIRED, facts)
            return call.to(replace(waiting, offering=None)), commands
        case LegHeard(leg), Offering(stage="whispering") as under if leg == under.winner:
            return _join_legs(call, waiting, under)
        case LegBridged(leg, at), Offering() as under if leg == under.winner:
            return _talking(call, waiting, under, at, facts)
        case JoinFailed(_, leg), Offering() as under if leg == under.winner:
            return _too_slow(call, waiting, facts)
        case _:
            return call, ()


def _with(waiting: Waiting, under: offering.Under) -> Plain:
    call, offered, commands = under
    return call.to(replace(waiting, offering=offered)), commands


def _newer(call: Call, waiting: Waiting, event: OfferMade, facts: Facts) -> Plain:
    """An offer while another is under way: that one has run out meanwhile. Nobody's offer: its agents are let go."""
    under = waiting.offering
    if event.offer.ticket != waiting.ticket or not waiting.entered or under is None or under.taken:
        return call, offering.refuse(event.offer)
    call, commands = offering.withdraw(call, under, OfferEnd.EXPIRED, facts)
    moved, more = _with(waiting, offering.begin(call, event.offer, facts))
    return moved, (*commands, *more)


def _accepted(
    call: Call, waiting: Waiting, under: Offering, losers: tuple[str, ...], queue: Queue, facts: Facts
) -> Plain:
    call, taken, commands = offering.accepted(call, under, losers, facts)
    assert taken is not None
    quiet = waiting_room.silence()
    if not queue.whisper:
        moved, joining = _join_legs(call, waiting, taken)
        return moved, (*commands, *quiet, *joining)
    name = (queue.whisper_name,) if queue.whisper_name else ()
    files = (*name, *waited(queue.language, (facts.now - waiting.joined) // SECOND_US))
    whisper = do.Whisper(taken.winner, as_file_string(files))
    moved = call.to(replace(waiting, offering=taken))
    return moved, (*commands, *quiet, whisper, do.StartTimer(OFFER_TIMER, WHISPER_S))


def _join_legs(call: Call, waiting: Waiting, under: Offering) -> Plain:
    joining = call.to(replace(waiting, offering=replace(under, stage="joining")))
    return joining, (do.Join(call.id, under.winner), do.StartTimer(OFFER_TIMER, JOIN_S))


def _talking(call: Call, waiting: Waiting, under: Offering, at: Instant, facts: Facts) -> Plain:
    wait_ms = (facts.now - waiting.joined) // 1000
    left = LeftQueue(facts.now, waiting.step.queue, Leaving.ANSWERED, wait_ms, under.agent_of(under.winner))
    call = call.noting(Bridged(at, under.winner), left)
    return call.to(Talking(under.offer.id, under.winner)), (do.StopTimer(OFFER_TIMER),)


def _too_slow(call: Call, waiting: Waiting, facts: Facts) -> Moved:
    """Whispering or joining did not come to its end: the agent is let go, the caller keeps his place."""
    under = waiting.offering
    if under is None or not under.taken:
        return call, ()
    noted = call.noting(Noted(facts.now, f"agent {under.agent_of(under.winner)} and caller could not be joined"))
    moved, commands = regaining.dropped(noted, waiting, facts)
    return moved, (do.KillLeg(under.winner, "NORMAL_TEMPORARY_FAILURE"), *commands)
