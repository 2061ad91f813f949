"""Parked callers as a driver sees them: what its call asks of places, and the answers as the call's events."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

from callcontrol.control import parked_commands as at_place
from callcontrol.control.call import Call, Ringing
from callcontrol.control.events import FactsFound
from callcontrol.control.parked_events import (
    NotPickedUp,
    ParkedFound,
    ParkedJoined,
    ParkedTaken,
    PickedUp,
    PlaceClaimed,
    PlaceKept,
    PlaceLeft,
    RingingAsked,
    RingingFound,
)
from callcontrol.daemon.driven_call import DrivenCall
from callcontrol.daemon.worker_context import WorkerContext
from callcontrol.edges import clock, parked_meters
from callcontrol.edges.live_state.failures import LiveStateError
from callcontrol.kinds.targets.hold_return.reminding import new_reminder
from callcontrol.kinds.targets.parking.parked import Parked
from callcontrol.kinds.targets.parking.telling import new_telling
from callcontrol.routing.facts import Facts
from callcontrol.vocabulary.copying import replace
from callcontrol.vocabulary.moment import Instant
from callcontrol.vocabulary.parked import ParkedCaller, RingingCall, Taker
from callcontrol.vocabulary.target import ExtensionTarget, text_of

Drive = Callable[[Call, Facts, WorkerContext, None], DrivenCall]


def carry_out(command: at_place.ParkedCommand, driver: DrivenCall, shared: WorkerContext, drive: Drive) -> None:
    """Carry it out; the answer is delivered to the driver.

    Args:
        drive: makes the driver of another call.
    """
    store, tenant, call = shared.parked, driver.call.tenant, driver.call.id
    match command:
        case at_place.ClaimPlace(places, caller):
            store.claim(tenant, caller, places, partial(_claimed, driver))
        case at_place.KeepPlace(caller):
            store.keep(tenant, caller, partial(_kept, driver))
        case at_place.LeavePlace(place):
            store.leave(tenant, place, call, partial(_left, driver))
        case at_place.FreePlace(place):
            store.free(tenant, place, call)
        case at_place.TakeParked(place, taker):
            store.take(tenant, place, taker, partial(_found, driver))
        case at_place.LetParkedBe(place, taker_call):
            store.let_be(tenant, place, taker_call)
        case at_place.TellTaker(taker, at, channel, party):
            store.tell_joined(tenant, taker, at, channel, party)
        case at_place.FindRinging(extensions, taker):
            store.ask_for_ringing(tenant, extensions, taker, partial(_asked, driver))
        case at_place.TakeRinging(ringing, extensions, taker):
            store.ask_to_pick_up(tenant, ringing, extensions, taker)
        case at_place.RefuseTaker(taker):
            store.refuse_taker(tenant, taker, call)
        case at_place.TellPlace(place, extension):
            parked = driver.call.led_party
            _ring(extension, partial(new_telling, place=place, parked=parked), driver, shared, drive)
        case at_place.RemindHolder(extension, party):
            parked_meters.holders_reminded_total.labels(tenant).inc()
            _ring(extension, partial(new_reminder, party=party), driver, shared, drive)


def _claimed(driver: DrivenCall, place: str, was_held: bool, trouble: LiveStateError | None) -> None:
    parked_meters.parked_total.labels(driver.call.tenant, "parked" if place else "refused").inc()
    driver.deliver(PlaceClaimed(place, _text(trouble), was_held))


def _kept(driver: DrivenCall, kept: bool, taker: Taker | None, trouble: LiveStateError | None) -> None:
    driver.deliver(PlaceKept(kept if trouble is None else None, taker))


def _left(driver: DrivenCall, left: bool, trouble: LiveStateError | None) -> None:
    """While Redis is away no phone can take the caller, who goes on; the place's lease ends by itself."""
    if left:
        parked_meters.parked_total.labels(driver.call.tenant, "returned").inc()
    driver.deliver(PlaceLeft(left or trouble is not None))


def _found(driver: DrivenCall, caller: ParkedCaller | None, trouble: LiveStateError | None) -> None:
    if caller is not None:
        parked_meters.parked_total.labels(driver.call.tenant, "taken").inc()
    driver.deliver(ParkedFound(caller, _text(trouble)))


def _ring(extension: str, new: Callable[..., Call], driver: DrivenCall, shared: WorkerContext, drive: Drive) -> None:
    """Ring an extension, by a call of its own."""
    facts, tenant, switch = driver.facts, driver.call.tenant, driver.call.switch
    now = clock.now()
    made = new(id_=clock.new_id(), switch=switch, worker=shared.worker, tenant=tenant, extension=extension, now=now)
    places = shared.registrations.places(facts.tenant.domain, facts.accounts(extension))
    known = replace(facts, caller=made.caller, registered=places, unheard=shared.registrations.unheard())
    told = drive(made, replace(known, transferred=False, transferred_by=""), shared, None)
    shared.take(told)
    told.deliver(FactsFound())


def _asked(driver: DrivenCall, workers: int, trouble: LiveStateError | None) -> None:
    driver.deliver(RingingAsked(workers, _text(trouble)))


def _text(trouble: LiveStateError | None) -> str:
    return str(trouble) if trouble is not None else ""


def heard(shared: WorkerContext) -> dict[str, Callable[..., object]]:
    """What the inbox hands over, by its names."""
    return {
        "on_parked": partial(taken, shared),
        "on_joined": partial(joined, shared),
        "on_picks_up": partial(picks_up, shared),
        "on_rings": partial(rings, shared),
        "on_pick_up": partial(pick_up, shared),
        "on_not_picked_up": partial(not_picked_up, shared),
    }


def taken(shared: WorkerContext, call: str, taker: Taker) -> None:
    """A phone takes a caller of ours who is parked."""
    driver = shared.drivers.get(call)
    if driver is not None:
        driver.deliver(ParkedTaken(taker))


def joined(shared: WorkerContext, call: str, at: Instant, channel: str = "", party: str = "") -> None:
    """A phone of ours talks with the caller whom it takes."""
    driver = shared.drivers.get(call)
    if driver is not None:
        driver.deliver(ParkedJoined(at, channel, party))


def picks_up(shared: WorkerContext, tenant: str, taker: Taker, extensions: Sequence[str], to_choose: bool) -> None:
    """A phone picks up a call that rings at one of these extensions: its call is told which of ours do.

    Args:
        to_choose: False: it is a call of the version before, which chooses none. Of ours the one is given to it that
            has rung longest, if no other worker's is; one at the phone's own switch first.
    """
    ringing = _ringing(shared, tenant, extensions)
    if to_choose:
        return shared.parked.answer_ringing(tenant, taker, ringing)
    for one in sorted(ringing, key=lambda one: (one.switch != taker.switch, one.since, one.call))[:1]:
        shared.parked.give(tenant, taker, one.call, partial(shared.drivers[one.call].deliver, PickedUp(taker)))


def _ringing(shared: WorkerContext, tenant: str, extensions: Sequence[str]) -> tuple[RingingCall, ...]:
    names = {text_of(ExtensionTarget(one)) for one in extensions}
    ours = (driver.call for driver in shared.drivers.values() if driver.call.tenant == tenant)
    found = ((call, since) for call in ours if (since := _rings_since(call, names)) is not None)
    return tuple(RingingCall(call.id, shared.worker, call.switch, since) for call, since in found)


def rings(shared: WorkerContext, call: str, calls: Sequence[RingingCall]) -> None:
    """What rings at one of the workers, for a call of ours that picks one up."""
    driver = shared.drivers.get(call)
    if driver is not None:
        driver.deliver(RingingFound(tuple(calls)))


def pick_up(shared: WorkerContext, tenant: str, taker: Taker, call: str, extensions: Sequence[str]) -> None:
    """A phone picks up this call of ours, if it still rings there."""
    driver = shared.drivers.get(call)
    if driver is None or all(one.call != call for one in _ringing(shared, tenant, extensions)):
        return shared.parked.tell_not_picked_up(tenant, taker, call)
    another = partial(shared.parked.tell_not_picked_up, tenant, taker, call, is_another=True)
    shared.parked.give(tenant, taker, call, partial(driver.deliver, PickedUp(taker)), another)


def not_picked_up(shared: WorkerContext, call: str, other: str, is_another: bool) -> None:
    """A call of ours does not pick up that other one."""
    driver = shared.drivers.get(call)
    if driver is not None:
        driver.deliver(NotPickedUp(other, is_another))


def _rings_since(call: Call, names: Collection[str]) -> Instant | None:
    """Since when a phone of these rings for its caller, who may have been long in menus and queues before; None: none
    does.
    """
    if not isinstance(call.state, Ringing):
        return None
    rung = (leg for leg in call.legs if leg.id in call.state.being_rung and leg.end is None)
    return min((leg.dialled for leg in rung if leg.target in names), default=None)


def refresh_meters(shared: WorkerContext) -> None:
    """How many are parked in calls of this worker."""
    parked = (driver for driver in shared.drivers.values() if isinstance(driver.call.state, Parked))
    parked_meters.parked_callers.set(sum(1 for _ in parked))
