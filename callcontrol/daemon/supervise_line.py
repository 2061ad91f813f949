"""Supervision as drivers see it: the conversation that is asked for, found by whichever worker has it; the phone that
is rung from another switch; eavesdropping that none of our supervisors has ordered.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from callcontrol.control import supervise_commands as at_talk
from callcontrol.control.call import Call
from callcontrol.control.supervise_events import ModeAsked, ReasonFound, TakenOver, TalkFound
from callcontrol.control.supervised import talk_at, talk_with
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.facts_finder import with_settings_now
from callcontrol.daemon.leg_news import EAVESDROP, LISTENS
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock, supervision_meters
from callcontrol.edges.freeswitch.wire import SwitchEvent
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.edges.live_state.pipeline import RedisPipeline
from callcontrol.edges.live_state.supervision import SupervisionStore
from callcontrol.kinds.star_codes.supervising import AtTalk
from callcontrol.kinds.targets.conference.conferring import InRoom
from callcontrol.kinds.targets.queue.serving import Serving
from callcontrol.kinds.targets.queue.waiting_caller import WaitingCaller
from callcontrol.vocabulary.click_to_call import ClickToCall
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.override import Overrides
from callcontrol.vocabulary.parked import Taker
from callcontrol.vocabulary.supervision import SupervisedTalk

log = logging.getLogger(__name__)

# The phone hears a tone and is hung up before it is rung from the other switch (seconds).
RING_AGAIN_S: Final = 2.5
RING_S: Final = 20
# The word of the worker that has ordered it may come later than that of the switch (seconds).
LOOK_AFTER_S: Final = 2.0


def begin(shared: WorkerContext, pipeline: RedisPipeline) -> None:
    """Calls of all workers can be asked for."""
    shared.supervision = SupervisionStore(pipeline)


def heard(shared: WorkerContext) -> dict[str, Callable[..., object]]:
    """What is done about other workers' messages, by the names of the inbox."""
    return {
        "on_finds_talk": partial(finds, shared),
        "on_talk_found": partial(found, shared),
        "on_takes_over": partial(takes_over, shared),
        "on_asks_mode": partial(asks_mode, shared),
    }


def carry_out(command: at_talk.SuperviseCommand, driver: DrivenCall, shared: WorkerContext) -> None:
    """Carry it out; the answer is delivered to the driver."""
    store, tenant, call = shared.supervision, driver.call.tenant, driver.call.id
    match command:
        case at_talk.FindReason(token):
            store.reason(tenant, token, lambda reason: driver.deliver(ReasonFound(reason)))
        case at_talk.FindTalk():
            _refresh(driver, shared)
            store.find(tenant, call, shared.worker, command)
        case at_talk.OrderListening(leg):
            store.order(leg)
        case at_talk.TakeOver(watched, leg, taker):
            store.take_over(tenant, watched, leg, taker)
        case at_talk.AnswerMode(request, refusal):
            store.answer_mode(tenant, request, refusal)
        case at_talk.RingAtSwitch(switch, extension, dialled):
            click = ClickToCall(clock.new_id(), tenant, extension, dialled, RING_S, switch)
            shared.timers.after(RING_AGAIN_S, partial(store.ring, click, shared.worker))


def _refresh(driver: DrivenCall, shared: WorkerContext) -> None:
    """The right is asked for with the settings as they are now, and with what is set by hand over hours."""
    driver.facts = with_settings_now(driver.facts, shared)
    rights = driver.facts.tenant.supervision.rights

    def known(overrides: Overrides, trouble: LiveStateError | None) -> None:
        driver.facts = replace(driver.facts, overrides=overrides)

    if any(right.during is not None or right.outside is not None for right in rights):
        shared.overrides.look_up(driver.call.tenant, known)


def finds(shared: WorkerContext, tenant: str, told: Sequence[str]) -> None:
    """A supervisor's call, of whichever worker, asks for a conversation: answered if it is one of ours."""
    call, worker, extension, watched, customer = told[:5]
    if watched:
        driver = shared.drivers.get(watched)
        talk = talk_with(driver.call, customer) if driver is not None and driver.call.tenant == tenant else None
    else:
        talk = _talk_of(shared, tenant, extension, call)
    if talk is not None:
        known = replace(talk, queue=_queue_of(shared.drivers[talk.call].call, talk))
        shared.supervision.found(tenant, call, worker, known)


def found(shared: WorkerContext, call: str, talk: SupervisedTalk) -> None:
    """The answer, for a call of ours."""
    driver = shared.drivers.get(call)
    if driver is not None:
        driver.deliver(TalkFound(talk))


def takes_over(shared: WorkerContext, call: str, leg: str, taker: Taker) -> None:
    """A supervisor takes a conversation over, of ours or not."""
    driver = shared.drivers.get(call)
    if driver is not None:
        driver.deliver(TakenOver(leg, taker))


def asks_mode(shared: WorkerContext, tenant: str, call: str, wish: ModeAsked) -> None:
    """A person changes what a supervisor's phone does, of a call of ours or not any more."""
    driver = shared.drivers.get(call)
    if driver is None or driver.call.tenant != tenant or not isinstance(driver.call.state, AtTalk):
        shared.supervision.answer_mode(tenant, wish.request, "this phone is at no conversation any more")
        return
    _refresh(driver, shared)
    driver.deliver(wish)


def look_at(event: SwitchEvent, switch: str, shared: WorkerContext) -> None:
    """Something begins to listen at a channel: whether a supervisor of ours has ordered it."""
    leg, name = event.get("Unique-ID"), f"{switch}:{event.get('Event-Sequence')}"
    if event.get(LISTENS) == EAVESDROP:
        seen = partial(_seen, leg, switch)
        shared.timers.after(LOOK_AFTER_S, partial(shared.supervision.was_ordered, leg, name, seen))


def _seen(leg: str, switch: str, ordered: bool) -> None:
    supervision_meters.eavesdrops_total.labels(switch, "ordered" if ordered else "not_ordered").inc()
    if not ordered:
        log.error("channel %s of switch %s is eavesdropped on, and not by a supervisor", leg, switch)


def _queue_of(call: Call, talk: SupervisedTalk) -> str:
    """The queue whose agent talks, or in which the other party waits; "" for none."""
    if isinstance(call.serving, Serving) and call.serving.leg == talk.leg:
        return call.serving.queue
    return call.state.step.queue if isinstance(call.state, WaitingCaller) and not talk.leg else ""


def refresh_meters(shared: WorkerContext) -> None:
    """How many supervisors are at conversations in calls of this worker."""
    at = (driver for driver in shared.drivers.values() if isinstance(driver.call.state, AtTalk))
    supervision_meters.supervisors.set(sum(1 for _ in at))


def _calls_of(shared: WorkerContext, tenant: str) -> Iterator[Call]:
    """The tenant's calls that this worker has."""
    return (one.call for one in tuple(shared.drivers.values()) if one.call.tenant == tenant)


def _talk_of(shared: WorkerContext, tenant: str, extension: str, asking: str) -> SupervisedTalk | None:
    """The conversation of this extension that has gone on longest; not that of the supervisor who asks."""
    calls = (call for call in _calls_of(shared, tenant) if call.id != asking)
    found = [(call.arrived, talk) for call in calls if (talk := talk_at(call, extension)) is not None]
    if found:
        return min(found, key=lambda one: one[0])[1]
    return next((talk for call in _calls_of(shared, tenant) if (talk := _in_room(call, extension)) is not None), None)


def _in_room(call: Call, extension: str) -> SupervisedTalk | None:
    """That the extension is in a conference room, None if it is not."""
    state = call.state
    if not isinstance(state, InRoom) or call.led_party.extension != extension:
        return None
    return SupervisedTalk(call.id, call.switch, "", "", extension, is_takable=False, room=state.visit.room)
