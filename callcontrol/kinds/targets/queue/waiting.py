"""Queue: the caller waits, is offered to agents, and is joined to one. What is heard meanwhile: `waiting_room.py`."""

from __future__ import annotations

from dataclasses import dataclass

from callcontrol.config.settings import Queue
from callcontrol.control import commands as do
from callcontrol.control import legs, offers
from callcontrol.control.call import Call, Deciding, Talking
from callcontrol.control.commands import Command
from callcontrol.control.events import (
    AloneChecked,
    AppEnded,
    CallbackAnswered,
    CallConnectionLost,
    Event,
    HoursOver,
    JoinFailed,
    KeyPressed,
    LegAnswered,
    LegBridged,
    LegGone,
    LegHeard,
    Noticed,
    OfferAccepted,
    OfferMade,
    OfferVoid,
    OriginateFailed,
    PlaceKnown,
    QueueEntered,
    QueueRefused,
    Rearrived,
    TimerFired,
)
from callcontrol.control.step_result import PlainResult, StepResult, ThenDecide
from callcontrol.kinds.targets.queue import closing, exits, keys, notices, offering, requeueing, waiting_room
from callcontrol.kinds.targets.queue.leaving import OFFER_TIMER, depart, depart_after_talk, leave
from callcontrol.kinds.targets.queue.waiting_caller import Offering, QueueStep, WaitingCaller
from callcontrol.kinds.targets.queue.whispering import of_caller
from callcontrol.routing import router
from callcontrol.routing.facts import Facts
from callcontrol.routing.speech import as_file_string
from callcontrol.vocabulary.agent import OfferEnd
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import SECOND_US, Instant
from callcontrol.vocabulary.queue import Entered, Leaving, Offer, Place, Refusal, TalkEnd
from callcontrol.vocabulary.trail import LeftQueue, Noted, Passed, Queued

# How long an agent is whispered to, and how long a join may take, before it is given up (seconds).
WHISPER_S = 30
JOIN_S = 5
# A live state that has lost its layout has it again much sooner (`layout_sync.COMPARE_S`; seconds).
UNKNOWN_S = 90


@dataclass(frozen=True, slots=True)
class Wait(QueueStep):
    """Wait in a queue for an agent; with no active agent the caller does not enter it."""

    @property
    def told_once(self) -> str:
        """Several keys may lead to a queue; where something else is tried behind it, what follows differs."""
        return f"queue {self.queue}" if self.path.fallback is None else ""

    def wants_keys(self, facts: Facts) -> bool:
        """A queue may have keys for those who wait."""
        queue = facts.tenant.queues.get(self.queue)
        return queue is not None and bool(queue.keys)

    def start(self, call: Call, facts: Facts) -> StepResult:
        """Ask for a place; nothing is heard or answered before there is one."""
        queue = facts.tenant.queues[self.queue]
        joined = call.state.joined if isinstance(call.state, Deciding) else None
        call, ticket = call.next_ticket()
        waiting = Waiting(self, ticket, joined or facts.now)
        return call.to(waiting), requeueing.ask_to_join(call, waiting, queue, facts)


@dataclass(frozen=True, slots=True)
class Waiting(WaitingCaller):
    """The caller is in the queue, and every event has its meaning here."""

    @property
    def keeps_keys(self) -> bool:
        """Until there is a place: then keys are the queue's (`keys.py`)."""
        return not self.entered

    def on(self, call: Call, event: Event, facts: Facts) -> StepResult:
        """What each event means while the caller waits."""
        under = self.offering
        if isinstance(event, AloneChecked):
            known = under is not None and under.winner
            return requeueing.looked_at(call, self, under, event, facts) if under is not None and known else (call, ())
        if under is not None and under.taken:
            return _taken(call, self, under, event, facts)
        queue = facts.tenant.queues.get(self.step.queue)
        return notices.gone(call, self, facts) if queue is None else _waits(call, self, event, queue, facts)

    def resume(self, call: Call, event: Rearrived, facts: Facts) -> StepResult:
        """The caller's channel is ours again. If the caller has asked to be called back this is asked again, which
        changes nothing if the callback was kept before the worker died.
        """
        queue = facts.tenant.queues.get(self.step.queue)
        call, commands = requeueing.brought_back(call, self, facts)
        return call, (*commands, keys.keep(call, self, queue, facts)) if self.asked and queue else commands

    def untalked(self, call: Call, event: Rearrived, facts: Facts) -> PlainResult:
        """The agent left when both had just been joined: the caller has the old place again."""
        return requeueing.untalked(call, self, facts)

    def talked(self, call: Call, facts: Facts) -> StepResult | None:
        """The agent has hung up: on to what the queue has for afterwards."""
        return depart_after_talk(call, self.step, self.offering, facts)

    def left_alone(self, call: Call, event: CallConnectionLost, facts: Facts) -> PlainResult:
        """The music never ends: the channel is fetched, unless an agent has the caller."""
        return requeueing.left_alone(call, self, event.reason, facts)

    def leg_gone(self, before: Call, call: Call, event: LegGone, facts: Facts) -> PlainResult:
        """The agent who had the caller is gone: before both were joined, or unseen by us after that."""
        under = self.offering
        if under is None or not under.taken or under.winner != event.leg_id or before.serving is None:
            return call, ()
        if call.serving is None or call.serving.joined is not None:
            return requeueing.joined_unseen(call, self, facts), ()
        if under.stage == "joining":
            return call, ()  # JoinFailed, a return or a hang-up tells next what became of the caller
        return requeueing.dropped(call, self, facts)

    def released(self, call: Call, why: str, facts: Facts) -> PlainResult:
        """The caller leaves the queue."""
        return leave(call, self, Leaving.ABANDONED, facts)


def _waits(call: Call, waiting: WaitingCaller, event: Event, queue: Queue, facts: Facts) -> StepResult:
    """No agent has the caller yet."""
    match event:
        case QueueEntered(ticket, entered) if ticket == waiting.ticket:
            return _entered(call, waiting, entered, queue, facts)
        case QueueRefused(ticket, why) if ticket == waiting.ticket:
            return _refused(call, waiting, why, facts)
        case AppEnded(app_id):
            return _changed(waiting_room.ended(call, waiting, app_id, queue, facts))
        case KeyPressed(key):
            return keys.pressed(call, waiting, key, queue, facts)
        case CallbackAnswered(ticket, kept) if ticket == waiting.ticket:
            return keys.answered(call, waiting, kept, queue, facts)
        case PlaceKnown(ticket, found) if ticket == waiting.ticket:
            return _place_known(call, waiting, found, queue, facts)
        case TimerFired(name):
            return _timer(call, waiting, name, queue, facts)
        case Noticed(notice) if notice.ticket == waiting.ticket:
            return notices.on(call, waiting, notice, queue, facts)
        case HoursOver(why) if waiting.entered:
            return closing.closed(call, waiting, why, queue, facts)
        case _:
            return _offered(call, waiting, event, queue, facts)


def _taken(call: Call, waiting: WaitingCaller, under: Offering, event: Event, facts: Facts) -> StepResult:
    """An agent has the caller, who is in no queue any more: whispering, then joining."""
    match event:
        case LegHeard(leg) if leg == under.winner and under.stage == "whispering":
            return _join_legs(call, waiting, under, facts)
        case LegBridged(leg, at) if leg == under.winner:
            return _talking(call, waiting, under, at, facts)
        case JoinFailed(_, leg) if leg == under.winner:
            return _not_joined(call, waiting, under, facts)
        case TimerFired(name) if name == OFFER_TIMER:
            return _not_joined(call, waiting, under, facts)
        case LegAnswered(leg) if leg != under.winner:
            return call, (do.KillLeg(leg, "ORIGINATOR_CANCEL"),)
        case OfferMade(offer) if not offers.is_known(call, offer):
            return call, offers.refuse(call, offer)
        case AppEnded(app_id):
            return call.to(waiting_room.silenced(waiting, app_id, facts)), ()
        case _:
            return call, ()


def _changed(heard: waiting_room.Heard) -> PlainResult:
    call, waiting, commands = heard
    return call.to(waiting), commands


def _entered(call: Call, waiting: WaitingCaller, entered: Entered, queue: Queue, facts: Facts) -> StepResult:
    """There is a place; `join` repeated (after a restart of the live state, or with a dropped agent) changes little."""
    if waiting.entered:
        return call.to(replace(waiting, joined=entered.joined, refused_since=None)), ()
    call, waiting, commands = _enter(call, waiting, entered, queue, facts)
    pressed, answer = keys.pressed_before(call, waiting, queue, facts)
    match answer:
        case ThenDecide(more, decision):
            return pressed, ThenDecide((*commands, *more), decision)
        case tuple():
            return pressed, (*commands, *answer)
        case _:
            return pressed, ThenDecide(commands, answer)


def _enter(call: Call, waiting: WaitingCaller, entered: Entered, queue: Queue, facts: Facts) -> waiting_room.Heard:
    waiting = replace(waiting, entered=True, joined=entered.joined, took_up=entered.took_up)
    place = Queued(
        facts.now, waiting.step.queue, waiting.ticket, entered.joined, entered.place.position, entered.took_up
    )
    return waiting_room.enter(legs.caller_answered(call, facts.now).noting(place), waiting, queue, facts)


def _refused(call: Call, waiting: WaitingCaller, why: Refusal, facts: Facts) -> StepResult:
    """The caller was not let in. One who has waited already keeps waiting, and asks again, until the live state knows
    the queue again; if it does not for long, another host has a newer configuration without it.
    """
    if waiting.entered and why is Refusal.NO_AGENT:
        since = waiting.refused_since or facts.now
        if facts.now - since >= UNKNOWN_S * SECOND_US:
            return notices.gone(call, waiting, facts)
        return call.to(replace(waiting, refused_since=since)), ()
    if waiting.entered:
        return call, ()
    onward = router.follow(exits.not_let_in(waiting.step, why, facts), facts, waiting.step.path)
    return call, ThenDecide((do.StopTimer(waiting_room.POLL_TIMER),), onward)


def _place_known(call: Call, waiting: WaitingCaller, found: Entered | None, queue: Queue, facts: Facts) -> PlainResult:
    if found is not None:
        return _changed(waiting_room.announce(call, waiting, found.place, queue, facts))
    return requeueing.place_lost(call, waiting, queue, facts) if waiting.entered else (call, ())


def _timer(call: Call, waiting: WaitingCaller, name: str, queue: Queue, facts: Facts) -> StepResult:
    match name:
        case waiting_room.POLL_TIMER if not waiting.entered:
            return call, requeueing.ask_to_join(call, waiting, queue, facts)
        case waiting_room.OVERFLOW_TIMER if queue.overflow.waited:
            return depart(call, waiting, Leaving.WAITED_OUT, facts, queue.overflow.waited)
        case waiting_room.MUSIC_TIMER if not waiting.music:
            return _changed(waiting_room.play(call, waiting, (), queue, facts))
        case waiting_room.POSITION_TIMER | waiting_room.WAIT_TIMER | waiting_room.POLL_TIMER:
            waiting, commands = waiting_room.ask(waiting, name, queue)
            return call.to(waiting), commands
        case _:
            return call, ()


def _offered(call: Call, waiting: WaitingCaller, event: Event, queue: Queue, facts: Facts) -> StepResult:
    """The offer under way, if there is one."""
    match event, waiting.offering:
        case OfferMade(offer), _:
            return _made(call, waiting, offer, queue, facts)
        case LegAnswered(leg), Offering() as under if under.agent_of(leg):
            under, commands = offering.answered(under, leg)
            return call.to(replace(waiting, offering=under)), commands
        case LegAnswered(leg), _:
            return call, (do.KillLeg(leg, "ORIGINATOR_CANCEL"),)
        case OriginateFailed(legs), Offering(stage="ringing" | "accepting") as under if under.agent_of(legs[0]):
            return _with(waiting, offering.failed(call, under, event, facts))
        case OfferAccepted(offer), Offering(stage="accepting") as under if offer == under.offer.id:
            return _accepted(call, waiting, under, queue, facts)
        case OfferVoid(offer), Offering(stage="ringing" | "accepting") as under if offer == under.offer.id:
            call, commands = offering.call_off(call, under, OfferEnd.EXPIRED, facts)
            return call.to(replace(waiting, offering=None)), (*commands, do.AskPlace(waiting.ticket))
        case _:
            return call, ()


def _with(waiting: WaitingCaller, under: offering.Under) -> PlainResult:
    call, offered, commands = under
    return call.to(replace(waiting, offering=offered)), commands


def _made(call: Call, waiting: WaitingCaller, offer: Offer, queue: Queue, facts: Facts) -> StepResult:
    """An offer, or (all at once) more agents for the one under way; otherwise that has run out meanwhile. If the offer
    is of another visit its agents are let go.
    """
    under = waiting.offering
    joins = under is not None and under.offer.id == offer.id
    new = offer if joins else offering.not_yet_rung(call, offer)
    if new is None:
        return call, ()
    if new.ticket != waiting.ticket:
        return call, offers.refuse(call, new)
    if under is not None and new.epoch < under.offer.epoch:
        return call, ()  # overtaken by a later one: it has run out
    if call.sent >= facts.settings.limits.legs_per_call:
        return _rung_too_often(call, waiting, queue, facts)
    if joins and under is not None:
        return _with(waiting, offering.join(call, under, new, facts))
    return _rung_anew(call, waiting, new, queue, facts)


def _rung_anew(call: Call, waiting: WaitingCaller, offer: Offer, queue: Queue, facts: Facts) -> PlainResult:
    commands: tuple[Command, ...] = ()
    if not waiting.entered:  # another worker's word was faster than the answer to ours
        call, waiting, commands = _enter(call, waiting, Entered(Place(1, 1, 1, 0), offer.joined), queue, facts)
    if waiting.offering is not None:
        call, commands = offering.withdraw(call, waiting.offering, OfferEnd.EXPIRED, facts)
    moved, more = _with(waiting, offering.begin(call, offer, facts))
    return moved, (*commands, *more)


def _rung_too_often(call: Call, waiting: WaitingCaller, queue: Queue, facts: Facts) -> StepResult:
    """So many phones have been rung in vain that no more are: the caller goes on as after too long a wait."""
    target = queue.overflow.waited or queue.otherwise or router.last_resort(waiting.step.path, facts)
    why = f"leg limit: {facts.settings.limits.legs_per_call} phones were rung"
    call = call.noting(Passed(facts.now, f"queue:{waiting.step.queue}", why))
    return depart(call, waiting, Leaving.WAITED_OUT, facts, target)


def _accepted(call: Call, waiting: WaitingCaller, under: Offering, queue: Queue, facts: Facts) -> PlainResult:
    call, taken, commands = offering.accepted(call, under, facts)
    waiting = replace(waiting, offering=taken)
    if not call.is_open(taken.winner):  # the agent hung up before having the caller
        moved, again = requeueing.dropped(call, waiting, facts)
        return moved, (*commands, *again)
    quiet = waiting_room.silence()
    if not queue.whisper:
        moved, joining = _join_legs(call, waiting, taken, facts)
        return moved, (*commands, *quiet, *joining)
    whisper = do.Whisper(taken.winner, as_file_string(of_caller(call, waiting, queue, facts)))
    return call.to(waiting), (*commands, *quiet, whisper, do.StartTimer(OFFER_TIMER, WHISPER_S + facts.slack_s))


def _join_legs(call: Call, waiting: WaitingCaller, under: Offering, facts: Facts) -> PlainResult:
    joining = call.to(replace(waiting, offering=replace(under, stage="joining")))
    queue = facts.tenant.queues.get(waiting.step.queue)
    join = do.Join(call.led, under.winner, comes_back=queue is not None and queue.afterwards is not None)
    return joining, (join, do.StartTimer(OFFER_TIMER, JOIN_S + facts.slack_s))


def _talking(call: Call, waiting: WaitingCaller, under: Offering, at: Instant, facts: Facts) -> PlainResult:
    wait_ms = (facts.now - waiting.joined) // 1000
    left = LeftQueue(facts.now, waiting.step.queue, Leaving.ANSWERED, wait_ms, under.agent_of(under.winner))
    call = replace(legs.bridged(call, under.winner, at).noting(left), waited_us=facts.now - waiting.joined)
    return call.to(Talking(under.offer.id, under.winner, before=waiting)), (do.StopTimer(OFFER_TIMER),)


def _not_joined(call: Call, waiting: WaitingCaller, under: Offering, facts: Facts) -> PlainResult:
    """Whispering or joining did not come to its end: the agent is let go, the caller keeps the place. That is the
    agent's miss only where the agent has hung up.
    """
    how = TalkEnd.UNJOINED if call.is_open(under.winner) else TalkEnd.DROPPED
    noted = call.noting(Noted(facts.now, f"agent {under.agent_of(under.winner)} and caller could not be joined"))
    moved, commands = requeueing.dropped(noted, waiting, facts, how)
    return moved, (do.KillLeg(under.winner, "NORMAL_TEMPORARY_FAILURE"), *commands)
